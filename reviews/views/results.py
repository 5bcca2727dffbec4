"""Results of levels outside the system: recorded by the bureau, read by all who see the dossier."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core.forms import answer_form
from documents.serving import serve_file
from reviews.forms.results import ResultForm
from reviews.models import ReceivedResult
from reviews.permissions.results import can_record_result
from reviews.selectors.dossiers import visible_dossiers
from reviews.selectors.results import result_row
from reviews.services.results import record_result
from reviews.views.dossiers import detail_url, load_dossier


@require_http_methods(["GET", "HEAD", "POST"])
def result_record(request, pk, step):
    """The city bureau: record or correct what a higher level decided."""
    dossier = load_dossier(request, pk)
    if not can_record_result(request.member, dossier):
        raise PermissionDenied
    row = result_row(dossier, step)
    if row is None:
        raise Http404("no such step")
    form = ResultForm(request.POST or None, request.FILES or None, former=row.result)
    back = detail_url(request, dossier)

    def act():
        record_result(dossier, actor=request.member, step=step, **form.cleaned_data)
        messages.success(request, f"已记录「{row.step.title}」。")
        return back

    url, status = answer_form(request, form, act)
    if url:
        return redirect(url)
    context = {"dossier": dossier, "row": row, "form": form, "back": back}
    return render(request, "reviews/result_record.html", context, status=status)


@require_safe
def result_scan(request, pk):
    """Whoever sees the dossier may open the paper of the result."""
    result = get_object_or_404(
        ReceivedResult.objects.filter(dossier__in=visible_dossiers(request.member)).select_related(
            "scan"
        ),
        pk=pk,
    )
    if result.scan is None:
        raise Http404("no scan")
    return serve_file(request, result.scan)

"""What anybody may read and send: notices, lists, objections."""

from django.core.cache import cache
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core.access import public_page
from core.errors import TooMany
from documents.serving import serve_document
from publications import selectors, services
from publications.forms import ObjectionForm
from publications.models import Objection
from publications.wording import entry_table

OBJECTIONS_PER_HOUR = 5


@public_page
@require_safe
def public_home(request):
    return render(
        request, "publications/public_home.html", {"notices": list(selectors.public_notices())}
    )


@public_page
@require_safe
def public_notice(request, pk):
    notice = get_object_or_404(selectors.public_notices(), pk=pk)
    return render(
        request,
        "publications/public_notice.html",
        {
            "notice": notice,
            "table": entry_table(notice.entries),
            "document": selectors.notice_document(notice),
            "takes_objections": selectors.is_open_for_objections(notice),
        },
    )


@public_page
@require_safe
def public_notice_pdf(request, pk):
    notice = get_object_or_404(selectors.public_notices(), pk=pk)
    document = selectors.notice_document(notice)
    if document is None:
        raise Http404("not rendered yet")
    return serve_document(request, document)


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def objection_create(request, pk):
    """An objection without an account; a receipt number is the answer."""
    notice = get_object_or_404(selectors.public_notices(), pk=pk)
    form = ObjectionForm(request.POST or None, entries=notice.entries)
    if request.method == "POST" and form.is_valid():
        words = {field: form.cleaned_data[field] for field in ("name", "contact", "text")}
        _limit(request)
        objection = services.file_objection(
            notice, dossier_id=form.cleaned_data["dossier"] or None, **words
        )
        request.session["objection"] = str(objection.pk)
        return redirect("publications:objection_receipt", request.tenant.slug, notice.pk)
    return render(
        request,
        "publications/objection_create.html",
        {"notice": notice, "form": form, "is_open": selectors.is_open_for_objections(notice)},
        status=400 if form.errors else 200,
    )


@public_page
@require_safe
def objection_receipt(request, pk):
    """The receipt, for the browser that sent the objection."""
    objection = get_object_or_404(
        Objection.objects.select_related("notice"),
        pk=request.session.get("objection"),
        notice_id=pk,
    )
    return render(request, "publications/objection_receipt.html", {"objection": objection})


def _limit(request) -> None:
    """At most so many objections an hour from one address."""
    key = f"t{request.tenant.pk}:objection:{request.META['REMOTE_ADDR']}"
    cache.add(key, 0, timeout=3600)
    if cache.incr(key) > OBJECTIONS_PER_HOUR:
        raise TooMany("提交过于频繁，请一小时后再试，或直接向主办单位反映。")

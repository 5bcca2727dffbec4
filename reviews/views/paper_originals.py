"""The originals on paper that an office has received of a dossier."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core.forms import answer_form
from reviews.forms.sign_offs import PaperForm
from reviews.permissions.sign_offs import can_receive_papers
from reviews.selectors.papers import originals_of, papers_with_originals
from reviews.services.paper_originals import receive_papers
from reviews.views.sign_offs import load_dossier


@require_http_methods(["GET", "HEAD", "POST"])
def paper_originals(request, pk):
    """What the member's office holds, and what the others on the route do."""
    dossier = load_dossier(request, pk)
    if not can_receive_papers(request.member, dossier):
        raise PermissionDenied
    rows = originals_of(dossier)
    mine = request.member.organisation_id
    form = PaperForm(
        request.POST or None,
        documents=papers_with_originals(dossier.version.definition),
        held={row.document: row.copies for row in rows if row.organisation_id == mine},
    )
    back = reverse("reviews:sign_off", args=[request.tenant.slug, dossier.pk])

    def receive() -> str:
        receive_papers(dossier, actor=request.member, copies=form.copies())
        messages.success(request, "已登记纸质原件。")
        return back

    url, status = answer_form(request, form, receive)
    if url:
        return redirect(url)
    context = {"dossier": dossier, "form": form, "rows": rows, "back": back}
    return render(request, "reviews/paper_originals.html", context, status=status)

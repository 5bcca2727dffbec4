"""Who writes a dossier together."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core.answers import answer_once
from core.forms import answer_form
from core.limits import limit_address
from reviews.forms.dossiers import CollaboratorForm
from reviews.models import Collaborator
from reviews.permissions.dossiers import is_own_dossier
from reviews.selectors.dossiers import present_collaborators, visible_dossiers
from reviews.services.collaborators import add_collaborator, remove_collaborator
from reviews.services.dossiers import check_editable
from reviews.views.dossiers import load_dossier

MOST_TRIES, PER_SECONDS = 30, 3600


@require_http_methods(["GET", "HEAD", "POST"])
def collaborator_list(request, pk):
    """Its applicant: the people of other organisations who help, and one more of them."""
    dossier = load_dossier(request, pk)
    check_editable(dossier, request.member)
    form = CollaboratorForm(request.POST if request.method == "POST" else None)

    def act():
        limit_address(
            request, "collaborator", most=MOST_TRIES, seconds=PER_SECONDS,
            message="添加得太频繁，请一小时后再试。",
        )  # fmt: skip
        row = add_collaborator(dossier, form.cleaned_data["username"], actor=request.member)
        messages.success(request, f"{row.member.label}现在可以一起填写。")
        return request.path

    url, status = answer_form(request, form, act)
    if url:
        return redirect(url)
    context = {
        "dossier": dossier,
        "form": form,
        "collaborators": present_collaborators(dossier),
        "is_own": is_own_dossier(request.member, dossier),
    }
    return render(request, "reviews/collaborator_list.html", context, status=status)


@require_POST
def collaborator_remove(request, pk):
    """Its applicant: somebody helps no longer."""
    row = get_object_or_404(
        Collaborator.objects.filter(dossier__in=visible_dossiers(request.member)).select_related(
            "member__user", "member__organisation", "dossier"
        ),
        pk=pk,
    )

    def act():
        remove_collaborator(row, actor=request.member)
        messages.success(request, f"{row.member.label}不再协作，已填写的内容都保留。")
        return reverse("reviews:collaborator_list", args=[request.tenant.slug, row.dossier_id])

    return redirect(answer_once(request, act))

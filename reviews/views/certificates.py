"""The body that the notice asks for a certificate writes it on its own page."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import Refused
from core.forms import answer_form
from documents.serving import serve_file
from reviews.forms.certificates import CertificateForm, WithdrawalForm
from reviews.models import Certificate
from reviews.permissions.sign_offs import is_office_at
from reviews.selectors.certificates import ISSUABLE, asked_of, withdrawn_certificates
from reviews.selectors.dossiers import visible_dossiers
from reviews.services.certificates import issue_certificate, withdraw_certificate
from reviews.services.sign_offs import check_not_own
from reviews.views.sign_offs import load_dossier


@require_http_methods(["GET", "HEAD", "POST"])
def certificate_issue(request, pk, paper):
    """The office that is asked: certify or decline; what it wrote, once it has."""
    dossier = load_dossier(request, pk)
    asked = next((one for one in asked_of(request.member, dossier) if one.slot == paper), None)
    if asked is None:
        raise PermissionDenied
    back = reverse("reviews:sign_off", args=[request.tenant.slug, dossier.pk])
    form = CertificateForm(request.POST or None, request.FILES or None)

    def act() -> str:
        issue_certificate(dossier, paper, actor=request.member, **form.values())
        messages.success(request, f"已办理「{asked.title}」。")
        return back

    url, status = answer_form(request, form, act)
    if url:
        return redirect(url)
    if status != 200:
        asked = next(one for one in asked_of(request.member, dossier) if one.slot == paper)
    context = {
        "dossier": dossier,
        "asked": asked,
        "form": form,
        "former": withdrawn_certificates(dossier, asked),
        "obstacle": _obstacle(request, dossier),
        "back": back,
    }
    return render(request, "reviews/certificate_issue.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def certificate_withdraw(request, pk):
    """The office that wrote it takes it back with a reason."""
    certificate = _load(request, pk)
    dossier = certificate.dossier
    if not is_office_at(request.member, dossier, certificate.level):
        raise PermissionDenied
    back = reverse(
        "reviews:certificate_issue", args=[request.tenant.slug, dossier.pk, certificate.slot]
    )
    form = WithdrawalForm(request.POST or None)

    def act() -> str:
        withdraw_certificate(certificate, actor=request.member, **form.cleaned_data)
        messages.success(request, "已收回证明，可以重新出具。")
        return back

    url, status = answer_form(request, form, act)
    if url:
        return redirect(url)
    context = {"dossier": dossier, "certificate": certificate, "form": form, "back": back}
    return render(request, "reviews/certificate_withdraw.html", context, status=status)


@require_safe
def certificate_scan(request, pk):
    """Whoever sees the dossier may open the sealed page."""
    certificate = _load(request, pk)
    if certificate.scan is None:
        raise Http404("no scan")
    return serve_file(request, certificate.scan)


def _load(request, pk) -> Certificate:
    rows = Certificate.objects.filter(dossier__in=visible_dossiers(request.member))
    return get_object_or_404(
        rows.select_related("dossier__community__division", "dossier__version", "scan"), pk=pk
    )


def _obstacle(request, dossier) -> str:
    """Chinese: why nothing can be certified now; empty when it can."""
    try:
        check_not_own(request.member, dossier)
    except Refused as error:
        return error.message
    if dossier.state not in ISSUABLE:
        return f"材料卷现在是「{dossier.get_state_display()}」，证明不能再出具或收回。"
    return ""

"""Certificates written by the street, the county and other bodies, never by the applicant."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from accounts.models import Membership
from core import audit
from core.clock import now
from core.errors import Conflict, Refused
from reviews.models import Certificate, Dossier
from reviews.permissions.sign_offs import is_office_at
from reviews.selectors.certificates import ISSUABLE, Asked, asked_of
from reviews.services import route
from reviews.services.sign_offs import check_not_own, store_scan

LEAST_TEXT, MOST_TEXT = 5, 1000  # characters
MOST_REASON = 200


@transaction.atomic
def issue_certificate(
    dossier: Dossier,
    slot: str,
    *,
    actor: Membership,
    is_granted: bool,
    text: str,
    scan: UploadedFile | None = None,
) -> Certificate:
    """Certify what the notice asks of the actor's office at ``slot``, or decline with the reason.

    From submission until the scoring begins. Raises PermissionDenied, ValidationError by field,
    Conflict when a colleague was faster, Refused.
    """
    dossier = route.lock_dossier(dossier)
    asked = _asked(dossier, slot, actor)
    _check_open(dossier, actor)
    text = text.strip()
    if not LEAST_TEXT <= len(text) <= MOST_TEXT:
        words = f"请写 {LEAST_TEXT} 至 {MOST_TEXT} 个字，现在有 {len(text)} 个字。"
        raise ValidationError({"text": words})
    certificate = Certificate(
        dossier=dossier,
        slot=asked.slot,
        level=asked.level,
        is_granted=is_granted,
        text=text,
        scan=store_scan(scan, actor),
        organisation=actor.organisation,
        issued_by=actor,
        issued_at=now(),
    )
    try:
        with transaction.atomic():
            certificate.save(force_insert=True)
    except IntegrityError:
        raise Conflict(f"「{asked.title}」同事刚刚已经办理，请看现在的内容。") from None
    audit.record(
        actor, "certificate.issued", certificate, dossier=dossier.number, slot=slot,
        is_granted=is_granted, text=text, scan=certificate.scan and certificate.scan.sha256,
    )  # fmt: skip
    return certificate


@transaction.atomic
def withdraw_certificate(certificate: Certificate, *, actor: Membership, reason: str) -> None:
    """Take a certificate back, so that another can be written; it stays with the reason."""
    dossier = route.lock_dossier(certificate.dossier)
    if not is_office_at(actor, dossier, certificate.level):
        raise PermissionDenied("not this office's certificate")
    _check_open(dossier, actor)
    certificate = Certificate.objects.select_for_update(of=("self",), no_key=True).get(
        pk=certificate.pk
    )
    if certificate.withdrawn_at:
        raise Conflict("这份证明已经收回。")
    if not LEAST_TEXT <= len(reason.strip()) <= MOST_REASON:
        raise ValidationError({"reason": f"请写明收回理由，{LEAST_TEXT} 至 {MOST_REASON} 个字。"})
    certificate.withdrawn_at, certificate.withdrawn_by = now(), actor
    certificate.withdrawn_reason = reason.strip()
    certificate.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    audit.record(
        actor, "certificate.withdrawn", certificate, dossier=dossier.number,
        slot=certificate.slot, reason=certificate.withdrawn_reason,
    )  # fmt: skip


def _asked(dossier: Dossier, slot: str, actor: Membership) -> Asked:
    for asked in asked_of(actor, dossier):
        if asked.slot == slot:
            return asked
    raise PermissionDenied("nothing to certify here for this office")


def _check_open(dossier: Dossier, actor: Membership) -> None:
    check_not_own(actor, dossier)
    if dossier.state not in ISSUABLE:
        raise Refused(
            f"{dossier.number} 现在是「{dossier.get_state_display()}」，证明只能在提交以后、评审开始以前出具或收回。"
        )

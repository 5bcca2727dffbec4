"""Signed originals on paper, counted by the office that holds them."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import Membership
from core import audit
from core.clock import now
from reviews.models import Dossier, PaperOriginal
from reviews.permissions.sign_offs import can_receive_papers
from reviews.selectors.papers import papers_with_originals

MOST_COPIES = 50


@transaction.atomic
def receive_papers(dossier: Dossier, *, actor: Membership, copies: Mapping[str, int]) -> None:
    """Record how many originals of each document (its code) the actor's office holds; a number
    given before is replaced, and both stay in the chain of records."""
    if not can_receive_papers(actor, dossier):
        raise PermissionDenied
    definition = dossier.version.definition
    known = {document.code for document in papers_with_originals(definition)}
    for code, number in copies.items():
        if code not in known or not 0 <= number <= MOST_COPIES:
            raise ValidationError({f"copies:{code}": f"份数应在 0 到 {MOST_COPIES} 之间。"})
    for code, number in copies.items():
        PaperOriginal.objects.update_or_create(
            dossier=dossier,
            document=code,
            organisation=actor.organisation,
            defaults={"copies": number, "received_by": actor, "received_at": now()},
        )
    audit.record(actor, "paper.received", dossier, copies=dict(copies))

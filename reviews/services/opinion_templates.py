"""The tenant's own wordings for opinions."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Membership
from core import audit
from core.errors import Refused
from reviews.models import OpinionTemplate
from reviews.permissions.sign_offs import can_manage_templates

MOST_TEMPLATE = 200
MOST_TEMPLATES = 100


@transaction.atomic
def add_template(*, actor: Membership, outcome: str, level: str, text: str) -> OpinionTemplate:
    """Raises ValidationError when the wording is there already, Refused when there are too many."""
    if not can_manage_templates(actor):
        raise PermissionDenied
    if OpinionTemplate.objects.count() >= MOST_TEMPLATES:
        raise Refused(f"常用意见最多 {MOST_TEMPLATES} 条，请先删除不用的。")
    row = OpinionTemplate(outcome=outcome, level=level, text=text, created_by=actor)
    row.full_clean()
    row.save()
    audit.record(actor, "template.added", row, outcome=outcome, level=level, text=text)
    return row


@transaction.atomic
def remove_template(row: OpinionTemplate, *, actor: Membership) -> None:
    if not can_manage_templates(actor):
        raise PermissionDenied
    audit.record(actor, "template.removed", row, outcome=row.outcome, text=row.text)
    row.delete()

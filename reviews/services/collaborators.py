"""Who of other organisations helps to write a dossier."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.enums import Role
from accounts.models import Membership, User
from core import audit
from core.clock import now
from core.errors import Refused
from reviews.models import Collaborator, Dossier
from reviews.permissions.dossiers import is_own_dossier
from reviews.services.route import lock_dossier

MOST_COLLABORATORS = 10


@transaction.atomic
def add_collaborator(dossier: Dossier, username: str, *, actor: Membership) -> Collaborator:
    """Let the applicant with this login name help. Raises PermissionDenied for others than the
    dossier's own applicant, ValidationError when there is no such person."""
    dossier = lock_dossier(dossier)
    if not is_own_dossier(actor, dossier):
        raise PermissionDenied
    present = dossier.collaborators.filter(removed_at=None)
    member = _member(username)
    if member.organisation_id == dossier.applicant_id:
        raise ValidationError({"username": "这个人是本单位的人员，不用添加就可以一起填写。"})
    if present.filter(member=member).exists():
        raise ValidationError({"username": "这个人已经是协作人。"})
    if present.count() >= MOST_COLLABORATORS:
        raise Refused(f"协作人最多 {MOST_COLLABORATORS} 位，请先移除不再参与的。")
    row = Collaborator.objects.create(
        dossier=dossier, member=member, added_by=actor, added_at=now()
    )
    audit.record(actor, "collaborator.added", row, dossier=dossier.number, member=member.label)
    return row


def _member(username: str) -> Membership:
    found = Membership.objects.select_related("user", "organisation").filter(
        user__username=User.objects.normalise(username),
        user__is_active=True,
        role=Role.APPLICANT,
        is_active=True,
    )
    member = found.order_by("created_at").first()
    if member is None:
        raise ValidationError(
            {"username": "没有这个登录名的申报单位人员。请核对登录名，或请对方先由其单位开通账号。"}
        )
    return member


@transaction.atomic
def remove_collaborator(row: Collaborator, *, actor: Membership) -> None:
    """End the help; what was written stays."""
    dossier = lock_dossier(row.dossier)
    if not is_own_dossier(actor, dossier):
        raise PermissionDenied
    if not Collaborator.objects.filter(pk=row.pk, removed_at=None).update(
        removed_at=now(), removed_by=actor
    ):
        raise Refused("这位协作人已经移除。")
    audit.record(
        actor, "collaborator.removed", row, dossier=dossier.number, member=row.member.label
    )

"""Invitations: a link that makes its receiver a member, once, within a week.

The link's secret is an HMAC of the invitation's id under the server's key; only its hash is
stored. So the page right after the invitation and the mail job can both name the link, and the
database alone cannot.
"""

from __future__ import annotations

import base64
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.enums import ROLE_KINDS, InvitationState, OrganisationKind, Role
from accounts.models import Invitation, Membership, Organisation, User
from accounts.services.members import add_member
from core import audit
from core.errors import Refused
from core.jobs import enqueue_job
from core.models import Tenant

LIFETIME = timedelta(days=7)
SHOWN_FOR = timedelta(minutes=10)
"""How long the inviter sees the link after making it."""

TAKEN = "这个登录名已经有人使用。如果是您本人的，请先登录再接受邀请；否则请换一个。"
WORDS = {
    InvitationState.ACCEPTED: "这个邀请已经用过了。如果是您本人接受的，请直接登录。",
    InvitationState.EXPIRED: "这个邀请已经过期，请联系邀请您的单位重新发出。",
    InvitationState.REVOKED: "这个邀请已被撤回，请联系邀请您的单位。",
}


def secret_of(invitation: Invitation) -> str:
    digest = salted_hmac("accounts.invitation", str(invitation.pk), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def link_of(invitation: Invitation) -> str:
    slug = Tenant.objects.get(pk=invitation.tenant_id).slug
    path = reverse("accounts:invitation", args=[slug, secret_of(invitation)])
    return f"{settings.BASE_URL}{path}"


@transaction.atomic
def invite_member(
    *, name: str, email: str = "", organisation: Organisation, role: Role, actor
) -> Invitation:
    """Invite somebody into the current tenant; the mail is sent by a job when there is an address."""
    if organisation.kind not in ROLE_KINDS[Role(role)]:
        kinds = "、".join(OrganisationKind(kind).label for kind in sorted(ROLE_KINDS[Role(role)]))
        raise ValidationError({"role": f"“{Role(role).label}”只能属于：{kinds}。"})
    invitation = Invitation(
        name=name,
        email=email,
        organisation=organisation,
        role=role,
        invited_by_id=actor.id,
        expires_at=timezone.now() + LIFETIME,
    )
    invitation.token_sha256 = audit.sha256(secret_of(invitation))
    invitation.full_clean()
    invitation.save(force_insert=True)
    audit.record(
        actor,
        "invitation.created",
        invitation,
        name=name,
        role=role,
        organisation=organisation.name,
    )
    if email:
        enqueue_job(
            "accounts.send_invitation",
            {"invitation": str(invitation.pk)},
            actor=actor,
            label=f"发送邀请邮件：{name}",
            key=f"invitation:{invitation.pk}",
        )
    return invitation


@transaction.atomic
def accept_invitation(invitation: Invitation, *, user: User) -> Membership:
    """Make ``user`` the invited member; refuses a used, revoked or expired invitation."""
    invitation = _open(invitation)
    active = Membership.objects.filter(
        user=user, organisation=invitation.organisation, role=invitation.role, is_active=True
    )
    if active.exists():
        raise Refused("您已经有同样的任职，不需要再接受这个邀请。")
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    membership = add_member(
        actor=_inviter(invitation),
        user=user,
        organisation=invitation.organisation,
        role=invitation.role,
    )
    audit.record(membership, "invitation.accepted", invitation, user=user.username)
    return membership


@transaction.atomic
def accept_as_new_user(
    invitation: Invitation, *, username: str, name: str, password: str
) -> Membership:
    """Create the person and accept for it. ``password`` was validated by the form."""
    _open(invitation)
    try:
        with transaction.atomic():
            user = User.objects.create_user(username, password, name=name, email=invitation.email)
    except IntegrityError as error:
        raise ValidationError({"username": TAKEN}) from error
    return accept_invitation(invitation, user=user)


def _inviter(invitation: Invitation):
    if invitation.invited_by_id:
        return Membership.objects.select_related("organisation", "user").get(
            pk=invitation.invited_by_id
        )
    return audit.SYSTEM


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, actor: Membership) -> Invitation:
    try:
        invitation = _open(invitation)
    except Refused:
        raise Refused("这个邀请已经不能使用，不需要再撤回。") from None
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    audit.record(actor, "invitation.revoked", invitation, name=invitation.name)
    return invitation


def _open(invitation: Invitation) -> Invitation:
    invitation = (
        Invitation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation")
        .get(pk=invitation.pk)
    )
    if invitation.state != InvitationState.OPEN:
        raise Refused(WORDS[invitation.state])
    return invitation

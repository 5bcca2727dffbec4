"""Memberships: added, disabled, enabled; their people unlocked and freed of a lost device."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.enums import Role
from accounts.lockout import forget_failures
from accounts.models import Membership, Organisation, TenantUser, User
from core import audit
from core.errors import Refused

# Who writes the rules and who audits them are never the same person.
APART = {Role.TENANT_ADMIN, Role.AUDITOR}


@transaction.atomic
def add_member(*, actor, user: User, organisation: Organisation, role: Role) -> Membership:
    """Make ``user`` a member of the current tenant and open its door for the switcher.

    A disabled membership of the same kind is enabled again. Refuses an administrator who
    would audit and an auditor who would administer.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    mine = Membership.objects.filter(user=user)
    if role in APART and mine.filter(role__in=APART - {role}, is_active=True).exists():
        raise ValidationError("系统管理员与纪检/审计不能由同一个人担任，请另选人员。")
    former = mine.filter(
        organisation=organisation, role=role, is_active=False, acts_for=None
    ).first()
    membership = former or Membership(user=user, organisation=organisation, role=role)
    membership.is_active = True
    membership.full_clean()
    membership.save()
    TenantUser.objects.get_or_create(user=user, tenant_id=membership.tenant_id)
    audit.record(
        actor,
        "membership.added",
        membership,
        user=user.username,
        role=role,
        organisation=organisation.name,
    )
    return membership


@transaction.atomic
def disable_member(membership: Membership, *, actor: Membership) -> Membership:
    """End a membership's rights; they are gone with its next request."""
    if membership.pk == actor.pk:
        raise Refused("不能停用自己正在使用的任职，请由另一位系统管理员操作。")
    return _set_active(membership, False, actor=actor)


@transaction.atomic
def enable_member(membership: Membership, *, actor: Membership) -> Membership:
    mine = Membership.objects.filter(user=membership.user, is_active=True)
    if membership.role in APART and mine.filter(role__in=APART - {membership.role}).exists():
        raise Refused("系统管理员与纪检/审计不能由同一个人担任，请先停用另一项任职。")
    return _set_active(membership, True, actor=actor)


def _set_active(membership: Membership, is_active: bool, *, actor) -> Membership:
    # Only the row itself is locked: the joined rows may be read by others meanwhile.
    membership = (
        Membership.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user", "organisation")
        .get(pk=membership.pk)
    )
    if membership.is_active == is_active:
        raise Refused("这项任职已经是启用状态。" if is_active else "这项任职已经停用。")
    membership.is_active = is_active
    membership.save(update_fields=["is_active"])
    verb = "membership.enabled" if is_active else "membership.disabled"
    audit.record(actor, verb, membership, user=membership.user.username, role=membership.role)
    return membership


@transaction.atomic
def unlock_member(membership: Membership, *, actor: Membership) -> None:
    """Forget the failed sign-ins of the member's login name."""
    forget_failures(membership.user.username)
    audit.record(actor, "membership.unlocked", membership, user=membership.user.username)


@transaction.atomic
def reset_second_factor(membership: Membership, *, actor: Membership) -> None:
    """Remove a lost device, so that the next sign-in sets up a new one.

    Refused for people whom other tenants rely on too: one tenant's administrator must not
    weaken another's door.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=membership.user_id)
    if user.is_platform_admin or user.doors.exclude(tenant_id=membership.tenant_id).exists():
        raise Refused("此人的动态口令不由本单位单独管理，请联系平台管理员重设。")
    if not TOTPDevice.objects.filter(user=user).delete()[0]:
        raise Refused("此人还没有设置动态口令，不需要重设。")
    audit.record(actor, "second_factor.reset", membership, user=user.username)


@transaction.atomic
def set_phone(user: User, phone: str, *, actor: Membership) -> User:
    """The person's own phone for SMS; empty: none."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    user.phone = phone
    user.full_clean(exclude={"password"})
    user.save(update_fields=["phone"])
    audit.record(actor, "phone.set", user, has_phone=bool(phone))
    return user

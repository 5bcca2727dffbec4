"""Reads of accounts."""

from __future__ import annotations

from functools import cache

from django.apps import apps
from django.db.models import Q, QuerySet
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.enums import NEVER_DELEGATES, OFFICERS
from accounts.lockout import locked_names
from accounts.models import PHONE, Invitation, Membership, Organisation, User
from accounts.permissions import (
    can_manage_people,
    can_read_all_records,
    can_read_records,
)
from core.clock import today
from core.models import PLATFORM_SLUG, AuditRecord, Tenant
from core.tenancy import is_tenant_model, tenant_context

# Apps whose records the administrator reads: not what is filed, signed and marked in a campaign.
ADMINISTERED = ("core", "accounts", "communities", "campaigns")


def phone_of(user: User) -> str:
    """The phone that was given, or the login name where that is one; empty without."""
    return user.phone or (user.username if PHONE.regex.match(user.username) else "")


def memberships_by_tenant(user: User) -> list[tuple[Tenant, list[Membership]]]:
    """Return where ``user`` may work: each tenant is opened in turn, for no row crosses two."""
    found = []
    tenants = Tenant.objects.filter(doors__user=user, is_active=True).order_by("name")
    for tenant in list(tenants):
        with tenant_context(tenant.pk):
            memberships = list(
                Membership.objects.filter(user=user, is_active=True)
                .select_related("organisation", "user", "acts_for__user")
                .order_by("created_at", "pk")
            )
            memberships = acting(memberships)
        if memberships:
            found.append((tenant, memberships))
    return found


def acting(memberships: list[Membership]) -> list[Membership]:
    """Those that hold today: a delegation outside its days is left out."""
    if all(member.acts_for_id is None for member in memberships):
        return memberships
    day = today()
    return [member for member in memberships if member.holds_on(day)]


def possible_principals(member: Membership) -> list[Membership]:
    """Whose work the member may hand over: its own, or for the administrator any officer's."""
    rows = Membership.objects.filter(role__in=OFFICERS, acts_for=None, is_active=True)
    if not can_manage_people(member):
        rows = rows.filter(pk=member.pk)
    rows = rows.select_related("user", "organisation__division")
    return list(rows.order_by("organisation__name", "pk"))


def possible_delegates(principal: Membership) -> QuerySet[Membership]:
    """Officers of the same place or right around it who may stand in: not judged, not judging,
    and without the same post already."""
    division = principal.organisation.division
    around = division.path.rsplit("/", 2)[0] + "/" if division else "/"
    apart = Membership.objects.filter(is_active=True)
    same = apart.filter(organisation=principal.organisation_id, role=principal.role, acts_for=None)
    rows = Membership.objects.filter(role__in=OFFICERS, acts_for=None, is_active=True)
    near = Q(organisation__division__path__startswith=around)
    if around == "/":
        near |= Q(organisation__division=None)
    return (
        rows.filter(near, user__is_active=True)
        .exclude(user__in=apart.filter(role__in=NEVER_DELEGATES).values("user"))
        .exclude(user__in=same.values("user"))
        .select_related("user", "organisation")
        .order_by("organisation__name", "pk")
    )


def visible_delegations(member: Membership) -> QuerySet[Membership]:
    """The administrator sees all, an officer those of its work and those it holds itself."""
    rows = Membership.objects.exclude(acts_for=None)
    if not can_manage_people(member):
        rows = rows.filter(Q(acts_for=member.pk) | Q(user=member.user_id))
    return rows.select_related(
        "user", "organisation", "acts_for__user", "acts_for__organisation"
    ).order_by("-created_at", "-pk")


def platform_needs_second_factor() -> bool:
    """Whether platform administrators need one: yes, until the platform's row says otherwise."""
    return not Tenant.objects.filter(slug=PLATFORM_SLUG, requires_second_factor=False).exists()


def visible_members(member: Membership) -> QuerySet[Membership]:
    if not can_manage_people(member):
        return Membership.objects.none()
    return Membership.objects.select_related("user", "organisation__division")


def visible_invitations(member: Membership) -> QuerySet[Invitation]:
    if not can_manage_people(member):
        return Invitation.objects.none()
    return Invitation.objects.select_related("organisation", "invited_by__user")


def visible_organisations(member: Membership) -> QuerySet[Organisation]:
    if not can_manage_people(member):
        return Organisation.objects.none()
    return Organisation.objects.select_related("division")


def visible_records(member: Membership) -> QuerySet[AuditRecord]:
    """Every record for the auditor; for the administrator those of what it administers."""
    if not can_read_records(member):
        return AuditRecord.objects.none()
    if can_read_all_records(member):
        return AuditRecord.objects.all()
    return AuditRecord.objects.filter(object_type__in=_types_of(*ADMINISTERED))


def _types_of(*labels: str) -> list[str]:
    models = [model for label in labels for model in apps.get_app_config(label).get_models()]
    return [model._meta.label_lower for model in models]


def sign_in_states(members: list[Membership]) -> dict:
    """Return membership id → (is locked, has a device). Two queries for all."""
    locked = locked_names([member.user.username for member in members])
    equipped = set(
        TOTPDevice.objects.filter(
            user_id__in=[member.user_id for member in members], confirmed=True
        ).values_list("user_id", flat=True)
    )
    return {
        member.pk: {
            "is_locked": member.user.username in locked,
            "has_device": member.user_id in equipped,
        }
        for member in members
    }


@cache
def object_words() -> dict[str, str]:
    """Return what the kinds of recorded objects are called: model label → Chinese name."""
    words = {
        model._meta.label_lower: str(model._meta.verbose_name)
        for model in apps.get_models()
        if is_tenant_model(model) or model in (User, Tenant)
    }
    return {label: word for label, word in words.items() if not word.isascii()}

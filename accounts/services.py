"""Every write of accounts: tenants, divisions, organisations, memberships."""

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.enums import OrganisationKind, Role
from accounts.models import Division, Membership, Organisation, TenantUser, User
from core import audit
from core.models import RESERVED_SLUGS, Tenant
from core.tenancy import tenant_context


@transaction.atomic
def create_tenant(*, slug: str, name: str, actor=audit.SYSTEM, **options) -> Tenant:
    """Open a tenant with the city's own organisations; refuses reserved and taken slugs."""
    if slug in RESERVED_SLUGS:
        raise ValidationError({"slug": "这个网址标识保留给系统使用，请换一个。"})
    tenant = Tenant(slug=slug, name=name, **options)
    tenant.full_clean()
    tenant.save()
    with tenant_context(tenant.pk):
        for kind, label in (
            (OrganisationKind.CITY_BUREAU, name),
            (OrganisationKind.EXPERT_POOL, "评审专家库"),
            (OrganisationKind.AUDIT_OFFICE, "纪检监察"),
        ):
            Organisation.objects.create(kind=kind, name=label)
        audit.record(actor, "tenant.created", tenant, slug=slug, name=name)
    return tenant


@transaction.atomic
def create_division(
    *, actor, level: str, code: str, name: str, parent: Division | None = None
) -> Division:
    path = f"{parent.path if parent else '/'}{code}/"
    division = Division(level=level, code=code, name=name, parent=parent, path=path)
    division.full_clean()
    division.save(force_insert=True)
    audit.record(actor, "division.created", division, code=code, name=name, path=path)
    return division


@transaction.atomic
def create_organisation(
    *, actor, kind: str, name: str, division: Division | None = None
) -> Organisation:
    organisation = Organisation(kind=kind, name=name, division=division)
    organisation.full_clean()
    organisation.save(force_insert=True)
    audit.record(actor, "organisation.created", organisation, kind=kind, name=name)
    return organisation


@transaction.atomic
def add_member(*, actor, user: User, organisation: Organisation, role: Role) -> Membership:
    """Make ``user`` a member of the current tenant and open its door for the switcher."""
    membership = Membership(user=user, organisation=organisation, role=role)
    membership.full_clean()
    membership.save(force_insert=True)
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

"""Tenants: opened, suspended and resumed by the platform."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.enums import OrganisationKind, Role
from accounts.models import Invitation, Organisation, User
from accounts.services.invitations import invite_member
from accounts.services.platform import record_on_platform
from core import audit
from core.errors import Refused
from core.models import RESERVED_SLUGS, Tenant
from core.tenancy import tenant_context


@transaction.atomic
def create_tenant(*, slug: str, name: str, actor=audit.SYSTEM, **options) -> Tenant:
    """Open a tenant with the city's own organisations; refuses reserved and taken slugs."""
    if slug in RESERVED_SLUGS:
        raise ValidationError({"slug": "这个网址标识保留给系统使用，请换一个。"})
    tenant = Tenant(slug=slug, name=name, **options)
    tenant.full_clean()
    try:
        with transaction.atomic():
            tenant.save()
    except IntegrityError as error:
        raise ValidationError({"slug": "这个网址标识刚刚被占用，请换一个。"}) from error
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
def open_tenant(
    *, slug: str, name: str, admin_name: str, admin_email: str = "", actor, **options
) -> tuple[Tenant, Invitation]:
    """Open a tenant and invite its first administrator."""
    tenant = create_tenant(slug=slug, name=name, actor=actor, **options)
    invitation = invite_admin(tenant, name=admin_name, email=admin_email, actor=actor)
    record_on_platform("tenant.created", tenant, actor=actor, slug=slug, name=name)
    return tenant, invitation


@transaction.atomic
def invite_admin(tenant: Tenant, *, name: str, email: str = "", actor) -> Invitation:
    """Invite an administrator from outside: the first one, or after the last one left."""
    with tenant_context(tenant.pk):
        return invite_member(
            name=name,
            email=email,
            organisation=Organisation.objects.filter(kind=OrganisationKind.CITY_BUREAU)
            .order_by("pk")
            .first(),
            role=Role.TENANT_ADMIN,
            actor=actor,
        )


@transaction.atomic
def set_tenant_active(tenant: Tenant, is_active: bool, *, actor) -> Tenant:
    """Suspend or resume a tenant: its pages answer 404 from the next request on."""
    tenant = Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
    if tenant.is_active == is_active:
        raise Refused("这个单位已经是启用状态。" if is_active else "这个单位已经停用。")
    tenant.is_active = is_active
    tenant.save(update_fields=["is_active"])
    verb = "tenant.resumed" if is_active else "tenant.suspended"
    record_on_platform(verb, tenant, actor=actor)
    return tenant


@transaction.atomic
def disable_user(user: User, *, actor) -> None:
    """Shut a person out of the whole platform; every session ends with its next request."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    user.is_active = False
    user.save(update_fields=["is_active"])
    record_on_platform("user.disabled", user, actor=actor, user=user.username)

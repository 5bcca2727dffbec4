"""The fixed cast: two tenants with the same shape, one member per role, a stranger next door.

All names are role names. Everything is made through the services.
"""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace

from accounts.enums import Level, OrganisationKind, Role
from accounts.models import Organisation, User
from accounts.services import (
    add_member,
    create_division,
    create_organisation,
    create_tenant,
)
from core import audit, tenancy
from core.models import Tenant
from core.tenancy import current_tenant_id

PASSWORD = "correct horse battery staple"


def make_tenant(slug: str, name: str, **options) -> Tenant:
    options = {"requires_second_factor": False, "is_training": True} | options
    return create_tenant(slug=slug, name=name, **options)


@contextmanager
def outside(tenant: Tenant):
    """Leave the fixture's tenant for a while: a request to another tenant opens its own."""
    token = tenancy._current.set(None)
    tenancy._set_tenant("")
    try:
        yield
    finally:
        tenancy._current.reset(token)
        tenancy._set_tenant(str(tenant.pk))


def make_user(username: str, name: str) -> User:
    return User.objects.create_user(username, PASSWORD, name=name)


def make_member(organisation, role: str, username: str | None = None, name: str | None = None):
    slug = Tenant.objects.get(pk=current_tenant_id()).slug
    user = make_user(username or f"{slug}-{role}", name or f"{Role(role).label}经办人")
    return add_member(actor=audit.SYSTEM, user=user, organisation=organisation, role=role)


def make_divisions() -> SimpleNamespace:
    """A city with two counties, each with one street of one neighbourhood."""
    city = create_division(actor=audit.SYSTEM, level=Level.CITY, code="1300", name="云州市")
    tree = SimpleNamespace(city=city)
    for key, code, name in (("north", "130001", "海港区"), ("south", "130002", "昌黎县")):
        county = create_division(
            actor=audit.SYSTEM, level=Level.COUNTY, code=code, name=name, parent=city
        )
        street = create_division(
            actor=audit.SYSTEM,
            level=Level.STREET,
            code=f"{code}01",
            name=f"{name}一街",
            parent=county,
        )
        neighbourhood = create_division(
            actor=audit.SYSTEM,
            level=Level.NEIGHBOURHOOD,
            code=f"{code}0101",
            name=f"{name}一社区",
            parent=street,
        )
        setattr(tree, key, SimpleNamespace(county=county, street=street, hood=neighbourhood))
    return tree


def make_people() -> SimpleNamespace:
    """Organisations of the north county with a member each, and the south county's officer."""
    tree = make_divisions()
    north = tree.north

    def organisation(kind, name, division=None):
        return create_organisation(actor=audit.SYSTEM, kind=kind, name=name, division=division)

    kinds = OrganisationKind
    company = organisation(kinds.PROPERTY_COMPANY, "安居物业公司")
    other_company = organisation(kinds.PROPERTY_COMPANY, "邻家物业公司")
    committee = organisation(kinds.OWNERS_COMMITTEE, "和顺家园业委会", north.hood)
    bureau = Organisation.objects.get(kind=kinds.CITY_BUREAU)
    return SimpleNamespace(
        tree=tree,
        applicant=make_member(company, Role.APPLICANT),
        other_applicant=make_member(
            other_company, Role.APPLICANT, f"other-applicant-{current_tenant_id()}"
        ),
        committee_officer=make_member(committee, Role.COMMITTEE_OFFICER),
        neighbourhood_officer=make_member(
            organisation(kinds.NEIGHBOURHOOD_OFFICE, "一社区", north.hood),
            Role.NEIGHBOURHOOD_OFFICER,
        ),
        street_officer=make_member(
            organisation(kinds.STREET_OFFICE, "一街道", north.street), Role.STREET_OFFICER
        ),
        county_officer=make_member(
            organisation(kinds.COUNTY_BUREAU, "海港区住建局", north.county), Role.COUNTY_OFFICER
        ),
        other_county_officer=make_member(
            organisation(kinds.COUNTY_BUREAU, "昌黎县住建局", tree.south.county),
            Role.COUNTY_OFFICER,
            f"other-county-{current_tenant_id()}",
        ),
        city_officer=make_member(bureau, Role.CITY_OFFICER),
        tenant_admin=make_member(bureau, Role.TENANT_ADMIN),
        auditor=make_member(Organisation.objects.get(kind=kinds.AUDIT_OFFICE), Role.AUDITOR),
        evaluator=make_member(organisation(kinds.EVALUATOR, "评价机构"), Role.EVALUATOR),
    )

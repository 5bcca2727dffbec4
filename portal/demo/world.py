"""The tenant of the demo: divisions, organisations, one member per office, the register.

Everything is made through the services. People are role names; nobody is real.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from stdnum.cn import uscc

from accounts.enums import Level, OrganisationKind, Role
from accounts.models import Division, Membership, Organisation, User
from accounts.services import add_member, create_division, create_organisation, create_tenant
from communities.enums import CommunityKind
from communities.models import Community
from communities.services import create_community, record_fact, register_company
from core import audit
from core.models import Tenant
from core.tenancy import tenant_context
from core.training import set_clock
from portal.demo.plan import EXPERT_FIELDS, NO_SATISFACTION, CommunityPlan, Plan
from scoring.services.panels import add_expert

TENANT_NAME = "秦皇岛市住房和城乡建设局"
SLUG = "qinhuangdao"
SYLLABLES = [
    "an",
    "bei",
    "chun",
    "dong",
    "feng",
    "guang",
    "hai",
    "jing",
    "lan",
    "ming",
    "ning",
    "qing",
    "rui",
    "shan",
    "tian",
    "wen",
    "xin",
    "yun",
]
EXPERTS = 11
STREETS_PER_COUNTY = 2
SHORT_NAMES = {"秦皇岛经济技术开发区": "开发区", "北戴河新区": "新区", "青龙满族自治县": "青龙"}


@dataclass
class World:
    """Who acts in the demo, found by office. ``password`` is the same for all of this run."""

    tenant: Tenant
    password: str
    city: Membership | None = None
    members: dict[str, Membership] = field(default_factory=dict)
    applicants: dict[str, Membership] = field(default_factory=dict)
    communities: dict[str, Community] = field(default_factory=dict)
    experts: dict[str, Membership] = field(default_factory=dict)
    accounts: list[tuple[str, str, str]] = field(default_factory=list)

    def inside(self):
        """The tenant's transaction: one per act, as a web request has."""
        return tenant_context(self.tenant.pk)

    def officer(self, level: str, community: Community) -> Membership:
        """Who signs for a community at a level of the route."""
        if level == "owners_committee":
            return self.members[f"committee/{community.code}"]
        division = community.division
        while division.level != level:
            division = division.parent
        return self.members[f"{level}/{division.code}"]


def at(text: str) -> datetime:
    """A local moment such as ``2023-09-01 09:00``."""
    return timezone.make_aware(datetime.fromisoformat(text))


def make_password_phrase() -> str:
    """A password to be typed from a screen: five syllables and four digits."""
    return (
        "-".join(secrets.choice(SYLLABLES) for _ in range(5)) + f"-{secrets.randbelow(9000) + 1000}"
    )


def free_slug(wanted: str = SLUG) -> str:
    taken = set(Tenant.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    if wanted not in taken:
        return wanted
    return next(f"{wanted}-{n}" for n in range(2, 10_000) if f"{wanted}-{n}" not in taken)


def build_world(plan: Plan) -> World:
    """Open the tenant and fill it."""
    tenant = create_tenant(
        slug=free_slug(), name=TENANT_NAME, requires_second_factor=False, is_training=True
    )
    world = World(tenant, make_password_phrase())
    with tenant_context(tenant.pk):
        set_clock(at("2023-08-10 09:00"), actor=audit.SYSTEM)
        builder = Builder(world)
        builder.offices()
        neighbourhoods = builder.divisions(plan)
        builder.register(plan, neighbourhoods)
        builder.measure(plan)
        builder.pool()
    return world


class Builder:
    """Makes the world inside the tenant's context."""

    evaluator = "渤海民意调查中心"
    experts = EXPERTS

    def __init__(self, world: World):
        self.world = world
        self.hash = make_password(world.password)

    def member(self, role: Role, organisation: Organisation, login: str, title: str) -> Membership:
        username = f"{login}@{self.world.tenant.slug}"
        user = User.objects.create(username=username, name=title, password=self.hash)
        membership = add_member(actor=audit.SYSTEM, user=user, organisation=organisation, role=role)
        self.world.accounts.append((role.label, username, organisation.name))
        return membership

    def organisation(self, kind, name, division=None) -> Organisation:
        return create_organisation(actor=audit.SYSTEM, kind=kind, name=name, division=division)

    def offices(self) -> None:
        bureau = Organisation.objects.get(kind=OrganisationKind.CITY_BUREAU)
        self.world.city = self.member(Role.CITY_OFFICER, bureau, "city", "物业科经办人")
        self.member(Role.TENANT_ADMIN, bureau, "admin", "系统管理员")
        office = Organisation.objects.get(kind=OrganisationKind.AUDIT_OFFICE)
        self.member(Role.AUDITOR, office, "auditor", "监督员")
        evaluator = self.organisation(OrganisationKind.EVALUATOR, self.evaluator)
        self.world.members["evaluator"] = self.member(
            Role.EVALUATOR, evaluator, "evaluator", "评价员"
        )

    def divisions(self, plan: Plan) -> dict[str, list[Division]]:
        """county name → its neighbourhoods; an office with a member on every level."""
        city = create_division(actor=audit.SYSTEM, level=Level.CITY, code="130300", name="秦皇岛市")
        found: dict[str, list[Division]] = {}
        counties = {one.county: one.code[:6] for one in plan.communities}
        for index, (name, code) in enumerate(counties.items(), 1):
            county = self.division(
                Level.COUNTY, code, name, city, Role.COUNTY_OFFICER,
                OrganisationKind.COUNTY_BUREAU, f"{name}住房和城乡建设局", f"county{index}",
            )  # fmt: skip
            for number in range(1, STREETS_PER_COUNTY + 1):
                short = SHORT_NAMES.get(name, name[:-1])
                street = self.division(
                    Level.STREET, f"{code}{number:03d}", f"{short}{'东西'[number - 1]}街道", county,
                    Role.STREET_OFFICER, OrganisationKind.STREET_OFFICE,
                    f"{short}{'东西'[number - 1]}街道办事处", f"street{index}{number}",
                )  # fmt: skip
                hood = self.division(
                    Level.NEIGHBOURHOOD, f"{code}{number:03d}001", f"{short}{'和平'[number - 1]}苑社区",
                    street, Role.NEIGHBOURHOOD_OFFICER, OrganisationKind.NEIGHBOURHOOD_OFFICE,
                    f"{short}{'和平'[number - 1]}苑社区居委会", f"hood{index}{number}",
                )  # fmt: skip
                found.setdefault(name, []).append(hood)
        return found

    def division(self, level, code, name, parent, role, kind, office, login) -> Division:
        division = create_division(
            actor=audit.SYSTEM, level=level, code=code, name=name, parent=parent
        )
        organisation = self.organisation(kind, office, division)
        self.world.members[f"{level}/{code}"] = self.member(
            role, organisation, login, f"{role.label}经办人"
        )
        return division

    def register(self, plan: Plan, neighbourhoods: dict[str, list[Division]]) -> None:
        """Companies, self-managing bodies, owners' committees and communities."""
        companies: dict[str, Organisation] = {}
        for number, one in enumerate(plan.communities):
            hoods = neighbourhoods[one.county]
            hood = hoods[number % len(hoods)]
            if one.is_self_managed:
                manager = self.organisation(
                    OrganisationKind.SELF_MANAGED, f"{one.name}自管委员会", hood
                )
                self.applicant(manager, f"self{one.order}")
            else:
                if one.company not in companies:
                    serial = len(companies)
                    companies[one.company] = self.company(
                        one.company,
                        social_credit_code(serial),
                        "AAB"[serial % 3],
                        f"company{serial + 1}",
                    )
                manager = companies[one.company]
            self.world.communities[one.code] = self._community(one, hood, manager)

    def company(self, name: str, code: str, grade: str, login: str) -> Organisation:
        company = register_company(actor=self.world.city, name=name, uscc=code, credit_grade=grade)
        self.applicant(company.organisation, login)
        return company.organisation

    def applicant(self, organisation: Organisation, login: str) -> Membership:
        member = self.member(Role.APPLICANT, organisation, login, "申报经办人")
        self.world.applicants[str(organisation.pk)] = member
        return member

    def _community(self, one: CommunityPlan, hood: Division, manager) -> Community:
        committee = None
        if not one.is_self_managed:
            committee = self.organisation(
                OrganisationKind.OWNERS_COMMITTEE, f"{one.name}业主委员会", hood
            )
            self.world.members[f"committee/{one.code}"] = self.member(
                Role.COMMITTEE_OFFICER, committee, f"committee-{one.code}", "业委会主任"
            )
        return create_community(
            actor=self.world.city,
            code=one.code,
            name=one.name,
            address=f"{one.county}{hood.name[:-2]}路 {int(one.code[-3:]) * 7} 号",
            division=hood,
            kind=CommunityKind.SELF_MANAGED if one.is_self_managed else CommunityKind.PROFESSIONAL,
            floor_area=one.floor_area,
            households=one.households,
            built_year=one.built_year,
            managed_by=manager,
            owners_committee=committee,
        )

    def measure(self, plan: Plan) -> None:
        """Measured facts: satisfaction by the evaluator, fee collection by the county."""
        for one in plan.entrants:
            community = self.world.communities[one.code]
            if one.order not in NO_SATISFACTION:
                record_fact(
                    community, actor=self.world.members["evaluator"], metric="satisfaction_rate",
                    value=one.satisfaction, unit="%", period="2023 年上半年",
                    source="第三方入户和电话调查",
                )  # fmt: skip
            if not one.is_self_managed:
                record_fact(
                    community, actor=self.world.officer("county", community),
                    metric="fee_collection_rate", value=one.fee_rate, unit="%",
                    period="2022 年度", source="物业收费台账核查",
                )  # fmt: skip

    def pool(self) -> None:
        pool = Organisation.objects.get(kind=OrganisationKind.EXPERT_POOL)
        for number in range(1, self.experts + 1):
            member = self.member(Role.EXPERT, pool, f"expert{number:02d}", f"评审专家{number:02d}")
            add_expert(
                actor=self.world.city,
                membership=member,
                field=EXPERT_FIELDS[number % len(EXPERT_FIELDS)],
                employer=f"第{number}专家所在单位",
            )
            self.world.experts[str(member.pk)] = member


def social_credit_code(number: int) -> str:
    """An invented code with a right check digit: 9113 03 district, serial, check."""
    body = f"91130300MA0{number:05d}{'A'}"[:17]
    return body + uscc.calc_check_digit(body)

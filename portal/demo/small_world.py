"""The tenant of a smaller campaign: divisions, offices, applicants, the register with its facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from accounts.enums import Level, OrganisationKind, Role
from accounts.models import Division, Membership, Organisation
from accounts.services import create_division, create_tenant
from communities.enums import METRIC_UNITS, CommunityKind
from communities.models import Community
from communities.services import create_community, record_fact
from core import audit
from core.tenancy import tenant_context
from core.training import set_clock
from portal.demo.small_plans import Entrant, SmallPlan
from portal.demo.world import (
    Builder,
    World,
    at,
    free_slug,
    make_password_phrase,
    social_credit_code,
)

KINDS = {
    "owners_committee": OrganisationKind.OWNERS_COMMITTEE,
    "management_committee": OrganisationKind.MANAGEMENT_COMMITTEE,
    "party_branch": OrganisationKind.PARTY_BRANCH,
}
BODIES = {
    "owners_committee": "业主委员会",
    "management_committee": "物业管理委员会",
    "party_branch": "党支部",
}
SOURCES = {
    "satisfaction_rate": "第三方入户和电话调查",
    "complaint_rate": "热线和信访台账",
    "complaint_count": "热线和信访台账",
    "fee_collection_rate": "物业收费台账核查",
    "red_list_count": "物业企业“红榜”公告",
}
OFFICES = {"houma": "侯马市房产服务中心"}


@dataclass
class SmallWorld(World):
    """``entered``: name → (community, the member who applies for it)."""

    entered: dict[str, tuple[Community, Membership]] = field(default_factory=dict)


def build_small_world(plan: SmallPlan, password: str = "") -> SmallWorld:
    """Open the tenant and fill it; everything through the services."""
    tenant = create_tenant(
        slug=free_slug(plan.slug), name=plan.tenant, requires_second_factor=False, is_training=True
    )
    world = SmallWorld(tenant, password or make_password_phrase())
    with tenant_context(tenant.pk):
        set_clock(at(plan.days["start"]), actor=audit.SYSTEM)
        builder = _SmallBuilder(world, plan)
        builder.offices()
        hoods = builder.counties()
        for number, entrant in enumerate(plan.entrants):
            builder.enter(entrant, number, hoods[entrant.county])
        for county, hood in enumerate(hoods):
            builder.others(county, hood)
        if plan.panel:
            builder.pool()
    return world


class _SmallBuilder(Builder):
    """Makes the world inside the tenant's context."""

    evaluator = "城市民意调查中心"

    def __init__(self, world: SmallWorld, plan: SmallPlan):
        super().__init__(world)
        self.plan = plan
        self.experts = plan.panel + 1
        self.companies: list[Organisation] = []

    def counties(self) -> list[Division]:
        """One neighbourhood in one street for each county; the county's office signs."""
        name, code = self.plan.city
        city = create_division(actor=audit.SYSTEM, level=Level.CITY, code=code, name=name)
        found = []
        for number, (name, code, _) in enumerate(self.plan.counties, 1):
            county = self.division(
                Level.COUNTY, code, name, city, Role.COUNTY_OFFICER,
                OrganisationKind.COUNTY_BUREAU,
                OFFICES.get(self.plan.slug, f"{name}住房和城乡建设局"), f"county{number}",
            )  # fmt: skip
            street = create_division(
                actor=audit.SYSTEM, level=Level.STREET, code=f"{code}001", name="中心街道",
                parent=county,
            )  # fmt: skip
            found.append(
                create_division(
                    actor=audit.SYSTEM,
                    level=Level.NEIGHBOURHOOD,
                    code=f"{code}001001",
                    name="和平社区",
                    parent=street,
                )  # fmt: skip
            )
        for number in range(2):
            self.companies.append(self._company(number))
        return found

    def _company(self, number: int) -> Organisation:
        name = f"{('安和', '润泽')[number]}物业服务有限公司"
        return self.company(name, social_credit_code(number), "A", f"company{number + 1}")

    def enter(self, entrant: Entrant, number: int, hood: Division) -> None:
        """Register a community that will apply, the body that applies for it, and its facts."""
        company = self.companies[number % len(self.companies)]
        bodies = {}
        if entrant.kind in KINDS:
            body = self.organisation(
                KINDS[entrant.kind], f"{entrant.name}{BODIES[entrant.kind]}", hood
            )
            bodies[entrant.kind] = body
            applicant = self.applicant(body, f"applicant{number + 1}")
        else:
            applicant = self.world.applicants[str(company.pk)]
        community = self._community(entrant.name, number, hood, company, bodies)
        self.world.entered[entrant.name] = community, applicant
        self._measure(
            community,
            {
                "satisfaction_rate": entrant.satisfaction,
                "complaint_rate": entrant.complaint_rate,
                "complaint_count": entrant.complaint_count,
                "fee_collection_rate": entrant.fee_rate,
                "red_list_count": entrant.red_list,
            },
        )

    def others(self, county: int, hood: Division) -> None:
        """The rest of the county's register: the population that places are taken in."""
        for number, facts in enumerate(self.plan.others(county)):
            community = self._community(
                f"{hood.name[:-2]}{number + 1}号院", 100 + number, hood, self.companies[0], {}
            )
            self._measure(community, facts)

    def _community(self, name, number, hood, company, bodies) -> Community:
        county = hood.code[:6]
        return create_community(
            actor=self.world.city, code=f"{county}-{number + 1:03d}", name=name,
            address=f"和平路 {number * 6 + 8} 号", division=hood,
            kind=CommunityKind.PROFESSIONAL, households=400 + number * 7,
            built_year=2002 + number % 18, managed_by=company, **bodies,
        )  # fmt: skip

    def _measure(self, community: Community, facts: dict[str, str]) -> None:
        for metric, value in facts.items():
            record_fact(
                community, actor=self.world.members["evaluator"], metric=metric,
                value=Decimal(value), unit=METRIC_UNITS.get(metric, "次"), period=f"{self.plan.year} 年",
                source=SOURCES[metric],
            )  # fmt: skip

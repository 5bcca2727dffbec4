"""What the offices owe the city in a campaign, and what they have filed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.enums import OrganisationKind, Role
from accounts.models import Membership, Organisation
from campaigns.definition.head import Deadline
from campaigns.definition.outcome import Obligation
from campaigns.enums import CampaignState
from campaigns.models import Campaign
from core.clock import now
from reviews.models import Filing
from reviews.permissions.sign_offs import LEVEL_OF, ROLE_AT

# level of an obligation → the offices that owe it
KIND_AT = {
    "owners_committee": OrganisationKind.OWNERS_COMMITTEE,
    "neighbourhood": OrganisationKind.NEIGHBOURHOOD_OFFICE,
    "street": OrganisationKind.STREET_OFFICE,
    "county": OrganisationKind.COUNTY_BUREAU,
    "city": OrganisationKind.CITY_BUREAU,
}
OVERSEERS = {Role.CITY_OFFICER, Role.AUDITOR}


@dataclass(frozen=True)
class Due:
    """One obligation of one office: filed or not, in time or late."""

    obligation: Obligation
    deadline: Deadline
    organisation: Organisation
    filing: Filing | None
    cutoff: datetime
    is_late: bool
    """Filed after the deadline, or not filed and the deadline is over."""

    @property
    def status(self) -> str:
        if self.filing:
            return "逾期报送" if self.is_late else "已报送"
        return "逾期未报" if self.is_late else "待报送"

    @property
    def tone(self) -> str:
        if self.is_late:
            return "bad"
        return "ok" if self.filing else "wait"


def campaigns_with_filings(member: Membership) -> list[Campaign]:
    """The campaigns out of draft in which the member owes something or oversees it."""
    found = []
    for campaign in Campaign.objects.exclude(state=CampaignState.DRAFT).order_by("-year", "key"):
        obligations = current_definition(campaign).obligations
        if obligations and (member.role in OVERSEERS or _owed(obligations, member)):
            found.append(campaign)
    return found


def current_definition(campaign: Campaign):
    return campaign.versions.order_by("-number").defer("body").first().definition


def filings_of(campaign: Campaign, member: Membership) -> list[Due]:
    """Every obligation with its office: all for the city and the auditor, the member's own for an
    office that owes; empty for others. Order: obligation, then office."""
    definition = current_definition(campaign)
    oversees = member.role in OVERSEERS
    owed = definition.obligations if oversees else _owed(definition.obligations, member)
    if not owed:
        return []
    offices = Organisation.objects.filter(
        kind__in={KIND_AT[o.owner_level] for o in owed}, is_active=True
    ).order_by("division__path", "name")
    filings = Filing.objects.filter(campaign=campaign, replaced_at=None).select_related(
        "file", "filed_by__user", "organisation"
    )
    if not oversees:
        offices = offices.filter(pk=member.organisation_id)
        filings = filings.filter(organisation=member.organisation_id)
    offices = list(offices)
    known = {(f.obligation, f.organisation_id): f for f in filings}
    moment = timezone.localtime(now())
    return [
        due_of(definition, obligation, office, known.get((obligation.code, office.pk)), moment)
        for obligation in owed
        for office in offices
        if office.kind == KIND_AT[obligation.owner_level]
    ]


def due_of(definition, obligation: Obligation, office, filing, moment: datetime) -> Due:
    """One obligation of one office as it stands at the moment."""
    deadline = definition.deadline(obligation.deadline)
    cutoff = deadline.cutoff(timezone.get_current_timezone())
    reached = filing.filed_at if filing else moment
    return Due(obligation, deadline, office, filing, cutoff, reached >= cutoff)


def count_due(member: Membership) -> int:
    """How many obligations the member's own office has still to file."""
    if LEVEL_OF.get(member.role) is None:
        return 0
    return sum(
        1
        for campaign in Campaign.objects.filter(state=CampaignState.OPEN)
        for due in filings_of(campaign, member)
        if due.filing is None and due.organisation.pk == member.organisation_id
    )


def filing_of(campaign: Campaign, obligation: Obligation, office: Organisation) -> Filing | None:
    """What the office has filed, in its present form."""
    return (
        Filing.objects.filter(
            campaign=campaign, obligation=obligation.code, organisation=office, replaced_at=None
        )
        .select_related("file", "filed_by__user", "filed_by__organisation")
        .first()
    )


def former_filings(filing: Filing):
    """The filings that stood before in the place of this one, newest first."""
    return Filing.objects.filter(
        campaign=filing.campaign_id,
        obligation=filing.obligation,
        organisation=filing.organisation_id,
        replaced_at__isnull=False,
    ).order_by("-filed_at")


def is_over(deadline: Deadline) -> bool:
    """Whether what is filed now is late, and what was filed can no longer be replaced."""
    return now() >= deadline.cutoff(timezone.get_current_timezone())


def outline_text(obligation: Obligation) -> str:
    """The headings with room below them, to begin with."""
    return "".join(f"{title}：\n\n" for title in obligation.outline)


def beyond_outline(obligation: Obligation, text: str) -> str:
    """What is written besides the headings, without blanks."""
    for title in obligation.outline:
        text = text.replace(f"{title}：", "")
    return "".join(text.split())


def visible_filings(member: Membership):
    """The filings whose file the member may open."""
    if member.role in OVERSEERS:
        return Filing.objects.all()
    return Filing.objects.filter(organisation=member.organisation_id)


def _owed(obligations, member: Membership) -> list[Obligation]:
    level = LEVEL_OF.get(member.role)
    return [o for o in obligations if o.owner_level == level]


def owed_now(campaign: Campaign) -> list[tuple[Membership, Deadline]]:
    """The people of every office that has still to file something, with its deadline."""
    definition = current_definition(campaign)
    found = []
    for obligation in definition.obligations:
        filed = Filing.objects.filter(
            campaign=campaign, obligation=obligation.code, replaced_at=None
        )
        people = (
            Membership.objects.filter(
                role=ROLE_AT.get(obligation.owner_level, ""),
                organisation__kind=KIND_AT[obligation.owner_level],
                is_active=True,
                acts_for=None,
            )
            .exclude(organisation__in=filed.values("organisation"))
            .select_related("user", "organisation")
        )
        deadline = definition.deadline(obligation.deadline)
        found += [(member, deadline) for member in people.order_by("created_at", "pk")]
    return found

"""What the offices owe the city in a campaign, and what they have filed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accounts.enums import OrganisationKind, Role
from accounts.models import Membership, Organisation
from campaigns.definition.head import Deadline
from campaigns.definition.outcome import Obligation
from campaigns.enums import CampaignState
from campaigns.models import Campaign
from campaigns.selectors import cutoff_of, office_extensions
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
    extended: datetime | None
    """Until when the city extended the deadline, for everybody or for this office."""
    is_late: bool
    """Filed after the deadline, or not filed (again) and the deadline is over."""
    is_over: bool
    """What is filed now is late, and what was filed can be replaced only if it was returned."""

    @property
    def is_open(self) -> bool:
        """Whether the office has still to file it, for the first time or again."""
        return self.filing is None or self.filing.returned_at is not None

    @property
    def status(self) -> str:
        if self.filing is None:
            return "逾期未报" if self.is_late else "待报送"
        if self.is_open:
            return "逾期未重报" if self.is_late else "退回待重报"
        return "逾期报送" if self.is_late else "已报送"

    @property
    def tone(self) -> str:
        if self.is_late:
            return "bad"
        return "wait" if self.is_open else "ok"

    @property
    def last_day(self) -> date:
        """The day until which the office has to file it now."""
        if self.filing and self.filing.again_by:
            return self.filing.again_by
        if self.extended is None:
            return self.deadline.due
        return timezone.localtime(self.cutoff - timedelta(seconds=1)).date()


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
    moment, extensions = timezone.localtime(now()), office_extensions(campaign)
    return [
        _due(
            definition,
            obligation,
            office,
            known.get((obligation.code, office.pk)),
            moment,
            extensions,
        )
        for obligation in owed
        for office in offices
        if office.kind == KIND_AT[obligation.owner_level]
    ]


def due_of(campaign: Campaign, obligation: Obligation, office: Organisation, filing) -> Due:
    """One obligation of one office as it stands now."""
    moment, extensions = timezone.localtime(now()), office_extensions(campaign)
    return _due(current_definition(campaign), obligation, office, filing, moment, extensions)


def _due(definition, obligation, office, filing, moment: datetime, extensions) -> Due:
    """``cutoff`` is the deadline's, or, once the city has returned what was filed, the end of the
    day that it named; an extension moves the former."""
    deadline = definition.deadline(obligation.deadline)
    found = [extensions.get((deadline.code, whom)) for whom in (None, office.pk)]
    extended = max((until for until in found if until), default=None)
    cutoff = cutoff_of(deadline, extended)
    if filing is not None and filing.again_by is not None:
        again = datetime.combine(filing.again_by + timedelta(days=1), time.min)
        cutoff = timezone.make_aware(again)
    is_filed = filing is not None and filing.returned_at is None
    reached = filing.filed_at if is_filed else moment
    late, over = reached >= cutoff, moment >= cutoff
    return Due(obligation, deadline, office, filing, cutoff, extended, late, over)


def count_due(member: Membership) -> int:
    """How many obligations the member's own office has still to file."""
    if LEVEL_OF.get(member.role) is None:
        return 0
    return sum(
        1
        for campaign in Campaign.objects.filter(state=CampaignState.OPEN)
        for due in filings_of(campaign, member)
        if due.is_open and due.organisation.pk == member.organisation_id
    )


def filing_of(campaign: Campaign, obligation: Obligation, office: Organisation) -> Filing | None:
    """What the office has filed, in its present form."""
    return (
        Filing.objects.filter(
            campaign=campaign, obligation=obligation.code, organisation=office, replaced_at=None
        )
        .select_related(
            "file",
            "filed_by__user",
            "filed_by__organisation",
            "returned_by__user",
            "returned_by__organisation",
        )
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


@dataclass(frozen=True)
class OfficeDues:
    """One office's obligations in the order of the definition."""

    organisation: Organisation
    dues: list[Due]

    @property
    def late(self) -> int:
        return sum(due.is_late for due in self.dues)

    @property
    def open(self) -> int:
        return sum(due.is_open for due in self.dues)


def by_office(dues: list[Due]) -> list[OfficeDues]:
    """Who is late first, then who has still to file; a column per obligation in each row."""
    found: dict = {}
    for due in dues:
        found.setdefault(due.organisation.pk, []).append(due)
    rows = [OfficeDues(each[0].organisation, each) for each in found.values()]
    return sorted(rows, key=lambda row: (-row.late, -row.open))


def joined_outline(outline: Iterable[str], answers: Iterable[str]) -> str:
    """The headings with what was written below each; empty when nothing was."""
    answers = [answer.strip() for answer in answers]
    if not any(answers):
        return ""
    pairs = zip(outline, answers, strict=True)
    return "\n\n".join(f"{title}：\n{answer}".strip() for title, answer in pairs)


def split_outline(outline: Sequence[str], text: str) -> list[str]:
    """What stands below each heading; what stands before the first one goes to the first."""
    answers: list[list[str]] = [[] for _ in outline]
    at = 0
    for line in text.splitlines():
        heading = line.strip().removesuffix("：")
        if line.strip().endswith("：") and heading in outline[at:]:
            at = outline.index(heading, at)
        else:
            answers[at].append(line)
    return ["\n".join(lines).strip() for lines in answers]


def open_headings(obligation: Obligation, text: str) -> list[int]:
    """The places in the outline under which nothing is written."""
    return [
        place for place, answer in enumerate(split_outline(obligation.outline, text)) if not answer
    ]


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

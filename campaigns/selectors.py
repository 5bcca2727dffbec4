"""Reads of campaigns and their calendar."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from accounts.models import Membership
from campaigns.definition import Definition, check_data, load_definition, shipped_definitions
from campaigns.definition.head import Deadline
from campaigns.enums import CampaignState
from campaigns.models import (
    Campaign,
    CampaignVersion,
    DefinitionDraft,
    Extension,
    NoticeImport,
)
from campaigns.permissions import can_edit_drafts, can_see_drafts, can_see_imports

FIRST, LAST = "-year", "key"


def visible_campaigns(member: Membership) -> QuerySet[Campaign]:
    """- everybody: what is open, closed or archived;
    - organisers and auditors: also what is being prepared."""
    campaigns = Campaign.objects.order_by(FIRST, LAST)
    if can_see_drafts(member):
        return campaigns
    return campaigns.exclude(state=CampaignState.DRAFT)


def open_campaigns() -> QuerySet[Campaign]:
    """Campaigns that take dossiers now."""
    return Campaign.objects.filter(state=CampaignState.OPEN).order_by(FIRST, LAST)


def current_version(campaign: Campaign) -> CampaignVersion:
    """The newest version: the one a new dossier is made under."""
    return campaign.versions.order_by("-number")[:1].get()


def current_versions(campaigns) -> dict:
    """Campaign pk → newest version, for a list; one query."""
    newest = (
        CampaignVersion.objects.filter(campaign__in=list(campaigns))
        .order_by("campaign", "-number")
        .distinct("campaign")
    )
    return {version.campaign_id: version for version in newest}


def versions_of(campaign: Campaign) -> QuerySet[CampaignVersion]:
    """All versions, newest first, without their bodies."""
    return (
        campaign.versions.defer("body")
        .select_related("created_by__organisation", "created_by__user")
        .order_by("-number")
    )


@dataclass(frozen=True)
class ChosenDefinition:
    """A definition picked from all that a member may read; None while it has errors."""

    ref: str
    title: str
    definition: Definition | None


def definition_choices(member: Membership) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of (ref, title): versions of visible campaigns; for those who set campaigns up and
    the auditor also what comes with the system; for the former their drafts."""
    versions = (
        CampaignVersion.objects.filter(campaign__in=visible_campaigns(member))
        .defer("body")
        .select_related("campaign")
        .order_by("-campaign__year", "campaign__key", "-number")
    )
    groups = [("本单位的活动", [(_ref(v), _version_title(v)) for v in versions])]
    if can_edit_drafts(member):
        drafts = DefinitionDraft.objects.filter(stored_as=None).order_by("title", "pk")
        rows = [
            (f"draft:{pk}", f"{title}（草稿）") for pk, title in drafts.values_list("pk", "title")
        ]
        groups.append(("草稿", rows))
    if can_see_drafts(member):
        shipped = [(f"shipped:{key}", d.title) for key, d in _shipped().items()]
        groups.append(("随系统提供的方案", shipped))
    return [(title, rows) for title, rows in groups if rows]


def chosen_definition(member: Membership, ref: str) -> ChosenDefinition | None:
    """What a ref of ``definition_choices`` stands for; None when the member may not read it."""
    kind, _, name = ref.partition(":")
    if kind == "version":
        key, _, number = name.rpartition("@")
        if not (number.isascii() and number.isdigit() and len(number) < 7):
            return None
        found = CampaignVersion.objects.filter(
            campaign__in=visible_campaigns(member), campaign__key=key, number=number
        ).select_related("campaign")
        version = found.first()
        return version and ChosenDefinition(ref, _version_title(version), version.definition)
    if kind == "shipped" and can_see_drafts(member) and name in _shipped():
        return ChosenDefinition(ref, _shipped()[name].title, _shipped()[name])
    if kind == "draft" and can_edit_drafts(member) and _is_uuid(name):
        draft = DefinitionDraft.objects.filter(pk=name, stored_as=None).first()
        return draft and ChosenDefinition(ref, f"{draft.title}（草稿）", check_data(draft.body)[0])
    return None


def definition_of_hash(sha256: str) -> Definition | None:
    """One exact definition: a version of any campaign of the tenant, or one of the system's."""
    version = CampaignVersion.objects.filter(sha256=sha256).order_by("created_at").first()
    if version is not None:
        return version.definition
    return next((d for d in _shipped().values() if d.sha256() == sha256), None)


def refining_campaigns(member: Membership, version: CampaignVersion) -> QuerySet[Campaign]:
    """The visible campaigns that refine this definition; none, and no query, when it allows none."""
    if version.definition.refinement is None:
        return Campaign.objects.none()
    return (
        visible_campaigns(member).filter(versions__body__parent__sha256=version.sha256).distinct()
    )


def _ref(version: CampaignVersion) -> str:
    return f"version:{version.campaign.key}@{version.number}"


def _version_title(version: CampaignVersion) -> str:
    return f"{version.campaign.title} 第 {version.number} 版"


@cache
def _shipped() -> dict[str, Definition]:
    return {key: load_definition(path) for key, path in shipped_definitions().items()}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def next_version_number(campaign: Campaign) -> int:
    return campaign.versions.aggregate(last=Max("number"))["last"] + 1


def visible_drafts(member: Membership) -> QuerySet[DefinitionDraft]:
    """Definitions that are or were being written, the last changed first.

    - those who set up campaigns."""
    if not can_edit_drafts(member):
        return DefinitionDraft.objects.none()
    related = ("campaign", "base", "stored_as__campaign", "updated_by__user")
    return DefinitionDraft.objects.select_related(*related).order_by("-updated_at")


def open_drafts(member: Membership) -> QuerySet[DefinitionDraft]:
    """Drafts not yet stored as a version, without their bodies."""
    return visible_drafts(member).filter(stored_as=None).defer("body", "base__body")


def visible_imports(member: Membership) -> QuerySet[NoticeImport]:
    """Annexes of notices that were read, the last changed first.

    - those who set up campaigns, and auditors."""
    if not can_see_imports(member):
        return NoticeImport.objects.none()
    return (
        NoticeImport.objects.select_related("draft", "updated_by__user")
        .defer("draft__body")
        .order_by("-updated_at")
    )


NOBODY_EXTENDED: Mapping[str, datetime] = {}


def extensions_of(campaign: Campaign) -> QuerySet[Extension]:
    """Every extension of a campaign, the newest first."""
    rows = Extension.objects.filter(campaign=campaign).order_by("-granted_at", "-pk")
    return rows.select_related("organisation", "community", "granted_by__user")


def extended_until(
    campaign_id: UUID, deadline: str, *, organisations: Collection[UUID] = (), community_id=None
) -> Extension | None:
    """The extension of one deadline that goes furthest: of the whole campaign, of one of these
    organisations, or of the community."""
    whom = Q(organisation=None, community=None) | Q(organisation__in=list(organisations))
    if community_id:
        whom |= Q(community=community_id)
    rows = Extension.objects.filter(whom, campaign=campaign_id, deadline=deadline)
    return rows.order_by("-until").first()


def general_extensions(campaigns) -> dict[UUID, dict[str, datetime]]:
    """Campaign pk → deadline → until when it was extended for everybody; one query."""
    found: dict[UUID, dict[str, datetime]] = {}
    rows = Extension.objects.filter(
        campaign__in=[campaign.pk for campaign in campaigns], organisation=None, community=None
    )
    for pk, deadline, until in rows.order_by("until").values_list("campaign", "deadline", "until"):
        found.setdefault(pk, {})[deadline] = until
    return found


def office_extensions(campaign: Campaign) -> dict[tuple[str, UUID | None], datetime]:
    """(deadline, organisation; None: everybody) → until when it was extended; one query."""
    rows = Extension.objects.filter(campaign=campaign, community=None).order_by("until")
    return {
        (deadline, office): until
        for deadline, office, until in rows.values_list("deadline", "organisation", "until")
    }


def cutoff_of(deadline: Deadline, extended: datetime | None = None) -> datetime:
    """The first moment that is too late: of the definition, grace included, or as extended."""
    cutoff = deadline.cutoff(timezone.get_default_timezone())
    return max(cutoff, timezone.localtime(extended)) if extended else cutoff


@dataclass(frozen=True)
class DeadlineState:
    """How a deadline stands at a moment. ``state``: before, open, over."""

    deadline: Deadline
    cutoff: datetime
    state: str
    days_left: int
    is_extended: bool = False

    @property
    def words(self) -> str:
        if self.state == "over":
            return "已截止" if self.deadline.enforce else "已过期限，仍可办理"
        if self.state == "before":
            return f"{self.deadline.opens:%Y-%m-%d} 开始"
        return "今天截止" if self.days_left == 0 else f"还有 {self.days_left} 天"

    @property
    def last_moment(self) -> datetime:
        """What people read: the end of the last day rather than midnight of the next."""
        return self.cutoff - timedelta(seconds=1)


def deadline_state(
    deadline: Deadline, now: datetime, extended: datetime | None = None
) -> DeadlineState:
    """``now`` is the tenant's clock (``core.clock.now()``); days are calendar days in its zone.
    ``extended``: until when an extension lets it go on."""
    now = timezone.localtime(now)
    cutoff = cutoff_of(deadline, extended)
    state = "over" if now >= cutoff else "open"
    if deadline.opens and now.date() < deadline.opens:
        state = "before"
    days_left = max((last_day(cutoff) - now.date()).days, 0)
    return DeadlineState(deadline, cutoff, state, days_left, cutoff != cutoff_of(deadline))


def last_day(cutoff: datetime) -> date:
    """The last day before a moment that is too late."""
    return (cutoff - timedelta(microseconds=1)).date()


def deadline_states(
    definition: Definition, now: datetime, extended: Mapping[str, datetime] = NOBODY_EXTENDED
) -> list[DeadlineState]:
    """The calendar in order of time; ``extended``: deadline → until (``general_extensions``)."""
    states = [deadline_state(part, now, extended.get(part.code)) for part in definition.calendar]
    return sorted(states, key=lambda state: state.cutoff)


def next_deadline(
    definition: Definition, now: datetime, extended: Mapping[str, datetime] = NOBODY_EXTENDED
) -> DeadlineState | None:
    """The first deadline that is not over."""
    states = deadline_states(definition, now, extended)
    return next((state for state in states if state.state != "over"), None)

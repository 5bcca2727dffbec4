"""Reads of campaigns and their calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, QuerySet
from django.utils import timezone

from accounts.models import Membership
from campaigns.definition import Definition
from campaigns.definition.head import Deadline
from campaigns.enums import CampaignState
from campaigns.models import Campaign, CampaignVersion, DefinitionDraft
from campaigns.permissions import can_edit_drafts, can_see_drafts

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


def next_version_number(campaign: Campaign) -> int:
    return campaign.versions.aggregate(last=Max("number"))["last"] + 1


def visible_drafts(member: Membership) -> QuerySet[DefinitionDraft]:
    """Definitions being written, the last changed first.

    - those who set up campaigns."""
    if not can_edit_drafts(member):
        return DefinitionDraft.objects.none()
    return (
        DefinitionDraft.objects.filter(stored_as=None)
        .select_related("campaign", "base", "updated_by__organisation", "updated_by__user")
        .order_by("-updated_at")
    )


@dataclass(frozen=True)
class DeadlineState:
    """How a deadline stands at a moment. ``state``: before, open, over."""

    deadline: Deadline
    cutoff: datetime
    state: str
    days_left: int

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


def deadline_state(deadline: Deadline, now: datetime) -> DeadlineState:
    """``now`` is the tenant's clock (``core.clock.now()``); days are calendar days in its zone."""
    now = timezone.localtime(now)
    cutoff = deadline.cutoff(now.tzinfo)
    state = "over" if now >= cutoff else "open"
    if deadline.opens and now.date() < deadline.opens:
        state = "before"
    return DeadlineState(deadline, cutoff, state, max((_last_day(cutoff) - now.date()).days, 0))


def _last_day(cutoff: datetime) -> date:
    return (cutoff - timedelta(microseconds=1)).date()


def deadline_states(definition: Definition, now: datetime) -> list[DeadlineState]:
    """The calendar in order of time."""
    states = [deadline_state(deadline, now) for deadline in definition.calendar]
    return sorted(states, key=lambda state: state.cutoff)


def next_deadline(definition: Definition, now: datetime) -> DeadlineState | None:
    """The first deadline that is not over."""
    states = deadline_states(definition, now)
    return next((state for state in states if state.state != "over"), None)

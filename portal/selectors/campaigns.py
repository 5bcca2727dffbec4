"""Which campaign the pages of the shell mean, and how long until its next deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, Value, When
from django.utils import timezone

from accounts.models import Membership
from campaigns.definition import Definition
from campaigns.enums import CampaignState
from campaigns.models import Campaign
from campaigns.selectors import (
    DeadlineState,
    current_versions,
    general_extensions,
    next_deadline,
    open_campaigns,
    visible_campaigns,
)
from core.working_days import WorkingDays

_OPEN_FIRST = Case(
    When(state=CampaignState.OPEN, then=Value(0)),
    When(state=CampaignState.CLOSED, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def current_campaign(member: Membership) -> Campaign | None:
    """The campaign that pages without one mean: the newest open one, else the newest closed,
    else the newest. One query."""
    return visible_campaigns(member).order_by(_OPEN_FIRST, "-year", "-created_at").first()


@dataclass(frozen=True)
class Countdown:
    """An open campaign and its next deadline; ``working_days`` from tomorrow to its last day."""

    campaign: Campaign
    definition: Definition
    deadline: DeadlineState | None
    working_days: int | None


def countdowns(moment: datetime) -> list[Countdown]:
    """Every open campaign, the newest first. Four queries."""
    campaigns = list(open_campaigns())
    versions, extended = current_versions(campaigns), general_extensions(campaigns)
    found, today = [], timezone.localdate(moment)
    for campaign in campaigns:
        definition = versions[campaign.pk].definition
        following = next_deadline(definition, moment, extended.get(campaign.pk, {}))
        found.append((campaign, definition, following))
    last = {c.pk: timezone.localdate(d.last_moment) for c, _, d in found if d and d.state == "open"}
    calendar = WorkingDays(today, max(last.values())) if last else None
    return [
        Countdown(*row, calendar.between(today, last[row[0].pk]) if row[0].pk in last else None)
        for row in found
    ]

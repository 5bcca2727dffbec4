"""The pieces a home page is made of, in words and addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from campaigns.definition import Definition
from campaigns.models import Campaign
from core.models import Tenant
from portal.selectors.campaigns import Countdown

CARD_ORDER = ("todo", "done", "started")
SHOWN = 8  # rows of a list on the home page


@dataclass(frozen=True)
class Entry:
    """One row: what, a line about it, its state, and when. ``days`` is how long it has waited."""

    title: str
    url: str = ""
    note: str = ""
    status: str = ""
    at: datetime | None = None
    days: int | None = None
    due: date | None = None
    is_overdue: bool = False


@dataclass(frozen=True)
class Empty:
    """What an empty list says, and the next step where there is one."""

    title: str
    text: str
    url: str = ""
    label: str = ""


@dataclass(frozen=True)
class WorkList:
    """待办, 已办 or 我发起的. ``is_waiting``: the rows wait for somebody, the others are past."""

    code: str
    title: str
    count: int
    entries: list[Entry]
    empty: Empty
    url: str = ""
    unit: str = "件"
    hint: str = ""
    is_waiting: bool = False
    status_label: str = "状态"

    @property
    def card(self) -> dict:
        """The list as a figure of ``components/stat_cards.html``."""
        card = {"title": self.title, "value": self.count, "unit": self.unit}
        card["url"] = f"#{self.code}"
        if self.hint:
            card["hint"] = self.hint
        if self.code == "todo" and self.count:
            card["tone"] = "wait"
        return card


@dataclass(frozen=True)
class Panel:
    """A box beside the lists: meters, tasks, rows, a chart or a sentence, and where to go on."""

    code: str
    title: str
    url: str = ""
    link: str = "查看"
    meters: list[dict] = field(default_factory=list)
    tasks: list[dict] = field(default_factory=list)
    rows: list[dict] = field(default_factory=list)
    chart: dict | None = None
    text: str = ""
    note: str = ""


def meter(label: str, value: int, fewest=None, most=None, unit="个", total=None) -> dict:
    """A count for ``components/meter.html``."""
    return {
        "label": label, "value": value, "minimum": fewest, "maximum": most, "unit": unit,
        "total": total,
    }  # fmt: skip


@dataclass(frozen=True)
class Bench:
    """A home page: lists, figures of its own beside theirs, panels below and at the side."""

    lists: list[WorkList]
    cards: list[dict] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    side: list[Panel] = field(default_factory=list)

    @property
    def all_cards(self) -> list[dict]:
        """待办, 已办, 我发起的 in this order everywhere; the lists show what is open first."""
        lists = sorted(self.lists, key=lambda one: CARD_ORDER.index(one.code))
        return [one.card for one in lists] + self.cards


@dataclass(frozen=True)
class Desk:
    """Who looks, where and when (the tenant's clock), and which campaigns are open."""

    tenant: Tenant
    member: Membership
    moment: datetime
    countdowns: list[Countdown]

    def url(self, name: str, *values: Any) -> str:
        return reverse(name, args=[self.tenant.slug, *values])

    def days_since(self, at: datetime) -> int:
        """Calendar days that lie between; 0 for today."""
        return max((timezone.localdate(self.moment) - timezone.localdate(at)).days, 0)

    @property
    def campaign(self) -> Campaign | None:
        """The newest open campaign: the one the figures of the page are about."""
        return self.countdowns[0].campaign if self.countdowns else None

    @property
    def definition(self) -> Definition | None:
        return self.countdowns[0].definition if self.countdowns else None

    def due(self, definition: Definition, step: str) -> dict:
        """``due`` and ``is_overdue`` of an entry that waits at a step."""
        deadline = definition.step(step).deadline if step else ""
        if not deadline:
            return {}
        part = definition.deadline(deadline)
        cutoff = part.cutoff(timezone.get_current_timezone())
        return {"due": part.due, "is_overdue": self.moment >= cutoff}

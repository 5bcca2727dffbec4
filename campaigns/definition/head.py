"""Who and when: levels, tracks, calendar, notes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal

from pydantic import Field, model_validator

from campaigns.schema import Code, Part, Title, policy

ApplicantKind = Literal[
    "property_company",
    "self_managed",
    "neighbourhood",
    "party_branch",
    "owners_committee",
    "management_committee",
]


class Window(Part):
    """A span of days; either end may be open."""

    since: date | None = None
    until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.since and self.until and self.since > self.until:
            raise ValueError("起始日期晚于截止日期")
        return self

    def covers(self, day: date) -> bool:
        """Whether the day lies in the window, ends included."""
        return (not self.since or day >= self.since) and (not self.until or day <= self.until)


class Note(Part):
    """A contradiction or gap of the notice, told where it bites (`where`: paths or codes)."""

    code: Code
    title: Title
    text: str = Field(min_length=1)
    where: tuple[str, ...] = ()
    to_confirm: bool = Field(
        False, title="待确认", description="由上一年度方案沿用，须对照新方案确认"
    )


class Parent(Part):
    """The definition that this one refines: one exact version of it."""

    key: Code
    title: Title
    sha256: str = Field(title="校验值", pattern=r"^[0-9a-f]{64}$")


Refinable = Literal[
    "items", "points", "criteria", "evidence", "materials", "calendar", "requirements",
    "obligations",
]  # fmt: skip


class Refinement(Part):
    """What a lower level may refine in its own definition; everything else is locked."""

    level: str
    allows: tuple[Refinable, ...] = Field(title="可以细化的内容", min_length=1)


class Level(Part):
    """One rung of the ladder. `may_be_absent`: estates may lack this body."""

    code: Code
    title: Title
    body: Title
    may_be_absent: bool = False
    outside: bool = Field(False, description="不在系统内的上级，只记录其结果")
    names: tuple[str, ...] = Field((), description="本级的全部区划或单位名称；空为不列举")


class Track(Part):
    """A category of applicant."""

    code: Code
    title: Title
    applicant_kinds: tuple[ApplicantKind, ...] = Field(min_length=1)


class Deadline(Part):
    """A named deadline; the cut-off is the end of the day unless a time is given."""

    code: Code
    title: Title
    due: date
    at: time | None = Field(None, description="截止时刻；空为当日结束")
    opens: date | None = None
    owner_level: str
    grace_minutes: int = policy(
        0, "方案未规定宽限，系统默认不宽限", when=("enforce", True), ge=0, le=10080
    )
    enforce: bool = policy(True, "方案未规定逾期是否受理，系统默认逾期不再受理")

    @model_validator(mode="after")
    def _opens_before_due(self) -> Deadline:
        if self.opens and self.opens > self.due:
            raise ValueError("开始日期晚于截止日期")
        return self

    def cutoff(self, zone: tzinfo) -> datetime:
        """The first moment that is too late, grace included."""
        if self.at is None:
            moment = datetime.combine(self.due + timedelta(days=1), time.min, zone)
        else:
            moment = datetime.combine(self.due, self.at, zone)
        return moment + timedelta(minutes=self.grace_minutes)

    def is_open(self, now: datetime) -> bool:
        """Whether `now` (aware) lies between opening and cut-off."""
        if self.opens and now.date() < self.opens:
            return False
        return not self.enforce or now < self.cutoff(now.tzinfo)

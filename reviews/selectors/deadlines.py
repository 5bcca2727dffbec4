"""Until when a dossier may be submitted, as its definition says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from campaigns.definition import Definition
from campaigns.definition.head import Deadline


@dataclass(frozen=True)
class Cutoff:
    """``until`` is the first moment that is too late, ``None`` where nothing is enforced."""

    deadline: Deadline | None
    until: datetime | None

    @property
    def unstated(self) -> str:
        """Why it is the applicants' deadline although the notice names another owner."""
        if self.deadline is None or self.deadline.owner_level == "applicant":
            return ""
        return f"方案未规定申报单位的截止时间，系统默认按“{self.deadline.title}”的期限执行"

    @property
    def words(self) -> str:
        """``2023年10月30日 24:00``; with a grace period the moment it ends."""
        due = self.deadline.due
        text = f"{due.year}年{due.month}月{due.day}日"
        text += f" {self.deadline.at:%H:%M}" if self.deadline.at else " 24:00"
        if self.deadline.grace_minutes:
            text += f"（另有 {self.deadline.grace_minutes} 分钟宽限）"
        return text


def submission_deadline(definition: Definition) -> Deadline | None:
    """The applicants' own deadline, else that of the first step of the route that has one: what
    the county must have finished by then cannot come in later."""
    for deadline in definition.calendar:
        if deadline.owner_level == "applicant":
            return deadline
    for step in definition.route:
        if step.deadline:
            return definition.deadline(step.deadline)
    return None


def submission_cutoff(definition: Definition) -> Cutoff:
    deadline = submission_deadline(definition)
    if deadline is None or not deadline.enforce:
        return Cutoff(deadline, None)
    return Cutoff(deadline, deadline.cutoff(timezone.get_default_timezone()))

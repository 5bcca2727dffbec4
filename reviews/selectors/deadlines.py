"""Until when something may be done to a dossier: as its definition says, or as it was extended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from accounts.models import Membership
from campaigns.definition import Definition
from campaigns.definition.head import Deadline
from campaigns.definition.route import Step
from campaigns.models import Campaign, Extension
from campaigns.selectors import cutoff_of, extended_until
from core.wording import cn_date
from reviews.models import Dossier


@dataclass(frozen=True)
class Cutoff:
    """``until`` is the first moment that is too late, ``None`` where nothing is enforced;
    ``extension`` what moved it there."""

    deadline: Deadline | None
    until: datetime | None
    extension: Extension | None = None

    @property
    def unstated(self) -> str:
        """Why it is the applicants' deadline although the notice names another owner."""
        if self.deadline is None or self.deadline.owner_level == "applicant":
            return ""
        return f"方案未规定申报单位的截止时间，系统默认按“{self.deadline.title}”的期限执行"

    @property
    def since(self) -> datetime | None:
        """The first moment at which it may be done; ``None`` where the notice names none."""
        if self.deadline is None or self.deadline.opens is None:
            return None
        zone = timezone.get_default_timezone()
        return datetime.combine(self.deadline.opens, time.min, zone)

    @property
    def words(self) -> str:
        """``2023年10月30日 24:00``; with a grace period the moment it ends."""
        if self.extension:
            return f"{moment_words(self.extension.until)}（已延期）"
        due = self.deadline.due
        text = f"{due.year}年{due.month}月{due.day}日"
        text += f" {self.deadline.at:%H:%M}" if self.deadline.at else " 24:00"
        if self.deadline.grace_minutes:
            text += f"（另有 {self.deadline.grace_minutes} 分钟宽限）"
        return text

    def why_late(self, at: datetime) -> dict:
        """What let an act at ``at`` through although the day of the definition was over: for the
        record; empty when it was in time anyway."""
        if self.deadline is None or not self.deadline.enforce:
            return {}
        grace = timedelta(minutes=self.deadline.grace_minutes)
        regular = cutoff_of(self.deadline)
        if at < regular - grace:
            return {}
        if at < regular:
            return {"deadline": self.deadline.code, "grace_minutes": self.deadline.grace_minutes}
        extension = self.extension and str(self.extension.pk)
        return {"deadline": self.deadline.code, "extension": extension, "until": self.until}


def moment_words(until: datetime) -> str:
    """``2023年10月30日 24:00`` for the first moment that is too late."""
    local = timezone.localtime(until)
    if (local.hour, local.minute) == (0, 0):
        return f"{cn_date(local.date() - timedelta(days=1))} 24:00"
    return f"{cn_date(local.date())} {local:%H:%M}"


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


def submission_cutoff(
    definition: Definition, campaign: Campaign, dossier: Dossier | None = None
) -> Cutoff:
    """Until when a dossier may come in: this one, or any new one."""
    organisations = [dossier.applicant_id] if dossier else []
    community = dossier.community_id if dossier else None
    return _cutoff(submission_deadline(definition), campaign.pk, organisations, community)


def step_cutoff(dossier: Dossier, step: Step, member: Membership | None = None) -> Cutoff:
    """Until when the step may be done, by the member's office."""
    deadline = dossier.version.definition.deadline(step.deadline) if step.deadline else None
    organisations = [dossier.applicant_id]
    if member:
        organisations.append(member.organisation_id)
    return _cutoff(deadline, dossier.campaign_id, organisations, dossier.community_id)


def _cutoff(deadline: Deadline | None, campaign_id, organisations, community_id) -> Cutoff:
    if deadline is None:
        return Cutoff(None, None)
    extension = extended_until(
        campaign_id, deadline.code, organisations=organisations, community_id=community_id
    )
    if extension and extension.until <= cutoff_of(deadline):
        extension = None  # the definition itself was changed to a later day
    if not deadline.enforce:
        return Cutoff(deadline, None, extension)
    return Cutoff(deadline, cutoff_of(deadline, extension and extension.until), extension)

"""Deadlines: an act at a step in its time, and letting a deadline end later."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Membership, Organisation
from campaigns.definition.route import Step
from campaigns.models import Campaign, Extension
from campaigns.permissions import can_extend_deadlines
from campaigns.selectors import current_version, cutoff_of, extended_until
from communities.models import Community
from core import audit
from core.clock import moment, now
from core.errors import Conflict, Refused
from reviews.models import Dossier
from reviews.selectors.deadlines import moment_words, step_cutoff
from reviews.services.announcements import plan_extension_news

LEAST_REASON, MOST_REASON = 5, 200
MOST_DAYS = 366


def check_deadline(
    dossier: Dossier, step: Step, member: Membership | None = None, at: datetime | None = None
) -> None:
    """Refuse an act at a step outside its time; ``at`` is the tenant's now, if known. What the
    definition allows costs no query."""
    if not step.deadline:
        return
    deadline = dossier.version.definition.deadline(step.deadline)
    at = timezone.localtime(at or now())
    if deadline.is_open(at):
        return
    if deadline.opens and at.date() < deadline.opens:
        raise Refused(f"「{deadline.title}」从 {deadline.opens} 开始，现在还不能办理。")
    cutoff = step_cutoff(dossier, step, member)
    if at >= cutoff.until:
        raise Refused(
            f"「{deadline.title}」已于 {cutoff.words} 截止，不能再办理。如确需补办，请联系活动组织单位。"
        )


def claim_in_time(dossier: Dossier, step: Step, *, actor: Membership) -> None:
    """Take the locked dossier for an act at ``step``: one statement tests state, step and time by
    the database's own clock. An act that only grace or an extension allows is recorded as such."""
    cutoff = step_cutoff(dossier, step, actor)
    mine = Dossier.objects.filter(pk=dossier.pk, state=dossier.state, step=dossier.step)
    if cutoff.until:
        mine = mine.alias(moment=moment()).filter(moment__lt=cutoff.until)
    if cutoff.since:
        mine = mine.alias(moment=moment()).filter(moment__gte=cutoff.since)
    if not mine.update(lock_version=F("lock_version")):
        check_deadline(dossier, step, actor)
        raise Conflict("办理期间状态有变化，请刷新页面。")
    if why := cutoff.why_late(now()):
        audit.record(actor, "deadline.late_act", dossier, step=step.code, **why)


@transaction.atomic
def extend_deadline(
    campaign: Campaign,
    deadline: str,
    *,
    until: datetime,
    reason: str,
    organisation: Organisation | None = None,
    community: Community | None = None,
    actor: Membership,
) -> Extension:
    """Let a deadline of the calendar end later: for the whole campaign, or as an exception for one
    organisation or one community. ``until``: the first moment that is too late.

    Raises PermissionDenied, ValidationError by field, Refused.
    """
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if not can_extend_deadlines(actor, campaign):
        raise PermissionDenied
    calendar = current_version(campaign).definition.calendar
    part = next((each for each in calendar if each.code == deadline), None)
    if part is None:
        raise ValidationError({"deadline": "请选择方案中的一个时限。"})
    errors = {}
    if organisation and community:
        errors["community"] = "单位和小区只能选一个。"
    if not LEAST_REASON <= len(reason := reason.strip()) <= MOST_REASON:
        errors["reason"] = (
            f"请写明延期的理由，{LEAST_REASON} 至 {MOST_REASON} 个字，它会告知有关单位。"
        )
    present = extended_until(
        campaign.pk, deadline, community_id=community and community.pk,
        organisations=[organisation.pk] if organisation else [],
    )  # fmt: skip
    ends = cutoff_of(part, present and present.until)
    at = now()
    if until <= ends:
        errors["until"] = f"现在的截止时间是 {moment_words(ends)}，新的时间要比它晚。"
    elif until <= at:
        errors["until"] = "新的截止时间已经过去，请改正。"
    elif (until - at).days > MOST_DAYS:
        errors["until"] = "一次最多延长一年，请核对年份。"
    if errors:
        raise ValidationError(errors)
    row = Extension.objects.create(
        campaign=campaign, deadline=deadline, organisation=organisation, community=community,
        until=until, reason=reason, granted_by=actor, granted_at=at,
    )  # fmt: skip
    audit.record(
        actor, "deadline.extended", row, campaign=campaign.key, deadline=deadline, whom=row.whom,
        former=ends, until=until, reason=reason,
    )  # fmt: skip
    plan_extension_news(row)
    return row

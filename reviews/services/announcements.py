"""News of dossiers and deadlines for the people they concern.

The job is written in the transaction of the act: rolled back, nobody hears of it. It finds the
people, and ``messaging`` tells each of them once.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from campaigns.definition.head import Deadline
from campaigns.models import Campaign, Extension
from campaigns.selectors import current_version, cutoff_of, extended_until, last_day, open_campaigns
from core import audit
from core.clock import now
from core.jobs import db_now, enqueue_job
from core.working_days import WorkingDays
from messaging.enums import Event
from messaging.selectors import plan_of
from messaging.services.telling import News, tell
from reviews.enums import DossierState, Outcome
from reviews.models import Dossier
from reviews.permissions.dossiers import EDITABLE_STATES
from reviews.selectors.deadlines import Cutoff, moment_words, step_cutoff, submission_cutoff
from reviews.selectors.filings import owed_now
from reviews.selectors.recipients import applicants_of, officers_at, people_of_extension
from reviews.selectors.work_list import OFFICE_STEPS

ANNOUNCE_MOVE = "reviews.announce_move"
ANNOUNCE_EXTENSION = "reviews.announce_extension"
REMIND = "reviews.remind"
REMIND_AT = time(8, 5)
HORIZON = timedelta(days=60)  # what is further away is not near
TOLD_STEPS = OFFICE_STEPS | {"selection"}
RESULTS = {DossierState.AWARDED, DossierState.NOT_AWARDED}
S = DossierState


def plan_announcement(dossier: Dossier, former: str) -> None:
    """Called by the move itself, in its transaction."""
    enqueue_job(
        ANNOUNCE_MOVE,
        {
            "dossier": str(dossier.pk), "former": former, "state": dossier.state,
            "step": dossier.step, "moved_at": dossier.waiting_since.isoformat(),
        },
        actor=audit.SYSTEM,
        label=f"通知{dossier.number}的有关人员",
    )  # fmt: skip


def plan_extension_news(extension: Extension) -> None:
    enqueue_job(
        ANNOUNCE_EXTENSION, {"extension": str(extension.pk)}, actor=audit.SYSTEM,
        label="通知延期的有关人员", key=f"{ANNOUNCE_EXTENSION}:{extension.pk}",
    )  # fmt: skip


def plan_reminders() -> None:
    """Let the next morning's look at the deadlines happen; asked for twice it happens once."""
    moment = timezone.localtime(db_now())
    at = datetime.combine(moment.date(), REMIND_AT, moment.tzinfo)
    if at <= moment:
        at += timedelta(days=1)
    enqueue_job(
        REMIND, {}, actor=audit.SYSTEM, label="提醒临近截止的事项",
        key=f"{REMIND}:{at:%Y%m%d}", at=at,
    )  # fmt: skip


@transaction.atomic
def announce_move(payload: dict) -> int:
    """Tell of one move of a dossier; how many people."""
    related = ("campaign", "version", "applicant", "revision", "community__division",
               "community__county")  # fmt: skip
    dossier = Dossier.objects.select_related(*related).get(pk=payload["dossier"])
    state, former = payload["state"], payload["former"]
    told = 0
    for event, members in _audience(dossier, state, payload["step"], former):
        source = f"{dossier.pk}:{payload['moved_at']}"
        to_office = event == Event.ARRIVED
        path = _page("reviews:sign_off" if to_office else "reviews:dossier_detail", dossier.pk)
        values = _values(dossier, payload["step"], state)
        told += len(tell(News(event, source, dossier.campaign, path, values), members))
        plan_reminders()
    return told


def _audience(dossier: Dossier, state: str, code: str, former: str):
    """(event, members) of a move."""
    if state == S.RETURNED:
        yield Event.RETURNED, applicants_of(dossier)
    elif state == S.REFUSED:
        yield Event.REFUSED, applicants_of(dossier)
    elif state in RESULTS:
        yield Event.PUBLISHED, applicants_of(dossier)
    elif state == S.LISTED and former != S.LISTED:
        yield Event.LISTED, applicants_of(dossier)
    if former in EDITABLE_STATES:
        yield Event.SUBMITTED, applicants_of(dossier)
    step = _step(dossier, code)
    if step and step.type in TOLD_STEPS:
        yield Event.ARRIVED, officers_at(dossier, step)


def _step(dossier: Dossier, code: str):
    route = dossier.version.definition.route
    return next((step for step in route if step.code == code), None)


def _values(dossier: Dossier, code: str, state: str) -> dict[str, str]:
    step = _step(dossier, code)
    if state in EDITABLE_STATES:
        cutoff = submission_cutoff(dossier.version.definition, dossier.campaign, dossier)
    else:
        cutoff = step_cutoff(dossier, step) if step else Cutoff(None, None)
    last = (
        dossier.sign_offs.filter(outcome__in=[Outcome.RETURN, Outcome.REFUSE])
        .select_related("organisation")
        .order_by("-signed_at")
        .first()
    )
    return {
        "活动": dossier.campaign.title,
        "小区": dossier.community.name,
        "编号": dossier.number,
        "申报单位": dossier.applicant.name,
        "环节": step.title if step else S(state).label,
        "期限": cutoff.words if cutoff.deadline else "方案没有规定",
        "回执号": dossier.revision.receipt if dossier.revision else "",
        "办理单位": last.organisation.name if last and last.organisation else "",
        "意见": last.opinion if last else "",
        "结果": S(state).label,
    }


@transaction.atomic
def announce_extension(payload: dict) -> int:
    extension = Extension.objects.select_related("campaign", "organisation", "community").get(
        pk=payload["extension"]
    )
    campaign = extension.campaign
    calendar = current_version(campaign).definition.calendar
    titles = {part.code: part.title for part in calendar}
    values = {
        "活动": campaign.title,
        "时限": titles.get(extension.deadline, extension.deadline),
        "期限": moment_words(extension.until),
        "范围": extension.whom,
        "理由": extension.reason,
    }
    path = _page("campaigns:campaign_detail", campaign.key)
    news = News(Event.EXTENDED, str(extension.pk), campaign, path, values)
    return len(tell(news, people_of_extension(extension)))


@transaction.atomic
def remind() -> int:
    """Tell everybody once for each of the plan's days before a deadline what is not done yet; a
    day on which this did not run is made up for by the next. Plans the next morning's."""
    told = sum(_remind(campaign) for campaign in open_campaigns())
    plan_reminders()
    return told


def _remind(campaign: Campaign) -> int:
    moment = timezone.localtime(now())
    open_work: Counter[tuple[Membership, Deadline, datetime]] = Counter()
    for member, deadline, until in _unfinished(campaign):
        if moment < until < moment + HORIZON:
            open_work[member, deadline.code, until] += 1
    calendar = WorkingDays(moment.date(), moment.date() + HORIZON)
    days, told = plan_of(campaign).reminder_days, 0
    titles = {part.code: part.title for part in current_version(campaign).definition.calendar}
    for (member, code, until), count in open_work.items():
        left = calendar.between(moment.date(), last_day(timezone.localtime(until)))
        reached = [day for day in days if left <= day]
        if not reached:
            continue
        values = {
            "活动": campaign.title, "时限": titles.get(code, code), "期限": moment_words(until),
            "天数": str(left), "件数": str(count),
        }  # fmt: skip
        source = f"{campaign.pk}:{code}:{until.isoformat()}:{min(reached)}"
        told += len(tell(News(Event.NEAR, source, campaign, "", values), [member]))
    audit.record(audit.SYSTEM, "deadline.watched", campaign, told=told)
    return told


def _unfinished(campaign: Campaign):
    """(member, deadline, the first moment that is too late) of every piece of open work."""
    related = ("campaign", "version", "applicant", "community__division")
    dossiers = Dossier.objects.filter(campaign=campaign).select_related(*related).defer("draft")
    for dossier in dossiers.filter(state__in=EDITABLE_STATES).order_by("pk"):
        cutoff = submission_cutoff(dossier.version.definition, campaign, dossier)
        for member in applicants_of(dossier) if cutoff.deadline else ():
            yield member, cutoff.deadline, _end(cutoff)
    for dossier in dossiers.filter(state=S.IN_REVIEW).order_by("pk"):
        step = _step(dossier, dossier.step)
        if step is None or not step.deadline:
            continue
        for member in officers_at(dossier, step):
            cutoff = step_cutoff(dossier, step, member)
            yield member, cutoff.deadline, _end(cutoff)
    for member, deadline in owed_now(campaign):
        extension = extended_until(
            campaign.pk, deadline.code, organisations=[member.organisation_id]
        )
        yield member, deadline, cutoff_of(deadline, extension and extension.until)


def _end(cutoff: Cutoff) -> datetime:
    return cutoff_of(cutoff.deadline, cutoff.extension and cutoff.extension.until)


def _page(name: str, *values) -> str:
    """The address of a page inside its tenant."""
    return reverse(name, args=["-", *values]).removeprefix("/-/")

"""Every write of publications: list, release, objections, announcement.

公示 → objections → 公布. What is released is frozen: the entries are a copy, not a query.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Membership
from campaigns.definition import Definition
from campaigns.models import Campaign
from core import audit, clock
from core.counters import next_number
from core.errors import Conflict, Refused
from core.jobs import enqueue_job
from publications import selectors, wording
from publications.enums import NoticeKind, NoticeState, ObjectionState
from publications.models import Notice, Objection
from publications.periods import last_day
from publications.permissions import can_prepare_notice
from reviews.enums import DossierState
from reviews.models import Dossier
from reviews.services.route import enter_step, lock_dossiers
from scoring.enums import DecisionOutcome
from scoring.models import Decision


@transaction.atomic
def prepare_notice(campaign: Campaign, *, actor) -> Notice:
    """Draft the 公示 from the city's decisions; every ranked dossier must have one."""
    _must_publish(actor)
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if Notice.objects.filter(campaign=campaign, kind=NoticeKind.PUBLIC_NOTICE).exists():
        raise Conflict("这次活动的公示已经拟好，请在公示公布列表中打开。")
    decisions = list(selectors.winning_decisions(campaign))
    if not decisions:
        raise Refused("还没有审定拟入选的小区，请先完成审定，再拟公示。")
    open_dossiers = Dossier.objects.filter(
        campaign=campaign, state__in=[DossierState.SCORING, DossierState.DECISION]
    )
    undecided = open_dossiers.exclude(decisions__isnull=False).count()
    if undecided:
        raise Refused(f"还有 {undecided} 卷材料没有审定结论，请先逐卷审定，再拟公示。")
    definition = decisions[0].dossier.version.definition
    notice = Notice.objects.create(
        created_at=clock.now(),
        campaign=campaign,
        kind=NoticeKind.PUBLIC_NOTICE,
        ranking_id=decisions[0].ranking_row.ranking_id,
        entries=[_entry(decision, definition) for decision in decisions],
        is_public=definition.disclosure == "public",
        takes_objections=definition.publication.objections,
        **wording.public_notice(campaign, definition, len(decisions)),
    )
    audit.record(actor, "notice.prepared", notice, kind=notice.kind, entries=len(decisions))
    return notice


def _entry(decision: Decision, definition: Definition) -> dict:
    """What the notice shows of a winner: only what the definition says is shown."""
    dossier, row = decision.dossier, decision.ranking_row
    shown = {
        "name": dossier.community.name,
        "county": dossier.community.county.name,
        "company": dossier.applicant.name,
        "track": definition.track(dossier.track).title,
        "total": str(row.total),
        "rank": row.rank,
    }
    entry = {key: shown[key] for key in definition.publication.shows}
    return {"dossier": str(dossier.pk), "name": dossier.community.name} | entry


@transaction.atomic
def edit_notice(notice: Notice, *, actor, title: str, number: str, body: str) -> Notice:
    """Change the wording of a draft; the list itself comes from the decisions."""
    _must_publish(actor)
    notice = _locked(notice)
    _must_be_draft(notice)
    notice.title, notice.number, notice.body = title, number, body
    notice.save(update_fields=["title", "number", "body"])
    audit.record(actor, "notice.edited", notice, title=title, number=number)
    return notice


@transaction.atomic
def release_notice(notice: Notice, *, actor) -> Notice:
    """Publish in one act: the page, the states of the dossiers, and the job of the PDF."""
    _must_publish(actor)
    notice = _locked(notice)
    _must_be_draft(notice)
    definition = _definition(notice)
    notice.state = NoticeState.RELEASED
    notice.released_by_id, notice.released_at = actor.id, clock.now()
    notice.starts_on = clock.today()
    if notice.kind == NoticeKind.PUBLIC_NOTICE:
        publication = definition.publication
        notice.ends_on = last_day(notice.starts_on, publication.notice_days, publication.day_kind)
    notice.save()
    _move_dossiers(notice, definition, actor)
    enqueue_job(
        "publications.render_notice",
        {"notice": str(notice.pk)},
        actor=actor,
        label=f"生成《{notice.title}》",
        key=f"notice:{notice.pk}:release",
    )
    audit.record(
        actor, "notice.released", notice,
        starts_on=notice.starts_on, ends_on=notice.ends_on, entries=notice.entries,
    )  # fmt: skip
    return notice


def _move_dossiers(notice: Notice, definition: Definition, actor) -> None:
    listed = {entry["dossier"] for entry in notice.entries}
    if notice.kind == NoticeKind.PUBLIC_NOTICE:
        moves = {DossierState.LISTED: listed}
        step_type = "public_notice"
    else:
        decided = Decision.objects.filter(dossier__campaign=notice.campaign)
        others = {str(pk) for pk in decided.values_list("dossier_id", flat=True)} - listed
        moves = {DossierState.AWARDED: listed, DossierState.NOT_AWARDED: others}
        step_type = "announcement"
    step = next(iter(definition.steps_of_type(step_type)), None)
    states = {pk: state for state, ids in moves.items() for pk in ids}
    for dossier in lock_dossiers(Dossier.objects.filter(pk__in=states)):
        state = states[str(dossier.pk)]
        enter_step(dossier, step.code if step else step_type, state, actor=actor)


@transaction.atomic
def prepare_announcement(campaign: Campaign, *, actor) -> Notice:
    """Draft the 公布 after the notice has run and every objection has its answer."""
    _must_publish(actor)
    notice = (
        Notice.objects.select_for_update(no_key=True)
        .filter(campaign=campaign, kind=NoticeKind.PUBLIC_NOTICE, state=NoticeState.RELEASED)
        .first()
    )
    if notice is None:
        raise Refused("还没有发布公示，不能公布。请先发布公示。")
    if clock.today() <= notice.ends_on:
        raise Refused(f"公示到 {notice.ends_on:%Y-%m-%d} 结束，期满后才能公布。")
    waiting = notice.objections.filter(state=ObjectionState.RECEIVED).count()
    if waiting:
        raise Refused(f"还有 {waiting} 件异议没有处理，请先处理完毕，再公布。")
    if Notice.objects.filter(campaign=campaign, kind=NoticeKind.ANNOUNCEMENT).exists():
        raise Conflict("这次活动的公布已经拟好，请在公示公布列表中打开。")
    upheld = selectors.upheld_dossier_ids(notice)
    entries = [entry for entry in notice.entries if entry["dossier"] not in upheld]
    if not entries:
        raise Refused("异议成立后名单已经没有小区，不能公布。请重新审定。")
    announcement = Notice.objects.create(
        created_at=clock.now(),
        campaign=campaign,
        kind=NoticeKind.ANNOUNCEMENT,
        ranking_id=notice.ranking_id,
        entries=entries,
        is_public=notice.is_public,
        takes_objections=False,
        **wording.announcement(campaign, _definition(notice), len(entries)),
    )
    audit.record(
        actor, "announcement.prepared", announcement, entries=len(entries), removed=sorted(upheld)
    )
    return announcement


@transaction.atomic
def file_objection(
    notice: Notice, *, actor=audit.SYSTEM, name: str, contact: str, text: str, dossier_id=None
) -> Objection:
    """Take an objection from the public; refused outside the period. Returns it with a receipt.

    ``dossier_id`` must be one of the list. The record keeps no name and no contact.
    """
    notice = _locked(notice)
    if not selectors.is_open_for_objections(notice):
        raise Refused("公示期已过或尚未开始，网上异议通道已关闭。请直接向主办单位反映。")
    if dossier_id and str(dossier_id) not in {entry["dossier"] for entry in notice.entries}:
        raise Refused("所选小区不在公示名单中，请重新选择。")
    objection = Objection.objects.create(
        notice=notice,
        dossier_id=dossier_id,
        receipt=f"YY-{clock.today():%Y%m%d}-{next_number('objection'):04d}",
        name=name,
        contact=contact,
        text=text,
        received_at=clock.now(),
    )
    audit.record(
        actor, "objection.received", objection, receipt=objection.receipt,
        text_sha256=audit.sha256(text),
    )  # fmt: skip
    return objection


@transaction.atomic
def handle_objection(objection: Objection, *, actor, is_upheld: bool, reply: str) -> Objection:
    """Answer an objection once; an upheld one takes its community off the announcement."""
    _must_publish(actor)
    objection = Objection.objects.select_for_update(no_key=True).get(pk=objection.pk)
    if objection.state != ObjectionState.RECEIVED:
        raise Conflict("这件异议已经处理过，请刷新页面查看处理意见。")
    if is_upheld and objection.dossier_id is None:
        raise Refused(
            "这件异议没有指明小区，不能认定“异议成立”。请在处理意见中说明，并选择“不成立”。"
        )
    if Notice.objects.filter(
        campaign=objection.notice.campaign, kind=NoticeKind.ANNOUNCEMENT
    ).exists():
        raise Refused("名单已经拟定公布，不能再处理公示期的异议。")
    objection.state = ObjectionState.UPHELD if is_upheld else ObjectionState.DISMISSED
    objection.reply = reply
    objection.handled_by_id, objection.handled_at = actor.id, clock.now()
    objection.save()
    if is_upheld:
        Decision.objects.filter(dossier_id=objection.dossier_id).update(
            outcome=DecisionOutcome.NOT_SELECTED,
            reason=f"公示期异议成立（{objection.receipt}）",
            decided_by_id=actor.id,
            decided_at=objection.handled_at,
        )
    audit.record(
        actor, "objection.handled", objection, state=objection.state,
        dossier=objection.dossier_id, reply=reply,
    )  # fmt: skip
    return objection


def _must_publish(actor: Membership) -> None:
    if not can_prepare_notice(actor):
        raise PermissionDenied("only the city bureau publishes")


def _locked(notice: Notice) -> Notice:
    return (
        Notice.objects.select_for_update(of=("self",), no_key=True)
        .select_related("campaign")
        .get(pk=notice.pk)
    )


def _must_be_draft(notice: Notice) -> None:
    if notice.state != NoticeState.DRAFT:
        raise Conflict("这份通知已经发布，不能再改。请刷新页面。")


def _definition(notice: Notice) -> Definition:
    return notice.ranking.version.definition

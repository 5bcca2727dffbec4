"""Home of those who look after the whole: the city bureau and the auditor."""

from __future__ import annotations

from django.db.models import QuerySet

from core.enums import JobState
from core.models import Job
from core.verbs import VERBS
from portal.selectors import progress, todo
from portal.workbench.pieces import SHOWN, Bench, Desk, Empty, Entry, Panel, WorkList, meter
from publications.enums import ObjectionState
from publications.selectors import visible_objections
from reviews.enums import DossierState, Outcome
from reviews.models import Dossier
from reviews.selectors.counties import applications_by_county
from reviews.selectors.dossiers import definitions_of, visible_dossiers
from reviews.selectors.filings import filings_of
from reviews.selectors.sign_offs import count_done, done_by
from scoring.enums import AssignmentState

JOBS = dict(JobState.choices)
OUTCOMES = dict(Outcome.choices)
RECORDS = 10
NAMED = 2


# ---- city bureau -----------------------------------------------------------------------------


def city_bench(desk: Desk) -> Bench:
    places = _places(desk)
    objections = list(
        visible_objections(desk.member)
        .filter(state=ObjectionState.RECEIVED)
        .order_by("received_at")
    )
    dead = list(todo.dead_jobs()[:SHOWN])
    waiting = [
        *_stages(desk, places),
        *(_objection(desk, row) for row in objections),
        *(_draft(desk, notice) for notice in todo.draft_notices()),
        *(_dead(desk, job) for job in dead),
    ]
    waiting.sort(key=lambda entry: entry.at)
    counties, filings = _counties(desk), _late_filings(desk)
    return Bench(
        [
            WorkList(
                "todo", "待办", len(waiting), waiting[:SHOWN],
                Empty("没有要办的事", "审定、异议、公示和未完成的任务会出现在这里。"),
                hint="审定、异议、公示", is_waiting=True,
            ),
            _jobs(desk),
            WorkList(
                "done", "已办", count_done(desk.member),
                [_decided(desk, row) for row in done_by(desk.member)[:SHOWN]],
                Empty("还没有审定过的材料", "审定意见会出现在这里。"),
                url=desk.url("reviews:dossier_list"), hint="已签署审定意见",
            ),
        ],
        cards=_warnings(counties, filings),
        panels=_funnel(desk, places),
        side=[counties, filings],
    )  # fmt: skip


def _warnings(counties: Panel, filings: Panel) -> list[dict]:
    """What is behind, as figures."""
    return [
        {"title": title, "value": len(late), "unit": unit, "url": f"#{panel.code}",
         "tone": "bad" if late else "ok"}
        for title, unit, panel, late in (
            ("申报不足的县区", "个", counties, counties.meters),
            ("逾期未报的材料", "项", filings, filings.tasks),
        )
    ]  # fmt: skip


def _places(desk: Desk) -> list[progress.Place]:
    campaign = desk.campaign
    return progress.places_of(_of(campaign, desk)) if campaign else []


def _of(campaign, desk: Desk) -> QuerySet[Dossier]:
    return visible_dossiers(desk.member).filter(campaign=campaign)


def _stages(desk: Desk, places: list[progress.Place]) -> list[Entry]:
    """What the bureau has to do next with the dossiers as a whole."""
    if not desk.campaign:
        return []
    sheets = todo.sheets_by_state(desk.campaign)
    is_drawn = todo.has_drawn_panel(desk.campaign)
    found = []
    for state, word, page in (
        (DossierState.SCORING, *_scoring_word(sheets, is_drawn)),
        (DossierState.DECISION, "待审定", "scoring:ranking"),
    ):
        here = [place for place in places if place.state == state]
        if not here or not word:
            continue
        since = min(place.oldest for place in here)
        found.append(
            Entry(
                title=f"{sum(place.count for place in here)} 份材料",
                url=desk.url(page, desk.campaign.key),
                note=desk.campaign.title,
                status=word,
                at=since,
                days=desk.days_since(since),
                **desk.due(desk.definition, here[0].step),
            )
        )
    return found


def _scoring_word(sheets: dict[str, int], is_drawn: bool) -> tuple[str, str]:
    """What the bureau has to do about scoring and on which page; no word while experts score."""
    if not is_drawn:
        return "待抽取专家组", "scoring:panel"
    return "" if sheets.get(AssignmentState.ASSIGNED) else "待计算排名", "scoring:ranking"


def _objection(desk: Desk, row) -> Entry:
    where = row.dossier.community.name if row.dossier_id else row.notice.title
    return Entry(
        title=f"异议 {row.receipt}",
        url=desk.url("publications:objection_detail", row.pk),
        note=where,
        status="待处理",
        at=row.received_at,
        days=desk.days_since(row.received_at),
        due=row.notice.ends_on,
        is_overdue=bool(row.notice.ends_on and desk.moment.date() > row.notice.ends_on),
    )


def _draft(desk: Desk, notice) -> Entry:
    return Entry(
        title=notice.title,
        url=desk.url("publications:notice_detail", notice.pk),
        note=notice.get_kind_display(),
        status="待发布",
        at=notice.created_at,
        days=desk.days_since(notice.created_at),
    )


def _dead(desk: Desk, job: Job) -> Entry:
    return Entry(
        title=job.label,
        note=job.error.strip().splitlines()[-1][:80] if job.error.strip() else "",
        status="未完成",
        at=job.created_at,
        days=desk.days_since(job.created_at),
    )


def _jobs(desk: Desk) -> WorkList:
    jobs = todo.jobs_started_by(desk.member)
    return WorkList(
        "started", "我发起的", jobs.count(),
        [
            Entry(title=job.label, status=JOBS[job.state], at=job.created_at)
            for job in jobs[:SHOWN]
        ],
        Empty("还没有发起过任务", "计算排名、生成文书等后台任务会出现在这里。"),
        unit="项", hint="计算和文书任务",
    )  # fmt: skip


def _decided(desk: Desk, row) -> Entry:
    return Entry(
        title=row.dossier.community.name,
        url=desk.url("reviews:dossier_detail", row.dossier_id),
        note=f"{row.dossier.number} · {row.dossier.community.county.name}",
        status=OUTCOMES[row.outcome],
        at=row.signed_at,
    )


# ---- both ------------------------------------------------------------------------------------


def _funnel(desk: Desk, places: list[progress.Place]) -> list[Panel]:
    campaign = desk.campaign
    if not campaign:
        return []
    definitions = definitions_of(place.version_id for place in places)
    refused = progress.refused_at(_of(campaign, desk))
    rows = progress.funnel(desk.definition, places, definitions, refused)
    return [
        Panel(
            "funnel", "各环节进展", desk.url("portal:overview", campaign.key), "进展总览",
            chart={
                "id": "funnel-chart", "title": "办完各环节的材料", "kind": "funnel",
                "columns": ["环节", "材料（份）"], "rows": rows, "unit": " 份",
            },
        )
    ]  # fmt: skip


def _counties(desk: Desk) -> Panel:
    short = []
    if desk.campaign:
        short = [
            meter(row.county.name, row.count, row.fewest)
            for row in applications_by_county(desk.campaign)
            if row.is_short
        ]
    return Panel(
        "counties",
        "申报不足的县区",
        meters=short,
        text="没有低于最低申报数的县区。",
        note=_campaign_of(desk),
    )


def _late_filings(desk: Desk) -> Panel:
    """One line per obligation with the offices that owe it."""
    late: dict[str, list] = {}
    if desk.campaign:
        for due in filings_of(desk.campaign, desk.member):
            if due.is_late and due.filing is None:
                late.setdefault(due.obligation.code, []).append(due)
    tasks = [
        {
            "title": f"{owed[0].obligation.title}（{owed[0].deadline.due.month}月"
            f"{owed[0].deadline.due.day}日到期）",
            "status": f"{len(owed)} 家逾期",
            "hint": _some([due.organisation.name for due in owed]),
        }
        for owed in late.values()
    ]
    return Panel(
        "filings",
        "逾期未报的材料",
        desk.url("reviews:filing_list"),
        "县区报送",
        tasks=tasks,
        text="没有逾期未报的材料。",
        note=_campaign_of(desk),
    )


def _campaign_of(desk: Desk) -> str:
    """Which campaign the figures are of."""
    return desk.campaign.title if desk.campaign else ""


def _some(names: list[str]) -> str:
    """The first names, and how many there are when that is not all."""
    text = "、".join(names[:NAMED])
    return text if len(names) <= NAMED else f"{text}等"


# ---- auditor ---------------------------------------------------------------------------------


def auditor_bench(desk: Desk) -> Bench:
    """The auditor changes nothing: the chain of records and the same figures."""
    places = _places(desk)
    head = todo.chain_head()
    records = todo.last_records(RECORDS)
    log = desk.url("people:operation_log")
    verify = f"{log}?verify=1"
    count = head.seq if head else 0
    counties, filings = _counties(desk), _late_filings(desk)
    return Bench(
        [
            WorkList(
                "done", "操作记录", count,
                [
                    Entry(
                        title=VERBS.get(record.verb, record.verb),
                        note=record.actor,
                        status=f"{record.seq}",
                        at=record.at,
                    )
                    for record in records
                ],
                Empty("还没有操作记录", "每项操作都会留下一条记录。"),
                url=log, unit="条", hint="只增不改，首尾相接", status_label="序号",
            )
        ],
        cards=_warnings(counties, filings),
        panels=_funnel(desk, places),
        side=[
            Panel(
                "chain", "记录链", verify, "核验记录链",
                rows=[
                    {"label": "记录", "value": f"{count} 条"},
                    {"label": "末条校验值", "value": head.hash[:16] if head else "—"},
                ],
            ),
            counties,
            filings,
        ],
    )  # fmt: skip

"""Home of the signing offices: what waits for their opinion; the county's quota and duties."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from portal.selectors import todo
from portal.workbench.pieces import SHOWN, Bench, Desk, Empty, Entry, Panel, WorkList, meter
from reviews.enums import Outcome
from reviews.selectors.counties import applications_by_county
from reviews.selectors.filings import filings_of
from reviews.selectors.sign_offs import count_done, done_by
from reviews.selectors.work_list import count_todo, waiting_for
from scoring.permissions import can_select
from scoring.selectors.quotas import quota_groups
from scoring.selectors.selections import waiting_at

OUTCOMES = dict(Outcome.choices)


def office_bench(desk: Desk) -> Bench:
    return Bench(office_lists(desk))


def office_lists(desk: Desk) -> list[WorkList]:
    member = desk.member
    listed = desk.url("reviews:sign_off_list")
    returned = todo.returned_by(member).order_by("waiting_since", "pk")
    return [
        WorkList(
            "todo", "待办", count_todo(member),
            [_waiting(desk, dossier) for dossier in waiting_for(member)[:SHOWN]],
            Empty("没有等待您审核的材料", "材料到达本环节后会出现在这里。"),
            url=listed, hint="等待本单位审核", is_waiting=True,
        ),
        WorkList(
            "started", "我发起的", returned.count(), _returned(desk, returned),
            Empty("没有等待补正的材料", "由您退回、申报单位还没有重新提交的在这里。"),
            url=listed, hint="已退回，等待补正", is_waiting=True,
        ),
        WorkList(
            "done", "已办", count_done(member),
            [_signed(desk, row) for row in done_by(member)[:SHOWN]],
            Empty("还没有办过的材料", "签署过的意见会出现在这里。"),
            url=listed, hint="已签署意见",
        ),
    ]  # fmt: skip


def _about(dossier) -> str:
    return f"{dossier.number} · {dossier.community.county.name} · {dossier.applicant.name}"


def _waiting(desk: Desk, dossier) -> Entry:
    definition = dossier.version.definition
    return Entry(
        title=dossier.community.name,
        url=desk.url("reviews:sign_off", dossier.pk),
        note=_about(dossier),
        status=f"待{definition.step(dossier.step).title}",
        at=dossier.waiting_since,
        days=desk.days_since(dossier.waiting_since),
        **_due(desk, dossier, definition),
    )


def _due(desk: Desk, dossier, definition) -> dict:
    """``due`` and ``is_overdue`` as the work list has them: extended where it was."""
    due = desk.due(definition, dossier.step)
    if due and dossier.due_on > due["due"]:
        today = timezone.localdate(desk.moment)
        return {"due": dossier.due_on, "is_overdue": today > dossier.due_on}
    return due


def _returned(desk: Desk, dossiers: QuerySet) -> list[Entry]:
    rows = dossiers.select_related("community__county", "applicant").defer("draft")[:SHOWN]
    return [
        Entry(
            title=dossier.community.name,
            url=desk.url("reviews:dossier_detail", dossier.pk),
            note=_about(dossier),
            status="待申报单位补正",
            at=dossier.waiting_since,
            days=desk.days_since(dossier.waiting_since),
        )
        for dossier in rows
    ]


def _signed(desk: Desk, row) -> Entry:
    return Entry(
        title=row.dossier.community.name,
        url=desk.url("reviews:dossier_detail", row.dossier_id),
        note=_about(row.dossier),
        status=OUTCOMES[row.outcome],
        at=row.signed_at,
    )


def county_bench(desk: Desk) -> Bench:
    """An office that also visits, has a quota and owes papers to the city."""
    return Bench(
        office_lists(desk), side=[_quota(desk), *_selections(desk), _visits(desk), _filings(desk)]
    )


def _selections(desk: Desk) -> list[Panel]:
    """What the county picks and forwards, where the notice asks for it."""
    if not desk.campaign:
        return []
    key, definition = desk.campaign.key, desk.definition
    county = desk.member.organisation.division.name
    groups = quota_groups(desk.campaign, definition, county=county, level="county")
    shown = {
        (group.object, group.step): [
            meter(one.name, one.value, one.minimum, one.maximum) for one in group.meters
        ]
        for group in groups
    }
    panels = []
    for step in definition.steps_of_type("selection"):
        if not can_select(desk.member, step):
            continue
        waiting = waiting_at(desk.member, desk.campaign, step).count()
        words = f"{waiting} 份材料等待遴选。" if waiting else "没有等待遴选的材料。"
        url = desk.url("scoring:selection", key, step.code)
        meters = shown.get(("winners", step.code), [])
        panels.append(
            Panel(f"selection-{step.code}", step.title, url, "办理", meters=meters, note=words)
        )
    if meters := shown.get(("cases", "")):
        url = desk.url("reviews:case_list", key)
        panels.append(Panel("cases", "推荐典型案例", url, "办理", meters=meters))
    return panels


def _quota(desk: Desk) -> Panel:
    if not desk.campaign:
        return Panel("quota", "本县区申报数", text="现在没有开放的评选活动。")
    here = desk.member.organisation.division_id
    meters = [
        meter(row.county.name, row.count, row.fewest, row.most)
        for row in applications_by_county(desk.campaign)
        if row.county.pk == here
    ]
    return Panel(
        "quota", "本县区申报数", desk.url("portal:overview", desk.campaign.key), "进展总览",
        meters=meters,
    )  # fmt: skip


def _visits(desk: Desk) -> Panel:
    tasks = [
        {
            "title": visit.dossier.community.name,
            "status": "核查中",
            "url": desk.url("reviews:site_visit", visit.dossier_id),
            "hint": f"{visit.visited_on.month}月{visit.visited_on.day}日到场，还没有写结论",
        }
        for visit in todo.open_site_visits(desk.member)
    ]
    return Panel("visits", "没有完成的实地核查", tasks=tasks, text="没有未完成的实地核查。")


def _filings(desk: Desk) -> Panel:
    if not desk.campaign:
        return Panel("filings", "应报送的材料", text="现在没有应报送的材料。")
    tasks = [
        {
            "title": due.obligation.title,
            "status": due.status,
            "tone": due.tone,
            "hint": f"{due.last_day.month}月{due.last_day.day}日前报{due.obligation.to}",
        }
        for due in filings_of(desk.campaign, desk.member)
    ]
    return Panel(
        "filings",
        "应报送的材料",
        desk.url("reviews:filing_list"),
        "报送",
        tasks=tasks,
        text="本次活动没有要报送的材料。",
    )

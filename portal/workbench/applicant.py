"""Home of an applicant: its dossiers and where each waits."""

from __future__ import annotations

from django.utils import timezone

from portal.selectors import todo
from portal.workbench.pieces import SHOWN, Bench, Desk, Empty, Entry, WorkList
from reviews.enums import DossierState
from reviews.selectors.deadlines import submission_deadline
from reviews.selectors.dossiers import ON_ROUTE, definitions_of, visible_dossiers, waiting_for

OVER = {DossierState.REFUSED, DossierState.AWARDED, DossierState.NOT_AWARDED}
LABELS = dict(DossierState.choices)


def applicant_bench(desk: Desk) -> Bench:
    """Five queries: numbers, three lists, the definitions they name."""
    dossiers = visible_dossiers(desk.member)
    numbers = todo.numbers_by_state(dossiers)
    open_rows = todo.rows_in(dossiers, todo.TO_FINISH, SHOWN)
    moving = todo.rows_in(dossiers, ON_ROUTE, SHOWN)
    over = todo.latest_rows_in(dossiers, OVER, SHOWN)
    definitions = definitions_of(row.version_id for row in [*open_rows, *moving, *over])
    listed = desk.url("reviews:dossier_list")

    def number(states) -> int:
        return sum(numbers.get(state, 0) for state in states)

    def entries(rows) -> list[Entry]:
        return [_entry(desk, row, definitions[row.version_id]) for row in rows]

    start = Empty("没有要填报或补正的材料", "现在没有开放申报的活动。")
    if desk.campaign:
        start = Empty(
            start.title, "选择本单位管理的小区，就可以开始申报。",
            desk.url("reviews:dossier_create"), "开始申报",
        )  # fmt: skip
    return Bench(
        [
            WorkList(
                "todo", "待办", number(todo.TO_FINISH), entries(open_rows), start,
                url=listed, unit="份", hint="填报、补正", is_waiting=True,
            ),
            WorkList(
                "started", "我发起的", number(ON_ROUTE), entries(moving),
                Empty("没有办理中的材料", "提交后，可以在这里看到每份材料等谁办理。"),
                url=listed, unit="份", hint="已提交，办理中", is_waiting=True,
            ),
            WorkList(
                "done", "已办", number(OVER), entries(over),
                Empty("还没有办结的材料", "公布结果后会出现在这里。"),
                url=listed, unit="份", hint="已有结果",
            ),
        ]
    )  # fmt: skip


def _entry(desk: Desk, row, definition) -> Entry:
    """A dossier: what to do with it for the applicant, else where it waits."""
    due = {}
    if row.state in todo.TO_FINISH and (deadline := submission_deadline(definition)):
        cutoff = deadline.cutoff(timezone.get_current_timezone())
        due = {"due": deadline.due, "is_overdue": deadline.enforce and desk.moment >= cutoff}
    waits = ""
    if row.state in ON_ROUTE:
        waits = f"等待{waiting_for(row.state, row.step, definition)}"
    return Entry(
        title=row.community_name,
        url=desk.url("reviews:dossier_detail", row.pk),
        note=" · ".join(part for part in (row.number, row.county_name, waits) if part),
        status=LABELS[row.state],
        at=row.waiting_since,
        days=desk.days_since(row.waiting_since),
        **due,
    )

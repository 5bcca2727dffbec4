"""A replay as an Excel file: the rows, what holds for all, what differs between the definitions."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

from openpyxl import Workbook

from campaigns.comparison import VERBS
from core.exports import neutral
from scoring.models import Replay

HEADINGS = (
    "编号", "小区", "原名次", "重放名次", "移动（正数为上升）", "原总分", "重放总分", "原按规则",
    "重放按规则", "审定结论", "原因",
)  # fmt: skip


def replay_book(replay: Replay) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("名次变化")
    sheet.freeze_panes = "A2"
    sheet.append(HEADINGS)
    for row in replay.result["rows"]:
        sheet.append([neutral(cell) for cell in _cells(row)])
    notes = book.create_sheet("说明")
    notes.append(["活动", neutral(replay.ranking.campaign.title)])
    notes.append(["原排名", f"第 {replay.ranking.number} 次计算"])
    notes.append(["所用方案", neutral(replay.title)])
    notes.append(["方案校验值", replay.sha256])
    for remark in replay.result["remarks"]:
        notes.append(["重放说明", neutral(remark)])
    changes = book.create_sheet("方案差异")
    changes.append(["哪里", "内容", "变化", "原方案", "所用方案"])
    for c in replay.result["changes"]:
        cells = (c["where"], c["label"], VERBS[c["verb"]], c["old"], c["new"])
        changes.append([neutral(cell) for cell in cells])
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _cells(row: dict) -> list:
    number = {name: row[name] and Decimal(row[name]) for name in ("old_total", "new_total")}
    words = {True: "拟入选", False: "不入选"}
    return [
        row["number"], row["name"], row["old_rank"], row["new_rank"], row["move"],
        number["old_total"], number["new_total"], words[row["old_proposed"]],
        "待决定" if row["is_undecided"] else words[row["new_proposed"]], row["outcome"],
        "\n".join(row["reasons"]),
    ]  # fmt: skip

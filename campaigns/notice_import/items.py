"""One item: what its cells say together, and what is doubtful about them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from campaigns.notice_import.kinds import guess_kind
from campaigns.notice_import.marks import Amount, amount_in_cell, amount_in_text, normal
from campaigns.notice_import.proposal import (
    Component,
    Doubt,
    Place,
    ProposedItem,
    ProposedSection,
)
from campaigns.rubric.base import show

LONGEST_TITLE = 40
CLAUSE_END = re.compile(r"[，,。；;：:！!？?\n]")
EVIDENCE_BREAK = re.compile(r"[，,；;。\n]+")
AMOUNT = re.compile(r"[（(]\d+(?:\.\d+)?分[)）]$")
CUT = re.compile(r"(?:…|\.\.\.|—)$")
NOUN = re.compile(
    r"(?:图|片|照|记录|方案|制度|证明|材料|资料|登记|表|合同|协议|名单|名册|栏|清单|规约|规则|文件|"
    r"通知书|通知|决定|说明|视频|报告|台账|台帐|账目|帐目|本|册|书|证|函|凭证|票据|纪要|公告|公示|档案|"
    r"计划|总结|痕迹|手册|章程|预案|简报|截图|数据|意见|等)[）)”]?$"
)


@dataclass
class OpenItem:
    """An item whose text may still go on in the next row."""

    key: str
    section: str
    number: int | None
    is_numbered: bool
    criterion: str
    points: str
    evidence: str
    place: Place
    spans: int = 1
    group: str = ""
    doubts: list[Doubt] = field(default_factory=list)

    def continue_with(self, text: str, *, moved_from: Place | None = None) -> None:
        """Words of the same sentence in another row; `moved_from` when that row is another item."""
        self.criterion += text.strip()
        if moved_from is not None:
            words = f"文字在此断开，下一行开头的“{text.strip()[:20]}”已接到本项，请核对"
            self.doubt("split", words, "标准")

    def add_evidence(self, text: str) -> None:
        if text.strip():
            self.evidence = f"{self.evidence}\n{text}" if self.evidence.strip() else text

    def doubt(self, code: str, message: str, column: str) -> None:
        place = self.place.model_copy(update={"column": column})
        self.doubts.append(Doubt(code=code, message=message, place=place))


def finished_item(
    found: OpenItem,
    section: ProposedSection,
    position: int,
    *,
    by_section: bool,
    numbered: bool,
    has_evidence: bool,
) -> ProposedItem:
    """The row of the draft. `position` counts from 1 in the section; `by_section`: points stand at
    the section; `numbered`: most items have a number; `has_evidence`: there is such a column."""
    if numbered and not section.is_bonus:
        if not found.is_numbered:
            found.doubt("number", f"没有印序号，按顺序是第 {position} 项", "标准")
        elif found.number not in (None, position):
            words = f"序号印作 {found.number}，按顺序是第 {position} 项"
            found.doubt("number", words, "标准")
    if not found.criterion.strip():
        found.doubt("criterion", "没有考核内容，请补写", "标准")
    points = section.amount if by_section and section.is_bonus else None
    if not by_section:
        points = _points(found)
    guess = guess_kind(
        found.criterion, points=points, in_weighted=by_section, heading=section.printed
    )
    if guess.doubt:
        found.doubt("kind", guess.doubt, "标准")
    evidence = (
        _evidence(found) if has_evidence and not by_section else evidence_names(found.evidence)
    )
    return ProposedItem(
        key=found.key, section=found.section, number=found.number,
        title=_title(found), criterion=found.criterion.strip(), points=points,
        kind=guess.kind, deduction=guess.deduction,
        components=tuple(Component(title=name, points=lost) for name, lost in guess.components),
        conditions=guess.conditions, evidence=evidence, place=found.place,
        doubts=tuple(found.doubts),
    )  # fmt: skip


def _points(found: OpenItem) -> Decimal | None:
    """The cell counts; the text is compared with it, and stands in when there is no cell."""
    in_cell, in_text = amount_in_cell(found.points), amount_in_text(found.criterion)
    if found.points.strip() and in_cell is None:
        words = f"分值格印作“{found.points.strip()[:20]}”，不是数字"
        found.doubt("points", words, "分值")
    for amount, column in ((in_cell, "分值"), (in_text, "标准")):
        if amount and amount.doubt:
            found.doubt("misread", amount.doubt, column)
    if in_cell is None and in_text is None:
        found.doubt("points", "没有分值，请填写", "分值")
        return None
    if in_cell is None:
        if not found.points.strip():
            found.doubt("points", f"分值格是空的，按文字中的 {show(in_text.value)} 分", "分值")
        return _positive(in_text, found)
    if in_text is not None and in_text.value != in_cell.value:
        words = f"分值格印作 {show(in_cell.value)} 分，文字写 {show(in_text.value)} 分，按分值格"
        found.doubt("points", words, "分值")
    if found.spans > 1:
        found.doubt("points", f"分值格跨 {found.spans} 行，请核对各行的分值", "分值")
    return _positive(in_cell, found)


def _positive(amount: Amount, found: OpenItem) -> Decimal | None:
    if amount.value > 0:
        return amount.value
    found.doubt("points", "分值是 0，请填写大于 0 的分值", "分值")
    return None


def _evidence(found: OpenItem) -> tuple[str, ...]:
    names = evidence_names(found.evidence)
    if not names:
        found.doubt("evidence", "佐证材料是空的", "佐证材料")
    elif CUT.search(found.evidence.strip()) or not NOUN.search(names[-1]):
        words = f"佐证材料“{names[-1][-12:]}”似未印完"
        found.doubt("evidence", words, "佐证材料")
    return names


def evidence_names(text: str) -> tuple[str, ...]:
    """The single papers of an evidence cell, as printed. “排水、保洁、车辆秩序维护方案” is one: a
    piece that names no paper belongs to the next."""
    names: list[str] = []
    for part in EVIDENCE_BREAK.split(text.strip()):
        waiting: list[str] = []
        for piece in part.split("、"):
            waiting.append(piece.strip())
            if NOUN.search(waiting[-1]):
                names.append("、".join(waiting))
                waiting = []
        if any(waiting):
            names.append("、".join(waiting))
    return tuple(name[:120] for name in names if name)


def _title(found: OpenItem) -> str:
    """The first clause, behind the name of the group when the table has one."""
    group = AMOUNT.sub("", "".join(found.group.split()))
    return f"{group}：{title_of(found.criterion)}"[:120] if group else title_of(found.criterion)


def title_of(text: str, *, most: int = LONGEST_TITLE) -> str:
    """The first clause, as a short name of the item."""
    words = " ".join(text.split())
    first = next((part.strip() for part in CLAUSE_END.split(words) if part.strip()), "")
    if len(normal(first)) < 4 and len(words) > len(first):
        first = words
    return first if len(first) <= most else f"{first[: most - 1]}…"

"""Tables → proposal: where a section begins, where an item, and what belongs to the one before."""

from __future__ import annotations

import re

from campaigns.notice_import.items import OpenItem, finished_item, title_of
from campaigns.notice_import.marks import (
    amount_in_cell,
    amount_in_heading,
    amount_in_text,
    normal,
    ordinal,
    ordinal_in_cell,
)
from campaigns.notice_import.proposal import Doubt, Place, Proposal, ProposedSection
from campaigns.notice_import.rows import Line, Row, marks_sections, numbers_sections, read_rows
from campaigns.notice_import.tables import Annex
from campaigns.rubric.base import show
from documents.inspection.result import InspectionError

LONGEST_SECTION_TITLE = 60
ENDED = tuple("。；;！!？?.…）)”")
TOTAL = re.compile(r"^(?:合计|总计|总分|共计|小计)")
REMARK = re.compile(r"^(?:注|备注|说明|得分|评分人|评委|考核人|签字|签名)")
BONUS = re.compile(r"加分")
CLAUSE = re.compile(r"^[（(]([一二三四五六七八九十]{1,3})[)）]")
BETWEEN_WIDE = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")


def propose(annex: Annex) -> Proposal:
    """The draft rubric of an annex; InspectionError when it holds no table that can be scored."""
    stream = read_rows(annex)
    if not stream.rows:
        raise InspectionError(_why_nothing(annex))
    reader = _Reader(stream)
    for row in stream.rows:
        whole = stream.whole.get((row.table, row.row))
        reader.take_whole(row, whole) if whole else reader.take(row)
    reader.close()
    if not reader.items:
        raise InspectionError("的表格中没有读到任何指标，请确认表格有“分值”“标准”等列后再上传。")
    doubts = [*reader.doubts]
    for index in stream.skipped:
        caption = annex.tables[index].caption.strip()[:30]
        words = f"表 {index + 1}{f'（{caption}）' if caption else ''}不是评分表，没有读取"
        doubts.append(Doubt(code="skipped", message=words, place=Place(table=index, row=0)))
    if any(section.is_weight for section in reader.sections):
        words = "类别只印权重，指标没有分值：按类别内平均、分等评定处理，方案没有规定"
        doubts.append(Doubt(code="weights", message=words))
    if stream.is_guessed:
        words = "表格没有表头，各列的意思是按内容推断的，请逐行核对"
        doubts.append(Doubt(code="columns", message=words))
    return Proposal(
        tables=annex.tables, sections=tuple(reader.sections), items=tuple(reader.items),
        doubts=tuple(doubts), printed_total=reader.total,
    )  # fmt: skip


def _why_nothing(annex: Annex) -> str:
    if annex.tables:
        return (
            f"中的 {len(annex.tables)} 张表都不是评选标准（没有“标准”“分值”或“权重”等列），"
            "请上传含评选标准表的附件。"
        )
    clauses = _longest_run(annex.lines)
    told = (
        f"正文中有 {clauses} 条连续编号的条文，可在方案的“原则要求”中填写；" if clauses > 2 else ""
    )
    return (
        f"中没有表格，没有可评分的指标。{told}若评选标准是图片或 PDF，请先转为 Word 或 Excel 表格。"
    )


def _longest_run(lines: tuple[str, ...]) -> int:
    """The longest run of clauses （一）（二）… that count up."""
    best = now = 0
    for line in lines:
        if CLAUSE.match(line.strip()):
            number = (ordinal(line) or (0, ""))[0]
            now = now + 1 if number == now + 1 else int(number == 1)
            best = max(best, now)
    return best


class _Reader:
    """Walks the rows once, with the section and the item that are still open."""

    def __init__(self, stream):
        self.stream = stream
        self.by_section = marks_sections(stream)
        self.numbers_sections = numbers_sections(stream)
        headings = [row.section for row in stream.rows if row.section]
        self.headings_marked = any(amount_in_heading(text) for text in headings)
        self.headings_numbered = self.numbers_sections or bool(headings and ordinal(headings[0]))
        texts = [row.criterion for row in stream.rows if row.lines]
        ended = sum(text.rstrip().endswith(ENDED) for text in texts)
        self.texts_end = ended > 0.7 * len(texts)
        starts = sum(any(line.starts for line in row.lines) for row in stream.rows)
        self.items_numbered = starts > 0.5 * len(texts)
        self.sections: list[ProposedSection] = []
        self.items: list = []
        self.open: OpenItem | None = None
        self.group = ""
        self.doubts: list[Doubt] = []
        self.total = None

    # ---- rows ---------------------------------------------------------------------------------

    def take_whole(self, row: Row, text: str) -> None:
        """A row that is one cell: a heading, a total or a remark."""
        plain = normal(text)
        if TOTAL.match(plain):
            self._take_total(text)
        elif REMARK.match(plain):
            return
        elif ordinal(text) or amount_in_heading(text) or BONUS.search(plain):
            self._begin_section(row, text, "", "")
        else:
            self._doubt_row(row, text)

    def take(self, row: Row) -> None:
        first = normal(row.section or row.number or row.criterion)
        if TOTAL.match(first) and len(first) < 12:
            self._take_total(row.points or row.criterion or row.section)
            return
        if REMARK.match(first) and not row.points:
            return
        if row.section:
            self._take_heading(row)
        elif self.numbers_sections and ordinal_in_cell(row.number) and not self.by_section:
            self._doubt_row(row, row.number)
        if self.by_section and row.points and self.sections:
            self._take_section_points(row)
        if not self.sections and (row.lines or row.points):
            self._begin_section(row, "", "", "")
        if self.by_section:
            self._take_pieces(row)
        else:
            self._take_item(row)

    def _take_total(self, text: str) -> None:
        found = re.search(r"\d+(?:\.\d+)?", normal(text))
        amount = amount_in_cell(found[0]) if found else None
        self.total = amount.value if amount else self.total

    def _doubt_row(self, row: Row, text: str) -> None:
        words = f"这一行没有读成指标：{' '.join(text.split())[:40]}"
        place = Place(table=row.table, row=row.row)
        self.doubts.append(Doubt(code="row", message=words, place=place))

    # ---- sections -----------------------------------------------------------------------------

    def _take_heading(self, row: Row) -> None:
        number = row.number if self.numbers_sections else ""
        if self._begins_section(row, number):
            self._begin_section(row, row.section, number, row.points if self.by_section else "")
        elif normal(row.section) != normal(self.sections[-1].printed):
            self._continue_heading(row.section)

    def _begins_section(self, row: Row, number: str) -> bool:
        if not self.sections:
            return True
        now = self.sections[-1]
        if normal(row.section) == normal(now.printed):
            return False
        if number or ordinal(row.section):
            return True
        if self.by_section:
            return bool(row.points) or (not row.opens and not self.headings_numbered)
        if self.headings_numbered:
            return self.headings_marked and now.amount is not None
        broken = now.amount is None if self.headings_marked else not row.points
        return not (row.opens and broken)

    def _begin_section(self, row: Row, text: str, number: str, points: str) -> None:
        self.close()
        self.group = ""
        position = len(self.sections) + 1
        section = ProposedSection(
            key=f"s{position}", number=ordinal_in_cell(number) if number else None,
            place=Place(table=row.table, row=row.row),
        )  # fmt: skip
        self.sections.append(section)
        self._continue_heading(text)
        section = self.sections[-1]
        if self.headings_numbered and section.number is None and not section.is_bonus:
            self._section_doubt("number", "类别没有编号")
        elif section.number not in (None, position):
            self._section_doubt("number", f"类别印作第 {section.number}，按顺序是第 {position}")

    def _continue_heading(self, text: str) -> None:
        """Add text to the heading; number, title and points are read from the whole of it."""
        now = self.sections[-1]
        printed = f"{now.printed}\n{text}" if now.printed and text else now.printed or text
        found = ordinal(printed)
        heading = BETWEEN_WIDE.sub("", (found[1] if found else printed).replace("\n", " "))
        amount = amount_in_heading(printed)
        update = {
            "printed": printed,
            "title": _section_title(_without_amount(heading)),
            "is_bonus": bool(BONUS.search(normal(printed))),
        }
        if found and now.number is None:
            update["number"] = found[0]
        if amount and (now.amount is None or not self.by_section):
            update |= {"amount": amount.value, "is_weight": amount.is_percent}
        self.sections[-1] = now.model_copy(update=update)
        if amount and amount.doubt and now.amount is None:
            self._section_doubt("misread", amount.doubt)

    def _take_section_points(self, row: Row) -> None:
        amount = amount_in_cell(row.points)
        if amount is None:
            self._section_doubt("points", f"“{row.points.strip()}”不是分值或权重", row)
            return
        now = self.sections[-1]
        printed = now.amount
        is_weight = amount.is_percent or "权重" in self.stream.points_words
        self.sections[-1] = now.model_copy(
            update={"amount": amount.value, "is_weight": is_weight or self.by_section}
        )
        if printed is not None and printed != amount.value:
            words = f"标题印作 {show(printed)}，分值格印作 {show(amount.value)}"
            self._section_doubt("points", words, row)
        if amount.doubt:
            self._section_doubt("misread", amount.doubt, row)

    def _section_doubt(self, code: str, message: str, row: Row | None = None) -> None:
        now = self.sections[-1]
        place = Place(table=row.table, row=row.row, column="分值") if row else now.place
        doubt = Doubt(code=code, message=message, place=place)
        self.sections[-1] = now.model_copy(update={"doubts": (*now.doubts, doubt)})

    # ---- items --------------------------------------------------------------------------------

    def _take_pieces(self, row: Row) -> None:
        """Weighted sections: each numbered line is an item, a line without number goes on."""
        for index, line in enumerate(row.lines):
            broken = row.opens and index == 0 and not row.points and not row.section
            goes_on = self.items_numbered and (index > 0 or broken)
            if self.open and not line.starts and goes_on:
                self.open.continue_with(line.text)
            else:
                self._begin_item(row, [line], points="")
        if self.open and row.evidence:
            self.open.add_evidence(row.evidence)

    def _take_item(self, row: Row) -> None:
        """Points for each item: a row with points, a number or full points of its own is one."""
        if not row.lines and not row.points:
            if self.open and row.evidence:
                self.open.add_evidence(row.evidence)
            return
        numbered = bool(row.lines) and row.lines[0].starts
        if not self.numbers_sections and ordinal_in_cell(row.number):
            numbered = True
        if self.open and not row.points and not numbered and not self._stands_alone(row):
            self.open.continue_with(row.criterion)
            self.open.add_evidence(row.evidence)
            return
        lines = row.lines
        if self.open and not numbered and self._is_tail(row.criterion):
            tail, rest = _first_sentence(row.criterion)
            self.open.continue_with(tail, moved_from=Place(table=row.table, row=row.row))
            lines = [Line(rest, False)]
        pieces = _scored_pieces(lines)
        if len(pieces) > 1:
            self._take_scored_pieces(row, pieces)
            return
        self._begin_item(row, lines, points=row.points, evidence=row.evidence)

    def _take_scored_pieces(self, row: Row, pieces: list[list[Line]]) -> None:
        """Several items in one cell; the cell of points should hold their sum."""
        amounts = [amount_in_text("".join(line.text for line in piece)) for piece in pieces]
        summed = sum(amount.value for amount in amounts)
        in_cell = amount_in_cell(row.points)
        for piece, amount in zip(pieces, amounts, strict=True):
            self._begin_item(row, piece, points=show(amount.value), evidence=row.evidence)
            if in_cell and in_cell.value != summed and piece is pieces[0]:
                words = f"分值格印作 {show(in_cell.value)} 分，格中各项合计 {show(summed)} 分"
                self.open.doubt("points", words, "分值")

    def _stands_alone(self, row: Row) -> bool:
        """A row that lost its points and its number, but names full points like the one above."""
        above = self.open.criterion if self.open else ""
        return bool(amount_in_text(row.criterion) and amount_in_text(above))

    def _is_tail(self, text: str) -> bool:
        """The row begins with the end of the sentence that the row above left open."""
        above = self.open.criterion.rstrip()
        return (
            self.texts_end and not above.endswith(ENDED) and bool(above)
            and all(_first_sentence(text))
        )  # fmt: skip

    def _begin_item(self, row: Row, lines: list[Line], *, points: str, evidence: str = "") -> None:
        self.close()
        text = "\n".join(line.text for line in lines)
        found = ordinal(text)
        number = found[0] if found else None
        if number is None and not self.numbers_sections:
            number = ordinal_in_cell(row.number)
        self.group = row.group or self.group
        self.open = OpenItem(
            group=self.group,
            key=f"i{len(self.items) + 1}",
            section=self.sections[-1].key,
            number=number,
            is_numbered=number is not None or bool(lines and lines[0].starts),
            criterion=found[1] if found else text,
            points=points,
            evidence=evidence,
            place=Place(table=row.table, row=row.row),
            spans=row.points_span,
        )

    def close(self) -> None:
        """Finish the item that is open: only now its text is whole."""
        if self.open is None:
            return
        section = self.sections[-1]
        position = 1 + sum(item.section == section.key for item in self.items)
        self.items.append(
            finished_item(
                self.open, section, position,
                by_section=self.by_section, numbered=self.items_numbered,
                has_evidence=self.stream.has_evidence,
            )
        )  # fmt: skip
        self.open = None


def _section_title(heading: str) -> str:
    whole = heading.strip("。；;，, ")
    return whole if len(whole) <= LONGEST_SECTION_TITLE else title_of(whole)


def _without_amount(heading: str) -> str:
    """The heading without its points: they are kept apart."""
    wide = r"\s*[（(]?\s*\d+(?:\.\d+)?\s*[)）]?\s*(?:分|份|[%％])\s*[)）]?\s*$"
    return re.sub(wide, "", heading).strip() or heading.strip()


def _first_sentence(text: str) -> tuple[str, str]:
    """(up to and with the first full stop, the rest); ("", "") when nothing is left."""
    head, stop, rest = text.partition("。")
    return (head + stop, rest.strip()) if stop and rest.strip() else ("", "")


def _scored_pieces(lines: list[Line]) -> list[list[Line]]:
    """One cell with several items: every numbered line names full points of its own."""
    pieces: list[list[Line]] = []
    for line in lines:
        if line.starts or not pieces:
            pieces.append([])
        pieces[-1].append(line)
    if len(pieces) > 1 and all(
        piece[0].starts and amount_in_text("".join(line.text for line in piece)) for piece in pieces
    ):
        return pieces
    return [lines]

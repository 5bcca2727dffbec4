"""The rubric as one editable table: sections and items with their codes, titles and points, in the
order in which the rows came back. Everything else of an item stands on its own page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from pydantic import ValidationError

from campaigns.definition.problems import message_of
from campaigns.definition.rubric import Section
from campaigns.definition.shape import Member, members
from campaigns.designer import is_bonus, section_sum
from campaigns.forms.parts import make_field, present_value, put, shown_value
from campaigns.labels import field_word, part_word
from campaigns.rubric import kind_of
from campaigns.schema import Part

SECTION_CELLS = ("code", "title", "points", "weight")
ITEM_CELLS = ("code", "title", "points")
WIDTHS = {"code": 6, "points": 6, "weight": 6}


@dataclass(frozen=True)
class Line:
    """A section or an item of the table. ``token`` names it in the form, ``place`` in the draft."""

    token: str
    place: str
    cells: list[forms.BoundField]
    words: str
    kind: str
    is_bonus: bool
    evidence: int


@dataclass(frozen=True)
class Table:
    head: Line
    lines: list[Line]
    sum: Any


def sections_of(rubric: Any) -> list[dict]:
    held = rubric.get("sections") if isinstance(rubric, dict) else None
    return [s if isinstance(s, dict) else {} for s in held] if isinstance(held, list) else []


def items_of(section: dict) -> list[dict]:
    held = section.get("items")
    return [i if isinstance(i, dict) else {} for i in held] if isinstance(held, list) else []


def table_view(rubric: Any) -> Any:
    """What the table shows of the rubric; nobody else may have changed it when it is saved."""
    return [
        [
            {key: section.get(key) for key in SECTION_CELLS},
            [{key: item.get(key) for key in (*ITEM_CELLS, "kind")} for item in items_of(section)],
        ]
        for section in sections_of(rubric)
    ]


def _cells(model: type[Part] | None, keys: tuple[str, ...]) -> list[Member]:
    found = {member.key: member for member in members(model)} if model else {}
    return [found[key] for key in keys if key in found]


class RubricForm(forms.Form):
    use_required_attribute = False
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, rubric: Any, body: dict, seen: str = ""):
        super().__init__(data, initial={"seen": seen})
        self.sections, self.body = sections_of(rubric), body
        self.nodes: dict[str, tuple[type[Part] | None, dict, list[Member]]] = {}
        for s, section in enumerate(self.sections):
            self._add(f"s{s}", Section, section, SECTION_CELLS)
            for i, item in enumerate(items_of(section)):
                self._add(f"s{s}.i{i}", kind_of(item), item, ITEM_CELLS)
        self.order = list(self.nodes)

    def _add(self, token: str, model, data: dict, keys: tuple[str, ...]) -> None:
        cells = _cells(model, keys)
        self.nodes[token] = (model, data, cells)
        for member in cells:
            field = make_field(model, member, data, self.body)
            word = " ".join(str(data.get(key) or "") for key in ("code", "title")).strip()
            field.short = field_word(model, member.key)
            field.label = f"{word} {field_word(model, member.key)}"
            if member.key in WIDTHS:
                field.widget.attrs["size"] = WIDTHS[member.key]
            if member.key == "points":
                field.widget.attrs["data-points"] = "section" if model is Section else "item"
            name = f"{token}.{member.key}"
            self.fields[name] = field
            self.initial[name] = shown_value(member, present_value(member, data))

    # ---- what the page shows ------------------------------------------------------------------

    def tables(self) -> list[Table]:
        """Sections in the order of the draft, or, after a wrong entry, of what was sent."""
        found: list[Table] = []
        for token in self.order:
            line = self._line(token)
            if "." in token and found:
                found[-1].lines.append(line)
            elif "." not in token:
                s = int(token[1:])
                found.append(Table(line, [], section_sum(self.sections[s])))
        return found

    def _line(self, token: str) -> Line:
        model, data, cells = self.nodes[token]
        section, _, item = token.partition(".")
        place = f"rubric/sections/{section[1:]}" + (f"/items/{item[1:]}" if item else "")
        words = " ".join(str(data.get(key) or "") for key in ("code", "title")).strip()
        kind = "" if not item else part_word(model) if model else "未定种类"
        evidence = data.get("evidence")
        return Line(
            token, place, [self[f"{token}.{member.key}"] for member in cells],
            words or "未命名", kind, bool(item) and is_bonus(data),
            len(evidence) if isinstance(evidence, list) else 0,
        )  # fmt: skip

    # ---- reading ------------------------------------------------------------------------------

    def clean(self):
        cleaned = super().clean()
        sent = self.data.getlist("order") if hasattr(self.data, "getlist") else []
        if sorted(sent) == sorted(self.nodes) and (not sent or "." not in sent[0]):
            self.order = sent
        elif sent:
            self.add_error(None, "指标的顺序与现在的评选标准不符，请刷新页面后重试。")
        for token, (model, data, cells) in self.nodes.items():
            if model is not None:
                self._check(token, model, self._typed(token, data, cells))
        return cleaned

    def _typed(self, token: str, data: dict, cells: list[Member]) -> dict:
        for member in cells:
            name = f"{token}.{member.key}"
            if name in self.cleaned_data:
                data = put(data, member, self.cleaned_data[name])
        return data

    def _check(self, token: str, model: type[Part], data: dict) -> None:
        try:
            model.model_validate(data)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                name = ".".join([token, *(str(part) for part in detail["loc"])])
                if name in self.fields and name not in self.errors:
                    self.add_error(name, message_of(detail))

    def moved(self, token: str, up: bool) -> str:
        """Move a section or an item one place; an item at the edge goes to the next section.
        Returns the token's new name."""
        order = self.order
        if token not in order:
            return token
        blocks = self._blocks()
        if "." not in token:
            at = next(n for n, block in enumerate(blocks) if block[0] == token)
            to = at - 1 if up else at + 1
            if 0 <= to < len(blocks):
                blocks[at], blocks[to] = blocks[to], blocks[at]
            self.order = [one for block in blocks for one in block]
        else:
            at = order.index(token)
            to = at - 1 if up else at + 1
            if 0 < to < len(order):
                order[at], order[to] = order[to], order[at]
        return self._new_name(token)

    def _blocks(self) -> list[list[str]]:
        blocks: list[list[str]] = []
        for token in self.order:
            if "." not in token:
                blocks.append([])
            blocks[-1].append(token)
        return blocks

    def _new_name(self, token: str) -> str:
        for s, (head, *items) in enumerate(self._blocks()):
            if head == token:
                return f"s{s}"
            if token in items:
                return f"s{s}.i{items.index(token)}"
        return token

    def edited(self, rubric: Any) -> dict:
        """The rubric with what was typed, in the order of the rows."""
        held = dict(rubric) if isinstance(rubric, dict) else {}
        sections = sections_of(rubric)
        built = []
        for head, *items in self._blocks():
            section = self._typed(head, sections[int(head[1:])], self.nodes[head][2])
            rows = []
            for token in items:
                s, i = (int(part[1:]) for part in token.split("."))
                rows.append(self._typed(token, items_of(sections[s])[i], self.nodes[token][2]))
            built.append({**section, "items": rows})
        held["sections"] = built
        return held

"""A draft in words for the pages of the designer: its parts, rows, problems, what is unstated.

Pure; whatever stands in the draft is shown, right or wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from campaigns import wording
from campaigns.definition import Definition, Problem
from campaigns.definition.shape import (
    ABOUT,
    Member,
    Spot,
    member_of,
    members,
    page_of,
    read_path,
    spots,
    walk_data,
)
from campaigns.definition.tree import Place, piece
from campaigns.labels import choice_word, field_word, part_word
from campaigns.rubric import KINDS, kind_of, show
from campaigns.schema import Part

MOST_FACTS = 4
LONGEST_FACT = 40
APPLICANT, EXPERT, PAPER = "applicant", "expert", "paper"
YES_NO = {True: "是", False: "否"}


# The parts of a definition


@dataclass(frozen=True)
class PartLink:
    """One entry of the side list. ``count``: members of a list, None for a single part."""

    place: Place
    title: str
    count: int | None
    errors: int
    warnings: int


def parts(body: dict[str, Any], problems: Iterable[Problem]) -> list[PartLink]:
    """The main parts in the order of a notice, each with the problems in it."""
    found: dict[str, Counter] = {}
    for problem in problems:
        place = read_path(problem.path)
        home, _ = page_of(body, place)
        key = str(home.place[0]) if home.place else ""
        found.setdefault(key, Counter())[problem.severity] += 1
    keys = [m.key for m in members(Definition) if m.kind in ("part", "parts") and not m.is_inline]
    keys = ["", *(key for key in keys if key != "notes"), "notes"]
    return [
        PartLink(
            (key,) if key else (),
            field_word(Definition, key) if key else part_word(Definition),
            len(body[key]) if isinstance(body.get(key), list) else None,
            found.get(key, Counter())["error"],
            found.get(key, Counter())["warning"],
        )
        for key in keys
    ]


# Problems and where they are mended


@dataclass(frozen=True)
class Finding:
    """A problem with the page and field where it is mended."""

    problem: Problem
    page: Place
    field: str
    where: str

    @property
    def is_error(self) -> bool:
        return self.problem.severity == "error"


def findings(body: dict[str, Any], problems: Iterable[Problem]) -> list[Finding]:
    told = []
    for problem in problems:
        place = read_path(problem.path)
        home, name = page_of(body, place)
        field = field_word(home.model, name.split(".")[-1]) if home.model and name else ""
        where = " › ".join([*titles(body, home.place), *([field] if field else [])])
        problem = replace(problem, message=in_words(home.model, problem.message))
        told.append(Finding(problem, home.place, name, where))
    return sorted(told, key=lambda finding: not finding.is_error)


def in_words(model: type[Part] | None, message: str) -> str:
    """A message of the model with the names of its fields as the forms have them."""

    def word(match: re.Match) -> str:
        found = member_of(model, match[0])
        return f"“{field_word(model, found.key)}”" if found else match[0]

    return re.sub(r"[a-z_]{3,}", word, message) if model else message


def within(found: Iterable[Finding], place: Place) -> list[Finding]:
    """Those at a place or inside it; of the definition itself those on its own page."""
    if not place:
        return [one for one in found if not one.page]
    return [one for one in found if one.page[: len(place)] == place]


def titles(body: dict[str, Any], place: Place) -> list[str]:
    """The names of the parts on the way to a place, as a breadcrumb."""
    return [spot_title(here) for here in spots(body, place) if here.place] or [
        part_word(Definition)
    ]


def spot_title(here: Spot) -> str:
    if here.is_list or not here.is_in_list:
        return field_word(here.member.owner, here.member.key) if here.member else "概况"
    return row_title(here)


def row_title(here: Spot) -> str:
    """A member of a list: its number and title, or what it says."""
    code, title = here.data.get("code"), here.data.get("title")
    words = " ".join(str(word) for word in (code, title) if word)
    if words:
        return words
    said = facts(here)
    word = part_word(here.model) if here.model else "未定种类"
    place = f"第 {here.place[-1] + 1} 项" if here.is_in_list else ""
    return "，".join(said[:2]) or f"{place}{word}"


# Members of a list


@dataclass(frozen=True)
class ListRow:
    """One line of a list page."""

    position: int
    place: Place
    code: str
    title: str
    kind: str
    facts: tuple[str, ...]
    errors: int
    warnings: int


def list_rows(body: dict[str, Any], here: Spot, found: Iterable[Finding]) -> list[ListRow]:
    found = list(found)
    rows = []
    for position in range(len(here.rows)):
        inner = spots(body, (*here.place, position))[-1]
        inside = within(found, inner.place)
        has_kinds = len(here.member.models) > 1
        rows.append(
            ListRow(
                position, inner.place, str(inner.data.get("code") or ""),
                str(inner.data.get("title") or row_title(inner)),
                (part_word(inner.model) if inner.model else "未定种类") if has_kinds else "",
                tuple(facts(inner, body)),
                sum(one.is_error for one in inside), sum(not one.is_error for one in inside),
            )
        )  # fmt: skip
    return rows


def facts(here: Spot, body: dict[str, Any] | None = None) -> list[str]:
    """The chief fields of a part in words: ``截止日期 2023-10-30``."""
    if here.model is None:
        return []
    said = _facts(here.model, here.data, body or {})
    return said[:MOST_FACTS]


def _facts(model: type[Part], data: dict[str, Any], body: dict[str, Any]) -> list[str]:
    said = []
    for member in members(model):
        value = data.get(member.key)
        if member.key in ("code", "title", "criterion", "help", "guidance", *ABOUT):
            continue
        if member.is_inline and isinstance(value, dict):
            said += _facts(member.models[0][1], value, body)
        elif member.kind == "parts" and isinstance(value, list) and value:
            said.append(f"{field_word(model, member.key)} {len(value)} 项")
        elif member.kind == "part" and isinstance(value, dict):
            inner = dict(member.models).get(value.get("kind"))
            said.append(part_word(inner) if inner else field_word(model, member.key))
        elif value != member.default() or member.is_required:
            words = value_words(model, member, value, body)
            if words:
                said.append(f"{field_word(model, member.key)} {words}")
    return said


def value_words(model: type[Part], member: Member, value: Any, body: dict[str, Any]) -> str:
    """A value as people read it."""
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return YES_NO[value]
    values = value if isinstance(value, list) else [value]
    names = dict(references(body, member.refers_to)) if member.refers_to else {}
    if member.kind in ("choice", "choices"):
        words = [choice_word(model, member.key, v) for v in values]
    else:
        words = [names.get(str(v), _plain(v)) for v in values]
    text = "、".join(words)
    return text if len(text) <= LONGEST_FACT else f"{text[:LONGEST_FACT]}…"


def _plain(value: Any) -> str:
    if isinstance(value, dict | list):
        return f"{len(value)} 项"
    return number_words(value) if isinstance(value, int | float | str) else str(value)


def number_words(value: Any) -> str:
    """A number without needless zeros; anything else as it is."""
    number = as_number(value)
    return str(value) if number is None or abs(number.adjusted()) > 20 else show(number)


def as_number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def references(body: dict[str, Any], kind: str) -> list[tuple[str, str]]:
    """(code, title) of what a field may name."""
    places: dict[str, Place] = {
        "track": ("tracks",), "level": ("levels",), "body": ("levels",),
        "deadline": ("calendar",), "section": ("rubric", "sections"), "step": ("route",),
        "source": ("combination", "sources"), "family": ("rubric", "families"),
    }  # fmt: skip
    rows = piece(body, places[kind], []) if kind in places else []
    rows = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    found = [
        (row["code"], str(row.get("body") or row.get("title") or row["code"]))
        for row in rows
        if isinstance(row.get("code"), str) and row["code"]
    ]
    if kind in ("level", "body"):
        found += [(code, word) for code, word in wording.ACTORS.items()]
    return list(dict(found).items())


def kind_choices(member: Member) -> list[tuple[str, str]]:
    """The kinds a new member of a list may have, in words; none where there is but one."""
    if len(member.models) < 2:
        return []
    chosen = [(tag, part_word(model)) for tag, model in member.models]
    order = list(KINDS)
    return sorted(chosen, key=lambda pair: order.index(pair[0]) if pair[0] in order else 0)


# The rubric as a table


@dataclass(frozen=True)
class SectionSum:
    """Printed against the sum of the items, which leaves bonus items out."""

    items: str
    printed: str
    closes: bool


def section_sum(section: dict[str, Any]) -> SectionSum:
    rows = section.get("items")
    total = sum(
        (
            as_number(item.get("points")) or Decimal(0)
            for item in (rows if isinstance(rows, list) else [])
            if isinstance(item, dict) and not is_bonus(item)
        ),
        Decimal(0),
    )
    printed = as_number(section.get("points"))
    return SectionSum(show(total), "" if printed is None else show(printed), total == printed)


def is_bonus(item: dict[str, Any]) -> bool:
    kind = kind_of(item)
    return bool(kind and kind.is_bonus)


def rubric_total(body: dict[str, Any]) -> SectionSum:
    """The total of all items against the total the rubric names."""
    sections = piece(body, ("rubric", "sections"), [])
    sections = [s for s in sections if isinstance(s, dict)] if isinstance(sections, list) else []
    total = sum((Decimal(section_sum(section).items) for section in sections), Decimal(0))
    printed = as_number(piece(body, ("rubric", "total")))
    printed = Decimal(100) if printed is None else printed
    return SectionSum(show(total), show(printed), total == printed)


# What the notice does not say


@dataclass(frozen=True)
class Unsaid:
    """A value in force that the notice does not state, and where it is edited."""

    page: Place
    field: str
    where: str
    label: str
    value: str
    note: str


def unsaid(body: dict[str, Any]) -> list[Unsaid]:
    """All of them in the order of the definition, also those that the draft leaves out."""
    rows = []
    for here in walk_data(body):
        notes = here.data.get("unstated")
        notes = notes if isinstance(notes, dict) else {}
        for member in _every(here.model):
            note = notes.get(member.name)
            if note is None and _in_force(here, member):
                note = member.policy
            if note is None:
                continue
            if member.kind in ("part", "parts") and not member.is_inline:
                page, field = here, f"{member.key}:unstated"
            else:
                page, field = page_of(body, (*here.place, member.key))
            value = here.data.get(member.key, member.default())
            words = value_words(here.model, member, value, body)
            where = " › ".join(titles(body, page.place))
            label = field_word(here.model, member.key)
            rows.append(Unsaid(page.place, field, where, label, words or "（空）", str(note)))
    return rows


def _every(model: type[Part]) -> list[Member]:
    """The members in the order of the class, as ``Definition.unstated`` lists them."""
    order = list(model.model_fields)
    return sorted(members(model), key=lambda member: order.index(member.name))


def _in_force(here: Spot, member: Member) -> bool:
    """Whether the system's rule fills this field, because the draft does not have it."""
    if not member.policy or member.key in here.data:
        return False
    when = member.field.json_schema_extra["when"]
    return not when or here.model._holds(here.data, *when)


# Previews


def preview_roles(definition: Definition, track: str) -> list[tuple[str, str]]:
    """(code, who that is) of every actor a definition can be seen as, in the order of the work."""
    steps = [
        (step.code, f"{wording.who(definition, step.level)}：{step.title}")
        for step in definition.steps(track)
        if step.type in ("sign_off", "desk_check")
    ]
    roles = [(APPLICANT, "申报单位：填报"), *steps, (EXPERT, "评审专家：评分表")]
    if not definition.items(track):
        roles.pop()
    return [*roles, (PAPER, "申报表")]

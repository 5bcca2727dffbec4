"""Two definitions side by side: what was added, removed, moved and changed. Pure.

    comparison = compare(old, new)
    comparison.counts["added"], comparison.groups()

Parts are matched by their codes when the two are editions of one notice. Two cities use the same
codes for different things: their parts are matched by what they say.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any

from campaigns import wording
from campaigns.definition import Definition
from campaigns.definition.requirements import GateBase
from campaigns.definition.shape import REFERENCES
from campaigns.labels import BOOLEANS, choice_word, field_word, part_word
from campaigns.rubric import Item, show
from campaigns.schema import Part

ALIKE = 0.6  # texts that share this much speak of the same thing
HEAD = "head"
VERBS = {"added": "新增", "removed": "删除", "moved": "移动", "changed": "更改"}
ASPECTS = {"points": "分值", "threshold": "标准与期限", "text": "文字", "rule": "规则"}
POINTS = {
    "points", "total", "weight", "deduction", "floor", "cap", "bonus_cap", "mark_step", "step",
    "each", "none_below", "target", "unit_short",
}  # fmt: skip
WORDS = {
    "title", "text", "criterion", "guidance", "help", "source", "note", "instructions", "body",
    "outline", "to", "veto", "box", "authorities", "where", "recipients", "names", "unit",
}  # fmt: skip
NOT_SET = "—"


@dataclass(frozen=True)
class Change:
    """One difference. ``place``: the location in the new definition, in the old one for what was
    removed. ``fields``: the names on the way to it, positions left out; ``item``: the code of the
    rubric's item it stands in."""

    verb: str
    aspect: str
    where: str
    label: str
    old: str
    new: str
    place: tuple[str | int, ...]
    fields: tuple[str, ...]
    item: str = ""

    @property
    def group(self) -> str:
        """The main part of the notice it stands in."""
        return self.fields[0] if self.fields[0] in GROUPS else HEAD


GROUPS = (
    "levels", "tracks", "calendar", "form", "requirements", "rubric", "route", "combination",
    "outcome", "quotas", "obligations", "publication", "documents", "notes",
)  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    old: Definition
    new: Definition
    by_text: bool
    changes: tuple[Change, ...]

    @cached_property
    def counts(self) -> Counter:
        """How many were added, removed, moved; and how many changed, by aspect."""
        return Counter(c.aspect if c.verb == "changed" else c.verb for c in self.changes)

    def groups(self) -> list[tuple[str, str, list[Change]]]:
        """(name, title, changes) of each part of the notice that differs, in its order."""
        found: dict[str, list[Change]] = {}
        for change in self.changes:
            found.setdefault(change.group, []).append(change)
        titles = {HEAD: "概况"} | {name: field_word(Definition, name) for name in GROUPS}
        return [(name, titles[name], found[name]) for name in (HEAD, *GROUPS) if name in found]


def compare(old: Definition, new: Definition, *, by_text: bool | None = None) -> Comparison:
    """All differences in the order of the notice; ``by_text`` is found out unless given."""
    if by_text is None:
        by_text = not are_editions(old, new)
    walker = _Walker(old, new, by_text)
    walker.parts(old, new, _Spot((), (), ()))
    return Comparison(old, new, by_text, tuple(walker.changes))


def are_editions(old: Definition, new: Definition) -> bool:
    """Whether the codes of the two mean the same: most that both have, speak of the same."""
    same = total = 0
    for olds, news in (
        (old.items(), new.items()),
        (old.requirements, new.requirements),
        (old.case_sections(), new.case_sections()),
    ):
        known = {part.code: part for part in olds}
        total += min(len(olds), len(news))
        same += sum(
            part.code in known and _likeness(known[part.code], part) >= ALIKE for part in news
        )
    return same * 2 >= total


def same_items(old: Definition, new: Definition) -> dict[str, str]:
    """New item code → code of the old item that it continues."""
    olds, news = old.items(), new.items()
    pairs = _Walker(old, new, not are_editions(old, new)).match(olds, news)
    return {news[j].code: olds[i].code for i, j in pairs if None not in (i, j)}


@dataclass(frozen=True)
class _Spot:
    where: tuple[str, ...]
    place: tuple[str | int, ...]
    fields: tuple[str, ...]
    item: str = ""

    def down(self, name: str, index: int | None = None, title: str = "") -> _Spot:
        return _Spot(
            (*self.where, title) if title else self.where,
            (*self.place, name) if index is None else (*self.place, name, index),
            (*self.fields, name),
            self.item,
        )


@dataclass
class _Walker:
    old: Definition
    new: Definition
    by_text: bool
    changes: list[Change] = field(default_factory=list)

    def note(self, verb, aspect, spot, label="", old="", new="") -> None:
        where = " · ".join(spot.where)
        self.changes.append(
            Change(verb, aspect, where, label, old, new, spot.place, spot.fields, spot.item)
        )

    def parts(self, old: Part, new: Part, spot: _Spot) -> None:
        """The fields of two parts that stand for the same."""
        if type(old) is not type(new):
            words = part_word(type(old)), part_word(type(new))
            self.note("changed", "rule", spot.down("kind"), "种类", *words)
        for name in dict.fromkeys([*type(old).model_fields, *type(new).model_fields]):
            if name == "kind" or name == "items":
                continue
            before, after = _value(old, name), _value(new, name)
            if before == after:
                continue
            owner = type(new) if name in type(new).model_fields else type(old)
            info = owner.model_fields[name]
            self.values(owner, name, info.alias or name, before, after, spot)
        if hasattr(new, "sections") and hasattr(new, "mark_step"):
            self.items(old, new, spot)

    def values(self, owner, name, key, before, after, spot: _Spot) -> None:
        label = field_word(owner, key)
        if name == "unstated_fields":
            self.unstated(owner, before or {}, after or {}, spot)
        elif _are_parts(before) or _are_parts(after):
            self.lists(key, label, before or (), after or (), spot)
        elif isinstance(before, Part) and isinstance(after, Part):
            title = "" if name in GROUPS else label
            self.parts(before, after, spot.down(key, title=title))
        elif isinstance(before, Part) or isinstance(after, Part):
            self.whole(before, after, spot.down(key, title=label))
        else:
            words = (
                value_words(self.old, owner, name, before),
                value_words(self.new, owner, name, after),
            )
            self.note("changed", _aspect(name, before, after), spot.down(key), label, *words)

    def unstated(self, owner, before: dict, after: dict, spot: _Spot) -> None:
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                label = f"方案未规定：{field_word(owner, name)}"
                words = (
                    d.get(name, "方案有规定" if d is not None else "") for d in (before, after)
                )
                self.note("changed", "text", spot.down("unstated"), label, *words)

    def whole(self, before: Part | None, after: Part | None, spot: _Spot) -> None:
        """A part that only one of the two has."""
        if after is not None:
            text = describe(self.new, after)
            self.note("added", "rule", spot, "", "", text)
        elif before is not None:
            self.note("removed", "rule", spot, "", describe(self.old, before), "")

    def lists(self, key: str, label: str, olds, news, spot: _Spot) -> None:
        pairs = self.match(olds, news)
        stays = _in_order([pair for pair in pairs if None not in pair])
        for i, j in pairs:
            before, after = None if i is None else olds[i], None if j is None else news[j]
            part = before if after is None else after
            here = spot.down(key, i if j is None else j, _title(part) or label)
            if before is None or after is None:
                self.whole(before, after, here)
                continue
            if (i, j) not in stays:
                self.note(
                    "moved", "rule", here, "顺序", f"第 {i + 1} 位", f"第 {j + 1} 位"
                )  # fmt: skip
            self.parts(before, after, here)

    def items(self, old: Part, new: Part, spot: _Spot) -> None:
        """Items are matched over the whole rubric, so that one that went elsewhere has moved."""
        olds, news = list(_items(old)), list(_items(new))
        sections = dict(self.match(old.sections, new.sections))
        pairs = self.match([item for *_, item in olds], [item for *_, item in news])
        together: dict[int, list[tuple[int, int]]] = {}
        for i, j in pairs:
            if None not in (i, j) and sections.get(olds[i][0]) == news[j][0]:
                together.setdefault(news[j][0], []).append((i, j))
        stays = set().union(*(_in_order(some) for some in together.values()))
        for i, j in pairs:
            before, after = None if i is None else olds[i][2], None if j is None else news[j][2]
            rubric, (s, k, item) = (old, olds[i]) if j is None else (new, news[j])
            section = rubric.sections[s]
            here = _Spot(
                (_title(section), _title(item)), (*spot.place, "sections", s, "items", k),
                (*spot.fields, "sections", "items"), item.code,
            )  # fmt: skip
            if before is None or after is None:
                self.whole(before, after, here)
                continue
            if (i, j) not in stays:
                words = (
                    f"{_title(old.sections[olds[i][0]])} 第 {olds[i][1] + 1} 项",
                    f"{_title(new.sections[news[j][0]])} 第 {news[j][1] + 1} 项",
                )
                self.note("moved", "rule", here, "位置", *words)
            self.parts(before, after, here)

    def match(self, olds: Sequence[Part], news: Sequence[Part]):
        """(old position, new position) of what stands for the same, None where there is nothing;
        in the order of the new list, what is gone behind its former neighbour."""
        known = _by_name(olds)
        found: dict[int, int] = {}
        if not self.by_text:
            found = {j: known[name] for name, j in _by_name(news).items() if name in known}
        else:
            found = _by_likeness(olds, news)
        pairs: list[tuple[int | None, int | None]] = [(found.get(j), j) for j in range(len(news))]
        for i in range(len(olds)):
            if i not in found.values():
                before = [n for n, (o, _) in enumerate(pairs) if o is not None and o < i]
                pairs.insert(max(before) + 1 if before else 0, (i, None))
        return pairs


def _value(part: Part, name: str) -> Any:
    """The value of a field; None where the class has no such field."""
    return getattr(part, name, None)


def _items(rubric: Part) -> Iterator[tuple[int, int, Item]]:
    for s, section in enumerate(rubric.sections):
        for k, item in enumerate(section.items):
            yield s, k, item


def _are_parts(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], Part)


def _by_name(parts: Sequence[Part]) -> dict[str, int]:
    """Name of a part in its list → position: its code, its title, or its place."""
    names: dict[str, int] = {}
    for position, part in enumerate(parts):
        name = getattr(part, "code", "") or getattr(part, "title", "") or f"#{position}"
        while name in names:
            name += "'"
        names[name] = position
    return names


def _by_likeness(olds: Sequence[Part], news: Sequence[Part]) -> dict[int, int]:
    """New position → old position, the likeliest pairs first."""
    scored = sorted(
        (
            (likeness, -abs(i - j), -i, -j)
            for i, old in enumerate(olds)
            for j, new in enumerate(news)
            if (likeness := _likeness(old, new)) >= ALIKE
        ),
        reverse=True,
    )
    found: dict[int, int] = {}
    for _, _, i, j in scored:
        if -j not in found and -i not in found.values():
            found[-j] = -i
    return found


def _likeness(old: Part, new: Part) -> float:
    """How much two parts say the same, 0 to 1."""
    titles = getattr(old, "title", ""), getattr(new, "title", "")
    if titles[0] == titles[1]:
        return 1.0
    matcher = SequenceMatcher(None, _text(old), _text(new), autojunk=False)
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()


def _text(part: Part) -> str:
    names = ("title", "criterion", "text", "guidance", "body")
    return "".join(str(getattr(part, name, "") or "") for name in names)


def _in_order(pairs: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """The most pairs that keep their order: all others have moved."""
    tails: list[int] = []
    at: list[int] = []
    back: list[int | None] = []
    ordered = sorted(pairs, key=lambda pair: pair[1])
    for n, (i, _) in enumerate(ordered):
        k = bisect_left(tails, i)
        back.append(at[k - 1] if k else None)
        if k == len(tails):
            tails.append(i)
            at.append(n)
        else:
            tails[k], at[k] = i, n
    kept, n = set(), at[-1] if at else None
    while n is not None:
        kept.add(ordered[n])
        n = back[n]
    return kept


def _title(part: Part) -> str:
    code, title = getattr(part, "code", ""), getattr(part, "title", "")
    if isinstance(part, Item) or type(part).__name__ in ("Section", "Requirement"):
        return f"{code} {title}".strip()
    return title or code or part_word(type(part))


def _aspect(name: str, *values: Any) -> str:
    if name in WORDS:
        return "text"
    if name in POINTS:
        return "points"
    if any(isinstance(v, Decimal | date | time) for v in values):
        return "threshold"
    is_number = any(isinstance(v, int) and not isinstance(v, bool) for v in values)
    return "threshold" if is_number else "rule"


def value_words(definition: Definition, owner: type[Part], name: str, value: Any) -> str:
    """A plain value of a field as people read it."""
    if value is None or value == "" or value == ():
        return NOT_SET
    if isinstance(value, bool):
        return BOOLEANS[value]
    if isinstance(value, Decimal):
        return show(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, tuple):
        return "、".join(value_words(definition, owner, name, member) for member in value)
    if not isinstance(value, str):
        return str(value)
    titles = _references(definition, REFERENCES.get(name, ""))
    return titles.get(value) or choice_word(owner, name, value)


def _references(definition: Definition, kind: str) -> dict[str, str]:
    lists: dict[str, Any] = {
        "track": definition.tracks, "level": definition.levels, "body": definition.levels,
        "deadline": definition.calendar, "section": definition.rubric.sections,
    }  # fmt: skip
    return wording.ACTORS | {part.code: part.title for part in lists.get(kind, ())}


def describe(definition: Definition, part: Part) -> str:
    """What a part says, in one line, without its title."""
    if isinstance(part, GateBase) and not hasattr(part, "gates"):
        return wording.gate_sentence(definition, part)
    told = []
    if isinstance(part, Item):
        told = [f"{show(part.points)} 分", part.kind_title]
    for name, info in type(part).model_fields.items():
        value = getattr(part, name)
        if name in ("code", "title", "kind", "source", "unstated_fields") or (
            isinstance(part, Item) and name == "points"
        ):
            continue
        if not info.is_required() and value == info.get_default(call_default_factory=True):
            continue
        if isinstance(value, Part):
            told.append(describe(definition, value))
        elif _are_parts(value):
            told.append(f"{field_word(type(part), name)}：{'、'.join(map(_title, value))}")
        elif name in ("criterion", "text", "guidance", "body"):
            told.append(str(value))
        else:
            words = value_words(definition, type(part), name, value)
            told.append(f"{field_word(type(part), info.alias or name)}：{words}")
    return "；".join(filter(None, told))

"""Next year's edition of a definition: days moved on by years, everything else to be confirmed. Pure.

edition = derive(definition, 2024)
edition.definition, edition.days, edition.texts
"""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from campaigns.definition import Definition, read_definition
from campaigns.definition.model import walk
from campaigns.labels import field_word, part_word
from campaigns.schema import Part
from core.working_days import is_published, is_working_day

WEEKDAYS = "一二三四五六日"
NOTE = "derived"
MOST_CODE = 40


@dataclass(frozen=True)
class MovedDay:
    """A day of the definition before and after; ``remark`` says what to look at, or is empty."""

    where: str
    label: str
    old: date
    new: date
    remark: str

    @property
    def weekday(self) -> str:
        return f"星期{WEEKDAYS[self.new.weekday()]}"


@dataclass(frozen=True)
class YearInText:
    """A text that names a year and stays as it is until somebody has read the new notice."""

    where: str
    label: str
    text: str


@dataclass(frozen=True)
class Edition:
    definition: Definition
    days: tuple[MovedDay, ...]
    texts: tuple[YearInText, ...]


def derive(definition: Definition, year: int, *, key: str = "", title: str = "") -> Edition:
    """The edition of ``year``: every day moved by the difference, key and title renamed unless
    given, the notes of the old notice kept and marked as to be confirmed."""
    years = year - definition.year
    old = f"{definition.year}"
    title = title or definition.title.replace(old, f"{year}")
    key = key or next_key(definition, year)
    body = _moved(definition.model_dump(by_alias=True), years)
    notes = [note | {"to_confirm": True} for note in body["notes"] if note["code"] != NOTE]
    body |= {
        "key": key,
        "title": title,
        "year": year,
        "notes": [_derived_note(definition, year), *notes],
    }
    derived = read_definition(body)
    return Edition(derived, tuple(_days(definition, years)), tuple(_texts(derived)))


def next_key(definition: Definition, year: int) -> str:
    """The key with the year in it changed, or with the year behind it."""
    old = f"{definition.year}"
    if old in definition.key:
        return definition.key.replace(old, f"{year}")
    return f"{definition.key[: MOST_CODE - 5]}_{year}"


def move_day(day: date, years: int) -> date:
    """The same day some years on; 29 February becomes 28 February where there is none."""
    year = day.year + years
    if (day.month, day.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28)
    return day.replace(year=year)


def _moved(value: Any, years: int) -> Any:
    if isinstance(value, date):
        return move_day(value, years)
    if isinstance(value, dict):
        return {key: _moved(member, years) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_moved(member, years) for member in value]
    return value


def _derived_note(definition: Definition, year: int) -> dict[str, Any]:
    return {
        "code": NOTE,
        "title": f"由 {definition.year} 年度方案推导，待确认",
        "text": f"本方案由《{definition.title}》推导：日期顺延 {year - definition.year} 年，"
        "文字、分值、标准和“方案未规定”的说明均沿用上一年度，出处也是上一年度方案中的位置。"
        f"请对照 {year} 年度正式方案逐项确认后再开放。",
        "to_confirm": True,
    }


def _days(definition: Definition, years: int) -> Iterator[MovedDay]:
    for where, part in _named(definition):
        for name, info in type(part).model_fields.items():
            day = getattr(part, name)
            if isinstance(day, date):
                new, label = move_day(day, years), field_word(type(part), info.alias or name)
                yield MovedDay(where, label, day, new, _remark(day, new, name))


def _remark(old: date, new: date, name: str) -> str:
    """What somebody should look at: a leap day, an end on a day when offices are closed."""
    if (old.month, old.day) == (2, 29) and new.day != 29:
        return "该年没有 2 月 29 日，改为 2 月 28 日"
    if (old.month, old.day) == (2, 28) and isleap(new.year) and not isleap(old.year):
        return "该年 2 月有 29 天，原意如为 2 月底请改为 2 月 29 日"
    if name == "due" and not is_working_day(new):
        return "当天不上班，请确认截止日"
    if name == "due" and not is_published(new):
        return "该年放假安排尚未公布，请届时核对"
    return ""


_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


def _texts(definition: Definition) -> Iterator[YearInText]:
    for where, part in _named(definition):
        if getattr(part, "code", "") == NOTE or part is definition:
            continue
        for name, info in type(part).model_fields.items():
            value = getattr(part, name)
            texts = value.values() if isinstance(value, dict) else [value]
            for text in texts:
                if isinstance(text, str) and name != "source" and _YEAR.search(text):
                    yield YearInText(where, field_word(type(part), info.alias or name), text)


def _named(definition: Definition) -> Iterator[tuple[str, Part]]:
    """Every part with the titles of the parts it stands in."""
    titles: dict[str, str] = {}
    for path, part in walk(definition):
        above = titles.get(path.rpartition(".")[0], "")
        own = getattr(part, "title", "") or part_word(type(part))
        code = getattr(part, "code", "")
        if re.fullmatch(r"\d+(\.\d+)*", code):
            own = f"{code} {own}"
        titles[path] = own if path else ""
        yield (f"{above} · {own}" if above else own), part

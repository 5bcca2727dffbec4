"""Numbers as notices print them: full-width, in brackets, with 分, 份 for 分, or with %."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

NUMBER = r"\d{1,4}(?:\.\d{1,4})?"
MISREAD = str.maketrans({"O": "0", "o": "0", "〇": "0", "l": "1", "I": "1", "|": "1"})

_CELL = re.compile(rf"\+?\(?\+?({NUMBER})\)?([分份%])?\)?")
_HEADING = re.compile(rf"\(({NUMBER})([分份])\)|\(({NUMBER})\)([分份])|[^\d.]({NUMBER})([分份])$")
_HEADING_WEIGHT = re.compile(rf"\(?(?:权重:?)?({NUMBER})%\)?$")
_FULL = re.compile(rf"(?:计|满分(?:为|是)?|得|赋|记|给|共)({NUMBER})([分份])")
_BRACKETED = re.compile(rf"\(({NUMBER})([分份])\)")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_CHINESE = "一二三四五六七八九十"
_ORDINAL = re.compile(
    rf"(?:第?\(?(?P<digits>\d{{1,3}})\)?(?:[.、)](?!\d)|(?<=\)))"
    rf"|\(?(?P<chinese>[{_CHINESE}]{{1,3}})(?:[.、)]|\)))"
)


def normal(text: str) -> str:
    """For comparing only: half-width signs, no blanks. What is kept is always the printed text."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@dataclass(frozen=True)
class Amount:
    """A number found in print. `doubt` says what is odd about the way it is printed."""

    value: Decimal
    is_percent: bool = False
    doubt: str = ""


def amount_in_cell(text: str) -> Amount | None:
    """The points or weight of a cell that holds nothing else; None when it is not a number."""
    plain = normal(text)
    doubt = ""
    found = _CELL.fullmatch(plain)
    if found is None and any(sign.isdigit() for sign in plain):
        found = _CELL.fullmatch(plain.translate(MISREAD))
        doubt = f"分值印作“{text.strip()}”，疑为识别错误，按 {found[1]} 读取" if found else ""
    if found is None:
        return None
    return Amount(Decimal(found[1]), found[2] == "%", doubt or _misread(found[1], found[2]))


def amount_in_heading(text: str) -> Amount | None:
    """The total in the heading of a section: (10 分), (10) 分, 20%."""
    plain = normal(text)
    if found := [*_HEADING.finditer(plain)]:
        number, sign = next((found[-1][i], found[-1][i + 1]) for i in (1, 3, 5) if found[-1][i])
        return Amount(Decimal(number), doubt=_misread(number, sign))
    weight = _HEADING_WEIGHT.search(plain)
    return Amount(Decimal(weight[1]), is_percent=True) if weight else None


def amount_in_text(text: str) -> Amount | None:
    """The full points that the wording of an item names: 计3分, 共计 2 分, 满分5分, (3分)."""
    plain = normal(text)
    found = [
        (Decimal(match[1]), match[2])
        for pattern in (_FULL, _BRACKETED)
        for match in pattern.finditer(plain)
        if plain[max(match.start() - 1, 0)] not in "扣减加"
    ]
    if not found:
        return None
    number, sign = max(found, key=lambda pair: pair[0])
    return Amount(number, doubt=_misread(str(number), sign))


def _misread(number: str, sign: str | None) -> str:
    return f"印作“{number}份”，疑为“{number}分”之误" if sign == "份" else ""


def ordinal(text: str) -> tuple[int, str] | None:
    """(number, the rest as printed) of a text that begins with one: 1. 7、 (3) 一、 （二）."""
    stripped = text.lstrip()
    if stripped[:1] and stripped[0] in _CIRCLED:
        return _CIRCLED.index(stripped[0]) + 1, stripped[1:].lstrip()
    head = stripped[:12]
    wide = {"．": ".", "（": "(", "）": ")", "，": ",", "　": " "}
    plain = "".join(
        wide.get(sign, unicodedata.normalize("NFKC", sign)[:1] or sign) for sign in head
    )
    found = _ORDINAL.match(plain)
    if found is None:
        return None
    value = int(found["digits"]) if found["digits"] else _chinese(found["chinese"])
    return (value, stripped[found.end() :].lstrip()) if value else None


def _chinese(text: str) -> int:
    if len(text) == 1:
        return _CHINESE.index(text) + 1
    tens, _, ones = text.partition("十")
    if "十" not in text:
        return 0
    return (_CHINESE.index(tens) + 1 if tens else 1) * 10 + (
        _CHINESE.index(ones) + 1 if ones else 0
    )


def ordinal_in_cell(text: str) -> int | None:
    """The number of a cell that holds only a number: 1, 1., 一, (二)."""
    plain = normal(text).strip("().、")
    if plain.isascii() and plain.isdigit() and len(plain) <= 3:
        return int(plain)
    if plain and len(plain) <= 3 and all(sign in _CHINESE for sign in plain):
        return _chinese(plain) or None
    return None

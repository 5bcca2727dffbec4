"""Two contents side by side: what was written, marked and attached before and after."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from core.wording import short_hash

SHORT = 200  # characters
LEAST_ALIKE = 0.5  # short texts that have less in common are marked as a whole
_CLAUSE = re.compile(r"[^，。；！？\n]*[，。；！？\n]|[^，。；！？\n]+")


@dataclass(frozen=True)
class Piece:
    """A run of characters; ``is_changed``: the other side does not have it."""

    text: str
    is_changed: bool


@dataclass(frozen=True)
class Difference:
    """One place that is not the same; ``kind``: text, mark or files. ``before`` and ``after`` are runs, empty: nothing there."""

    part: str
    group: str
    title: str
    kind: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


def differences(before: dict, after: dict) -> list[Difference]:
    """``before`` and ``after`` are ``readable_content``; the order is that of ``after``, with what
    only ``before`` has at the end."""
    old, new = _lines(before), _lines(after)
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        part, group, title, _ = new.get(key) or old[key]
        was, now = (lines[key][3] if key in lines else "" for lines in (old, new))
        if was != now:
            kind = key.rpartition("#")[2] if "#" in key else "text"
            found.append(Difference(part, group, title, kind, *compare_texts(was, now)))
    return found


def compare_texts(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts as runs, those that differ marked: short texts by character, long ones by clause."""
    if not (before and after):
        return _whole(before), _whole(after)
    is_short = max(len(before), len(after)) <= SHORT
    old, new = (list(t) if is_short else _CLAUSE.findall(t) for t in (before, after))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if is_short and matcher.ratio() < LEAST_ALIKE:
        return _whole(before), _whole(after)
    left, right = [], []
    for tag, a, b, c, d in matcher.get_opcodes():
        left.append(Piece("".join(old[a:b]), tag != "equal"))
        right.append(Piece("".join(new[c:d]), tag != "equal"))
    return tuple(p for p in left if p.text), tuple(p for p in right if p.text)


def _whole(text: str) -> tuple[Piece, ...]:
    return (Piece(text, True),) if text else ()


def _lines(content: dict) -> dict[str, tuple[str, str, str, str]]:
    """key → (part, group, title, text) of everything a reader sees, in the order of the notice."""
    lines = {}
    for row in content["form"]:
        lines[f"form/{row['code']}"] = (row["part"], "申报表", row["title"], str(row["value"]))
    for row in content["materials"]:
        lines[f"{row['part']}#files"] = (row["part"], "附件", row["title"], _files(row))
    for row in content["case_report"]:
        part, group = row["part"], "典型案例材料"
        lines[part] = (part, group, row["title"], "\n".join(filter(None, (row["on"], row["text"]))))
        for piece in row["parts"]:
            title = f"{row['title']}：{piece['title']}"
            text = "\n".join(filter(None, (piece["figure"], piece["text"])))
            lines[f"{part}/{piece['title']}"] = (part, group, title, text)
        lines[f"{part}#files"] = (part, group, f"{row['title']}：图片", _files(row))
    for section in content["sections"]:
        for row in section["items"]:
            title = f"{row['code']} {row['title']}"
            mark = "" if row["points"] is None else f"{row['points']} 分。{row['words']}"
            lines[f"{row['part']}#mark"] = (row["part"], "自评", title, mark)
            lines[f"{row['part']}#files"] = (row["part"], "佐证材料", title, _files(row))
    return lines


def _files(row: dict) -> str:
    return "\n".join(
        f"{f['name']}{'（' + f['caption'] + '）' if f['caption'] else ''} {short_hash(f['sha256'])}"
        for f in row["files"]
    )

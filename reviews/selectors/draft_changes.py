"""Two people at one part of a draft: which values each has changed, and what both make together.

A part is laid flat as ``{path: value}``: a field's code, ``section`` or ``section/part`` of the
case report, an item's code. What a page showed is remembered as ``{path: short hash}``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core import audit

MOST_REPLACED = 30  # texts of others that were written over are kept up to here


def flat(values: dict) -> dict[str, Any]:
    """path → value; what is empty has no path."""
    found: dict[str, Any] = {}
    for code, value in values.items():
        if isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
            found |= {f"{code}/{part}": text for part, text in value.items() if text}
        elif value not in (None, "", False):
            found[code] = value
    return found


def seen_of(values: dict) -> dict[str, str]:
    """What a page that shows the values has seen of them."""
    return {path: _short_hash(value) for path, value in flat(values).items()}


def _short_hash(value) -> str:
    return audit.sha256(audit.canonical(value))[:10] if value is not None else ""


@dataclass(frozen=True)
class Merged:
    """``mine``: paths that the typed values change; ``clashes``: those among them that somebody
    else has changed as well; ``theirs``: paths that only somebody else has changed."""

    mine: tuple[str, ...]
    theirs: tuple[str, ...]
    clashes: tuple[str, ...]


def merge(stored: dict, typed: dict, seen: dict[str, str]) -> Merged:
    """What saving ``typed`` does, by somebody whose page showed ``seen``, to what is stored now."""
    now, wanted = flat(stored), flat(typed)
    mine, theirs, clashes = [], [], []
    for path in sorted(now.keys() | wanted.keys()):
        if now.get(path) == wanted.get(path):
            continue
        shown = seen.get(path, "")
        is_changed = _short_hash(now.get(path)) != shown
        if is_changed and _short_hash(wanted.get(path)) == shown:
            theirs.append(path)
            continue
        mine.append(path)
        if is_changed:
            clashes.append(path)
    return Merged(tuple(mine), tuple(theirs), tuple(clashes))


def with_theirs(stored: dict, typed: dict, paths: tuple[str, ...]) -> dict:
    """The typed values with those of ``paths`` as they are stored."""
    result = {
        code: dict(value) if isinstance(value, dict) else value for code, value in typed.items()
    }
    for path in paths:
        code, _, part = path.partition("/")
        place, key = (result.setdefault(code, {}), part) if part else (result, code)
        source = stored.get(code, {}) if part else stored
        if key in source:
            place[key] = source[key]
        else:
            place.pop(key, None)
        if place == {}:
            result.pop(code)
    return result

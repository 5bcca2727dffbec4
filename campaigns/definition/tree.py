"""A definition as plain data that is edited piece by piece; pure, nothing is changed in place.

A place is a tuple of keys and positions, written ``rubric/sections/0/items/2``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

Place = tuple[str | int, ...]


def read_place(text: str) -> Place:
    """``rubric/sections/0`` → ("rubric", "sections", 0)."""
    parts = [part for part in text.split("/") if part]
    return tuple(int(p) if p.isascii() and p.isdigit() and len(p) < 6 else p for p in parts)


def place_text(place: Place) -> str:
    return "/".join(str(part) for part in place)


def piece(data: Any, place: Place, default: Any = None) -> Any:
    """What stands at the place, ``default`` when there is nothing."""
    for part in place:
        if (
            isinstance(data, dict)
            and isinstance(part, str)
            and part in data
            or isinstance(data, list)
            and isinstance(part, int)
            and part < len(data)
        ):
            data = data[part]
        else:
            return default
    return data


def with_piece(data: Any, place: Place, value: Any) -> Any:
    """The data with another value at the place; the position after the last one appends."""
    if not place:
        return value
    part, rest = place[0], place[1:]
    if isinstance(part, int):
        members = list(data) if isinstance(data, list) else []
        if part >= len(members):
            part = len(members)
            members.append(None)
        members[part] = with_piece(members[part], rest, value)
        return members
    known = dict(data) if isinstance(data, dict) else {}
    known[part] = with_piece(known.get(part), rest, value)
    return known


def without_piece(data: Any, place: Place) -> Any:
    """The data with the list member gone, or the named value empty."""
    *parent, last = place
    held = piece(data, tuple(parent))
    if isinstance(last, int) and isinstance(held, list):
        return with_piece(data, tuple(parent), held[:last] + held[last + 1 :])
    if isinstance(held, dict) and last in held:
        return with_piece(data, tuple(place), None)
    return data


def ordered(data: Any, place: Place, order: Sequence[int]) -> Any:
    """The list at the place in another order: ``order`` names every old position once."""
    members = piece(data, place)
    if not isinstance(members, list) or sorted(order) != list(range(len(members))):
        raise ValueError("not an order of this list")
    return with_piece(data, place, [members[position] for position in order])


def digest(value: Any) -> str:
    """A short name of the content: the same as long as nobody has changed it."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]

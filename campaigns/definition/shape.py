"""What a definition is made of, read from its models: what forms, lists and links are drawn from.

    members(Level)                      # the fields of a part, each as what one types into it
    spot(body, ("rubric", "sections"))  # what stands at a place of a draft

A field added to a model appears here by itself. Data may be wrong or missing everywhere.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from campaigns.definition.model import Definition
from campaigns.definition.tree import Place
from campaigns.schema import Part

ABOUT = ("source", "note")
PLAIN = {bool: "bool", int: "integer", Decimal: "number", str: "text", date: "date", time: "time"}
REFERENCES = {
    "tracks": "track", "track": "track", "applies_to": "track", "not_applicable_in": "track",
    "level": "level", "owner_level": "level", "population": "level", "by": "body",
    "issued_by": "body", "deadline": "deadline", "section": "section",
    "step": "step", "scores": "source", "marked_by": "source", "family": "family",
}  # fmt: skip


@dataclass(frozen=True)
class Member:
    """One field of a part. ``kind``: bool integer number text date time choice, of several choices
    lines numbers, ``part`` (one), ``parts`` (a list), or ``data`` for anything else."""

    key: str
    name: str
    kind: str
    field: FieldInfo
    models: tuple[tuple[str, type[Part]], ...] = ()
    values: tuple[Any, ...] = ()
    is_optional: bool = False
    max_length: int | None = None
    has_page: bool = False
    owner: type[Part] = Part

    @property
    def is_required(self) -> bool:
        return self.field.is_required()

    @property
    def policy(self) -> str:
        """What the system says where the notice does not state this field; empty for none."""
        extra = self.field.json_schema_extra
        return str(extra["policy"]) if isinstance(extra, dict) and "policy" in extra else ""

    @property
    def refers_to(self) -> str:
        """Whose codes stand in the field: one of the values of ``REFERENCES``, or nothing."""
        return REFERENCES.get(self.key, "") if self.kind in ("text", "lines") else ""

    @property
    def is_inline(self) -> bool:
        """A part that is always there and holds no others is edited with the one it stands in."""
        if self.kind != "part" or self.is_optional or self.has_page or len(self.models) != 1:
            return False
        return not any(m.kind in ("part", "parts") for m in members(self.models[0][1]))

    def default(self) -> Any:
        """The value in force where the data has none, as JSON; None where there is none."""
        value = self.field.get_default(call_default_factory=True)
        return None if value is PydanticUndefined else as_data(value)


def as_data(value: Any) -> Any:
    """A value of a model as it stands in the stored form."""
    if isinstance(value, Part):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, tuple | list):
        return [as_data(member) for member in value]
    if isinstance(value, Decimal | date | time):
        return str(value) if isinstance(value, Decimal) else value.isoformat()
    return value


@cache
def members(model: type[Part]) -> tuple[Member, ...]:
    """The fields of a part: its name, the others in the order of its class, its source."""
    found = []
    for name, field in model.model_fields.items():
        if name == "unstated_fields" or (name == "kind" and field.annotation is not str):
            continue
        kind, details = _kind(field.annotation)
        limit = details.pop("max_length", None) or _max_length(field.metadata)
        has_page = model is Definition and field.is_required()  # a main part of the notice
        key = field.alias or name
        found.append(
            Member(
                key, name, kind, field, max_length=limit, has_page=has_page, owner=model, **details
            )
        )
    return tuple(sorted(found, key=_rank))


def _rank(member: Member) -> int:
    """The name of a part comes first, where it stands in the notice last."""
    first = ("key", "code", "title")
    return first.index(member.name) if member.name in first else 9 + (member.name in ABOUT)


def member_of(model: type[Part], key: str) -> Member | None:
    return next((member for member in members(model) if key in (member.key, member.name)), None)


def _kind(annotation: Any) -> tuple[str, dict[str, Any]]:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        kind, details = _kind(args[0])
        return kind, details | {"max_length": _max_length(args[1:])}
    if origin in (Union, types.UnionType):
        some = [arg for arg in args if arg is not type(None)]
        details = {"is_optional": len(some) < len(args)}
        if len(some) == 1:
            kind, inner = _kind(some[0])
            return kind, inner | details
        if all(_is_part(arg) for arg in some):
            return "part", details | {"models": tuple((_tag(arg), arg) for arg in some)}
        return "data", details
    if origin is Literal:
        return "choice", {"values": args}
    if origin is tuple and len(args) == 2 and args[1] is Ellipsis:
        kind, details = _kind(args[0])
        plural = {"part": "parts", "choice": "choices", "text": "lines", "number": "numbers"}
        return plural.get(kind, "data"), details
    if _is_part(annotation):
        return "part", {"models": (("", annotation),)}
    return PLAIN.get(annotation, "data"), {}


def _is_part(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Part)


def _tag(model: type[Part]) -> str:
    field = model.model_fields.get("kind")
    return get_args(field.annotation)[0] if field else model.__name__


def _max_length(metadata: Any) -> int | None:
    return next((m.max_length for m in metadata if getattr(m, "max_length", None)), None)


@dataclass(frozen=True)
class Spot:
    """A part or a list of parts at a place. ``model`` is None for a list, and for a part of a kind
    that does not exist; ``value`` is None where there is nothing yet."""

    place: Place
    member: Member | None
    model: type[Part] | None
    value: Any
    is_list: bool = False

    @property
    def is_in_list(self) -> bool:
        return bool(self.place) and isinstance(self.place[-1], int)

    @property
    def data(self) -> dict[str, Any]:
        """The value as a mapping; empty where it is missing or something else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def rows(self) -> list[Any]:
        """The members of a list; empty where it is missing or something else."""
        return self.value if isinstance(self.value, list) else []


def spot(body: dict[str, Any], place: Place) -> Spot | None:
    """What stands at the place, None where a definition has no such place."""
    trail = spots(body, place)
    return trail[-1] if trail and len(trail[-1].place) == len(place) else None


def spots(body: dict[str, Any], place: Place) -> list[Spot]:
    """The parts and lists on the way to the place, as far as there are any."""
    here = Spot((), None, Definition, body)
    trail = [here]
    for part in place:
        found = _inside(here, part)
        if found is None:
            return trail
        here = found
        trail.append(here)
    return trail


def _inside(here: Spot, part: str | int) -> Spot | None:
    place = (*here.place, part)
    if here.is_list:
        if not isinstance(part, int) or part >= len(here.rows):
            return None
        value = here.rows[part]
        return Spot(place, here.member, _model(here.member, value), value)
    member = member_of(here.model, part) if here.model and isinstance(part, str) else None
    if member is None or member.kind not in ("part", "parts"):
        return None
    value = here.data.get(member.key)
    if member.kind == "parts":
        return Spot(place, member, None, value, is_list=True)
    return Spot(place, member, _model(member, value), value)


def _model(member: Member, value: Any) -> type[Part] | None:
    if len(member.models) == 1:
        return member.models[0][1]
    kind = value.get("kind") if isinstance(value, dict) else None
    return next((model for tag, model in member.models if tag == kind), None)


def page_of(body: dict[str, Any], place: Place) -> tuple[Spot, str]:
    """The part or list on whose page the place is edited, and the name of the field there."""
    trail = spots(body, place)
    home = trail[-1]
    if home.member is not None and home.member.is_inline and not home.is_in_list:
        home = trail[-2]
    rest = place[len(home.place) :]
    return home, ".".join(str(part) for part in rest if isinstance(part, str))


def walk_data(body: dict[str, Any]) -> Iterator[Spot]:
    """Every part of the data with a known model, from the outside in."""
    waiting = [Spot((), None, Definition, body)]
    while waiting:
        here = waiting.pop(0)
        if here.is_list:
            inner = [_inside(here, position) for position in range(len(here.rows))]
        elif here.model is None or not isinstance(here.value, dict):
            continue
        else:
            yield here
            keys = [m.key for m in members(here.model) if m.kind in ("part", "parts")]
            inner = [_inside(here, key) for key in keys if here.data.get(key) is not None]
        waiting[:0] = [found for found in inner if found is not None]


def read_path(path: str) -> Place:
    """The place that a problem names: ``rubric.sections[0].points``."""
    parts: list[str | int] = []
    for piece in path.replace("[", ".[").split("."):
        if piece.startswith("[") and piece[1:-1].isdigit():
            parts.append(int(piece[1:-1]))
        elif piece:
            parts.append(piece)
    return tuple(parts)

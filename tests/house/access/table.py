"""The access table, as written in the ``.yaml`` files beside this one, spread out into cells.

A row is the name of a URL; in it methods, or ``on <thing>:`` with methods for an object of the
world (``tests/factories/worlds.py``). A method maps each status to who gets it. What goes
without saying:

- ``door``: ``members`` unless said otherwise; who is not let in gets ``sign-in`` (nobody signed
  in) or 404. ``anyone`` lets in all, ``signed-in`` all who signed in, ``platform`` the operator.
- Methods that a row does not name are 405 for those who are let in; HEAD is as GET.
- Of an object, whoever is not named sees nothing: 404.
- PATCH and DELETE serve files in pieces only; PUT is nowhere in use.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent
METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE")
SIGN_IN = "sign-in"
DOORS = ("members", "anyone", "signed-in", "platform")


class TableError(ValueError):
    """A row that says too little or too much."""


@dataclass(frozen=True)
class Cell:
    """One question and its answer: a status, or ``sign-in`` for the way to that page."""

    url: str
    thing: str
    method: str
    actor: str
    expected: int | str

    def __str__(self) -> str:
        return f"{self.actor:21} {self.method:6} {self.url} {self.thing}".rstrip()


class Table:
    def __init__(self, folder: Path = FOLDER):
        groups = _read(folder / "groups.yaml")
        self.actors: list[str] = groups.pop("actors")
        self.groups: dict[str, set[str]] = {}
        for name, members in groups.items():
            self.groups[name] = self._expand(members)
        self.rows: dict[str, dict] = {}
        for path in sorted(folder.glob("*.yaml")):
            if path.name != "groups.yaml":
                rows = _read(path)
                if doubled := rows.keys() & self.rows.keys():
                    raise TableError(f"{path.name}: rows written twice: {sorted(doubled)}")
                self.rows |= rows

    def door(self, url: str) -> str:
        return self.rows[url].get("door", "members")

    def cells(self, url: str) -> list[Cell]:
        """Every cell of a row: thing × method × actor."""
        row = {key: value for key, value in self.rows[url].items() if key != "door"}
        if self.door(url) not in DOORS:
            raise TableError(f"{url}: no such door")
        things = {key.removeprefix("on "): spec for key, spec in row.items() if key[:3] == "on "}
        if things and len(things) != len(row):
            raise TableError(f"{url}: methods beside objects")
        cells = []
        for thing, spec in (things or {"": row}).items():
            if unknown := spec.keys() - set(METHODS):
                raise TableError(f"{url}: no such method {sorted(unknown)}")
            for method in METHODS:
                answers = self._answers(url, thing, spec, method)
                cells += [Cell(url, thing, method, actor, answers[actor]) for actor in self.actors]
        return cells

    def _answers(self, url: str, thing: str, spec: dict, method: str) -> dict[str, int | str]:
        """Actor → expected answer of one method."""
        inside = self._inside(self.door(url))
        answers = {a: 404 if a != "anonymous" else SIGN_IN for a in self.actors if a not in inside}
        named = spec.get(method, spec.get("GET") if method == "HEAD" else None)
        if named is None:
            return answers | dict.fromkeys(inside, 405)
        rest = 404 if thing else None
        for status, who in named.items():
            if who == "others":
                rest = status
                continue
            for actor in self._expand(who):
                if actor not in inside or actor in answers:
                    raise TableError(f"{url} {method}: {actor} twice, or not let in")
                answers[actor] = status
        missing = inside - answers.keys()
        if missing and rest is None:
            raise TableError(f"{url} {method}: nothing said of {sorted(missing)}")
        return answers | dict.fromkeys(missing, rest)

    def _inside(self, door: str) -> set[str]:
        everybody = set(self.actors)
        return {
            "members": self.groups["members"],
            "anyone": everybody,
            "signed-in": everybody - {"anonymous"},
            "platform": {"platform_admin"},
        }[door]

    def _expand(self, who: str | list[str]) -> set[str]:
        names: set[str] = set()
        for name in [who] if isinstance(who, str) else who:
            if name not in self.groups and name not in self.actors:
                raise TableError(f"no such actor or group: {name}")
            names |= self.groups.get(name, {name})
        return names


def _read(path: Path) -> dict:
    return yaml.safe_load(path.read_text("utf-8")) or {}

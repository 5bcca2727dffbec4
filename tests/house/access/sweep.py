"""The sweep: two worlds, a browser per actor, and the comparison with the table."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from accounts.models import User
from accounts.services.platform import set_platform_second_factor
from core import audit
from tests.factories.worlds import World, make_world
from tests.house.access.browsing import Actor, Answer, address
from tests.house.access.table import SIGN_IN, Cell, Table

TABLE = Table()
OUTSIDERS = {"anonymous", *TABLE.groups["outsiders"]}
REFUSALS = {403, 404, 405, SIGN_IN}


class Sweep:
    """Both worlds, a browser per actor of the first one, and the comparison with the table."""

    def __init__(self):
        self.own, self.other = make_world("yunzhou", "TKA7Q"), make_world("linzhou", "TKB9W")
        operator = User.objects.create_user("operator", "x", name="运营", is_platform_admin=True)
        set_platform_second_factor(False, actor=audit.SYSTEM)
        users = self.own.actors | {
            "anonymous": None,
            "stranger": self.other.actors["city_officer"],
            "platform_admin": operator,
        }
        self.actors = {name: Actor(users[name]) for name in TABLE.actors}

    def path(self, url: str, thing: str, slug: World, objects: World) -> str:
        return address(url, slug.tenant.slug, objects.things[thing] if thing else {})

    def ask(self, cell: Cell, slug: World | None = None, objects: World | None = None) -> Answer:
        path = self.path(cell.url, cell.thing, slug or self.own, objects or self.own)
        return self.actors[cell.actor].ask(cell.method, path)

    def wrong(self, cells: Iterable[Cell]) -> list[str]:
        """The cells of the own tenant that are not as declared, or show or write too much."""
        return [
            f"{cell}: {fault}"
            for cell in cells
            for fault in self.faults(cell, self.ask(cell), {cell.expected})
        ]

    def faults(self, cell: Cell, answer: Answer, expected: set) -> Iterable[str]:
        if answer.status not in expected:
            wanted = " or ".join(map(str, expected))
            yield f"{answer.status} instead of {wanted} {answer.error}".rstrip()
        is_refused = answer.status in (403, 404, 405) or cell.actor == "anonymous"
        if answer.written and (cell.method in ("GET", "HEAD") or is_refused):
            yield f"wrote {', '.join(sorted(answer.written))}"
        if words := self.overheard(cell, answer.text):
            yield f"shows {', '.join(words)}"

    def overheard(self, cell: Cell, text: str) -> list[str]:
        """Words in ``text`` that are not for this actor."""
        if cell.actor not in OUTSIDERS:
            foreign = [self.other.token]
        elif TABLE.door(cell.url) == "anyone":
            foreign = []
        else:
            foreign = [self.own.token]
        secrets = self.own.secrets.items()
        foreign += [word for word, readers in secrets if cell.actor not in readers]
        return [word for word in foreign if word in text]


def none_wrong(wrong: list[str]) -> None:
    """Fail with the wrong cells, one in a line."""
    if wrong:
        pytest.fail(f"{len(wrong)} wrong cells\n" + "\n".join(wrong), pytrace=False)

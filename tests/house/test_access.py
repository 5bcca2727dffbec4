"""Every URL, every actor, every method, as declared in ``tests/house/access/``: own and foreign.

One world of two tenants is built in one transaction; every request of the sweep is undone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

import pytest
from django.apps import apps
from django.db import connection, transaction

from accounts.models import User
from accounts.services.platform import set_platform_second_factor
from core import audit, guard
from core.models import Tenant
from core.tenancy import is_tenant_model, tenant_context
from tests.factories.worlds import World, make_world
from tests.house.access_table import SIGN_IN, Cell, Table
from tests.house.browsing import Actor, Answer, address, urls

TABLE = Table()
OUTSIDERS = {"anonymous", *TABLE.groups["outsiders"]}
REFUSALS = {403, 404, 405, SIGN_IN}
_ALL_ROWS = "SELECT count(*), md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM {} t"


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


@pytest.fixture(scope="module")
def sweep(django_db_setup, django_db_blocker):
    """The worlds, in a transaction that is rolled back; nothing may have changed till then."""
    logging.disable(logging.ERROR)
    with django_db_blocker.unblock(), transaction.atomic():
        found = Sweep()
        before = _digest()
        yield found
        after = _digest()
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)
    assert {name for name in before if before[name] != after[name]} == set()


def _digest() -> dict[str, tuple]:
    """Table and tenant → number of rows and hash of all of them; sessions are not data."""
    found = {}
    for model in apps.get_models():
        table = model._meta.db_table
        if table == "django_session":
            continue
        scopes = Tenant.objects.all() if is_tenant_model(model) else [None]
        for tenant in scopes:
            if tenant is None:
                found[table] = _rows_of(table)
            else:
                with tenant_context(tenant.pk):
                    found[f"{table} of {tenant.slug}"] = _rows_of(table)
    return found


def _rows_of(table: str) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(_ALL_ROWS.format(connection.ops.quote_name(table)))
        return cursor.fetchone()


# ---- the table itself ------------------------------------------------------------------------


def test_every_url_has_a_row_and_every_row_a_url():
    assert TABLE.rows.keys() ^ urls().keys() == set()


def test_every_door_is_as_declared():
    """``public_page`` and ``account_page`` stand exactly where the table says so."""
    marks = {}
    for url, (names, view) in urls().items():
        if getattr(view, "is_public", False):
            marks[url] = "anyone"
        elif getattr(view, "is_account", False):
            marks[url] = "signed-in"
        else:
            marks[url] = "members" if "tenant" in names else "platform"
    assert {url: TABLE.door(url) for url in TABLE.rows} == marks


def test_every_model_belongs_to_a_tenant_or_to_the_platform():
    models = apps.get_models(include_auto_created=True)
    strays = [m._meta.db_table for m in models if not is_tenant_model(m)]
    assert [table for table in strays if table not in guard.GLOBAL_TABLES] == []


def _none(wrong: list[str]) -> None:
    if wrong:
        pytest.fail(f"{len(wrong)} wrong cells\n" + "\n".join(wrong), pytrace=False)


# ---- the sweep -------------------------------------------------------------------------------


@pytest.mark.parametrize("url", sorted(TABLE.rows))
def test_own_tenant(sweep, url):
    """Every cell of the table; of HEAD and of methods not in use one cell per kind of answer."""
    cells, seen = [], set()
    for cell in TABLE.cells(url):
        is_used = cell.method == "GET" or (cell.method == "POST" and cell.expected != 405)
        if is_used or (cell.method, cell.expected) not in seen:
            cells.append(cell)
        seen.add((cell.method, cell.expected))
    _none(sweep.wrong(cells))


def _uses(url: str) -> list[Cell]:
    """The cells of a row whose method somebody may use."""
    cells = TABLE.cells(url)
    used = {(c.thing, c.method) for c in cells if c.expected not in REFUSALS}
    return [c for c in cells if (c.thing, c.method) in used and c.method in ("GET", "POST")]


@pytest.mark.parametrize("url", sorted(u for u, (names, _) in urls().items() if "tenant" in names))
def test_other_tenant(sweep, url):
    """The neighbour's objects under the own address, and the neighbour's address: 404.

    Whom the table refuses with 403 whatever the object may be refused with 403 here as well.
    """
    wrong = []
    for cell in _uses(url):
        member = cell.actor not in OUTSIDERS
        refusal = {SIGN_IN} if cell.expected == SIGN_IN else {404} | {cell.expected} & {403}
        if cell.thing and (member or cell.actor == "anonymous"):
            answer = sweep.ask(cell, objects=sweep.other)
            wrong += [f"{cell} of the other: {f}" for f in sweep.faults(cell, answer, refusal)]
        if member and TABLE.door(url) == "members":
            answer = sweep.ask(cell, slug=sweep.other, objects=sweep.other)
            wrong += [f"{cell} at the other: {f}" for f in sweep.faults(cell, answer, {404})]
    _none(wrong)

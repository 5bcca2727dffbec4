"""Every URL, every actor, every method, as declared in this folder: own tenant and neighbour's.

Two tenants of the same shape are built in one transaction; every request is undone.
"""

from __future__ import annotations

import pytest
from django.apps import apps

from core import guard
from core.tenancy import is_tenant_model
from tests.house.access.browsing import urls
from tests.house.access.sweep import OUTSIDERS, REFUSALS, TABLE, none_wrong
from tests.house.access.table import SIGN_IN, Cell

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
    none_wrong(sweep.wrong(cells))


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
    none_wrong(wrong)

"""Standing worlds: what a fixture built stays for the next test that asks for the same.

One transaction stays open over tests. Each standing fixture adds a level to it, ending in a
savepoint. After a test the database goes back to the highest level; before a test, to the last
level that it asks for too. A test that asks for none starts without the transaction.

    @standing
    def dossier(people, campaign):
        return make.submit_dossier(people, campaign)

The value is copied for every test. Such a fixture may ask only for other standing ones, and must
not depend on what a test set before.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction


@dataclass(frozen=True)
class Level:
    key: str
    value: Any
    savepoint: str
    hooks: int  # how many on_commit hooks were waiting when it was built


class Standing:
    """The levels of this process, from the tenant up."""

    def __init__(self):
        self.levels: list[Level] = []
        self.wanted: set[str] = set()
        self.outer: transaction.Atomic | None = None

    def prepare(self, wanted: set[str]) -> None:
        """Before a test that asks for the fixtures ``wanted``."""
        self.wanted = wanted
        shared = 0
        while shared < len(self.levels) and self.levels[shared].key in wanted:
            shared += 1
        self._go_back(shared)

    def ask(self, key: str, build: Callable[[], Any]) -> Any:
        """The value of a level, built on top of the others when it is not there."""
        for level in self.levels:
            if level.key == key:
                return copy.deepcopy(level.value)
        if key not in self.wanted or not self._is_innermost():
            return build()
        if self.outer is None:
            self.outer = transaction.atomic()
            self.outer._from_testcase = True  # services may ask for the outermost one
            self.outer.__enter__()
        value = build()
        hooks = len(connection.run_on_commit)
        self.levels.append(Level(key, value, transaction.savepoint(), hooks))
        return copy.deepcopy(value)

    def finish(self) -> None:
        """After a test: deferred constraints hold, and its rows and counters are gone."""
        if not self.levels:
            return
        try:
            if not connection.needs_rollback and connection.is_usable():
                connection.check_constraints()
        finally:
            self._go_back(len(self.levels))
            cache.clear()

    def _is_innermost(self) -> bool:
        if self.outer is None:
            return not connection.in_atomic_block
        return not connection.savepoint_ids

    def _go_back(self, number: int) -> None:
        """To the state of the first ``number`` levels."""
        if self.outer is None:
            return
        if number == 0 or connection.closed_in_transaction:
            connection.needs_rollback = True
            self.outer.__exit__(None, None, None)
            self.levels, self.outer = [], None
            return
        del self.levels[number:]
        level = self.levels[-1]
        connection.needs_rollback = False
        transaction.savepoint_rollback(level.savepoint)
        del connection.run_on_commit[level.hooks :]


worlds = Standing()


def standing(build: Callable) -> Callable:
    """A fixture whose result, and the rows it made, stay for the next test."""
    key = f"{build.__module__}.{build.__qualname__}"

    @functools.wraps(build)
    def kept(**given):
        return worlds.ask(key, lambda: build(**given))

    kept.standing_key = key
    return pytest.fixture(kept)


def asked_for(item: pytest.Item) -> set[str]:
    """The keys of the standing fixtures of a test."""
    known = item._fixtureinfo.name2fixturedefs
    found = (getattr(known[name][-1].func, "standing_key", "") for name in known if known[name])
    return {key for key in found if key}

"""A database of its own, made and migrated by the owner, used as the unprivileged role."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

from django.conf import settings
from django.core.management import call_command
from django.db import connections

PATIENCE = 30


@contextlib.contextmanager
def fresh_database() -> Iterator[None]:
    """Create the test database as ``app_owner`` and point every alias, and subprocesses, at it."""
    name = settings.DATABASES["default"]["TEST"]["NAME"]
    owner = connections["owner"]
    _drop(owner, name)
    _admin(owner, f'CREATE DATABASE "{name}"')
    for alias in connections:
        connections[alias].close()
        settings.DATABASES[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name
    os.environ["JIAYUAN_TEST_DATABASE"] = name
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    owner.close()
    try:
        yield
    finally:
        for alias in connections:
            connections[alias].close()
        _drop(owner, name)


def _drop(owner, name: str) -> None:
    """The relay's connections and autovacuum cannot be ended by force: wait until they are gone."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND usename IS DISTINCT FROM current_user"
    ends = time.monotonic() + PATIENCE
    while _admin(owner, others, name) and time.monotonic() < ends:
        time.sleep(0.1)
    _admin(owner, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _admin(connection, statement: str, *values):
    """Run one statement beside the database in question; of a query, the first value."""
    connection.settings_dict["NAME"] = "postgres"
    connection.set_autocommit(True)
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        found = cursor.fetchone()[0] if cursor.description else None
    connection.close()
    return found

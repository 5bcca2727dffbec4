"""A database of its own, made and migrated by the owner, used as the unprivileged role."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connections

PATIENCE = 30


@contextlib.contextmanager
def fresh_database() -> Iterator[None]:
    """Create the test database as ``app_owner`` and point every alias, and subprocesses, at it."""
    name = settings.DATABASES["default"]["TEST"]["NAME"]
    owner = connections["owner"]
    drop_database(owner, name)
    run_beside(owner, f'CREATE DATABASE "{name}"')
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
        drop_database(owner, name)


def drop_database(owner, name: str) -> None:
    """End its clients where the owner may, wait for the others (the relay), then drop it. The
    plain DROP DATABASE ends an autovacuum by itself, WITH (FORCE) may not."""
    left = (
        "WITH client AS MATERIALIZED (SELECT pid, pg_has_role(usename, 'MEMBER') AS is_ours"
        " FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend')"
        " SELECT count(CASE WHEN is_ours THEN pg_terminate_backend(pid) ELSE true END) FROM client"
    )
    ends = time.monotonic() + PATIENCE
    while True:
        last_time = time.monotonic() >= ends
        if run_beside(owner, left, name) and not last_time:
            time.sleep(0.1)
            continue
        try:
            run_beside(owner, f'DROP DATABASE IF EXISTS "{name}"')
            return
        except OperationalError:  # somebody came in between
            owner.close()
            if last_time:
                raise


def run_beside(connection, statement: str, *values):
    """Run one statement beside the database in question; of a query, the first value."""
    connection.settings_dict["NAME"] = "postgres"
    connection.set_autocommit(True)
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        found = cursor.fetchone()[0] if cursor.description else None
    connection.close()
    return found

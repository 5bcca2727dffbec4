"""A database of its own, made and migrated by the owner, used as the unprivileged role."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from django.conf import settings
from django.core.management import call_command
from django.db import connections


@contextlib.contextmanager
def fresh_database() -> Iterator[None]:
    """Create the test database as ``app_owner`` and point every alias, and subprocesses, at it."""
    name = settings.DATABASES["default"]["TEST"]["NAME"]
    owner = connections["owner"]
    _admin(owner, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
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
        owner.settings_dict["NAME"] = "postgres"
        _admin(owner, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _admin(connection, *statements) -> None:
    connection.settings_dict["NAME"] = "postgres"
    connection.set_autocommit(True)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()

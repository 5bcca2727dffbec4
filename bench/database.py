"""A database of its own for the figures, made by the owner and used as the application role."""

from __future__ import annotations

import contextlib
import tempfile

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connections

from tests.databases import drop_database, run_beside

NAME = "bench_jiayuan"


@contextlib.contextmanager
def bench_database():
    """Point every alias at a fresh database and the storage at a folder that goes away."""
    owner = connections["owner"]
    usual = owner.settings_dict["NAME"]
    drop_database(owner, NAME)
    run_beside(owner, f'CREATE DATABASE "{NAME}"')
    _point_at(NAME)
    with tempfile.TemporaryDirectory(prefix="jiayuan-bench-") as folder:
        default_storage._location = folder
        for cached in ("base_location", "location"):
            default_storage.__dict__.pop(cached, None)
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        try:
            yield
        finally:
            _point_at(usual)
            drop_database(owner, NAME)


def as_owner(*statements: str) -> None:
    """Statements that are not the application's to run, such as VACUUM ANALYZE."""
    with connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _point_at(name: str) -> None:
    for alias in connections:
        connections[alias].close()
        settings.DATABASES[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name

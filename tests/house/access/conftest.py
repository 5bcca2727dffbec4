"""The worlds of the sweep, built once for all tests of this folder."""

from __future__ import annotations

import logging

import pytest
from django.apps import apps
from django.db import connection, transaction

from core.models import Tenant
from core.tenancy import is_tenant_model, tenant_context
from tests.house.access.sweep import Sweep

_ALL_ROWS = "SELECT count(*), md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM {} t"


@pytest.fixture(scope="package")
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

"""The database of the tests: made and migrated by the owner, used as the unprivileged role."""

from __future__ import annotations

import pytest
from django.db import connections

import config.celery  # noqa: F401 - tasks are sent through our app
from core.tenancy import tenant_context
from tests.databases import fresh_database
from tests.factories import cast


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    """Made once; every process of the tests has its own."""
    with django_db_blocker.unblock(), fresh_database():
        yield


@pytest.fixture
def committed_db(django_db_setup, django_db_blocker):
    """A database whose commits are real, for other processes and threads to see; emptied after."""
    with django_db_blocker.unblock():
        yield
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "SELECT string_agg(format('%I', c.relname), ', ') FROM pg_class c "
                "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' "
                "AND c.relkind = 'r' AND c.relname NOT IN ('django_migrations', "
                "'django_content_type', 'auth_permission', 'core_calendarday')"
            )
            cursor.execute(f"TRUNCATE {cursor.fetchone()[0]} RESTART IDENTITY CASCADE")  # noqa: S608
        for alias in connections:
            connections[alias].close()


@pytest.fixture
def tenant(db):
    """The first tenant of the fixed cast; the database is inside its context."""
    tenant = cast.make_tenant("yunzhou", "云州市住房和城乡建设局")
    with tenant_context(tenant.pk):
        yield tenant


@pytest.fixture
def people(tenant):
    """One member per role around one community: see ``tests.factories.cast``."""
    return cast.make_people()

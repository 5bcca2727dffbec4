"""The database of the tests: made and migrated by the owner, used as the unprivileged role."""

from __future__ import annotations

import pytest
from django.db import connections
from pytest_django.plugin import blocking_manager_key

import config.celery  # noqa: F401 - tasks are sent through our app
from core import tenancy
from tests.databases import fresh_database
from tests.factories import cast
from tests.standing import asked_for, standing, worlds


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    """Made once; every process of the tests has its own."""
    with django_db_blocker.unblock(), fresh_database():
        yield
        worlds.prepare(set())


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


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """What the test before built stays as far as this one asks for it too."""
    blocker = item.config.stash[blocking_manager_key]
    wanted = asked_for(item)
    if not wanted and not worlds.levels:
        return (yield)
    with blocker.unblock():
        worlds.prepare(wanted)
    return (yield)


@pytest.fixture
def database(django_db_setup, django_db_blocker):
    """The database is open to the test; afterwards it is as the standing worlds left it."""
    with django_db_blocker.unblock():
        yield
        worlds.finish()


@standing
def _standing_tenant(database):
    tenant = cast.make_tenant("yunzhou", "云州市住房和城乡建设局")
    tenancy._set_tenant(str(tenant.pk))
    return tenant


@pytest.fixture
def tenant(_standing_tenant):
    """The first tenant of the fixed cast; the database is inside its context."""
    token = tenancy._current.set(_standing_tenant.pk)
    yield _standing_tenant
    tenancy._current.reset(token)


@standing
def people(tenant):
    """One member per role around one community: see ``tests.factories.cast``."""
    return cast.make_people()

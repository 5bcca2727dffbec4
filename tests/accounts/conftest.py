"""Two tenants with people, left outside of any tenant's context: requests enter by themselves."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.services.platform import platform_context
from core.models import AuditRecord
from core.tenancy import tenant_context
from tests.factories import cast
from tests.factories.forms import read_form
from tests.standing import standing

SIGN_IN = "/account/sign-in/"


@standing
def city(database):
    """The tenant `yunzhou` and its cast."""
    return make_city("yunzhou", "云州市住房和城乡建设局")


@standing
def next_door(database):
    """Another tenant of the same shape."""
    return make_city("linzhou", "临州市住房和城乡建设局")


def make_city(slug, name, **options):
    tenant = cast.make_tenant(slug, name, **options)
    with tenant_context(tenant.pk):
        people = cast.make_people()
    return SimpleNamespace(tenant=tenant, people=people, slug=slug)


def try_password(
    client, username, password=cast.PASSWORD, *, target="", ip="198.51.100.7", **extra
):
    """Fill in the sign-in page and send it."""
    page = client.get(SIGN_IN, {"next": target} if target else {}, REMOTE_ADDR=ip)
    fields = read_form(page, "username").filled(username=username, password=password)
    return client.post(SIGN_IN, fields, REMOTE_ADDR=ip, **extra)


def signed_in(membership) -> Client:
    """A browser signed in as the membership's person."""
    client = Client()
    client.force_login(membership.user)
    return client


def people_url(city, name, *args):
    return reverse(f"people:{name}", args=[city.slug, *args])


def platform_records():
    with platform_context():
        return list(AuditRecord.objects.order_by("seq"))


def records_of(city):
    with tenant_context(city.tenant.pk):
        return list(AuditRecord.objects.order_by("seq"))


def inside(city):
    return tenant_context(city.tenant.pk)


def text_of(response) -> str:
    """What a person reads; times of day read the same."""
    html = re.sub(r"<head>.*?</head>|<[^>]*>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"\d\d:\d\d(:\d\d)?", "00:00", html))


class Writes:
    """Collects the statements that change something."""

    HARMLESS = re.compile(
        r"^\s*(SELECT(?!.*FOR (UPDATE|NO KEY))|SAVEPOINT|RELEASE|ROLLBACK TO)", re.S
    )

    def __init__(self):
        self.found = []

    def __call__(self, execute, sql, params, many, context):
        if not self.HARMLESS.match(sql):
            self.found.append(sql)
        return execute(sql, params, many, context)


@pytest.fixture
def writes():
    found = Writes()
    with connection.execute_wrapper(found):
        yield found

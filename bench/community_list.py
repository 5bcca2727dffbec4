"""The list page of 200,000 communities against raw SQL and one template for the same rows."""

from __future__ import annotations

import re

from django.db import connection
from django.http import HttpResponse
from django.template import engines
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.urls import path, reverse

import config.urls
from accounts.enums import Level, OrganisationKind
from bench import Measured, figure, interleave
from bench.database import as_owner
from communities.enums import CommunityKind
from communities.models import Community
from communities.selectors import list_rows
from communities.views.communities import listed
from core.pagination import PAGE_SIZE, page_by_key
from core.tenancy import tenant_context
from tests.factories import cast

SLUG, COMMUNITIES, COUNTIES, HOODS, COMPANIES = "bench-list", 200_000, 10, 1_000, 400

# Divisions and companies first, then the communities in one statement.
FILL = (
    "INSERT INTO accounts_division (id, tenant_id, level, code, name, parent_id, path)"
    " SELECT gen_random_uuid(), d.tenant_id, %(county)s, 'c' || n, '第' || n || '县', d.id,"
    " d.path || 'c' || n || '/' FROM accounts_division d, generate_series(1, %(counties)s) n"
    " WHERE d.level = %(city)s",
    "INSERT INTO accounts_division (id, tenant_id, level, code, name, parent_id, path)"
    " SELECT gen_random_uuid(), d.tenant_id, %(hood)s, 'n' || n, '第' || n || '社区', d.id,"
    " d.path || 'n' || n || '/' FROM accounts_division d, generate_series(1, %(hoods)s) n"
    " WHERE d.code = 'c' || (n %% %(counties)s + 1)",
    "INSERT INTO accounts_organisation (id, tenant_id, kind, name, is_active)"
    " SELECT gen_random_uuid(), app.current_tenant(), %(company)s, '第' || n || '物业服务有限公司',"
    " true FROM generate_series(1, %(companies)s) n",
    "INSERT INTO communities_community (id, tenant_id, code, name, address, division_id, county_id,"
    " kind, floor_area, households, built_year, managed_by_id)"
    " SELECT gen_random_uuid(), d.tenant_id, 'B' || to_char(n, 'FM000000'), '和顺家园' || n || '号',"
    " '和顺路 ' || n || ' 号', d.id, d.parent_id, %(kind)s, 30000 + n %% 90000, 200 + n %% 2000,"
    " 1990 + n %% 30, o.id"
    " FROM generate_series(1, %(communities)s) n"
    " JOIN accounts_division d ON d.code = 'n' || (n %% %(hoods)s + 1)"
    " JOIN accounts_organisation o ON o.name = '第' || (n %% %(companies)s + 1) || '物业服务有限公司'",
)

# The least that finds and shows these rows: one statement in the tenant's transaction.
FLOOR_SQL = """
SELECT c.id, c.code, c.name, c.kind, k.name, d.name, o.name, c.households
FROM communities_community c
JOIN accounts_division k ON k.id = c.county_id
JOIN accounts_division d ON d.id = c.division_id
LEFT JOIN accounts_organisation o ON o.id = c.managed_by_id
WHERE c.code > %s ORDER BY c.code LIMIT 51
"""
TABLE = """<table class="table table-cards"><tbody>
{% for id, code, name, kind, county, division, manager, households in rows %}<tr>
<td class="row-title"><a href="/SLUG/communities/{{ id }}/">{{ name }}</a></td>
<td data-label="编码">{{ code }}</td><td data-label="类别">{{ kind }}</td>
<td data-label="县区">{{ county }}</td><td data-label="所属社区">{{ division }}</td>
<td data-label="管理单位">{{ manager }}</td>
<td data-label="户数" class="number">{{ households }}</td></tr>
{% endfor %}</tbody></table>""".replace("SLUG", SLUG)
FLOOR = engines["django"].from_string(TABLE)
BARE_PAGE = engines["django"].from_string(
    f'{{% extends "base.html" %}}{{% block content %}}{TABLE}{{% endblock %}}'
)


def bare_list(request):
    """The same member, frame and rows with the least in between."""
    return HttpResponse(BARE_PAGE.render({"rows": _floor_rows(request.GET["after"])}, request))


urlpatterns = [path("<slug:tenant>/bare-list/", bare_list), *config.urls.urlpatterns]


@figure("community_list")
def community_list() -> list[Measured]:
    """At most 3×, first and deep page alike, with the same number of queries.

    The list is measured twice: by itself (filters, count, rows, their HTML) against raw SQL and
    one template in the same transaction; and as the whole request of a signed-in officer against
    raw SQL and one template inside the same frame of session, membership, menu and page.
    """
    tenant = cast.make_tenant(SLUG, "云州市住房和城乡建设局")
    with tenant_context(tenant.pk):
        officer = _fill()
    as_owner("VACUUM ANALYZE")
    deep = f"B{COMMUNITIES // 10 * 9:06}"
    found = []
    with override_settings(ALLOWED_HOSTS=["*"], ROOT_URLCONF="bench.community_list"):
        client = Client()
        client.force_login(officer.user, backend="django.contrib.auth.backends.ModelBackend")
        for name, after in (("first", ""), ("deep", deep)):
            query = {"page": _token(tenant, after)} if after else {}
            found.append(_list_alone(name, tenant, officer, query, after))
            found.append(_whole_request(name, client, query, after))
    for page in (0, 1):
        first, deep_ = (figure.extra["queries"] for figure in found[page::2])
        assert first == deep_, f"a deep page costs {deep_} queries, the first {first}"
    return found


def _list_alone(name: str, tenant, officer, query: dict, after: str) -> Measured:
    request = RequestFactory().get(reverse("communities:community_list", args=[SLUG]), query)
    request.tenant, request.member = tenant, officer

    def ours() -> str:
        with tenant_context(tenant.pk):
            context = listed(request) | {"tenant": tenant}
            return render_to_string("communities/_community_list.html", context)

    def floor() -> str:
        with tenant_context(tenant.pk):
            return FLOOR.render({"rows": _floor_rows(after)})

    words = "raw SQL and one template for the same rows, in the same transaction"
    return _measured(f"community_list_{name}_page", ours, floor, words)


def _whole_request(name: str, client, query: dict, after: str) -> Measured:
    def ours() -> str:
        return client.get(f"/{SLUG}/communities/", query).content.decode()

    def floor() -> str:
        return client.get(f"/{SLUG}/bare-list/", {"after": after}).content.decode()

    words = "raw SQL and one template in a bare view behind the same sign-in and frame"
    return _measured(f"community_list_{name}_page_request", ours, floor, words)


def _measured(name: str, ours, floor, words: str) -> Measured:
    shown, least = ours(), floor()
    assert shown.count('class="row-title"') == least.count('class="row-title"') == PAGE_SIZE
    assert _links(shown) == _links(least)
    statements = []
    with connection.execute_wrapper(
        lambda execute, *given: statements.append(given[0]) or execute(*given)
    ):
        ours()
    extra = {"communities": COMMUNITIES, "rows": PAGE_SIZE, "queries": len(statements)}
    taken = interleave(ours, floor, rounds=60, warmup=5)
    return Measured(name, *taken, words, at_most=3, extra=extra)


def _links(html: str) -> list[str]:
    return re.findall(r'class="row-title"><a href="([^"]+)', html)


def _floor_rows(after: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(FLOOR_SQL, [after])
        return cursor.fetchall()[:PAGE_SIZE]


def _token(tenant, code: str) -> str:
    """The token of the page after the row with this code."""
    with tenant_context(tenant.pk):
        rows = list_rows(Community.objects.filter(code__gte=code))
        return page_by_key(rows, order=("code",), size=1).next_token


def _fill():
    """The tenant of the figure; returns the city officer who opens the list."""
    people = cast.make_people()
    values = {
        "county": Level.COUNTY, "city": Level.CITY, "hood": Level.NEIGHBOURHOOD,
        "company": OrganisationKind.PROPERTY_COMPANY, "kind": CommunityKind.PROFESSIONAL,
        "counties": COUNTIES, "hoods": HOODS, "companies": COMPANIES, "communities": COMMUNITIES,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for statement in FILL:
            cursor.execute(statement, values)
    assert Community.objects.count() == COMMUNITIES
    return people.city_officer

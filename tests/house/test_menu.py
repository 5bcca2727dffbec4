"""The menu offers only pages that exist and that its role may open."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from portal.menu import MENU, menu_of
from tests.factories import cast
from tests.factories.dossiers import make_campaign, make_submitted
from tests.house.access.browsing import urls

MOST_QUERIES = 3


def _member(people, role):
    if role != Role.EXPERT:
        return getattr(people, role)
    pool = cast.Organisation.objects.get(kind=cast.OrganisationKind.EXPERT_POOL)
    return cast.make_member(pool, Role.EXPERT)


@pytest.mark.parametrize("role", Role.values)
def test_every_item_leads_to_a_page_the_role_may_open(people, client, role):
    make_campaign(people.city_officer)
    member = _member(people, role)
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    menu = list(client.get("/yunzhou/").context["menu"])
    entries = [entry for section in menu for entry in section["items"]]
    assert len(entries) == sum(role in item.roles for _, items in MENU for item in items)
    for entry in entries:
        response = client.get(entry["url"])
        assert response.status_code == 200, entry["url"]
        if "menu" in response.context and response.context["menu"]:
            shown = [e for s in response.context["menu"] for e in s["items"] if e["active"]]
            assert [e["url"] for e in shown] == [entry["url"]]


@pytest.mark.parametrize("role", Role.values)
def test_menu_costs_three_queries_at_most(people, rf, tenant, role):
    make_campaign(people.city_officer)
    request = rf.get("/yunzhou/")
    request.tenant, request.member, request.resolver_match = tenant, _member(people, role), None
    with CaptureQueriesContext(connection) as queries:
        assert menu_of(request)
    assert len(queries) <= MOST_QUERIES


def test_without_a_campaign_nothing_of_one_is_offered(people, client):
    client.force_login(
        people.city_officer.user, backend="django.contrib.auth.backends.ModelBackend"
    )
    menu = client.get("/yunzhou/").context["menu"]
    titles = [entry["title"] for section in menu for entry in section["items"]]
    assert "进展总览" not in titles and "评选活动" in titles
    make_campaign(people.city_officer)
    menu = client.get("/yunzhou/").context["menu"]
    assert "进展总览" in [entry["title"] for section in menu for entry in section["items"]]


def test_account_pages_have_no_menu(people, client):
    client.force_login(
        people.city_officer.user, backend="django.contrib.auth.backends.ModelBackend"
    )
    assert 'class="menu"' not in client.get("/account/", follow=True).content.decode()


def test_pages_of_an_act_belong_to_its_list(people, client):
    """Signing lies below the dossier's address, and the officer came from the work list."""
    dossier = make_submitted(people)
    client.force_login(
        people.committee_officer.user, backend="django.contrib.auth.backends.ModelBackend"
    )
    for name, title in (("sign_off", "审核"), ("dossier_detail", "申报材料")):
        page = client.get(reverse(f"reviews:{name}", args=["yunzhou", dossier.pk]))
        entries = [e for s in page.context["menu"] for e in s["items"] if e["active"]]
        assert [entry["title"] for entry in entries] == [title]


def test_every_page_named_in_the_menu_exists():
    named = {name for _, items in MENU for item in items for name in item.pages}
    assert named and named <= urls().keys()

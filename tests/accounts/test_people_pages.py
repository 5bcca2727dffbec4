"""The administrator's pages, the switcher, the log; what each shows to whom."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts.enums import OrganisationKind, Role
from accounts.models import Membership, Organisation
from accounts.services import add_member, create_organisation
from accounts.services.invitations import invite_member
from core import audit
from core.audit import SYSTEM
from tests.accounts.conftest import inside, people_url, records_of, signed_in, text_of
from tests.factories import cast
from tests.factories.forms import read_form, read_forms

ADMIN_PAGES = [
    "member_list", "invitation_list", "invitation_create", "organisation_list", "organisation_create",
]  # fmt: skip


@pytest.mark.parametrize("name", ADMIN_PAGES)
def test_pages_of_the_administrator_are_theirs_alone(city, next_door, name):
    url = people_url(city, name)
    assert signed_in(city.people.tenant_admin).get(url).status_code == 200
    for role in ("city_officer", "auditor", "county_officer", "applicant", "evaluator"):
        assert signed_in(getattr(city.people, role)).get(url).status_code == 403, role
    assert signed_in(next_door.people.tenant_admin).get(url).status_code == 404


def test_log_is_for_the_auditor_and_the_administrator(city, next_door):
    url = people_url(city, "operation_log")
    for role, status in (
        ("auditor", 200),
        ("tenant_admin", 200),
        ("city_officer", 403),
        ("applicant", 403),
    ):
        assert signed_in(getattr(city.people, role)).get(url).status_code == status, role
    assert signed_in(next_door.people.auditor).get(url).status_code == 404


def test_members_next_door_are_never_listed(city, next_door):
    page = signed_in(city.people.tenant_admin).get(people_url(city, "member_list"))
    body = page.content.decode()
    assert "yunzhou-county_officer" in body and "linzhou" not in body
    detail = people_url(city, "member_detail", next_door.people.applicant.pk)
    assert signed_in(city.people.tenant_admin).get(detail).status_code == 404


def test_members_are_filtered(city):
    client = signed_in(city.people.tenant_admin)
    url = people_url(city, "member_list")
    for query, kept, gone in (
        ({"role": "auditor"}, "yunzhou-auditor", "yunzhou-applicant"),
        ({"kind": "county_bureau"}, "yunzhou-county_officer", "yunzhou-applicant"),
        ({"q": "安居"}, "yunzhou-applicant", "yunzhou-auditor"),
        ({"q": "YUNZHOU-street"}, "yunzhou-street_officer", "yunzhou-auditor"),
        ({"role": "nonsense"}, "yunzhou-applicant", "nothing"),
    ):
        body = client.get(url, query).content.decode()
        assert kept in body and gone not in body, query
    assert "没有符合条件的人员" in text_of(client.get(url, {"q": "无此人"}))


def make_members(city, count):
    with inside(city):
        company = city.people.applicant.organisation
        for _ in range(count):
            cast.make_member(company, Role.APPLICANT, f"extra-{uuid.uuid4().hex[:10]}")


def make_organisations(city, count):
    with inside(city):
        for number in range(count):
            create_organisation(
                actor=SYSTEM,
                kind=OrganisationKind.PROPERTY_COMPANY,
                name=f"物业公司{count}-{number:02}",
            )


def make_invitations(city, count):
    with inside(city):
        for number in range(count):
            invite_member(
                name=f"受邀人{number}",
                organisation=city.people.applicant.organisation,
                role=Role.APPLICANT,
                actor=city.people.tenant_admin,
            )


def make_records(city, count):
    with inside(city):
        for number in range(count):
            audit.record(city.people.applicant, "test.act", city.tenant, number=number)


@pytest.mark.parametrize(
    ("name", "make", "own"),
    [
        ("member_list", make_members, 4),  # count, rows, locks, devices
        ("organisation_list", make_organisations, 2),  # count, rows
        ("invitation_list", make_invitations, 1),
        ("operation_log", make_records, 1),
    ],
)
def test_list_costs_the_same_however_long(city, django_assert_num_queries, name, make, own):
    """What the list asks for by itself, besides what every page of the shell asks."""
    client = signed_in(city.people.tenant_admin)
    with CaptureQueriesContext(connection) as shell:
        client.get("/yunzhou/catalogue/")
    make(city, 1)
    for count in (0, 30):
        make(city, count)
        with django_assert_num_queries(len(shell) + own):
            client.get(people_url(city, name))


def test_long_lists_are_turned_page_by_page_without_loss(city):
    make_members(city, 60)
    client = signed_in(city.people.tenant_admin)
    url, seen = people_url(city, "member_list"), []
    page = client.get(url)
    while True:
        seen += [row["member"].pk for row in page.context["rows"]]
        if not page.context["page"].next_url:
            break
        page = client.get(url + page.context["page"].next_url)
    with inside(city):
        assert len(seen) == len(set(seen)) == Membership.objects.count()
    assert client.get(url, {"page": "forged"}).status_code == 200


# Disabling


def test_disabled_membership_is_out_with_the_next_request(city):
    officer, admin = signed_in(city.people.county_officer), signed_in(city.people.tenant_admin)
    assert officer.get("/yunzhou/").status_code == 200
    pk = city.people.county_officer.pk
    assert admin.post(people_url(city, "member_disable", pk)).status_code == 302
    assert officer.get("/yunzhou/").status_code == 404
    assert "您目前没有可用的任职" in text_of(officer.get("/account/"))
    assert admin.post(people_url(city, "member_disable", pk)).status_code == 409
    assert admin.post(people_url(city, "member_enable", pk)).status_code == 302
    assert officer.get("/yunzhou/").status_code == 200
    verbs = [record.verb for record in records_of(city)]
    assert verbs[-2:] == ["membership.disabled", "membership.enabled"]


def test_disabling_one_membership_keeps_the_others(city, next_door):
    user = city.people.applicant.user
    with inside(next_door):
        add_member(
            actor=SYSTEM,
            user=user,
            organisation=next_door.people.applicant.organisation,
            role="applicant",
        )
    admin = signed_in(city.people.tenant_admin)
    admin.post(people_url(city, "member_disable", city.people.applicant.pk))
    client = signed_in(city.people.applicant)
    assert client.get("/yunzhou/").status_code == 404
    assert client.get("/linzhou/").status_code == 200


def test_administrator_cannot_lock_themselves_out(city):
    admin = signed_in(city.people.tenant_admin)
    answer = admin.post(people_url(city, "member_disable", city.people.tenant_admin.pk))
    assert answer.status_code == 409 and admin.get("/yunzhou/").status_code == 200


@pytest.mark.parametrize("act", ["disable", "enable", "unlock", "reset_second_factor"])
def test_acts_on_members_are_the_administrators(city, next_door, act):
    url = people_url(city, f"member_{act}", city.people.applicant.pk)
    for member, status in (
        (city.people.city_officer, 403),
        (city.people.auditor, 403),
        (city.people.applicant, 403),
        (next_door.people.tenant_admin, 404),
    ):
        assert signed_in(member).post(url).status_code == status
    assert signed_in(city.people.tenant_admin).get(url).status_code == 405
    assert not [
        r
        for r in records_of(city)
        if r.verb.startswith("membership.") and r.verb != "membership.added"
    ]


# Organisations


def test_organisation_is_added_on_its_division(city):
    client = signed_in(city.people.tenant_admin)
    url = people_url(city, "organisation_create")
    form = read_form(client.get(url), "kind")
    county = city.people.tree.south.county
    fields = form.filled(kind="property_company", name="新月物业公司", division=str(county.pk))
    assert client.post(url, fields).status_code == 302
    assert client.post(url, fields).status_code == 302  # sent twice: once
    with inside(city):
        made = Organisation.objects.get(name="新月物业公司")
        assert made.division_id == county.pk
    again = client.post(url, {**fields, "form_key": str(uuid.uuid4())})
    assert again.status_code == 200 and "同类型的单位已有这个名称" in text_of(again)
    assert 'value="新月物业公司"' in again.content.decode()


def test_division_next_door_cannot_be_named(city, next_door):
    client = signed_in(city.people.tenant_admin)
    url = people_url(city, "organisation_create")
    foreign = next_door.people.tree.north.county
    fields = read_form(client.get(url), "kind").filled(
        kind="property_company", name="新月", division=str(foreign.pk)
    )
    assert client.post(url, fields).status_code == 200
    with inside(city):
        assert not Organisation.objects.filter(name="新月").exists()


# The switcher


def test_switching_acts_as_the_chosen_membership(city):
    user = city.people.applicant.user
    with inside(city):
        second = add_member(
            actor=SYSTEM, user=user, organisation=city.people.committee_officer.organisation,
            role=Role.COMMITTEE_OFFICER,
        )  # fmt: skip
    client = signed_in(city.people.applicant)
    assert client.get("/yunzhou/").context["member"] == city.people.applicant
    home = client.get("/account/")
    (form,) = [f for f in read_forms(home) if "member" in f.options]
    assert set(form.options["member"]) == {str(city.people.applicant.pk), str(second.pk)}
    answer = client.post(form.action, form.filled(member=str(second.pk)))
    assert answer.url == "/yunzhou/"
    assert client.get("/yunzhou/").context["member"] == second


def test_switching_to_what_is_not_mine_is_not_found(city, next_door):
    client = signed_in(city.people.applicant)
    for foreign in (city.people.tenant_admin, next_door.people.applicant):
        assert (
            client.post(people_url(city, "switch"), {"member": str(foreign.pk)}).status_code == 404
        )
    assert (
        client.post(
            people_url(next_door, "switch"), {"member": str(next_door.people.applicant.pk)}
        ).status_code
        == 404
    )
    assert client.post(people_url(city, "switch"), {}).status_code == 404
    assert client.get(people_url(city, "switch")).status_code == 405
    assert client.get("/yunzhou/").context["member"] == city.people.applicant


def test_choice_in_one_tenant_says_nothing_in_another(city, next_door):
    """A session that names a membership of another tenant falls back to an own one."""
    client = signed_in(city.people.applicant)
    session = client.session
    session[f"member:{city.tenant.pk}"] = str(next_door.people.tenant_admin.pk)
    session.save()
    assert client.get("/yunzhou/").context["member"] == city.people.applicant


def test_memberships_of_each_person_stay_apart(city, next_door):
    body = signed_in(city.people.applicant).get("/account/").content.decode()
    assert "安居物业公司" in body and "临州" not in body
    assert str(next_door.people.applicant.pk) not in body


# The log


def test_log_is_filtered_and_says_words_not_codes(city):
    client = signed_in(city.people.auditor)
    url = people_url(city, "operation_log")
    everything = text_of(client.get(url))
    assert "增加任职" in everything and "membership.added" not in everything
    only = client.get(url, {"verb": "tenant.created"})
    assert [row["record"].verb for row in only.context["rows"]] == ["tenant.created"]
    of_kind = client.get(url, {"kind": "accounts.division"})
    assert {row["object"] for row in of_kind.context["rows"]} == {"行政区划"}
    by_object = client.get(url, {"q": str(city.people.applicant.pk)})
    assert len(by_object.context["rows"]) == 1
    assert "没有符合条件的记录" in text_of(client.get(url, {"q": "无此人"}))


def test_verifying_says_whole_and_writes_nothing(city, writes):
    client = signed_in(city.people.auditor)
    writes.found.clear()
    page = client.get(people_url(city, "operation_log"), {"verify": "1"})
    assert f"记录链完整，共 {len(records_of(city))} 条" in text_of(page)
    assert writes.found == []
    assert "记录链完整" not in text_of(client.get(people_url(city, "operation_log")))


def test_verifying_names_a_break(committed_db):
    from tests.accounts.conftest import make_city

    city = make_city("yunzhou", "云州市住房和城乡建设局")
    client = signed_in(city.people.auditor)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditrecord NO FORCE ROW LEVEL SECURITY")
        cursor.execute("UPDATE core_auditrecord SET actor = '他人' WHERE seq = 3")
        cursor.execute("ALTER TABLE core_auditrecord FORCE ROW LEVEL SECURITY")
    page = text_of(client.get(people_url(city, "operation_log"), {"verify": "1"}))
    assert "第 3 条：内容被改动" in page and "记录链完整" not in page

"""The visit planned before it happens, and defects that were noted without network."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from core.errors import Refused
from core.models import AuditRecord
from reviews.models import Finding, VisitPlan
from reviews.selectors.site_visits import dossiers_to_visit
from reviews.services.site_visits import plan_site_visits
from tests.factories import sign_offs as make
from tests.standing import standing


@standing
def campaign(people):
    return make.make_campaign(people.city_officer)


@standing
def dossiers(people, campaign):
    """Two that wait at the county."""
    made = [
        make.make_submitted(people, community=make.make_community(people, name))
        for name in ("荷风苑", "云栖里")
    ]
    return [make.pass_to(dossier, "county", people) for dossier in made]


def url(name, *args):
    return reverse(f"reviews:{name}", args=["yunzhou", *args])


def plan(people, dossiers, **fields):
    values = {
        "actor": people.county_officer,
        "planned_on": make.today() + timedelta(3),
        "participants": "物业科、街道各一人",
    }
    return plan_site_visits(dossiers, **values | fields)


def test_a_day_of_visits_is_planned_and_changed(people, dossiers):
    assert plan(people, dossiers) == 2
    plan(people, dossiers[:1], planned_on=make.today() + timedelta(1))
    rows = dossiers_to_visit(people.county_officer, make.today())
    assert [row.dossier for row in rows] == dossiers
    assert [row.status for row in rows] == ["已安排", "已安排"]
    change = AuditRecord.objects.filter(verb="site_visit.planned").order_by("seq").last()
    assert change.body["before"]["participants"] == "物业科、街道各一人"
    later = dossiers_to_visit(people.county_officer, make.today() + timedelta(2))
    assert [row.status for row in later] == ["已过计划日期", "已安排"]


def test_a_plan_is_wrong_in_the_past_or_elsewhere(people, dossiers):
    with pytest.raises(ValidationError, match="不能早于今天"):
        plan(people, dossiers, planned_on=make.today() - timedelta(1))
    with pytest.raises(PermissionDenied):
        plan(people, dossiers, actor=people.other_county_officer)
    make.pass_checks(dossiers[0], actor=people.county_officer)
    with pytest.raises(Refused, match="已经开始核查"):
        plan(people, dossiers)
    assert not VisitPlan.objects.exists()


def test_the_plan_is_laid_under_the_visit(people, dossiers, sign_in):
    client = sign_in(people.county_officer)
    day = make.today() + timedelta(2)
    wrong = client.post(url("visit_list"), {"planned_on": day, "participants": "物业科两人"})
    assert "请勾选要核查的小区" in wrong.content.decode()
    given = {"dossiers": [d.pk for d in dossiers], "planned_on": day, "participants": "物业科两人"}
    assert client.post(url("visit_list"), given).status_code == 302
    page = client.get(url("site_visit", dossiers[0].pk)).content.decode()
    assert 'value="物业科两人"' in page
    sheet = client.get(url("sign_off", dossiers[0].pk)).content.decode()
    assert "计划 " in sheet and "物业科两人" in sheet


def test_the_list_of_visits_costs_the_same_for_one_and_two(
    people, dossiers, sign_in, django_assert_num_queries
):
    client = sign_in(people.county_officer)
    plan(people, dossiers)
    client.get(url("visit_list"))
    with django_assert_num_queries(QUERIES):
        client.get(url("visit_list"))
    make.pass_checks(dossiers[0], actor=people.county_officer)
    make.sign(dossiers[0], actor=people.county_officer)
    with django_assert_num_queries(QUERIES):
        client.get(url("visit_list"))


QUERIES = 16


def test_what_was_noted_without_network_is_recorded_once(people, dossiers, sign_in):
    dossier = dossiers[0]
    client = sign_in(people.county_officer)
    sent = {
        "form_key": str(uuid.uuid4()), "item": "7.3", "place": "3 号楼北侧",
        "description": "消火栓无水",
    }  # fmt: skip
    address = url("finding_create", dossier.pk)

    def send(**changes):
        return client.post(address, sent | changes, headers={"Accept": "application/json"})

    early = send()
    assert early.status_code == 409 and "开始核查" in early.json()["message"]
    make.open_site_visit(
        dossier, actor=people.county_officer, visited_on=make.today(), participants="两人"
    )
    for _ in range(2):
        answer = send(photo=make.photo())
        assert (answer.status_code, answer.json()) == (200, {})
    assert Finding.objects.get().photo
    wrong = send(form_key=str(uuid.uuid4()), item="1.1", place="")
    assert wrong.status_code == 422
    assert set(wrong.json()["errors"]) == {"item", "place"}

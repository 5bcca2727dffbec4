"""What the register accepts, from whom, and what it leaves behind."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.enums import OrganisationKind
from accounts.models import Organisation
from communities.models import Community, Fact, PropertyCompany
from communities.services import (
    create_community,
    record_fact,
    register_company,
    set_owners_committee,
    update_community,
    update_company,
)
from core import audit, clock
from core.models import AuditRecord

USCC, OTHER_USCC = "91130300MA0000001C", "91110000600037341L"


def last_record():
    return AuditRecord.objects.order_by("-seq").first()


def values(people, **changes):
    return {
        "code": "C-9", "name": "新苑", "address": "新苑路 9 号", "kind": "professional",
        "division": people.tree.north.hood,
    } | changes  # fmt: skip


def test_created_community_knows_its_county_and_is_recorded(people):
    community = create_community(actor=people.county_officer, **values(people))
    assert community.county == people.tree.north.county
    assert last_record().verb == "community.created"
    assert last_record().membership_id == people.county_officer.pk


@pytest.mark.parametrize(
    "role", ["applicant", "committee_officer", "neighbourhood_officer", "street_officer",
             "other_county_officer", "auditor", "evaluator"],
)  # fmt: skip
def test_others_may_not_register_change_or_name_a_committee(people, north, role):
    actor = getattr(people, role)
    with pytest.raises(PermissionDenied):
        create_community(actor=actor, **values(people))
    with pytest.raises(PermissionDenied):
        update_community(north, actor=actor, name="改名")
    with pytest.raises(PermissionDenied):
        set_owners_committee(north, actor=actor, organisation=None)
    north.refresh_from_db()
    assert north.name == "和顺家园" and north.owners_committee


def test_county_officer_cannot_move_a_community_out_of_the_county(people, north):
    with pytest.raises(PermissionDenied):
        update_community(north, actor=people.county_officer, division=people.tree.south.hood)


@pytest.mark.parametrize(
    ("field", "value"),
    [("code", ""), ("name", ""), ("name", "名" * 61), ("address", ""), ("kind", "hotel"),
     ("floor_area", Decimal("0")), ("floor_area", Decimal("1.234")), ("households", 0),
     ("households", 2**40), ("built_year", 1800), ("built_year", 2999)],
)  # fmt: skip
def test_wrong_value_is_refused_beside_its_field(people, field, value):
    with pytest.raises(ValidationError) as caught:
        create_community(actor=people.city_officer, **values(people, **{field: value}))
    assert list(caught.value.message_dict) == [field]
    assert not Community.objects.exists()


def test_taken_code_wrong_division_and_wrong_organisations_are_refused(people, north):
    city = people.city_officer
    bureau, committee = city.organisation, people.committee_officer.organisation
    for field, value in (
        ("code", north.code),
        ("division", people.tree.north.street),
        ("managed_by", committee),
        ("owners_committee", bureau),
    ):
        with pytest.raises(ValidationError) as caught:
            create_community(actor=city, **values(people, **{field: value}))
        assert list(caught.value.message_dict) == [field]


def test_update_records_old_and_new_and_nothing_when_nothing_changed(people, north):
    update_community(north, actor=people.county_officer, name="和顺新园", households=900)
    assert last_record().body["changed"] == {
        "name": {"from": "和顺家园", "to": "和顺新园"},
        "households": {"from": 820, "to": 900},
    }
    before = last_record().seq
    update_community(north, actor=people.county_officer, name="和顺新园")
    assert last_record().seq == before


def test_committee_can_be_set_and_removed(people, north):
    set_owners_committee(north, actor=people.county_officer, organisation=None)
    assert last_record().body == {"from": "和顺家园业委会", "to": ""}
    committee = people.committee_officer.organisation
    assert (
        set_owners_committee(
            north, actor=people.county_officer, organisation=committee
        ).owners_committee
        == committee
    )


def test_company_is_registered_with_its_organisation(people):
    company = register_company(actor=people.county_officer, name=" 清风物业 ", uscc=USCC.lower())
    assert company.uscc == USCC and company.organisation.name == "清风物业"
    assert company.organisation.kind == OrganisationKind.PROPERTY_COMPANY


def test_existing_organisation_gets_its_entry_only_once(people):
    organisation = people.applicant.organisation
    company = register_company(actor=people.city_officer, name=organisation.name, uscc=USCC)
    assert company.organisation == organisation
    with pytest.raises(ValidationError, match="已经登记"):
        register_company(actor=people.city_officer, name=organisation.name, uscc=OTHER_USCC)
    with pytest.raises(ValidationError) as caught:
        register_company(actor=people.city_officer, name="另一家物业", uscc=USCC)
    assert list(caught.value.message_dict) == ["uscc"]


@pytest.mark.parametrize("uscc", ["", "123", "91130300MA0000001D", "9113030OMA0000001C", "é" * 18])
def test_wrong_social_credit_code_is_refused_with_a_reason(people, uscc):
    with pytest.raises(ValidationError, match="统一社会信用代码"):
        register_company(actor=people.city_officer, name="清风物业", uscc=uscc)
    assert not PropertyCompany.objects.exists()
    assert not Organisation.objects.filter(name="清风物业").exists()


def test_company_entries_change_with_a_record_and_no_penalty_of_tomorrow(people):
    company = register_company(actor=people.city_officer, name="清风物业", uscc=USCC)
    update_company(company, actor=people.county_officer, credit_grade="B", last_penalty_on=None)
    assert last_record().body["to"]["credit_grade"] == "B"
    with pytest.raises(ValidationError):
        update_company(
            company,
            actor=people.county_officer,
            credit_grade="B",
            last_penalty_on=clock.today() + timedelta(days=1),
        )
    with pytest.raises(PermissionDenied):
        update_company(company, actor=people.applicant, credit_grade="A", last_penalty_on=None)


def measure(community, actor, value="91.5", **changes):
    given = {
        "metric": "satisfaction_rate", "value": value and Decimal(value), "unit": "%",
        "period": "2023 年", "source": "第三方测评",
    } | changes  # fmt: skip
    return record_fact(community, actor=actor, **given)


def test_correction_is_a_new_row_and_the_old_one_stays(people, north):
    first = measure(north, people.evaluator)
    second = measure(north, people.county_officer, "88", source="复核")
    first.refresh_from_db()
    assert (first.is_current, first.value) == (False, Decimal("91.5"))
    assert list(Fact.objects.filter(is_current=True)) == [second]
    assert last_record().verb == "fact.corrected"
    assert last_record().body["old"]["value"] == "91.5"
    assert last_record().body["new"]["value"] == "88"


def test_other_period_or_metric_is_another_fact(people, north):
    measure(north, people.evaluator)
    measure(north, people.evaluator, period="2022 年")
    measure(north, people.evaluator, metric="fee_collection_rate")
    assert Fact.objects.filter(is_current=True).count() == 3


def test_same_value_again_is_refused(people, north):
    measure(north, people.evaluator)
    with pytest.raises(ValidationError, match="完全相同"):
        measure(north, people.evaluator, "91.50")
    assert Fact.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "changes"),
    [("value", {"value": None}), ("value", {"value": "100.1"}), ("value", {"value": "-1"}),
     ("metric", {"metric": ""}), ("period", {"period": " "}), ("source", {"source": ""}),
     ("source", {"source": "测" * 121})],
)  # fmt: skip
def test_wrong_fact_is_refused_beside_its_field(people, north, field, changes):
    with pytest.raises(ValidationError) as caught:
        measure(north, people.evaluator, **changes)
    assert list(caught.value.message_dict) == [field]


@pytest.mark.parametrize(
    "role", ["applicant", "committee_officer", "street_officer", "tenant_admin", "auditor",
             "other_county_officer"],
)  # fmt: skip
def test_others_may_not_record_facts(people, north, role):
    with pytest.raises(PermissionDenied):
        measure(north, getattr(people, role))
    assert not Fact.objects.exists()


def test_system_may_do_everything(people):
    community = create_community(actor=audit.SYSTEM, **values(people))
    update_community(community, actor=audit.SYSTEM, name="改名")
    register_company(actor=audit.SYSTEM, name="清风物业", uscc=USCC)

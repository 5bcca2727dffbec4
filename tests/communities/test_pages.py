"""Pages of the register, filled in as they are rendered."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.enums import OrganisationKind
from communities.models import Community, Fact, PropertyCompany
from communities.services import register_company
from core.tenancy import tenant_context
from tests.communities.test_services import OTHER_USCC, USCC, measure
from tests.factories import cast
from tests.factories.communities import make_community
from tests.factories.files import pdf
from tests.factories.forms import read_form


def url(name, *args):
    return reverse(f"communities:{name}", args=["yunzhou", *args])


def text(response):
    return response.content.decode()


# Who sees what


@pytest.mark.parametrize(
    ("role", "sees_north", "sees_south"),
    [("city_officer", True, True), ("tenant_admin", True, True), ("auditor", True, True),
     ("evaluator", True, True), ("county_officer", True, False),
     ("other_county_officer", False, True), ("street_officer", True, False),
     ("neighbourhood_officer", True, False), ("committee_officer", True, False),
     ("applicant", True, False), ("other_applicant", False, False)],
)  # fmt: skip
def test_list_export_and_detail_show_what_the_member_may_see(
    people, north, south, sign_in, role, sees_north, sees_south
):
    client = sign_in(getattr(people, role))
    shown = text(client.get(url("community_list")))
    assert (north.name in shown, south.name in shown) == (sees_north, sees_south)
    sheet = load_workbook(BytesIO(client.get(url("community_export")).content)).active
    names = {row[1] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert names == {c.name for c, sees in ((north, sees_north), (south, sees_south)) if sees}
    for community, sees in ((north, sees_north), (south, sees_south)):
        assert client.get(url("community_detail", community.pk)).status_code == (
            200 if sees else 404
        )
        edits = (
            sees
            and role in ("city_officer", "tenant_admin", "county_officer")
            or (role == "other_county_officer" and sees)
        )
        expected = 200 if edits else 403 if sees else 404
        assert client.get(url("community_update", community.pk)).status_code == expected
        records = sees and role in (
            "city_officer", "evaluator", "county_officer", "other_county_officer"
        )  # fmt: skip
        expected = 200 if records else 403 if sees else 404
        assert client.get(url("fact_create", community.pk)).status_code == expected


def test_the_same_pages_of_another_tenant_show_nothing_of_this_one(db, client):
    towns = {}
    for slug in ("yunzhou", "haizhou"):
        tenant = cast.make_tenant(slug, f"{slug} 市住建局")
        with tenant_context(tenant.pk):
            people = cast.make_people()
            community = make_community(people, name=f"{slug} 家园")
            fact = measure(community, people.evaluator)
        towns[slug] = people, community, fact
    officer = towns["yunzhou"][0].city_officer
    client.force_login(officer.user, backend="django.contrib.auth.backends.ModelBackend")
    assert "haizhou 家园" not in text(client.get("/yunzhou/communities/"))
    _, community, _ = towns["haizhou"]
    for slug in ("yunzhou", "haizhou"):
        for path in (
            f"communities/{community.pk}/",
            f"communities/{community.pk}/edit/",
            f"communities/{community.pk}/facts/new/",
            f"facts/{towns['haizhou'][2].pk}/file/",
        ):
            assert client.get(f"/{slug}/{path}").status_code == 404
    for path in ("communities/", "communities/export/", "companies/"):
        assert client.get(f"/haizhou/{path}").status_code == 404


# The list


def test_list_narrows_and_keeps_wrong_filters_harmless(people, north, south, sign_in):
    client = sign_in(people.city_officer)
    county = people.tree.south.county
    shown = text(client.get(url("community_list"), {"county": str(county.pk)}))
    assert south.name in shown and north.name not in shown
    for q, found in (("和顺", True), ("c-00", True), ("观澜", False), ("和顺 C-001", True)):
        assert (north.name in text(client.get(url("community_list"), {"q": q}))) is found
    for parameters in ({"county": "x"}, {"kind": "x"}, {"page": "x"}, {"q": "x" * 500}):
        assert client.get(url("community_list"), parameters).status_code == 200
    shown = text(client.get(url("community_list"), {"q": "没有这个"}))
    assert "没有符合条件的小区" in shown


def test_empty_list_says_what_to_do(people, sign_in):
    assert "登记小区" in text(sign_in(people.county_officer).get(url("community_list")))
    shown = text(sign_in(people.applicant).get(url("community_list")))
    assert "还没有您能看到的小区" in shown and "登记小区" not in shown


def test_list_pages_by_key(people, sign_in):
    for n in range(53):
        make_community(people, code=f"P-{n:03}", name=f"小区{n:03}号")
    client = sign_in(people.city_officer)
    first = client.get(url("community_list"))
    assert "小区049号" in text(first) and "小区050号" not in text(first)
    second = client.get(url("community_list") + first.context["page"].next_url)
    assert "小区050号" in text(second) and "小区049号" not in text(second)
    assert second.context["page"].next_url == ""
    back = client.get(url("community_list") + second.context["page"].previous_url)
    assert "小区000号" in text(back)


LIST_QUERIES = 13


@pytest.mark.parametrize("number", [1, 30])
def test_list_costs_the_same_queries(people, sign_in, django_assert_num_queries, number):
    for n in range(number):
        make_community(people, code=f"P-{n:03}", name=f"小区{n:03}号")
    client = sign_in(people.city_officer)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(url("community_list"))


@pytest.mark.parametrize("number", [1, 30])
def test_detail_costs_the_same_queries(people, north, sign_in, django_assert_num_queries, number):
    for n in range(number):
        measure(north, people.evaluator, period=f"第 {n} 期")
    client = sign_in(people.city_officer)
    with django_assert_num_queries(13):
        client.get(url("community_detail", north.pk))


COMPANY_QUERIES = 12


@pytest.mark.parametrize("number", [1, 30])
def test_company_list_costs_the_same_queries(people, sign_in, django_assert_num_queries, number):
    for n in range(number):
        organisation = cast.create_organisation(
            actor=cast.audit.SYSTEM, kind=OrganisationKind.PROPERTY_COMPANY, name=f"企业{n}"
        )
        PropertyCompany.objects.create(organisation=organisation, uscc=f"U{n}")
        make_community(people, code=f"P-{n}", managed_by=organisation)
    client = sign_in(people.city_officer)
    with django_assert_num_queries(COMPANY_QUERIES):
        client.get(url("company_list"))


def test_export_neutralises_formulas_and_keeps_numbers(people, sign_in):
    make_community(people, name="=HYPERLINK(1)", code="A1", address="x", households=12)
    make_community(people, name=" +1+1", code="A2")
    make_community(people, name="@SUM(A1)", code="A3")
    client = sign_in(people.city_officer)
    sheet = load_workbook(BytesIO(client.get(url("community_export")).content)).active
    rows = list(sheet.iter_rows(min_row=2))
    assert [row[1].value for row in rows] == ["'=HYPERLINK(1)", "'+1+1", "'@SUM(A1)"]
    assert all(cell.data_type != "f" for row in rows for cell in row)
    assert rows[0][6].value == 12
    assert [row[2].value for row in rows] == ["专业化物业管理"] * 3


def test_export_follows_the_filter(people, north, south, sign_in):
    client = sign_in(people.city_officer)
    link = client.get(url("community_list"), {"q": "观澜"}).context["export_url"]
    sheet = load_workbook(BytesIO(client.get(link).content)).active
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["观澜苑"]


# Forms


def test_community_is_registered_through_its_form_once(people, sign_in):
    client = sign_in(people.county_officer)
    form = read_form(client.get(url("community_create")))
    offered = form.options["division"]
    assert str(people.tree.north.hood.pk) in offered
    assert str(people.tree.south.hood.pk) not in offered
    data = form.filled(
        code="N-1", name="清泉里", division=str(people.tree.north.hood.pk), address="清泉路",
        kind="professional", households="300",
    )  # fmt: skip
    first = client.post(url("community_create"), data)
    second = client.post(url("community_create"), data)
    community = Community.objects.get()
    assert first.url == second.url == url("community_detail", community.pk)


def test_wrong_form_keeps_what_was_typed(people, north, sign_in):
    client = sign_in(people.county_officer)
    form = read_form(client.get(url("community_create")))
    data = form.filled(
        code=north.code, name="清泉里", division=str(people.tree.north.hood.pk), address="路",
        kind="professional", built_year="1700",
    )  # fmt: skip
    shown = text(client.post(url("community_create"), data))
    assert "建成年份应在" in shown and "清泉里" in shown
    shown = text(client.post(url("community_create"), data | {"built_year": "2001"}))
    assert "已经登记" in shown and "清泉里" in shown
    forged = data | {"division": str(people.tree.south.hood.pk), "households": "x" * 300}
    assert "不在可选范围内" in text(client.post(url("community_create"), forged))
    assert Community.objects.count() == 1


def test_community_is_changed_through_its_form(people, north, sign_in):
    client = sign_in(people.county_officer)
    form = read_form(client.get(url("community_update", north.pk)))
    assert form.values["name"] == ["和顺家园"]
    assert form.values["owners_committee"] == [str(north.owners_committee_id)]
    data = form.filled(name="和顺新园", owners_committee="")
    assert client.post(url("community_update", north.pk), data).status_code == 302
    north.refresh_from_db()
    assert (north.name, north.owners_committee) == ("和顺新园", None)
    assert north.households == 820 and north.managed_by == people.applicant.organisation
    shown = text(client.get(url("community_detail", north.pk)))
    assert "和顺家园 → 和顺新园" in shown and "和顺家园业委会 → （空）" in shown


def test_fact_with_its_source_is_recorded_and_corrected(people, north, sign_in):
    client = sign_in(people.evaluator)
    page = url("fact_create", north.pk)
    form = read_form(client.get(page))
    data = form.filled(metric="satisfaction_rate", value="91.5", period="2023 年", source="测评")
    file = SimpleUploadedFile("报告.pdf", pdf(), "application/pdf")
    answer = client.post(page, {**data, "file": file})
    assert answer.url == url("community_detail", north.pk)
    fact = Fact.objects.get()
    assert fact.unit == "%" and fact.source_file.kind == "pdf"
    opened = client.get(url("fact_file", fact.pk))
    assert b"".join(opened.streaming_content).startswith(b"%PDF-")
    data = read_form(client.get(page)).filled(
        metric="satisfaction_rate", value="88", period="2023 年", source="复核"
    )
    client.post(page, data)
    shown = text(client.get(answer.url))
    assert "88%" in shown and "原为 91.5%" in shown
    assert sign_in(people.other_county_officer).get(url("fact_file", fact.pk)).status_code == 404


def test_wrong_fact_says_why(people, north, sign_in):
    client = sign_in(people.evaluator)
    page = url("fact_create", north.pk)
    data = read_form(client.get(page)).filled(metric="other", period="2023 年", source="测评")
    shown = text(client.post(page, data))
    assert "请填写指标代码" in shown and "测评" in shown
    data["metric"] = "satisfaction_rate"
    assert "请填写数值" in text(client.post(page, data))
    assert "0 到 100" in text(client.post(page, data | {"value": "101"}))
    fake = SimpleUploadedFile("报告.pdf", b"no pdf", "application/pdf")
    assert client.post(page, {**data, "value": "90", "file": fake}).status_code == 200
    assert not Fact.objects.exists()


def test_company_is_registered_and_its_grade_changed(people, sign_in):
    client = sign_in(people.county_officer)
    data = read_form(client.get(url("company_create"))).filled(name="清风物业", uscc="1")
    assert "18 位" in text(client.post(url("company_create"), data))
    data = read_form(client.get(url("company_create"))).filled(name="清风物业", uscc=USCC)
    for _ in range(2):
        assert client.post(url("company_create"), data).url == url("company_list")
    company = PropertyCompany.objects.get()
    form = read_form(client.get(url("company_update", company.pk)))
    data = form.filled(credit_grade="B", last_penalty_on="2022-05-01")
    client.post(url("company_update", company.pk), data)
    shown = text(client.get(url("company_list")))
    assert USCC in shown and "2022年5月1日" in shown


def test_applicant_sees_only_its_own_company(people, sign_in):
    own, other = people.applicant.organisation.name, people.other_applicant.organisation.name
    register_company(actor=people.city_officer, name=own, uscc=USCC)
    company = register_company(actor=people.city_officer, name=other, uscc=OTHER_USCC)
    client = sign_in(people.applicant)
    shown = text(client.get(url("company_list")))
    assert own in shown and other not in shown
    assert client.get(url("company_create")).status_code == 403
    assert client.get(url("company_update", company.pk)).status_code == 404

"""工作台 of every role: what waits, since when, until when; always the same number of queries."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Invitation
from accounts.services.invitations import invite_member
from communities.services import record_fact
from core.models import Job
from core.tenancy import tenant_context
from reviews.enums import DossierState, Outcome
from reviews.models import Dossier
from reviews.services.site_visits import open_site_visit
from scoring.models import Assignment
from scoring.services.panels import recuse
from tests.factories import cast, panels
from tests.factories import dossiers as make
from tests.factories.sign_offs import fresh, pass_desk_check, pass_to, sign, today

HOME = "/yunzhou/"


def lists(response) -> dict:
    return {one.code: one for one in response.context["bench"].lists}


def panel(response, code):
    bench = response.context["bench"]
    return next(one for one in [*bench.panels, *bench.side] if one.code == code)


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


# What each role finds


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.EXPERT])
def test_home_of_an_empty_tenant_says_what_comes_next(people, sign_in, role):
    response = sign_in(getattr(people, role)).get(HOME)
    shown = text(response)
    assert "现在没有开放的评选活动" in shown
    for one in lists(response).values():
        if not one.entries:
            assert one.empty.title in shown and one.empty.text in shown


def test_applicant_sees_what_to_fill_in_and_where_the_rest_waits(people, sign_in, submitted):
    draft = make.make_dossier(people, community=make.make_community(people, "荷风苑"))
    response = sign_in(people.applicant).get(HOME)
    found = lists(response)
    assert [e.title for e in found["todo"].entries] == ["荷风苑"]
    assert found["todo"].entries[0].due.isoformat() == "2023-10-30"
    assert [e.title for e in found["started"].entries] == [submitted.community.name]
    assert "等待业委会签署（业主委员会）" in text(response)
    assert f"/dossiers/{draft.pk}/" in text(response)
    other = lists(sign_in(people.other_applicant).get(HOME))
    assert {one.count for one in other.values()} == {0}


def test_office_sees_the_longest_wait_first(people, sign_in, submitted, copies):
    (older,) = copies(submitted, 1)
    Dossier.objects.filter(pk=older.pk).update(
        waiting_since=submitted.waiting_since - timedelta(days=9)
    )
    member = people.committee_officer
    found = lists(sign_in(member).get(HOME))["todo"]
    assert [entry.days for entry in found.entries] == [9, 0]
    assert found.count == 2 and found.card["tone"] == "wait"
    assert found.entries[0].status == "待业委会签署"
    assert lists(sign_in(people.street_officer).get(HOME))["todo"].count == 0


def test_returned_dossier_moves_from_the_office_to_the_applicant_and_back(
    people, sign_in, submitted
):
    sign(submitted, actor=people.committee_officer)
    flags = [{"code": "1.4", "comment": "请补会议记录。"}]
    sign(submitted, actor=people.neighbourhood_officer, outcome=Outcome.RETURN, flags=flags)
    office = sign_in(people.neighbourhood_officer).get(HOME)
    found = lists(office)
    assert (found["todo"].count, found["started"].count, found["done"].count) == (0, 1, 1)
    assert found["done"].entries[0].status == "退回补正"
    own = sign_in(people.applicant).get(HOME)
    assert lists(own)["todo"].entries[0].status == "退回补正"
    menu = [entry for section in own.context["menu"] for entry in section["items"]]
    assert next(e for e in menu if e["title"] == "申报材料")["count"] == 1
    dossier = fresh(submitted)
    make.submit_dossier(dossier, actor=people.applicant)
    assert lists(sign_in(people.neighbourhood_officer).get(HOME))["started"].count == 0


def test_county_sees_its_quota_visits_and_filings(people, sign_in, submitted):
    dossier = pass_to(submitted, "county", people)
    pass_desk_check(dossier, actor=people.county_officer)
    open_site_visit(dossier, actor=people.county_officer, visited_on=today(), participants="两人")
    response = sign_in(people.county_officer).get(HOME)
    (meter,) = panel(response, "quota").meters
    assert (meter["label"], meter["value"], meter["minimum"]) == ("海港区", 1, 10)
    assert [task["title"] for task in panel(response, "visits").tasks] == [dossier.community.name]
    statuses = [task["status"] for task in panel(response, "filings").tasks]
    assert statuses == ["逾期未报", "待报送", "待报送"]
    assert lists(response)["todo"].entries[0].due.isoformat() == "2023-10-30"
    other = sign_in(people.other_county_officer).get(HOME)
    assert panel(other, "quota").meters[0]["label"] == "昌黎县"
    assert panel(other, "visits").tasks == []
    assert dossier.community.name not in text(other)


def test_city_sees_each_next_act_of_its_own(people, sign_in):
    (dossier,) = panels.make_scoring(people)
    client = sign_in(people.city_officer)

    def words():
        return [entry.status for entry in lists(client.get(HOME))["todo"].entries]

    assert words() == ["待抽取专家组"]
    panels.make_experts(people)
    panels.make_panel(people, dossier.campaign)
    assert words() == []
    for card in panels.cards_of(dossier):
        panels.score(card)
    assert words() == ["待计算排名"]
    Dossier.objects.update(state=DossierState.DECISION, step="decision")
    assert words() == ["待审定"]


def test_city_sees_what_is_behind(people, sign_in, submitted):
    response = sign_in(people.city_officer).get(HOME)
    short = {meter["label"]: meter["value"] for meter in panel(response, "counties").meters}
    assert short == {"海港区": 1, "昌黎县": 0}
    (task,) = panel(response, "filings").tasks
    assert task["status"] == "2 家逾期" and "海港区住建局" in task["hint"]
    assert panel(response, "funnel").chart["rows"][:2] == [["已提交", 1], ["业委会签署", 0]]


def test_city_sees_jobs_that_died(people, sign_in, submitted):
    Job.objects.create(kind="x", label="生成申报表", state="dead", error="堆栈\n字体缺失")
    entry = lists(sign_in(people.city_officer).get(HOME))["todo"].entries[0]
    assert (entry.title, entry.status, entry.note) == ("生成申报表", "未完成", "字体缺失")
    shown = text(sign_in(people.tenant_admin).get(HOME))
    assert "生成申报表" in shown and "堆栈" not in shown


def test_expert_sees_open_sheets_and_how_far_they_are(people, sign_in):
    first, second = panels.make_scoring(people, 2)
    experts = panels.make_experts(people, 7)
    panels.make_panel(people, first.campaign)
    mine = Assignment.objects.filter(dossier=first).first()
    member = panels.expert_member(mine)
    found = lists(sign_in(member).get(HOME))
    assert (found["todo"].count, found["done"].count, found["started"].count) == (2, 0, 0)
    assert {entry.days for entry in found["todo"].entries} == {0}
    recuse(mine, actor=member, reason="曾任该企业顾问。")
    card = next(c for c in panels.cards_of(second) if c.assignment.expert_id == mine.expert_id)
    panels.score(card)
    response = sign_in(member).get(HOME)
    found = lists(response)
    assert (found["todo"].count, found["done"].count, found["started"].count) == (0, 1, 1)
    (meter,) = panel(response, "progress").meters
    assert meter["value"] == meter["total"] == card.due_items
    idle = next(e for e in experts if not e.assignments.exists())
    response = sign_in(idle.membership).get(HOME)
    assert lists(response)["todo"].count == 0 and panel(response, "progress").meters == []


def test_evaluator_sees_applicants_without_facts(people, sign_in, submitted):
    client = sign_in(people.evaluator)
    assert [e.title for e in lists(client.get(HOME))["todo"].entries] == [submitted.community.name]
    record_fact(
        submitted.community, actor=people.evaluator, metric="satisfaction_rate", value=93,
        unit="%", period="2023 年", source="入户调查",
    )  # fmt: skip
    found = lists(client.get(HOME))
    assert (found["todo"].count, found["done"].count) == (0, 1)
    assert "业主满意度 93%" in found["done"].entries[0].note


def test_auditor_sees_the_chain_and_may_verify_it(people, sign_in, submitted):
    client = sign_in(people.auditor)
    response = client.get(HOME)
    found = lists(response)["done"]
    assert found.count == int(found.entries[0].status) > 0
    assert "记录链完整" in text(client.get(panel(response, "chain").url))


def test_admin_sees_invitations_and_people(people, sign_in):
    for name in ("甲", "乙"):
        invite_member(
            name=name, organisation=people.applicant.organisation, role=Role.APPLICANT,
            actor=people.tenant_admin,
        )  # fmt: skip
    old = Invitation.objects.get(name="甲")
    old.expires_at = timezone.now() - timedelta(days=1)
    old.save()
    response = sign_in(people.tenant_admin).get(HOME)
    found = lists(response)
    assert [e.title for e in found["todo"].entries] == ["甲"]
    assert [e.title for e in found["started"].entries] == ["乙"]
    rows = {row["label"]: row["value"] for row in panel(response, "people").rows}
    assert rows["申报单位"] == "2 人" and rows["系统管理员"] == "1 人"


# Same cost for 1 and 30 rows

QUERIES = {
    Role.APPLICANT: 19,
    Role.COMMITTEE_OFFICER: 23,
    Role.NEIGHBOURHOOD_OFFICER: 23,
    Role.STREET_OFFICER: 23,
    Role.COUNTY_OFFICER: 33,
    Role.CITY_OFFICER: 35,
    Role.EVALUATOR: 17,
    Role.AUDITOR: 27,
    Role.TENANT_ADMIN: 22,
}


@pytest.mark.parametrize("number", [1, 30])
@pytest.mark.parametrize("role", QUERIES)
def test_home_costs_the_same_queries(people, sign_in, cost, submitted, copies, role, number):
    copies(submitted, number - 1)
    step = {"county_officer": "county", "street_officer": "street"}.get(role, "owners_committee")
    step = "neighbourhood" if role == Role.NEIGHBOURHOOD_OFFICER else step
    Dossier.objects.update(step=step)
    sign_in(getattr(people, role))
    assert cost(HOME) == QUERIES[role]


@pytest.mark.parametrize("number", [1, 6])
def test_home_of_an_expert_costs_the_same_queries(people, sign_in, cost, number):
    dossiers = panels.make_scoring(people, number)
    panels.make_experts(people, 5)
    panels.make_panel(people, dossiers[0].campaign)
    sign_in(panels.expert_member(Assignment.objects.first()))
    assert cost(HOME) == 19


def test_home_shows_nothing_of_another_tenant(db, client):
    towns = {}
    for slug in ("yunzhou", "haizhou"):
        with tenant_context(cast.make_tenant(slug, f"{slug} 市住建局").pk):
            people = cast.make_people()
            community = make.make_community(people, f"{slug} 家园")
            make.make_submitted(people, community=community)
            towns[slug] = people.city_officer
    client.force_login(towns["yunzhou"].user, backend="django.contrib.auth.backends.ModelBackend")
    for path in ("", "campaigns/qinhuangdao_2023/overview/"):
        shown = text(client.get(f"/yunzhou/{path}"))
        assert "haizhou 家园" not in shown
        assert client.get(f"/haizhou/{path}").status_code == 404
    assert "yunzhou 家园" in shown

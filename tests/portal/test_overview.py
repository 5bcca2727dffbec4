"""进展总览: the figures of a campaign, of a county its own, at a fixed cost."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from campaigns.models import Campaign
from portal.selectors import progress
from reviews.enums import DossierState, Outcome
from reviews.models import Dossier
from tests.factories import dossiers as make
from tests.factories import panels
from tests.factories.sign_offs import pass_to, sign

URL = "/yunzhou/campaigns/qinhuangdao_2023/overview/"


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_who_may_look(people, sign_in, submitted):
    allowed = {"city_officer", "auditor", "county_officer", "other_county_officer"}
    for role, member in vars(people).items():
        if role != "tree":
            expected = 200 if role in allowed else 403
            assert sign_in(member).get(URL).status_code == expected, role
    missing = URL.replace("qinhuangdao_2023", "nothing")
    assert sign_in(people.city_officer).get(missing).status_code == 404


def test_draft_campaign_is_seen_by_those_who_prepare_it(people, sign_in):
    make.make_campaign(people.city_officer)
    Campaign.objects.update(state="draft")
    shown = text(sign_in(people.city_officer).get(URL))
    assert "还没有分派评审" in shown and "没有等待办理的材料" in shown
    assert sign_in(people.county_officer).get(URL).status_code == 404


def test_funnel_counts_what_is_done_not_where_it_waits(people, sign_in, submitted, copies):
    copies(submitted, 2)
    refused, waiting = Dossier.objects.exclude(pk=submitted.pk)
    pass_to(submitted, "county", people)
    refused = pass_to(refused, "street", people)
    sign(refused, actor=people.street_officer, outcome=Outcome.REFUSE)
    sign(waiting, actor=people.committee_officer)
    response = sign_in(people.city_officer).get(URL)
    assert response.context["funnel"][:6] == [
        ["已提交", 3],
        ["业委会签署", 3],
        ["社区审核", 2],
        ["街道审核", 1],
        ["县区初审与实地核查", 0],
        ["专家组集中审核", 0],
    ]
    where = {row["place"].where: row["place"].count for row in response.context["waiting"]}
    assert where == {
        "县区初审与实地核查（县区住建局）": 1,
        "社区审核（属地社区（物业管理委员会））": 1,
    }


@pytest.mark.parametrize(
    ("state", "step", "finished"),
    [
        (DossierState.IN_REVIEW, "owners_committee", "已提交"),
        (DossierState.RETURNED, "", "已提交"),
        (DossierState.SCORING, "scoring", "县区初审与实地核查"),
        (DossierState.DECISION, "decision", "专家组集中审核"),
        (DossierState.NOT_AWARDED, "", "专家组集中审核"),
        (DossierState.LISTED, "public_notice", "市住建局审定"),
        (DossierState.AWARDED, "", "公布名单"),
    ],
)
def test_every_state_ends_where_it_should(state, step, finished):
    definition = make.qinhuangdao()
    place = progress.Place("v", "professional", state, step, 4, datetime.now())
    rows = progress.funnel(definition, [place], {"v": definition})
    assert [title for title, number in rows if number == 4][-1] == finished
    assert {number for _, number in rows} <= {4, 0}


def test_withdrawn_dossiers_do_not_count(people, sign_in, submitted):
    Dossier.objects.update(state=DossierState.WITHDRAWN, step="")
    response = sign_in(people.city_officer).get(URL)
    assert response.context["funnel"][0] == ["已提交", 0]
    assert response.context["longest"] == []


def test_county_sees_only_its_own_figures(people, sign_in, submitted):
    (own,) = sign_in(people.county_officer).get(URL).context["own"]
    assert (own.county.name, own.count, own.fewest) == ("海港区", 1, 10)
    response = sign_in(people.other_county_officer).get(URL)
    shown = text(response)
    assert response.context["funnel"][0] == ["已提交", 0]
    assert submitted.community.name not in shown and "海港区" not in shown
    assert "experts" not in response.context and "counties" not in response.context


def test_experts_and_totals_are_for_those_who_may_see_results(people, sign_in):
    (dossier,) = panels.make_scoring(people)
    panels.make_experts(people)
    panels.make_panel(people, dossier.campaign)
    panels.score(panels.cards_of(dossier)[0])
    response = sign_in(people.auditor).get(URL)
    assert (response.context["submitted"], response.context["assigned"]) == (1, 5)
    assert "评审专家0" in text(response) and "还没有排名" in text(response)
    shown = text(sign_in(people.county_officer).get(URL))
    assert "评审专家0" not in shown and "总分" not in shown


def test_bands_have_no_gaps():
    totals = [Decimal("70.9"), Decimal("80"), Decimal("84.99"), Decimal("100")]
    assert progress.bands_of(totals) == [
        (70, 1), (75, 0), (80, 2), (85, 0), (90, 0), (95, 0), (100, 1),
    ]  # fmt: skip
    assert progress.bands_of([]) == []


@pytest.mark.parametrize("number", [1, 30])
@pytest.mark.parametrize(("role", "queries"), [("city_officer", 22), ("county_officer", 21)])
def test_overview_costs_the_same_queries(
    people, sign_in, cost, submitted, copies, role, queries, number
):
    copies(submitted, number - 1)
    Dossier.objects.filter(pk=submitted.pk).update(
        waiting_since=submitted.waiting_since - timedelta(days=3)
    )
    sign_in(getattr(people, role))
    assert cost(URL) == queries

import pytest

from communities.services import record_fact
from scoring.enums import DecisionOutcome
from scoring.selectors.rankings import latest_ranking
from scoring.services.rankings import (
    compute_rows,
    confirm_ranking,
    decide,
    rankable_dossiers,
    store_ranking,
)
from tests.factories import panels
from tests.standing import standing


@pytest.fixture
def sign_in(client):
    """``sign_in(member)`` gives a client acting as that member."""

    def sign_in(member):
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@standing
def scored(people):
    """A campaign with two dossiers, both scored by five experts and ranked."""
    panels.make_experts(people, 5)
    dossiers = panels.make_scoring(people, 2)
    for dossier in dossiers:
        for metric, value in (("satisfaction_rate", 95), ("fee_collection_rate", 97)):
            record_fact(
                dossier.community, actor=people.city_officer, metric=metric, value=value,
                unit="%", period="2022 年度", source="调查",
            )  # fmt: skip
    campaign = dossiers[0].campaign
    panels.make_panel(people, campaign)
    for dossier in dossiers:
        for card in panels.cards_of(dossier):
            panels.score(card)
    store_ranking(campaign, compute_rows(rankable_dossiers(campaign)), actor=people.city_officer)
    return campaign


@standing
def decided(people, scored):
    """Both dossiers decided as winners."""
    ranking = confirm_ranking(latest_ranking(scored), actor=people.city_officer)
    choices = {
        str(row.dossier_id): (DecisionOutcome.WINNER, "经集体研究同意")
        for row in ranking.rows.all()
    }
    decide(ranking, actor=people.city_officer, choices=choices, opinion="同意确定为入选小区。")
    return scored

"""The second computation, one SQL statement, equals the engine to the last digit."""

from decimal import Decimal
from random import Random

import pytest

from communities.models import Fact
from reviews.models import Dossier
from scoring.engine import Candidate, StoredSheet, combine_raters, rank
from scoring.models import Assignment, Scorecard
from scoring.selectors.facts import facts_by_dossier
from scoring.selectors.rankings import submitted_sheets
from scoring.selectors.standings import standings
from scoring.services.rankings import Disagreement, compute_rows, rankable_dossiers, store_ranking
from tests.factories.dossiers import make_community, qinhuangdao
from tests.factories.panels import make_experts, make_panel, make_scoring
from tests.standing import standing

RULES = [
    {},
    {"method": "mean"},
    {"method": "median"},
    {"drop_high": 2, "drop_low": 1},
    {"rounding": "half_even", "decimals": 1},
    {"rounding": "up", "decimals": 1},
    {"rounding": "down", "decimals": 0},
    {"min_raters": 7},
]


@standing
def many(people):
    """60 dossiers with seven sheets each but a few, drawn so that many totals are equal."""
    first = make_scoring(people)[0]
    make_experts(people, 7)
    panel = make_panel(people, first.campaign, size=7)
    experts = [seat.expert_id for seat in panel.seats.order_by("position")]
    random = Random(11)
    codes = [section.code for section in first.version.definition.sections()]
    dossiers = [first]
    for number in range(59):
        community = make_community(people)
        copy = Dossier.objects.get(pk=first.pk)
        copy.pk, copy._state.adding = None, True
        copy.pk = Dossier._meta.pk.get_default()
        copy.community, copy.number = community, f"T{number:03d}"
        copy.track = random.choice(["professional", "self_managed"])
        copy.save(force_insert=True)
        dossiers.append(copy)
        if random.random() < 0.7:
            Fact.objects.create(
                community=community, metric="satisfaction_rate", unit="%", period="2023",
                value=random.choice(["91", "93.5", "95"]), source="调查",
                entered_by=people.evaluator,
            )  # fmt: skip
    Scorecard.objects.all().delete()
    Assignment.objects.all().delete()
    for number, dossier in enumerate(dossiers):
        for expert in experts[: 4 if number % 9 == 0 else 7]:
            assignment = Assignment.objects.create(
                dossier=dossier, expert_id=expert, state="submitted"
            )
            sections = {code: str(Decimal(random.randint(14, 18)) / 2) for code in codes}
            Scorecard.objects.create(
                assignment=assignment, revision=first.revision, version=first.version,
                total=sum(map(Decimal, sections.values())) // 3 + Decimal("60.05"),
                sections=sections, marked_items=36, due_items=36,
                submitted_at="2023-11-10T10:00+08:00",
            )  # fmt: skip
    return rankable_dossiers(first.campaign)


def by_engine(definition, dossiers):
    sheets, facts = submitted_sheets(dossiers), facts_by_dossier(dossiers)
    candidates = []
    for dossier in dossiers:
        stored = [
            StoredSheet(s["rater"], s["total"], {c: Decimal(p) for c, p in s["sections"].items()})
            for s in sheets.get(dossier.pk, [])
        ]
        panel = combine_raters(definition, stored)
        candidates.append(
            Candidate(
                str(dossier.pk), panel.total, panel.sections, dossier.track, facts[dossier.pk]
            )
        )
    return {row.key: (row.candidate.total, row.rank) for row in rank(definition, candidates)}


def test_sql_and_engine_give_the_same_totals_and_ranks(many):
    for changes in RULES:
        for ranked in ("together", "apart"):
            check(many, changes, ranked)


def check(many, changes, ranked):
    notice = qinhuangdao()
    definition = notice.model_copy(
        update={
            "combination": notice.combination.model_copy(update=changes),
            "outcome": notice.outcome.model_copy(update={"ranked": ranked}),
        }
    )
    expected = by_engine(definition, many)
    found = standings(many[0].campaign, definition)
    actual = {str(s.dossier_id): (s.total, s.rank) for s in found}
    assert actual == expected, (changes, ranked)
    if ranked == "together" and changes.get("min_raters", 5) == 5:
        totals = [total for total, place in expected.values() if place]
        assert len(set(totals)) < len(totals)  # equal totals are among them


def test_a_ranking_that_differs_from_the_second_computation_is_not_stored(many, people):
    rows = compute_rows(many)
    campaign = many[0].campaign
    assert store_ranking(campaign, rows, actor=people.city_officer).number == 1
    rows[0]["total"] += Decimal("0.01")
    with pytest.raises(Disagreement):
        store_ranking(campaign, rows, actor=people.city_officer)


def test_one_statement_whatever_the_number(many, django_assert_num_queries):
    campaign = many[0].campaign
    with django_assert_num_queries(1):
        assert len(standings(campaign, qinhuangdao())) == 60

"""The end of the demo's smaller campaigns computed a second time: weights, ranks in a population,
quotas. Shares no code with the engine: the YAML as plain dictionaries, fractions, plain counting.
"""

from __future__ import annotations

from fractions import Fraction

import yaml

from campaigns.definition import shipped_definitions
from communities.models import Community, Fact
from reviews.models import Dossier, ForwardedCase, ReceivedResult, SignOff
from scoring.models import Decision, Mark, Ranking
from tests.portal.naive_scores import cents, ranks, trimmed_mean

SHARES = {"A": Fraction(1), "B": Fraction(4, 5), "C": Fraction(3, 5), "D": Fraction(0)}


def facts_of(metric: str) -> dict:
    """community id → (county id, value)."""
    rows = Fact.objects.filter(metric=metric, is_current=True)
    return {c: (county, Fraction(v)) for c, county, v in rows.values_list(
        "community_id", "community__county_id", "value")}  # fmt: skip


def in_best_5_per_cent(community, metric: str, *, highest: bool, same_county: bool) -> bool:
    """Whether fewer than 5 % of the population (rounded up) are better."""
    facts = facts_of(metric)
    county, mine = facts[community]
    others = [value for place, value in facts.values() if place == county or not same_county]
    better = sum(value > mine if highest else value < mine for value in others)
    return better + 1 <= -(-len(others) * 5 // 100)


def gates_hold(dossier: Dossier, *, satisfaction_in_county: bool) -> bool:
    """The requirements that depend on numbers; every attestation of the demo is a yes."""
    community = dossier.community_id
    is_liked = in_best_5_per_cent(
        community, "satisfaction_rate", highest=True, same_county=satisfaction_in_county
    ) or in_best_5_per_cent(community, "complaint_rate", highest=False, same_county=False)
    return is_liked and facts_of("fee_collection_rate")[community][1] >= 95


def weighted_sections(sections: list[dict], marks: dict, facts: dict) -> list[Fraction]:
    """Points of every section of one sheet: weight × mean share, to the cent; bonus on top."""
    found = []
    for section in sections:
        if section["code"] == "B":
            earned = facts["red_list_count"] >= 3 and facts["complaint_count"] < 10
            found.append(Fraction(1 if earned else 0))
            continue
        shares = [
            Fraction(0 if marks[i["code"]]["present"] else 1)
            if i["kind"] == "negative"
            else SHARES[marks[i["code"]]["grade"]]
            for i in section["items"]
        ]
        found.append(cents(section["weight"] * sum(shares) / len(shares)))
    return found


def check_weighted(key: str, *, satisfaction_in_county: bool) -> set:
    """Totals, requirements, ranks and winners of a campaign by weight; ids of the winners."""
    sections = yaml.safe_load(shipped_definitions()[key].read_text())["rubric"]["sections"]
    measured = {m: facts_of(m) for m in ("red_list_count", "complaint_count")}
    rows = {row.dossier_id: row for row in Ranking.objects.get().rows.select_related("dossier")}
    totals, satisfied = {}, {}
    for pk, row in rows.items():
        facts = {m: known[row.dossier.community_id][1] for m, known in measured.items()}
        cards: dict = {}
        marks = Mark.objects.filter(scorecard__assignment__dossier=pk)
        for card, item, raw in marks.values_list("scorecard_id", "item", "raw"):
            cards.setdefault(card, {})[item] = raw
        assert len(cards) == 5
        sheets = [sum(weighted_sections(sections, one, facts)) for one in cards.values()]
        totals[pk] = trimmed_mean(sheets)
        satisfied[pk] = gates_hold(row.dossier, satisfaction_in_county=satisfaction_in_county)
    assert {pk: Fraction(row.total) for pk, row in rows.items()} == totals
    assert {pk: row.gates_passed for pk, row in rows.items()} == satisfied
    assert {pk: row.rank for pk, row in rows.items()} == ranks({k: (t,) for k, t in totals.items()})
    winners = {pk for pk in rows if satisfied[pk] and totals[pk] >= 80}
    assert winners == decided()
    return winners


def decided() -> set:
    return set(Decision.objects.filter(outcome="winner").values_list("dossier_id", flat=True))


def picked() -> dict[str, int]:
    """county → how many the county picked; only they came to the city."""
    rows = SignOff.objects.filter(step="county_selection", outcome="agree")
    ids = set(rows.values_list("dossier_id", flat=True))
    assert ids == set(Ranking.objects.get().rows.values_list("dossier_id", flat=True))
    found: dict[str, int] = {}
    for name in rows.values_list("dossier__community__county__name", flat=True):
        found[name] = found.get(name, 0) + 1
    return found


def check_houma() -> None:
    assert Dossier.objects.count() == 6
    winners = check_weighted("houma_2025", satisfaction_in_county=False)
    assert len(winners) == 4
    highlights = [
        r.content["form"]["highlight"] for d in Dossier.objects.all() for r in d.revisions.all()
    ]
    assert all(0 < len("".join(text.split())) <= 200 for text in highlights)
    for dossier in Dossier.objects.all():
        slots = set(dossier.evidence.values_list("slot", flat=True))
        assert {"material:photos", "case:results"} <= slots
    answers = ReceivedResult.objects.values_list("step", "answer")
    assert sorted(answers) == [
        ("linfen", "not_selected"), ("linfen", "selected"), ("linfen", "selected"),
        ("province", "not_selected"), ("province", "selected"),
    ]  # fmt: skip


def check_jiangmen() -> None:
    assert set(Dossier.objects.values_list("track", flat=True)) == {
        "party", "owners", "committee", "company",
    }  # fmt: skip
    assert len(check_weighted("jiangmen_2023", satisfaction_in_county=True)) == 5
    managed: dict[str, int] = {}
    for name in Community.objects.filter(managed_by__kind="property_company").values_list(
        "county__name", flat=True
    ):
        managed[name] = managed.get(name, 0) + 1
    assert managed == {"蓬江区": 27, "新会区": 26}
    for name, number in picked().items():
        assert number >= -(-managed[name] * 4 // 100) == 2


def check_fujian() -> None:
    assert not Mark.objects.exists()
    rows = Ranking.objects.get().rows.select_related("dossier")
    for row in rows:
        assert (row.total, row.rank) == (None, None)
        assert row.gates_passed == gates_hold(row.dossier, satisfaction_in_county=False)
    counts = picked()
    assert set(counts) == {"甲区", "乙县", "丙市"} and all(1 <= n <= 2 for n in counts.values())
    winners = decided()
    assert len(winners) == 4 <= 10
    assert winners <= {row.dossier_id for row in rows if row.gates_passed}
    cases = ForwardedCase.objects.filter(withdrawn_at=None)
    by_office = sorted(cases.values_list("organisation__kind", "organisation__name"))
    assert [kind for kind, _ in by_office] == ["city_bureau", *["county_bureau"] * 3]
    assert len(set(by_office)) == 4
    up = cases.get(organisation__kind="city_bureau")
    assert up.dossier_id in cases.exclude(pk=up.pk).values_list("dossier_id", flat=True)

"""Requirements of the Qinhuangdao notice: pass, fail, unknown, not applicable."""

from datetime import date
from decimal import Decimal

import pytest

from campaigns.definition import load_definition, shipped_definitions
from campaigns.definition.requirements import AnyOf, Attested, RankGate, Requirement
from scoring.engine import evaluate_gates

D = Decimal


@pytest.fixture(scope="module")
def notice():
    return load_definition(shipped_definitions()["qinhuangdao_2023"])


FACTS = {
    "satisfaction_rate": {"value": "93.5", "source": "第三方评价"},
    "fee_collection_rate": D("96"),
    "credit_grade": "A",
    "penalties": "无",
}


def attestations(notice, track="professional", **changes):
    keys = {key: True for key, _, _ in notice.attestable("county", track)}
    return keys | {key.replace("_", "."): ok for key, ok in changes.items()}


def by_code(result):
    return {gate.code: gate for gate in result.results}


def test_all_fulfilled_passes(notice):
    result = evaluate_gates(notice, "professional", FACTS, attestations(notice))
    assert result.passed
    assert [gate.status for gate in result.results] == ["pass"] * 10
    seven = by_code(result)["R7"]
    assert (seven.value, seven.threshold, seven.source) == ("93.5%", "不低于 90%", "第三方评价")
    assert seven.text == "实测 93.5%，要求不低于 90%：符合。"


@pytest.mark.parametrize(
    ("facts", "code", "status"),
    [
        ({"satisfaction_rate": "90"}, "R7", "pass"),
        ({"satisfaction_rate": "89.99"}, "R7", "fail"),
        ({"satisfaction_rate": None}, "R7", "unknown"),
        ({"satisfaction_rate": "很高"}, "R7", "unknown"),
        ({"fee_collection_rate": "95"}, "R6", "pass"),
        ({"fee_collection_rate": "94.9"}, "R6", "fail"),
        ({"fee_collection_rate": None}, "R6", "unknown"),
        ({"credit_grade": "B"}, "R4", "pass"),
        ({"credit_grade": "C"}, "R4", "fail"),
        ({"credit_grade": ""}, "R4", "unknown"),
        ({"credit_grade": "Z"}, "R4", "unknown"),
        ({"penalties": date(2022, 10, 30)}, "R4", "pass"),
        ({"penalties": date(2022, 10, 31)}, "R4", "fail"),
        ({"penalties": ["2021-05-01", "2023-06-01"]}, "R4", "fail"),
        ({"penalties": "2021-05-01"}, "R4", "pass"),
        ({"penalties": []}, "R4", "pass"),
        ({"penalties": None}, "R4", "unknown"),
    ],
)
def test_fact_decides_its_gate_and_unknown_never_passes(notice, facts, code, status):
    result = evaluate_gates(notice, "professional", FACTS | facts, attestations(notice))
    assert by_code(result)[code].status == status
    assert result.passed is (status == "pass")


@pytest.mark.parametrize(("given", "status"), [(True, "pass"), (False, "fail"), (None, "unknown")])
@pytest.mark.parametrize("wrapped", [False, True])
def test_attestation_decides_its_gate(notice, given, status, wrapped):
    value = {"ok": given, "source": "海港区住建局", "note": "见记录"} if wrapped else given
    result = evaluate_gates(notice, "professional", FACTS, attestations(notice, R5=value))
    five = by_code(result)["R5"]
    assert five.status == status
    assert five.source == ("海港区住建局" if wrapped else "县区住建局")
    assert [gate.code for gate in result.bars_award] == ([] if status == "pass" else ["R5"])


def test_missing_attestation_inside_a_composite_is_unknown(notice):
    given = attestations(notice)
    del given["R4.system"]
    four = by_code(evaluate_gates(notice, "professional", FACTS, given))["R4"]
    assert four.status == "unknown"
    assert "企业、项目数据在省系统中详实" in four.text
    assert {part.code: part.status for part in four.parts}["R4.system"] == "unknown"


def test_award_condition_bars_like_a_requirement(notice):
    result = evaluate_gates(notice, "professional", FACTS, attestations(notice, C3=False))
    assert [gate.code for gate in result.bars_award] == ["C3"]


def test_company_gates_do_not_bar_self_managed_estates(notice):
    facts = {"satisfaction_rate": 95}
    result = evaluate_gates(notice, "self_managed", facts, attestations(notice, "self_managed"))
    assert result.passed
    parts = {part.code: part.status for part in by_code(result)["R4"].parts}
    assert parts == {
        "R4.service": "not_applicable",
        "R4.system": "not_applicable",
        "R4.credit": "not_applicable",
        "R4.penalty": "not_applicable",
        "R4.revenue": "pass",
    }


def with_gate(notice, gate, consequence="bars_award"):
    requirement = Requirement(code="X", title="某要求", gate=gate, consequence=consequence)
    outcome = notice.outcome.model_copy(update={"conditions": ()})
    return notice.model_copy(update={"requirements": (requirement,), "outcome": outcome})


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        (True, None, "pass"),
        (False, True, "pass"),
        (False, None, "unknown"),
        (False, False, "fail"),
    ],
)
def test_any_of(notice, first, second, status):
    gates = [Attested(kind="attested", code=code, by="county") for code in ("X.1", "X.2")]
    definition = with_gate(notice, AnyOf(kind="any_of", gates=gates))
    result = evaluate_gates(definition, "professional", {}, {"X.1": first, "X.2": second})
    assert result.results[0].status == status


def test_warning_does_not_bar(notice):
    gate = Attested(kind="attested", by="county")
    result = evaluate_gates(with_gate(notice, gate, "warns"), "professional", {}, {"X": False})
    assert result.passed
    assert [gate.code for gate in result.warnings] == ["X"]


@pytest.mark.parametrize(
    ("place", "population", "status"),
    [(5, 100, "pass"), (6, 100, "fail"), (6, 101, "pass"), (1, 10, "pass"), (None, 10, "unknown")],
)
def test_rank_in_a_population_rounds_up(notice, place, population, status):
    gate = RankGate(kind="rank", metric="satisfaction_rate", population="county", share="0.05")
    facts = {"satisfaction_rate@county": {"value": 95, "place": place, "population": population}}
    result = evaluate_gates(with_gate(notice, gate), "professional", facts, {})
    assert result.results[0].status == status


def test_results_can_be_stored(notice):
    import json

    result = evaluate_gates(notice, "professional", FACTS, attestations(notice))
    stored = json.loads(json.dumps(result.as_json(), ensure_ascii=False))
    assert stored[3]["parts"][2]["title"] == "信用等级 B 级以上"

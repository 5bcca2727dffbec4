"""Every fact of the Fujian 2024 notice, read back from the shipped definition."""

from datetime import date
from decimal import Decimal

import pytest

from campaigns.definition import leaves, load_definition, shipped_definitions

D = Decimal


@pytest.fixture(scope="module")
def notice():
    return load_definition(shipped_definitions()["fujian_2024"])


def test_thirteen_requirements_and_no_invented_rubric(notice):
    assert [r.code for r in notice.requirements] == [f"R{n}" for n in range(1, 14)]
    numerals = "一二三四五六七八九十"
    places = [*numerals, "十一", "十二", "十三"]
    assert [r.source for r in notice.requirements] == [f"三（{place}）" for place in places]
    assert notice.rubric.sections == () and notice.rubric.is_unstated("sections")
    assert not notice.is_scored and notice.combination.sources == ()
    assert notice.outcome.pass_mark is None and notice.outcome.winners.type == "chosen"
    assert not notice.steps_of_type("scoring")
    flagged = [path for path, _, _ in notice.unstated()]
    assert not [path for path in flagged if path.startswith("combination")]
    assert "rubric.mark_step" not in flagged


def test_thresholds(notice):
    gates = {gate.code: gate for r in notice.requirements for gate in leaves(r) if gate.code}
    for code, metric, best in (
        ("R2.satisfaction", "satisfaction_rate", "highest"),
        ("R2.complaints", "complaint_rate", "lowest"),
    ):
        gate = gates[code]
        assert (gate.metric, gate.best, gate.share) == (metric, best, D("0.05"))
        assert gate.population == "city" and not gate.is_unstated("population")
    assert notice.requirement("R2").gate.gates[0].kind == "any_of"
    assert (gates["R11.rate"].op, gates["R11.rate"].threshold) == (">=", 95)
    penalty = gates["R7.penalty"]
    assert (penalty.since, penalty.until) == (date(2023, 9, 24), date(2024, 9, 23))
    assert [code for code in gates if code.startswith("R12.")] == [
        "R12.model", "R12.account", "R12.quarterly", "R12.use",
    ]  # fmt: skip
    assert "每季度" in gates["R12.quarterly"].title and "每月" in gates["R10.monthly"].title


def test_quotas(notice):
    found = {
        (q.object, q.scope.level, q.step): (q.rule.type, q.rule.bounds()) for q in notice.quotas
    }
    assert found == {
        ("winners", "county", "county_selection"): ("range", (1, 2)),
        ("winners", "city", ""): ("max", (None, 10)),
        ("cases", "county", ""): ("exact", (1, 1)),
        ("cases", "city", ""): ("exact", (1, 1)),
    }
    assert all(quota.is_unstated("enforcement") for quota in notice.quotas)


@pytest.mark.parametrize(
    ("code", "opens", "due", "owner"),
    [
        ("plan", None, date(2024, 8, 15), "county"),
        ("implement", date(2024, 8, 1), date(2024, 9, 30), "county"),
        ("report", None, date(2024, 9, 23), "county"),
        ("province_list", None, date(2024, 11, 30), "province"),
    ],
)
def test_dates(notice, code, opens, due, owner):
    deadline = notice.deadline(code)
    assert (deadline.opens, deadline.due, deadline.owner_level) == (opens, due, owner)


def test_five_levels_the_last_two_outside(notice):
    assert [level.code for level in notice.levels] == [
        "street", "county", "city", "province", "ministry",
    ]  # fmt: skip
    assert [level.code for level in notice.levels if level.outside] == ["province", "ministry"]
    assert [step.type for step in notice.route] == [
        "sign_off", "selection", "decision", "public_notice", "announcement", "result_received",
        "result_received",
    ]  # fmt: skip


def test_truth_is_promised_and_falsehood_has_consequences(notice):
    pledge = notice.form.pledge
    assert "取消参加资格" in pledge.text and "通报批评" in pledge.text
    assert pledge.source == "五（二）" and not pledge.is_unstated("text")


def test_county_obligations(notice):
    assert [(o.code, o.deadline) for o in notice.obligations] == [
        ("plan", "plan"), ("work_report", "report"), ("case", "report"),
    ]  # fmt: skip
    assert notice.obligation("work_report").outline == (
        "活动开展情况", "主要做法成效", "存在问题", "建议",
    )  # fmt: skip


def test_issuer_is_not_named_and_annexes_are_missing(notice):
    assert notice.is_unstated("authorities") and notice.is_unstated("disclosure")
    notes = {note.code: note.title for note in notice.notes}
    assert list(notes) == list("abcdefg")
    assert notes["a"] == "选树参考标准缺失" and notes["f"] == "附件2 缺失"
    assert all(note.where and note.source for note in notice.notes)


def test_every_fact_names_its_place_in_the_notice(notice):
    parts = [
        *notice.levels, *notice.tracks, *notice.calendar, *notice.form.fields,
        *notice.case_sections(), *notice.requirements, *notice.quotas, *notice.obligations,
    ]  # fmt: skip
    assert [part.code for part in parts if not part.source] == []
    assert [step.code for step in notice.route if not step.source] == ["public_notice"]

"""Every fact and sum of the Jiangmen 2023 notice, read back from the shipped definition."""

from datetime import date
from decimal import Decimal

import pytest

from campaigns.definition import leaves, load_definition, shipped_definitions
from scoring.engine import score_sheet

D = Decimal


@pytest.fixture(scope="module")
def notice():
    return load_definition(shipped_definitions()["jiangmen_2023"])


WEIGHTS = {"1": (6, 20), "2": (4, 20), "3": (8, 40), "4": (7, 20)}
SHARES = {"1": D("3.3333"), "2": D(5), "3": D(5), "4": D("2.8571")}


def test_head(notice):
    assert notice.authorities == ("江门市住房和城乡建设局",)
    assert notice.disclosure == "on_request"
    assert "江建房函〔2023〕14号" in notice.source and "2023年5月18日" in notice.source
    assert "书面表扬" in notice.note


def test_four_weighted_sections_without_bonus(notice):
    assert {s.code: (len(s.items), s.weight) for s in notice.rubric.sections} == WEIGHTS
    assert sum(weight for _, weight in WEIGHTS.values()) == notice.rubric.total == 100
    assert len(notice.items()) == 25
    assert {item.kind for item in notice.items()} == {"graded"}


def test_items_share_the_weight_equally_and_say_that_it_is_a_default(notice):
    for section in notice.rubric.sections:
        assert {item.points for item in section.items} == {SHARES[section.code]}
        assert all(item.is_unstated("points") for item in section.items)
        assert all(item.is_unstated("grades") for item in section.items)


def test_full_marks_give_exactly_one_hundred_in_every_track(notice):
    marks = {item.code: item.full_mark() for item in notice.items()}
    for track in notice.tracks:
        sheet = score_sheet(notice, track.code, marks)
        assert sheet.section_points == {"1": 20, "2": 20, "3": 40, "4": 20}
        assert sheet.total == 100


def test_four_kinds_of_applicant(notice):
    assert {track.code: track.applicant_kinds for track in notice.tracks} == {
        "party": ("party_branch",),
        "owners": ("owners_committee",),
        "committee": ("management_committee",),
        "company": ("property_company",),
    }
    assert notice.outcome.ranked == "together" and notice.outcome.is_unstated("ranked")


@pytest.mark.parametrize(
    ("code", "opens", "due", "owner"),
    [
        ("mobilise", None, date(2023, 5, 31), "county"),
        ("cultivate", date(2023, 5, 1), date(2023, 8, 31), "county"),
        ("application", date(2023, 9, 1), date(2023, 10, 31), "city"),
        ("county_list", None, date(2023, 9, 30), "county"),
        ("work_report", None, date(2023, 10, 15), "county"),
        ("city_list", date(2023, 10, 1), date(2023, 12, 31), "city"),
    ],
)
def test_dates(notice, code, opens, due, owner):
    deadline = notice.deadline(code)
    assert (deadline.opens, deadline.due, deadline.owner_level) == (opens, due, owner)


@pytest.mark.parametrize(
    ("managed", "fewest"), [(0, 0), (1, 1), (25, 1), (26, 2), (50, 2), (51, 3)]
)
def test_county_winners_are_at_least_four_per_cent_rounded_up(notice, managed, fewest):
    (quota,) = notice.quotas
    assert (quota.object, quota.scope.level, quota.step) == (
        "winners",
        "county",
        "county_selection",
    )
    assert (quota.rule.type, quota.rule.value) == ("percentage", 4)
    assert quota.rule.bounds(D(managed)) == (fewest, None)
    assert quota.rule.is_unstated("rounding") and quota.rule.is_unstated("base")


def test_nine_requirements_with_their_scopes(notice):
    assert [r.code for r in notice.requirements] == [f"R{n}" for n in range(1, 10)]
    satisfaction, complaints = leaves(notice.requirement("R1"))
    assert notice.requirement("R1").gate.kind == "any_of"
    assert (satisfaction.metric, satisfaction.best, satisfaction.population) == (
        "satisfaction_rate", "highest", "county",
    )  # fmt: skip
    assert (complaints.metric, complaints.best, complaints.population) == (
        "complaint_rate", "lowest", "city",
    )  # fmt: skip
    assert satisfaction.share == complaints.share == D("0.05")
    gates = {gate.code: gate for r in notice.requirements for gate in leaves(r) if gate.code}
    assert (gates["R8.rate"].op, gates["R8.rate"].threshold) == (">=", 95)
    penalty = gates["R6.penalty"]
    assert (penalty.since, penalty.until) == (date(2022, 10, 1), date(2023, 9, 30))
    assert "一件实事" in notice.requirement("R9").title


def test_winners_of_the_counties_enter_the_city(notice):
    assert [(step.type, step.level) for step in notice.route] == [
        ("sign_off", "county"), ("selection", "county"), ("scoring", "expert"),
        ("decision", "city"), ("public_notice", "city"), ("announcement", "city"),
    ]  # fmt: skip


def test_county_obligations(notice):
    assert [(o.code, o.deadline) for o in notice.obligations] == [
        ("plan", "mobilise"), ("county_list", "county_list"), ("work_report", "work_report"),
    ]  # fmt: skip


def test_contradictions_are_noted_where_they_bite(notice):
    assert [note.code for note in notice.notes] == list("abcdefghijk")
    assert all(note.where and note.source for note in notice.notes)
    bites = {code for note in notice.notes for code in note.where}
    assert {"R1", "3.1", "1.6", "R9", "county_winners", "county_list"} <= bites


def test_every_fact_names_its_place_in_the_notice(notice):
    parts = [
        *notice.levels, *notice.tracks, *notice.calendar, *notice.form.fields,
        *notice.form.materials, *notice.requirements, *notice.rubric.sections, *notice.items(),
        *notice.quotas, *notice.obligations,
    ]  # fmt: skip
    assert [part.code for part in parts if not part.source] == []
    assert [step.code for step in notice.route if not step.source] == ["public_notice"]

"""Every fact and sum of the Houma 2025 notice, read back from the shipped definition."""

from datetime import date
from decimal import Decimal

import pytest

from campaigns.definition import leaves, load_definition, shipped_definitions
from scoring.engine import score_sheet

D = Decimal


@pytest.fixture(scope="module")
def notice():
    return load_definition(shipped_definitions()["houma_2025"])


WEIGHTS = {"1": (5, 20), "2": (4, 15), "3": (14, 42), "4": (7, 14), "5": (7, 9), "B": (1, 1)}
SHARES = {"1": D(4), "2": D("3.75"), "3": D(3), "4": D(2), "5": D("1.2857"), "B": D(1)}


def test_head(notice):
    assert notice.authorities == ("侯马市住房和城乡建设管理局", "中共侯马市委社会工作部")
    assert notice.disclosure == "on_request" and not notice.is_unstated("disclosure")
    assert "侯住建函〔2025〕70号" in notice.source and "2025年7月28日" in notice.source
    assert (notice.evidence_window.since, notice.evidence_window.until) == (
        date(2025, 1, 1),
        date(2025, 12, 31),
    )


def test_five_weighted_sections_and_a_bonus(notice):
    found = {s.code: (len(s.items), s.weight) for s in notice.rubric.sections}
    assert found == WEIGHTS
    assert sum(weight for code, (_, weight) in WEIGHTS.items() if code != "B") == 100
    assert notice.rubric.total == 100
    assert len([item for item in notice.items() if not item.is_bonus]) == 37


def test_items_share_the_weight_equally_and_say_that_it_is_a_default(notice):
    for section in notice.rubric.sections:
        for item in section.items:
            assert item.points == SHARES[section.code]
            assert item.is_unstated("points") is (section.code != "B")
            if item.kind == "graded":
                assert item.is_unstated("grades")


def test_one_negative_item(notice):
    assert [item.code for item in notice.items() if item.kind == "negative"] == ["3.8"]
    assert notice.item("3.8").is_unstated("kind")
    assert {item.kind for item in notice.items() if item.code != "3.8"} == {"graded", "bonus"}


def full(notice):
    return {i.code: i.full_mark() for i in notice.items() if not i.is_measured}


@pytest.mark.parametrize(
    ("red", "complaints", "total"),
    [(3, 9, 101), (4, 0, 101), (2, 0, 100), (3, 10, 100), (None, 0, 100), (3, None, 100)],
)
def test_bonus_needs_both_conditions_and_may_lift_the_total_to_101(notice, red, complaints, total):
    facts = {"red_list_count": red, "complaint_count": complaints}
    assert score_sheet(notice, "company", full(notice), facts).total == total
    assert notice.rubric.cap is None and notice.rubric.is_unstated("cap")


def test_cap_is_a_parameter(notice):
    capped = notice.model_copy(update={"rubric": notice.rubric.model_copy(update={"cap": D(100)})})
    facts = {"red_list_count": 3, "complaint_count": 0}
    assert score_sheet(capped, "company", full(notice), facts).total == 100


@pytest.mark.parametrize(
    ("section", "marks", "points"),
    [
        ("1", "BBBBB", "16"), ("2", "AAAD", "11.25"), ("5", "AAAAAAA", "9"),
        ("5", "AAAAAAB", "8.74"), ("5", "ADDDDDD", "1.29"), ("5", "CCCCCCC", "5.4"),
    ],
)  # fmt: skip
def test_section_is_scored_from_its_weight_and_not_from_rounded_shares(
    notice, section, marks, points
):
    given = full(notice) | {f"{section}.{n}": {"grade": grade} for n, grade in enumerate(marks, 1)}
    sheet = score_sheet(notice, "company", given, {})
    assert sheet.section_points[section] == D(points)


def test_present_fault_takes_the_points_of_its_item(notice):
    sheet = score_sheet(notice, "company", full(notice) | {"3.8": {"present": True}}, {})
    assert sheet.section_points["3"] == 39 and sheet.total == 97


@pytest.mark.parametrize(
    ("code", "opens", "due", "owner"),
    [
        ("implement", date(2025, 7, 1), date(2025, 10, 31), "county"),
        ("materials", None, date(2025, 8, 20), "applicant"),
        ("review", None, date(2025, 10, 10), "linfen"),
        ("summary", None, date(2025, 10, 31), "city"),
    ],
)
def test_dates(notice, code, opens, due, owner):
    deadline = notice.deadline(code)
    assert (deadline.opens, deadline.due, deadline.owner_level) == (opens, due, owner)


def test_highlight_has_200_characters_and_pictures_are_required(notice):
    highlight = notice.field("highlight")
    assert highlight.max_chars == 200 and not highlight.is_unstated("max_chars")
    photos = notice.material("photos")
    assert photos.required and photos.kinds == ("image",) and photos.min_count >= 1
    assert photos.is_unstated("min_count")


def test_case_report_has_six_headings_and_an_older_window_for_the_media(notice):
    assert [section.code for section in notice.case_sections()] == [
        "basics", "activities", "results", "principles", "good_deed", "media",
    ]  # fmt: skip
    since = {section.code: section.since for section in notice.case_sections()}
    assert since["activities"] == since["results"] == date(2025, 1, 1)
    assert since["media"] == date(2023, 1, 1)
    assert len(notice.case_section("principles").parts) == 8


def test_eight_requirements_and_their_thresholds(notice):
    assert [r.code for r in notice.requirements] == [f"R{n}" for n in range(1, 9)]
    gates = {gate.code: gate for r in notice.requirements for gate in leaves(r) if gate.code}
    for code, metric, best in (
        ("R1.satisfaction", "satisfaction_rate", "highest"),
        ("R1.complaints", "complaint_rate", "lowest"),
    ):
        gate = gates[code]
        assert (gate.metric, gate.best, gate.share) == (metric, best, D("0.05"))
        assert gate.population == "city" and gate.is_unstated("population")
        assert gate.measure == "rate" and not gate.is_unstated("measure")
        assert gate.is_unstated("rounding") and gate.is_unstated("min_population")
    assert [part.kind for part in notice.requirement("R1").gate.gates] == ["any_of", "attested"]
    assert (gates["R8.rate"].op, gates["R8.rate"].threshold) == (">=", 95)
    penalty = gates["R6.penalty"]
    assert (penalty.since, penalty.until) == (date(2024, 8, 21), date(2025, 8, 20))
    assert penalty.is_unstated("since")


def test_ladder_goes_on_outside_the_system(notice):
    assert [(level.code, level.outside) for level in notice.levels] == [
        ("county", False), ("city", False), ("linfen", True), ("province", True),
    ]  # fmt: skip
    assert [(step.type, step.level) for step in notice.route] == [
        ("sign_off", "county"), ("scoring", "expert"), ("decision", "city"),
        ("public_notice", "city"), ("announcement", "city"), ("result_received", "linfen"),
        ("result_received", "province"),
    ]  # fmt: skip


def test_no_quota_and_one_report(notice):
    assert notice.quotas == ()
    assert [(o.code, o.owner_level, o.to) for o in notice.obligations] == [
        ("summary", "city", "临汾市住建局")
    ]
    assert len(notice.obligations[0].outline) == 4


def test_contradictions_are_noted_where_they_bite(notice):
    assert [note.code for note in notice.notes] == list("abcdefghijkl")
    assert all(note.where and note.source for note in notice.notes)
    bites = {code for note in notice.notes for code in note.where}
    assert {"R1", "3.1", "3.2", "3.3", "3.8", "B.1", "rubric.cap", "linfen", "media"} <= bites


def test_every_fact_names_its_place_in_the_notice(notice):
    parts = [
        *notice.levels, *notice.tracks, *notice.calendar, *notice.form.fields,
        *notice.form.materials, *notice.case_sections(), *notice.requirements,
        *notice.rubric.sections, *notice.items(), *notice.route, *notice.obligations,
    ]  # fmt: skip
    assert [part.code for part in parts if not part.source] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("combination.method", "trimmed_mean"), ("combination.min_raters", 5),
        ("outcome.pass_mark", 80), ("outcome.winners.type", "all_passing"),
        ("publication.notice_days", 5), ("rubric.sections[5].items[5.7].points", D("1.2857")),
    ],
)  # fmt: skip
def test_what_the_notice_does_not_say_is_flagged(notice, path, value):
    flagged = {place: (found, note) for place, found, note in notice.unstated()}
    assert flagged[path][0] == value and flagged[path][1]


def test_what_the_notice_says_is_not_flagged(notice):
    flagged = {place for place, _, _ in notice.unstated()}
    assert "form.fields[highlight].max_chars" not in flagged
    assert "calendar[materials].due" not in flagged
    assert not any(place.endswith((".weight", ".threshold", ".share")) for place in flagged)

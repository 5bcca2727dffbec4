"""The whole engine against a second, naive computation that shares no code with it."""

from fractions import Fraction

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.definition import load_definition, shipped_definitions
from scoring.engine import Candidate, combine_raters, rank, score_sheet

PATH = shipped_definitions()["qinhuangdao_2023"]
NOTICE = load_definition(PATH)
PLAIN = yaml.safe_load(PATH.read_text(encoding="utf-8"))


def half_up(value, places=2):
    scaled = value * 10**places
    return Fraction((2 * scaled + 1).__floor__() // 2, 10**places)


def naive_item(item, mark):
    points = Fraction(str(item["points"]))
    if item["kind"] == "judged":
        return Fraction(mark["points"])
    if item["kind"] == "all_or_nothing":
        return points if mark["met"] else Fraction(0)
    if item["kind"] == "per_defect":
        return max(points - Fraction(str(item["deduction"])) * mark["defects"], Fraction(0))
    lost = [c["points"] for c in item["components"] if c["title"] not in mark["present"]]
    return points - sum(lost)


def naive_sheet(track, marks):
    sections = {}
    for section in PLAIN["rubric"]["sections"]:
        items = [i for i in section["items"] if track not in i.get("not_applicable_in", [])]
        earned = sum(naive_item(item, marks[item["code"]]) for item in items)
        full = sum(item["points"] for item in section["items"])
        sections[section["code"]] = half_up(earned * full / sum(item["points"] for item in items))
    return sum(sections.values()), sections


def naive_panel(sheets):
    ordered = sorted(sheets, key=lambda sheet: (sheet[1], sheet[0]))[1:-1]
    total = half_up(sum(sheet[1] for sheet in ordered) / Fraction(len(ordered)))
    return total, {
        code: half_up(sum(sheet[2][code] for sheet in ordered) / Fraction(len(ordered)))
        for code in ordered[0][2]
    }


def naive_ranks(entries):
    def strength(entry):
        total, sections, satisfaction = entry
        return (total, satisfaction, sections["7"], sections["6"])

    return [1 + sum(strength(other) > strength(entry) for other in entries) for entry in entries]


@st.composite
def marks_for(draw, track):
    marks = {}
    for item in NOTICE.items(track):
        points = int(item.points)
        if item.kind == "judged":
            marks[item.code] = {"points": str(draw(st.integers(0, 2 * points)) / 2)}
        elif item.kind == "all_or_nothing":
            marks[item.code] = {"met": draw(st.booleans())}
        elif item.kind == "per_defect":
            marks[item.code] = {"defects": draw(st.integers(0, 2 * points + 3))}
        else:
            titles = [part.title for part in item.components]
            marks[item.code] = {"present": draw(st.lists(st.sampled_from(titles), unique=True))}
    return marks


@st.composite
def entrants(draw):
    """A few dossiers, so that equal totals happen: sheets are drawn from a small pool."""
    entries = []
    for n in range(draw(st.integers(2, 4))):
        track = draw(st.sampled_from(["professional", "self_managed"]))
        pool = [draw(marks_for(track)) for _ in range(2)]
        sheets = [pool[draw(st.integers(0, 1))] for _ in range(draw(st.integers(5, 7)))]
        entries.append((f"d{n}", track, sheets, draw(st.integers(88, 90))))
    if draw(st.booleans()):
        _, track, sheets, _ = entries[0]
        entries.append(("twin", track, sheets, draw(st.integers(88, 90))))
    return entries


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(entrants())
def test_totals_sections_and_ranks_agree_with_the_naive_twin(entries):
    candidates, naive = [], []
    for key, track, all_marks, satisfaction in entries:
        stored, plain = [], []
        for n, raw in enumerate(all_marks):
            marks = {code: NOTICE.parse_mark(code, mark) for code, mark in raw.items()}
            sheet = score_sheet(NOTICE, track, marks)
            total, sections = naive_sheet(track, raw)
            assert sheet.complete
            assert Fraction(sheet.total) == total
            assert {c: Fraction(p) for c, p in sheet.section_points.items()} == sections
            stored.append(sheet.stored(f"e{n}"))
            plain.append((f"e{n}", total, sections))
        panel = combine_raters(NOTICE, stored)
        total, sections = naive_panel(plain)
        assert Fraction(panel.total) == total
        assert {c: Fraction(p) for c, p in panel.sections.items()} == sections
        facts = {"satisfaction_rate": satisfaction}
        candidates.append(Candidate(key, panel.total, panel.sections, track, facts, True))
        naive.append((total, sections, satisfaction))
    rows = {row.key: row for row in rank(NOTICE, candidates)}
    expected = naive_ranks(naive)
    assert [rows[entry[0]].rank for entry in entries] == expected
    for entry, place in zip(entries, expected, strict=True):
        assert rows[entry[0]].tied is (expected.count(place) > 1)


@pytest.mark.parametrize("places", [0, 1, 2])
def test_naive_rounding_is_half_up(places):
    assert half_up(Fraction(1, 2) / 10**places, places) == Fraction(1, 10**places)

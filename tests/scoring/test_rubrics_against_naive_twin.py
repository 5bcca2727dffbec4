"""Drawn definitions with every scoring rule against a second computation in plain fractions.

The twin below reads the same plain data as the definition is built from, shares no code with the
engine and takes the shortest way that is obviously right."""

from fractions import Fraction as F

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from campaigns.definition import read_definition
from scoring.engine import as_fact
from scoring.simulation import Entrant, Sheet, simulate

ACROSS = ["weighted", "added", "last", "lowest"]
RULES = ["rescale_section", "rescale_total", "full_marks", "mean_of_others", "no_points"]
SOURCES = ["p", "q"]


# ---- drawing a definition, entrants and marks as plain data --------------------------------------


@st.composite
def items(draw, number, across):
    """A section's items; the code says section and place."""
    found = []
    for n in range(draw(st.integers(1, 3))):
        kind = draw(
            st.sampled_from(
                ["judged", "all_or_nothing", "per_defect", "tally", "metric", "penalty"]
            )
        )
        item = {
            "kind": kind,
            "code": f"{number}.{n}",
            "title": "项",
            "points": draw(st.integers(1, 6)),
        }
        if kind in ("per_defect", "penalty"):
            item["deduction"] = draw(st.sampled_from(["0.5", "1", "1.5"]))
        if kind == "tally":
            item["base"] = draw(st.integers(0, item["points"]))
            item["parts"] = [
                {"code": "up", "title": "加", "each": "0.5", "at_most": 2},
                {"code": "down", "title": "减", "each": -1},
            ]
        if kind == "metric":
            item |= {"metric": "rate", "rule": "per_short", "target": 95, "deduction": "0.5"}
        if draw(st.integers(0, 3)) == 0:
            item["family"] = "f"
        if draw(st.integers(0, 3)) == 0 and kind != "penalty":
            item["none_below"] = 1
        if draw(st.integers(0, 2)) == 0:
            item["not_applicable_when"] = [{"fact": "lifts", "title": "电梯", "at_most": 0}]
            item["not_applicable_rule"] = draw(st.sampled_from(RULES))
        if draw(st.integers(0, 4)) == 0 and kind in ("judged", "all_or_nothing"):
            item |= {"veto": "事故", "veto_when": draw(st.sampled_from(["ticked", "no_points"]))}
            item["veto_needs"] = draw(st.sampled_from(["one", "majority"]))
        if across == "added":
            item["marked_by"] = [draw(st.sampled_from(SOURCES))]
        found.append(item)
    return found


@st.composite
def notices(draw):
    across = draw(st.sampled_from(ACROSS))
    sections = []
    for number in range(draw(st.integers(1, 3))):
        section = {"code": str(number), "title": "类", "points": 10}
        section["items"] = draw(items(number, across))
        if draw(st.integers(0, 2)) == 0:
            section["cap"] = draw(st.integers(2, 6))
        if draw(st.integers(0, 3)) == 0:
            section["floor"] = 1
        sections.append(section)
    if across == "added":  # both sources need something to mark
        sections[0]["items"][0]["marked_by"] = ["p"]
        extra = {"kind": "judged", "code": "9.9", "title": "项", "points": 4, "marked_by": ["q"]}
        sections[-1]["items"].append(extra)
    rubric = {"sections": sections, "families": [{"code": "f", "title": "族", "at_most": 2}]}
    rubric["mark_step"] = "0.5"
    if draw(st.booleans()):
        rubric["cap"] = draw(st.integers(5, 12))
    if draw(st.integers(0, 3)) == 0:
        rubric["floor"] = 2
    weight = draw(st.sampled_from([30, 50, 70]))
    combination = {
        "across": across,
        "sources": [
            {"code": "p", "title": "组", "level": "city", "weight": weight},
            {"code": "q", "title": "街", "level": "city", "weight": 100 - weight,
             "method": draw(st.sampled_from(["mean", "median"])), "min_raters": 1,
             "optional": draw(st.booleans())},
        ],
        "method": draw(st.sampled_from(["mean", "median", "trimmed_mean"])),
        "drop_high": 1, "drop_low": 1, "min_raters": 3,
        "decimals": draw(st.sampled_from([1, 2])),
    }  # fmt: skip
    tables = [
        {"code": "big", "title": "大", "when": [{"fact": "homes", "title": "户", "at_least": 500}],
         "bands": [{"code": "a", "title": "甲", "at_least": 8}], "needs_gates": False},
        {"code": "all", "title": "全", "needs_gates": True,
         "bands": [{"code": "a", "title": "甲", "at_least": 9, "up_to_rank": 2},
                   {"code": "b", "title": "乙", "at_least": 5}]},
    ]  # fmt: skip
    return {
        "key": "t", "title": "试", "year": 2024, "authorities": ["局"], "disclosure": "public",
        "levels": [{"code": "city", "title": "市", "body": "局"}],
        "tracks": [{"code": "a", "title": "甲类", "applicant_kinds": ["property_company"]}],
        "form": {"title": "表"}, "rubric": rubric, "combination": combination, "publication": {},
        "route": [{"code": "s", "title": "评", "type": "scoring", "level": "city"}],
        "outcome": {
            "title": "奖", "pass_mark": None, "winners": {"type": "all_passing"},
            "tie_rules": [{"code": "r", "title": "率", "by": "fact", "key": "rate"}],
            "minimums": [{"code": "m", "title": "底线", "of": "section", "share": "0.5"}],
            "tables": tables,
            "lowerings": [{"code": "l", "title": "事", "bands": 1,
                           "when": [{"fact": "events", "title": "事件", "at_least": 1}]}],
            "effects": [{"code": "e", "title": "奖补", "bands": ["a"], "amount": "0.35",
                         "per": "homes"}],
        },
    }  # fmt: skip


@st.composite
def marks_for(draw, notice, source):
    marks = {}
    for section in notice["rubric"]["sections"]:
        for item in section["items"]:
            if item["kind"] == "metric" or source not in item.get("marked_by", SOURCES):
                continue
            points = item["points"]
            marks[item["code"]] = mark = {
                "judged": lambda points=points: {
                    "points": str(draw(st.integers(0, 2 * points)) / 2)
                },
                "all_or_nothing": lambda: {"met": draw(st.booleans())},
                "per_defect": lambda: {"defects": draw(st.integers(0, 5))},
                "penalty": lambda: {"defects": draw(st.integers(0, 3))},
                "tally": lambda: {
                    "counts": {"up": draw(st.integers(0, 6)), "down": draw(st.integers(0, 2))}
                },
            }[item["kind"]]()
            if item.get("veto_when") == "ticked" and draw(st.integers(0, 2)) == 0:
                mark["veto"] = True
    return marks


@st.composite
def cases(draw):
    notice = draw(notices())
    entrants = []
    for n in range(draw(st.integers(1, 4))):
        facts = {
            "rate": draw(st.sampled_from(["90", "93.5", "94.9", "95"])),
            "lifts": draw(st.sampled_from(["0", "2"])),
            "homes": draw(st.sampled_from(["300", "700"])),
            "events": draw(st.sampled_from(["0", "1"])),
        }
        sheets = [("p", draw(marks_for(notice, "p"))) for _ in range(draw(st.integers(3, 5)))]
        sheets += [("q", draw(marks_for(notice, "q"))) for _ in range(draw(st.integers(0, 2)))]
        entrants.append((f"d{n}", facts, sheets))
    if draw(st.booleans()):
        entrants.append(("twin", *entrants[0][1:]))
    return notice, entrants


# ---- the naive twin ------------------------------------------------------------------------------


def half_up(value, places):
    scaled = abs(value) * 10**places
    return F((2 * scaled + 1) // 2, 10**places) * (1 if value >= 0 else -1)


def twin_points(item, mark, facts):
    kind, top = item["kind"], F(item["points"])
    if kind == "judged":
        points = F(mark["points"])
    elif kind == "all_or_nothing":
        points = top if mark["met"] else F(0)
    elif kind == "per_defect":
        points = max(top - F(item["deduction"]) * mark["defects"], F(0))
    elif kind == "penalty":
        points = -min(F(item["deduction"]) * mark["defects"], top)
    elif kind == "tally":
        counts = mark["counts"]
        points = item["base"] + min(F(1, 2) * counts["up"], F(2)) - counts["down"]
        points = max(min(points, top), F(0))
    else:
        short = max(95 - F(facts["rate"]), F(0))
        points = max(top - F(1, 2) * -((-short) // 1), F(0))
    return F(0) if points < item.get("none_below", -99) else points


def is_away(item, facts):
    return "not_applicable_when" in item and F(facts["lifts"]) <= 0


def twin_sheet(notice, source, marks, facts):
    """(total, section → points, vetoed codes, what each section could give)."""
    places, rubric = notice["combination"]["decimals"], notice["rubric"]
    family_left, sections, reach, vetoes, from_total = F(2), {}, {}, set(), F(0)
    full_sheet = F(0)
    for section in rubric["sections"]:
        mine = [i for i in section["items"] if source in i.get("marked_by", SOURCES)]
        if not mine:
            continue
        counted = [i for i in mine if i["kind"] != "penalty"]
        cap = F(section["cap"]) if "cap" in section else None
        whole = F(sum(i["points"] for i in counted))
        full_sheet += whole if cap is None else min(whole, cap)
        earned = possible = mean_part = gone = taken = F(0)
        rescales = False
        for item in mine:
            if is_away(item, facts):
                rule, points = item["not_applicable_rule"], F(item["points"])
                if item["kind"] == "penalty":
                    continue
                if rule in ("full_marks", "no_points"):
                    got = points if rule == "full_marks" else F(0)
                    if item.get("family"):
                        lost = points - got
                        counts = min(lost, family_left)
                        family_left -= counts
                        got = points - counts
                    earned, possible = earned + got, possible + points
                mean_part += points if rule == "mean_of_others" else 0
                gone += points if rule == "rescale_total" else 0
                rescales |= rule == "rescale_section"
                continue
            points = twin_points(item, marks.get(item["code"]), facts)
            if item.get("veto") and (
                marks[item["code"]].get("veto") if item["veto_when"] == "ticked" else points <= 0
            ):
                vetoes.add(item["code"])
            best = F(0) if item["kind"] == "penalty" else F(item["points"])
            if item.get("family"):
                lost = min(best - points, family_left)
                family_left -= lost
                points = best - lost
            if item["kind"] == "penalty":
                taken -= points
            else:
                earned, possible = earned + points, possible + best
        if possible == 0:
            from_total += taken
            continue
        target = whole - gone
        points = earned / possible * (target if rescales else possible + mean_part)
        most = target if cap is None else min(cap, target)
        points = max(min(points, most) - taken, min(F(section.get("floor", 0)), most))
        sections[section["code"]] = half_up(points, places)
        reach[section["code"]] = most
    total = sum(sections.values(), F(0))
    if sum(reach.values()) not in (0, full_sheet):
        total = half_up(total * full_sheet / sum(reach.values()), places)
    total -= from_total
    total = max(min(total, F(rubric.get("cap", 10**6))), F(rubric.get("floor", 0)))
    return total, sections, vetoes


def twin_source(rule, own, sheets):
    method = own.get("method", rule["method"])
    ordered = sorted(sheets, key=lambda sheet: sheet[1][0])
    if method == "trimmed_mean":
        ordered = ordered[1:-1]
    elif method == "median":
        ordered = ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1]
    count = len(ordered)
    codes = {code for _, sheet in ordered for code in sheet[1]}
    means = {c: sum((s[1].get(c, F(0)) for _, s in ordered), F(0)) / count for c in codes}
    return sum(s[0] for _, s in ordered) / count, means


def twin_panel(notice, facts, sheets):
    """(total or None, sections, vetoed codes)."""
    rule = notice["combination"]
    scored = [(source, twin_sheet(notice, source, marks, facts)) for source, marks in sheets]
    found = []
    for own, least in zip(rule["sources"], (3, 1), strict=True):
        mine = [entry for entry in scored if entry[0] == own["code"]]
        if len(mine) < least:
            if own.get("optional") and not mine:
                continue
            return None, {}, set()
        found.append((own, *twin_source(rule, own, mine)))
    if rule["across"] == "last":
        found = found[-1:]
    if rule["across"] == "lowest":
        found = [min(found, key=lambda entry: entry[1])]
    shares = [F(1)] * len(found)
    if rule["across"] == "weighted":
        shares = [F(own["weight"], sum(o["weight"] for o, *_ in found)) for own, *_ in found]
    total = half_up(
        sum(v * s for (_, v, _), s in zip(found, shares, strict=True)), rule["decimals"]
    )
    sections = {}
    for (_, _, means), share in zip(found, shares, strict=True):
        for code, mean in means.items():
            sections[code] = sections.get(code, F(0)) + mean * share
    vetoed = set()
    for item in (i for s in notice["rubric"]["sections"] for i in s["items"] if i.get("veto")):
        owing = [s for source, s in scored if source in item.get("marked_by", SOURCES)]
        votes = sum(item["code"] in sheet[2] for sheet in owing)
        if votes and (item["veto_needs"] == "one" or 2 * votes > len(owing)):
            vetoed.add(item["code"])
    return total, {c: half_up(v, rule["decimals"]) for c, v in sections.items()}, vetoed


def twin_bars(notice, sections, vetoed):
    below = False
    for section in notice["rubric"]["sections"]:
        full = F(sum(i["points"] for i in section["items"] if i["kind"] != "penalty"))
        full = min(full, F(section.get("cap", full)))
        below |= section["code"] in sections and sections[section["code"]] < full / 2
    return bool(vetoed) or below


def twin_band(total, place, facts, is_barred):
    if F(facts["homes"]) >= 500:
        bands = [("a", 8, None)]
    elif is_barred:
        return "", None
    else:
        bands = [("a", 9, 2), ("b", 5, None)]
    reached = [i for i, (_, at, top) in enumerate(bands) if total >= at and place <= (top or 99)]
    if not reached:
        return "", None
    at = reached[0] + (1 if F(facts["events"]) >= 1 else 0)
    band = bands[at][0] if at < len(bands) else ""
    amount = half_up(F(35, 100) * F(facts["homes"]), 2) if band == "a" else None
    return band, amount


# ---- the comparison ------------------------------------------------------------------------------


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(cases())
def test_totals_sections_ranks_vetoes_and_bands_agree_with_the_naive_twin(case):
    notice, drawn = case
    definition = read_definition(notice)
    entrants = [
        Entrant(
            key, "", "a", {name: as_fact(value) for name, value in facts.items()}, {},
            tuple(
                Sheet(f"e{n}", source, {c: definition.parse_mark(c, m) for c, m in marks.items()})
                for n, (source, marks) in enumerate(sheets)
            ),
        )
        for key, facts, sheets in drawn
    ]  # fmt: skip
    rows = {row.entrant.key: row for row in simulate(definition, entrants).rows}
    expected = {key: twin_panel(notice, facts, sheets) for key, facts, sheets in drawn}
    strength = {
        key: (expected[key][0], F(facts["rate"]))
        for key, facts, _ in drawn
        if expected[key][0] is not None
    }
    for key, facts, _ in drawn:
        row, (total, sections, vetoed) = rows[key], expected[key]
        if total is None:
            assert row.panel.total is None and row.row.rank is None and row.panel.problem
            continue
        event(notice["combination"]["across"])
        assert F(row.panel.total) == total
        assert {c: F(p) for c, p in row.panel.sections.items()} == sections
        assert set(row.panel.vetoes) == vetoed
        place = 1 + sum(other > strength[key] for other in strength.values())
        assert row.row.rank == place
        assert row.row.tied is (list(strength.values()).count(strength[key]) > 1)
        is_barred = twin_bars(notice, sections, vetoed)
        assert bool(row.panel.bars) is is_barred and row.choice.proposed is not is_barred
        band, amount = twin_band(total, place, facts, is_barred)
        assert row.award.band == band
        assert [F(effect.amount) for effect in row.award.effects] == (
            [] if amount is None else [amount]
        )
        assert all(text.endswith("。") for text in row.panel.explanation)
        for sheet in row.sheets:
            assert sheet.complete and sheet.explanation

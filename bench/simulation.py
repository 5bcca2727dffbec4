"""A definition loaded and checked; 3,000 candidates × 5 raters × 36 items simulated."""

from __future__ import annotations

import statistics
from decimal import Decimal
from random import Random

import yaml

from bench import Measured, figure, interleave
from campaigns.definition import load_definition, shipped_definitions
from scoring.engine import as_fact
from scoring.simulation import Entrant, Sheet, simulate

CANDIDATES, RATERS, ITEMS = 3_000, 5, 36
MOST_SECONDS = 0.3


@figure("definition")
def definition() -> list[Measured]:
    """Loading and checking every shipped definition, at most 0.3 s each."""
    measured = []
    for key, path in shipped_definitions().items():
        text = path.read_text(encoding="utf-8")
        ours, other = interleave(
            lambda text=text: load_definition(text), lambda text=text: yaml.safe_load(text)
        )
        seconds = statistics.median(ours)
        measured.append(
            Measured(
                f"definition_{key}",
                ours,
                other,
                "yaml.safe_load of the same text, nothing checked",
                at_most=1.5,
                extra={"seconds": round(seconds, 3), "at_most_seconds": MOST_SECONDS},
                extra_ok=seconds <= MOST_SECONDS,
            )
        )
    return measured


@figure("simulation")
def simulation() -> list[Measured]:
    """At most 10× the same sums of the same marks in plain floats."""
    notice = load_definition(shipped_definitions()["qinhuangdao_2023"])
    items = notice.items("professional")
    assert len(items) == ITEMS
    entrants = _entrants(notice, items)
    floats = [
        [
            {i.code: {"points": float(i.score(sheet.marks[i.code]))} for i in items}
            for sheet in entrant.sheets
        ]
        for entrant in entrants
    ]
    sections = [(s.code, [item.code for item in s.items]) for s in notice.rubric.sections]

    def ours() -> list:
        return [(one.panel.total, one.panel.sections) for one in simulate(notice, entrants).rows]

    def plain() -> list:
        return [_plain_sums(sections, sheets) for sheets in floats]

    by_key = {one.entrant.key: one.panel for one in simulate(notice, entrants).rows}
    for entrant, (total, means) in zip(entrants, plain(), strict=True):
        panel = by_key[entrant.key]
        assert abs(float(panel.total) - total) < 0.006
        assert all(abs(float(panel.sections[code]) - mean) < 0.006 for code, mean in means.items())
    words = (
        "the same marks as floats, summed to sections and totals, then the trimmed means of both;"
        " no rules, gates, ranks, exactness or reasons"
    )
    measured = interleave(ours, plain)
    ready = [[mark["points"] for mark in sheet.values()] for sheets in floats for sheet in sheets]
    bare, _ = interleave(lambda: [_added(sheet) for sheet in ready], lambda: None, rounds=5)
    extra = {
        "marks": CANDIDATES * RATERS * ITEMS,
        "bare_addition_of_ready_floats_ms": round(statistics.median(bare) * 1000, 1),
    }
    return [Measured("simulation", *measured, words, at_most=10, extra=extra)]


def _added(numbers: list[float]) -> float:
    total = 0.0
    for number in numbers:
        total += number
    return total


def _plain_sums(sections: list, sheets: list[dict]) -> tuple[float, dict[str, float]]:
    """(trimmed mean of the totals, trimmed means of the sections) of one candidate."""
    summed = []
    for sheet in sheets:
        total, points = 0.0, {}
        for code, codes in sections:
            earned = 0.0
            for item in codes:
                earned += sheet[item]["points"]
            points[code] = earned
            total += earned
        summed.append((total, points))
    summed.sort(key=lambda pair: pair[0])
    used = summed[1:-1]
    means = {code: sum(points[code] for _, points in used) / len(used) for code, _ in sections}
    return sum(total for total, _ in used) / len(used), means


def _entrants(notice, items) -> list[Entrant]:
    random = Random(3)
    keys = [key for key, _, _ in notice.attestable("county", "professional")]
    entrants = []
    for number in range(CANDIDATES):
        facts = {
            "satisfaction_rate": as_fact(Decimal(random.randint(860, 990)) / 10),
            "fee_collection_rate": as_fact(Decimal(random.randint(930, 999)) / 10),
            "credit_grade": as_fact(random.choice("AAB")),
            "penalties": as_fact("无"),
        }
        said = {key: random.random() < 0.98 for key in keys}
        sheets = tuple(
            Sheet(f"e{n}", "", {item.code: _mark(random, item) for item in items})
            for n in range(RATERS)
        )
        entrants.append(Entrant(f"D{number:04d}", "", "professional", facts, said, sheets))
    return entrants


def _mark(random: Random, item) -> dict:
    if item.kind == "judged":
        halves = random.randint(int(item.points), int(item.points * 2))
        return item.parse_mark({"points": Decimal(halves) / 2})
    if item.kind == "all_or_nothing":
        return {"met": random.random() < 0.9}
    if item.kind == "per_defect":
        return {"defects": random.randint(0, 4)}
    return {"present": [part.title for part in item.components if random.random() < 0.8]}

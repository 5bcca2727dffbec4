"""The totals of a campaign computed a second time, from the file of the definition and raw marks.

Shares no code with the engine: plain dictionaries of the YAML and fractions.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def cents(value: Fraction) -> Fraction:
    """Round half up to hundredths."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return Fraction(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def item_points(item: dict, raw: dict) -> Fraction:
    full = Fraction(str(item["points"]))
    if item["kind"] == "judged":
        return Fraction(raw["points"])
    if item["kind"] == "all_or_nothing":
        return full if raw["met"] else Fraction(0)
    if item["kind"] == "per_defect":
        return max(Fraction(0), full - Fraction(str(item["deduction"])) * raw["defects"])
    if item["kind"] == "components":
        absent = [c for c in item["components"] if c["title"] not in raw["present"]]
        return full - sum(Fraction(str(c["points"])) for c in absent)
    raise AssertionError(item["kind"])


def sheet_sections(rubric: dict, track: str, marks: dict[str, dict]) -> dict[str, Fraction]:
    """Section points of one sheet; sections with items that do not apply are scaled up."""
    sections = {}
    for section in rubric["sections"]:
        due = [i for i in section["items"] if track not in i.get("not_applicable_in", [])]
        earned = sum(item_points(item, marks[item["code"]]) for item in due)
        reachable = sum(Fraction(str(item["points"])) for item in due)
        sections[section["code"]] = cents(earned * section["points"] / reachable)
    return sections


def trimmed_mean(values: list[Fraction]) -> Fraction:
    """Without the highest and the lowest one."""
    middle = sorted(values)[1:-1]
    return cents(sum(middle) / len(middle))


def ranks(rows: dict[str, tuple]) -> dict[str, int]:
    """name → place, ``rows`` name → what decides, larger first; equals share a place."""
    return {name: 1 + sum(other > mine for other in rows.values()) for name, mine in rows.items()}

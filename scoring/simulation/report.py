"""A simulation for people, as a table with reasons, and for programs, as JSON."""

from __future__ import annotations

import unicodedata
from typing import Any

from campaigns.rubric import show
from scoring.engine.gates import STATUS_WORDS
from scoring.simulation.run import Simulated, Simulation


def as_json(simulation: Simulation) -> dict[str, Any]:
    """Plain data; numbers with decimals are text."""
    definition = simulation.definition
    return {
        "definition": {"key": definition.key, "sha256": definition.sha256()},
        "rows": [_row(one) for one in simulation.rows],
    }


def _row(one: Simulated) -> dict[str, Any]:
    row, panel, award = one.row, one.panel, one.award
    data = {
        "key": one.entrant.key,
        "title": one.entrant.title,
        "track": one.entrant.track,
        "group": row.group,
        "rank": row.rank,
        "is_tied": row.tied,
        "tie_rule": row.tie_rule,
        "total": None if panel.total is None else show(panel.total),
        "sections": {code: show(points) for code, points in panel.sections.items()},
        "gates_passed": one.gates.passed,
        "gates": one.gates.as_json(),
        "bars": list(panel.bars),
        "is_proposed": one.choice.proposed,
        "is_undecided": one.choice.undecided,
        "band": None,
        "reasons": {
            "panel": panel.explanation,
            "rank": list(row.explanation),
            "choice": one.choice.reason,
        },
        "sheets": _sheets(one),
    }
    if award is not None:
        effects = [
            {
                "code": effect.code,
                "title": effect.title,
                "amount": None if effect.amount is None else show(effect.amount),
                "unit": effect.unit,
                "unknown": list(effect.unknown),
            }
            for effect in award.effects
        ]
        names = {"table": award.table, "code": award.band, "title": award.title}
        data["band"] = {**names, "effects": effects}
        data["reasons"]["band"] = list(award.explanation)
    return data


def _sheets(one: Simulated) -> list[dict[str, Any]]:
    used = {(s.source, sheet.rater) for r in one.panel.counted for sheet in r.used
            for s in (sheet,)}  # fmt: skip
    return [
        {
            "rater": sheet.rater,
            "source": sheet.source,
            "total": show(result.total),
            "sections": {code: show(points) for code, points in result.section_points.items()},
            "items": {
                code: None if item.points is None else show(item.points)
                for code, item in result.items.items()
            },
            "missing": list(result.missing),
            "is_used": (sheet.source, sheet.rater) in used,
            "reasons": list(result.explanation),
        }
        for sheet, result in zip(one.entrant.sheets, one.sheets, strict=True)
    ]


def table_text(simulation: Simulation) -> str:
    """One line per entrant, then the reasons of each."""
    definition = simulation.definition
    sections = definition.rubric.sections
    heads = ["名次", "代号", "名称", "类别", "总分", *(s.code for s in sections), "原则要求"]
    if definition.outcome.tables:
        heads.append("等次")
    lines = [[*heads, "结果"]]
    for one in simulation.rows:
        line = [
            "—" if one.row.rank is None else f"{one.row.rank}{'（并列）' if one.row.tied else ''}",
            one.entrant.key,
            one.entrant.title,
            one.entrant.track,
            "—" if one.panel.total is None else show(one.panel.total),
            *(_points(one, section.code) for section in sections),
            "符合" if one.gates.passed else "不符合",
        ]
        if definition.outcome.tables:
            line.append(one.award.title if one.award and one.award.title else "—")
        lines.append([*line, _result(one)])
    return "\n".join([*_aligned(lines), "", *_legend(simulation), "", *_reasons(simulation)])


def _points(one: Simulated, code: str) -> str:
    points = one.panel.sections.get(code)
    return "—" if points is None else show(points)


def _result(one: Simulated) -> str:
    if one.choice.proposed:
        return "拟入选"
    return "待定" if one.choice.undecided else "不入选"


def _legend(simulation: Simulation) -> list[str]:
    sections = simulation.definition.rubric.sections
    return [f"{section.code} {section.title}" for section in sections]


def _reasons(simulation: Simulation) -> list[str]:
    lines = []
    for one in simulation.rows:
        lines.append(f"{one.entrant.key}{' ' + one.entrant.title if one.entrant.title else ''}")
        texts = [*one.panel.explanation, *one.row.explanation, one.choice.reason]
        texts += [
            f"{gate.code} {gate.title}（{STATUS_WORDS[gate.status]}）：{gate.text}"
            for gate in one.gates.results
            if gate.status in ("fail", "unknown")
        ]
        texts += one.award.explanation if one.award else ()
        texts += [
            f"{sheet.rater} 的评分表缺 {'、'.join(result.missing)}，不计入。"
            for sheet, result in zip(one.entrant.sheets, one.sheets, strict=True)
            if result.missing
        ]
        lines += [f"  {text}" for text in dict.fromkeys(texts)]
    return lines


def _aligned(lines: list[list[str]]) -> list[str]:
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            text + " " * (width - _width(text)) for text, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    ]


def _width(text: str) -> int:
    """Columns on a terminal, where a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)

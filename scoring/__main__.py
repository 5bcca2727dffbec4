"""Score files without a database: `python -m scoring DEFINITION.yaml MARKS.json`.

MARKS.json: `{"candidates": [{"key": "A", "track": "professional", "facts": {…},
"attestations": {…}, "sheets": [{"rater": "e1", "marks": {"1.1": {"points": "3"}, …}}, …]}, …]}`.
"""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from campaigns.definition import Definition, DefinitionError, load_definition
from campaigns.rubric import MarkError, show
from scoring.engine import (
    Candidate,
    choose_winners,
    combine_raters,
    evaluate_gates,
    rank,
    score_sheet,
)


def score_candidate(definition: Definition, data: dict[str, Any]) -> Candidate:
    """One entry of the file as a candidate for ranking."""
    track, facts = data["track"], data.get("facts", {})
    sheets = []
    for sheet in data["sheets"]:
        marks = {code: definition.parse_mark(code, raw) for code, raw in sheet["marks"].items()}
        sheets.append(score_sheet(definition, track, marks, facts).stored(sheet["rater"]))
    panel = combine_raters(definition, sheets)
    gates = evaluate_gates(definition, track, facts, data.get("attestations", {}))
    return Candidate(
        data["key"], panel.total, panel.sections, track, facts, gates.passed, panel.problem
    )


def main(arguments: list[str]) -> int:
    """Print ranks, totals and proposals; 2 for a wrong call, 1 for wrong files."""
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        definition = load_definition(Path(arguments[0]))
        text = Path(arguments[1]).read_text(encoding="utf-8")
        entries = json.loads(text, parse_float=Decimal)["candidates"]
        rows = rank(definition, [score_candidate(definition, entry) for entry in entries])
    except (DefinitionError, MarkError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    except (TypeError, AttributeError):
        print("评分文件的格式不正确，应为：", __doc__, sep="\n", file=sys.stderr)
        return 1
    except KeyError as error:
        print(f"评分文件缺少或写错了 {error}", file=sys.stderr)
        return 1
    choices = choose_winners(definition, rows)
    for row in rows:
        total = "—" if row.candidate.total is None else show(row.candidate.total)
        proposed = "拟入选" if choices[row.key].proposed else "不入选"
        place = row.rank or "—"
        print(f"{place}\t{row.key}\t{total}\t{proposed}\t{choices[row.key].reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

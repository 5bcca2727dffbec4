"""The scoring engine: plain functions over a definition and `Decimal`.

    sheet = score_sheet(definition, track, marks, facts)          # one rater
    panel = combine_raters(definition, [sheet.stored("e1"), …])   # all raters of one dossier
    gates = evaluate_gates(definition, track, facts, attestations)
    rows = rank(definition, [Candidate(key, panel.total, panel.sections, …), …])
    choices = choose_winners(definition, rows)
    awards = award_bands(definition, rows)                        # where there are bands

No ORM, no clock, no randomness. Every result says in Chinese how it came about.
"""

from scoring.engine.awards import Award, EffectResult, award_bands
from scoring.engine.gates import GateResult, GatesResult, evaluate_gates
from scoring.engine.numbers import Fact, as_fact, rounded
from scoring.engine.panel import PanelResult, SourceResult, combine_raters
from scoring.engine.ranking import Candidate, Choice, RankedRow, choose_winners, rank
from scoring.engine.sheets import (
    ItemResult,
    SectionResult,
    SheetResult,
    StoredSheet,
    score_sheet,
    store_sheet,
)

__all__ = [
    "Award",
    "Candidate",
    "Choice",
    "EffectResult",
    "Fact",
    "GateResult",
    "GatesResult",
    "ItemResult",
    "PanelResult",
    "RankedRow",
    "SectionResult",
    "SheetResult",
    "SourceResult",
    "StoredSheet",
    "as_fact",
    "award_bands",
    "choose_winners",
    "combine_raters",
    "evaluate_gates",
    "rank",
    "rounded",
    "score_sheet",
    "store_sheet",
]

"""Entrants scored, ranked and graded by a definition."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from campaigns.definition import Definition
from scoring.engine import (
    Award,
    Candidate,
    Choice,
    GatesResult,
    PanelResult,
    RankedRow,
    SheetResult,
    award_bands,
    choose_winners,
    combine_raters,
    evaluate_gates,
    rank,
    score_sheet,
    store_sheet,
)
from scoring.simulation.entrants import Entrant


@dataclass(frozen=True, slots=True)
class Simulated:
    """Everything about one entrant; `award` is None where the definition has no bands."""

    definition: Definition
    entrant: Entrant
    panel: PanelResult
    gates: GatesResult
    row: RankedRow
    choice: Choice
    award: Award | None

    @property
    def sheets(self) -> tuple[SheetResult, ...]:
        """The sheets with their words, scored once more when asked for."""
        entrant = self.entrant
        return tuple(
            score_sheet(self.definition, entrant.track, sheet.marks, entrant.facts, sheet.source)
            for sheet in entrant.sheets
        )


@dataclass(frozen=True, slots=True)
class Simulation:
    """`rows` by group and rank, unranked last."""

    definition: Definition
    rows: tuple[Simulated, ...]


def simulate(definition: Definition, entrants: Iterable[Entrant]) -> Simulation:
    """Totals, sections, gates, ranks, winners by the rule and bands of all entrants."""
    with _collector_paused():
        return _simulate(definition, entrants)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Nothing here makes cycles, and walking all marks again and again takes as long as scoring."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _simulate(definition: Definition, entrants: Iterable[Entrant]) -> Simulation:
    known, candidates = {}, []
    for entrant in entrants:
        stored = [
            store_sheet(
                definition, entrant.track, sheet.marks, entrant.facts, sheet.rater, sheet.source
            )
            for sheet in entrant.sheets
        ]
        panel = combine_raters(definition, stored, entrant.facts)
        gates = evaluate_gates(definition, entrant.track, entrant.facts, entrant.attestations)
        known[entrant.key] = entrant, panel, gates
        candidates.append(Candidate.of(entrant.key, entrant.track, entrant.facts, panel, gates))
    ranked = rank(definition, candidates)
    choices, awards = choose_winners(definition, ranked), award_bands(definition, ranked)
    rows = (
        Simulated(definition, *known[row.key], row, choices[row.key], awards.get(row.key))
        for row in ranked
    )
    return Simulation(definition, tuple(rows))

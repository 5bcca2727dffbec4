"""Results received from levels outside the system, step by step."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.definition.route import Step
from reviews.enums import Answer, DossierState
from reviews.models import Dossier, ReceivedResult


@dataclass(frozen=True)
class ResultRow:
    """``is_due``: it may be recorded now; what comes after waits for a result before it."""

    step: Step
    body: str
    result: ReceivedResult | None
    is_due: bool


def result_rows(dossier: Dossier) -> list[ResultRow]:
    """Every such step of the dossier's route; one query, none without such steps."""
    definition = dossier.version.definition
    steps = [
        step for step in definition.steps_of_type("result_received") if step.applies(dossier.track)
    ]
    if not steps or dossier.state != DossierState.AWARDED:
        return []
    known = {
        result.step: result
        for result in dossier.received_results.filter(is_current=True).select_related(
            "recorded_by__user", "recorded_by__organisation", "scan"
        )
    }
    rows, is_due = [], True
    for step in steps:
        result = known.get(step.code)
        rows.append(ResultRow(step, definition.level(step.level).body, result, is_due))
        is_due = is_due and result is not None and result.answer == Answer.SELECTED
    return rows


def result_row(dossier: Dossier, code: str) -> ResultRow | None:
    return next((row for row in result_rows(dossier) if row.step.code == code), None)

"""Requirements judged for an applicant who has not submitted yet."""

from __future__ import annotations

from campaigns.wording import CONSEQUENCES
from reviews.models import Dossier
from reviews.selectors.requirements import RequirementLine, judges_requirements
from scoring.engine.gates import STATUS_WORDS, evaluate_gates
from scoring.selectors.facts import facts_for_gates


@judges_requirements
def judged_before_submission(dossier: Dossier) -> list[RequirementLine]:
    """By the registers and measured facts; what a body attests is open until that body signs."""
    definition = dossier.version.definition
    facts = facts_for_gates(definition, [dossier])[dossier.pk]
    found = evaluate_gates(definition, dossier.track, facts, {})
    asked = {requirement.code for requirement in definition.requirements}
    return [
        RequirementLine(
            code=result.code,
            title=result.title,
            status=result.status,
            label=STATUS_WORDS[result.status],
            text=result.text,
            source=result.source,
            consequence=CONSEQUENCES[result.consequence],
            bars_submission=result.consequence == "bars_submission",
        )
        for result in found.results
        if result.code in asked and result.status != "not_applicable"
    ]

"""A selection step: who stands there, and what the office that picks must know of each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from accounts.models import Membership
from campaigns.definition import Definition
from campaigns.definition.route import Step
from campaigns.models import Campaign
from reviews.enums import DossierState
from reviews.models import Dossier, SignOff
from reviews.selectors.dossiers import visible_dossiers
from reviews.selectors.sign_offs import attestations_by_dossier
from scoring.engine import GatesResult, evaluate_gates, score_sheet
from scoring.selectors.facts import facts_for_gates


@dataclass(frozen=True)
class Entrant:
    """One that may be picked. ``self_assessed`` is the applicant's own total, for reference only;
    None without a rubric or where marks are missing."""

    dossier: Dossier
    gates: GatesResult
    self_assessed: Decimal | None


def waiting_at(member: Membership, campaign: Campaign, step: Step):
    """The dossiers at the step that the member sees, by number."""
    return (
        visible_dossiers(member)
        .filter(campaign=campaign, state=DossierState.IN_REVIEW, step=step.code)
        .select_related("community__county", "applicant", "version", "revision")
        .order_by("number")
    )


def entrants(definition: Definition, dossiers: list[Dossier]) -> list[Entrant]:
    """Requirements and self-assessment of each, from facts and signatures as they are now."""
    facts = facts_for_gates(definition, dossiers)
    attestations = attestations_by_dossier(dossiers)
    found = []
    for dossier in dossiers:
        known = facts[dossier.pk]
        gates = evaluate_gates(definition, dossier.track, known, attestations[dossier.pk])
        total = None
        if definition.is_scored:
            marks = dossier.revision.content.get("self_assessment", {})
            sheet = score_sheet(definition, dossier.track, marks, known)
            total = sheet.total if sheet.complete else None
        found.append(Entrant(dossier, gates, total))
    return found


def picked_at(member: Membership, campaign: Campaign, step: Step) -> list[SignOff]:
    """What was picked or left out at the step, among what the member sees; by number."""
    return list(
        SignOff.objects.filter(
            dossier__in=visible_dossiers(member).filter(campaign=campaign), step=step.code
        )
        .select_related("dossier__community__county", "organisation", "signed_by__user")
        .defer("dossier__draft")
        .order_by("dossier__number")
    )

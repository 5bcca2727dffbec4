"""Picking who goes on: an office decides on all that wait at its selection step, in one act."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import Membership
from campaigns.definition.route import Step
from campaigns.models import Campaign
from core import audit
from core.errors import Conflict
from reviews.enums import DossierState, Outcome
from reviews.models import Dossier, SignOff
from reviews.services import route
from reviews.services.deadlines import claim_in_time
from reviews.services.sign_offs import record_office_sign_off
from scoring.enums import DecisionOutcome
from scoring.permissions import can_select
from scoring.selectors.selections import entrants, waiting_at
from scoring.services.quotas import check_quotas

LEAST_REASON, MOST_REASON = 5, 300  # characters


@transaction.atomic
def select_dossiers(
    campaign: Campaign,
    step: Step,
    *,
    actor: Membership,
    choices: Mapping[str, tuple[str, str]],
    opinion: str,
) -> list[SignOff]:
    """Decide on every dossier that waits at the step in the actor's division.

    ``choices``: dossier id → (winner or not_selected, reason); a reason is due for who is left
    out. Whoever does not meet the requirements cannot be picked. The quota of the step is counted
    with what was picked before; where it is enforced, more than its maximum are refused.
    Raises PermissionDenied, ValidationError by dossier id, Refused, Conflict.
    """
    if not can_select(actor, step):
        raise PermissionDenied("not this office's selection")
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    dossiers = route.lock_dossiers(waiting_at(actor, campaign, step))
    if not dossiers:
        raise Conflict("没有等待遴选的材料，可能已由同事办理，请刷新页面。")
    if set(choices) != {str(dossier.pk) for dossier in dossiers}:
        raise Conflict("等待遴选的材料有变化，请刷新页面后重新办理。")
    for dossier in dossiers:
        claim_in_time(dossier, step, actor=actor)
    winners = _checked(dossiers, choices)
    picked = [dossier for dossier in dossiers if str(dossier.pk) in winners]
    check_quotas(campaign, dossiers[0].version.definition, step, picked)
    signed = []
    for dossier in dossiers:
        outcome, reason = choices[str(dossier.pk)]
        is_winner = outcome == DecisionOutcome.WINNER
        signed.append(
            record_office_sign_off(
                dossier,
                actor=actor,
                step=step.code,
                outcome=Outcome.AGREE if is_winner else Outcome.REFUSE,
                opinion=opinion if is_winner else reason,
            )
        )
        if is_winner:
            route.advance(dossier, actor=actor)
        else:
            route.enter_step(dossier, "", DossierState.NOT_AWARDED, actor=actor)
    audit.record(
        actor, "selection.made", campaign, step=step.code,
        choices={d.number: list(choices[str(d.pk)]) for d in dossiers},
    )  # fmt: skip
    return signed


def _checked(dossiers: list[Dossier], choices: Mapping[str, tuple[str, str]]) -> set[str]:
    """The ids that are picked, or every error at once."""
    errors, winners = {}, set()
    for one in entrants(dossiers[0].version.definition, dossiers):
        key, name = str(one.dossier.pk), one.dossier.community.name
        outcome, reason = choices[key]
        if outcome not in DecisionOutcome.values:
            errors[key] = f"请选择 {name} 是否入选。"
        elif outcome == DecisionOutcome.WINNER:
            winners.add(key)
            if not one.gates.passed:
                errors[key] = f"{name} 的原则要求未全部满足，不能入选。"
        elif not LEAST_REASON <= len(reason.strip()) <= MOST_REASON:
            errors[key] = f"{name} 不入选须写明理由，{LEAST_REASON} 至 {MOST_REASON} 个字。"
    if errors:
        raise ValidationError(errors)
    return winners

"""Model cases: which dossiers an office may forward, and what it has forwarded."""

from __future__ import annotations

from django.db.models import F, QuerySet

from accounts.models import Membership
from campaigns.definition import Definition
from campaigns.definition.outcome import Quota
from campaigns.models import Campaign
from reviews.enums import DossierState, Outcome
from reviews.models import Dossier, ForwardedCase
from reviews.permissions.results import can_forward
from reviews.permissions.sign_offs import LEVEL_OF
from reviews.selectors.dossiers import visible_dossiers

OUT = {DossierState.REFUSED, DossierState.WITHDRAWN, DossierState.RETURNED}


def case_quota(definition: Definition, member: Membership) -> Quota | None:
    """The quota by which the member's office forwards cases; None when it forwards none."""
    level, division = LEVEL_OF.get(member.role, ""), member.organisation.division
    quota = definition.quota_for("cases", level, division.name if division else "")
    return quota if quota and can_forward(member, quota) else None


def forwarded_cases(member: Membership, campaign: Campaign) -> list[ForwardedCase]:
    """What is forwarded now, among what the member sees: counties their own, the city all."""
    return list(
        ForwardedCase.objects.filter(
            campaign=campaign, withdrawn_at=None, dossier__in=visible_dossiers(member)
        )
        .select_related("dossier__community__county", "organisation", "forwarded_by__user")
        .defer("dossier__draft")
        .order_by("quota", "dossier__number")
    )


def forwardable(
    definition: Definition, campaign: Campaign, member: Membership, quota: Quota
) -> QuerySet[Dossier]:
    """Dossiers the office may forward: at the city those that a county forwarded, if counties
    forward; at the county those it has selected, if it selects; else what is not refused."""
    rows = (
        visible_dossiers(member)
        .filter(campaign=campaign)
        .exclude(state__in=OUT)
        .exclude(forwarded__quota=quota.code, forwarded__withdrawn_at=None)
    )
    below = [
        one.code
        for one in definition.quotas
        if one.object == "cases" and one.scope.level == "county"
    ]
    if quota.scope.level == "city" and below:
        rows = rows.filter(forwarded__quota__in=below, forwarded__withdrawn_at=None)
    steps = [step.code for step in definition.steps_of_type("selection")]
    if quota.scope.level == "county" and steps:
        rows = rows.filter(
            sign_offs__step__in=steps,
            sign_offs__outcome=Outcome.AGREE,
            sign_offs__revision=F("revision"),
        )
    return rows.select_related("community__county", "applicant").order_by("number").distinct()

"""Forwarding a model case to the next level, within the quota of the definition."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import Membership
from campaigns.models import Campaign
from campaigns.selectors import current_version
from core import audit
from core.clock import now
from core.errors import Conflict, Refused
from reviews.models import Dossier, ForwardedCase
from reviews.permissions.sign_offs import LEVEL_OF
from reviews.selectors.cases import case_quota, forwardable

LEAST_REASON, MOST_REASON = 5, 300  # characters


@transaction.atomic
def forward_case(
    campaign: Campaign, dossier: Dossier, *, actor: Membership, reason: str
) -> ForwardedCase:
    """Forward a dossier as the office's model case; beyond the quota it is refused."""
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    definition = current_version(campaign).definition
    quota = case_quota(definition, actor)
    if quota is None:
        raise PermissionDenied("this office forwards no cases")
    reason = reason.strip()
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        words = f"推荐理由应为 {LEAST_REASON} 至 {MOST_REASON} 个字，现有 {len(reason)} 个字。"
        raise ValidationError({"reason": words})
    if not forwardable(definition, campaign, actor, quota).filter(pk=dossier.pk).exists():
        raise Refused("这个小区现在不能推荐，可能已经推荐，或还没有入选，请刷新页面。")
    most = quota.rule.bounds()[1]
    present = _present(campaign, quota.code, actor).count()
    if most is not None and present >= most:
        raise Refused(f"已推荐 {present} 个，至多 {most} 个。如需更换，请先撤回已推荐的。")
    case = ForwardedCase.objects.create(
        campaign=campaign, dossier=dossier, quota=quota.code, organisation=actor.organisation,
        reason=reason, forwarded_by=actor, forwarded_at=now(),
    )  # fmt: skip
    audit.record(actor, "case.forwarded", dossier, quota=quota.code, reason=reason)
    return case


@transaction.atomic
def withdraw_case(case: ForwardedCase, *, actor: Membership) -> ForwardedCase:
    """Take a forwarded case back, so that another can be forwarded. What the level above has
    already forwarded stays."""
    case = ForwardedCase.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    if case.organisation_id != actor.organisation_id or actor.role not in LEVEL_OF:
        raise PermissionDenied("not this office's case")
    if case.withdrawn_at is not None:
        raise Conflict("已经撤回，请刷新页面。")
    above = ForwardedCase.objects.filter(
        dossier=case.dossier_id, withdrawn_at=None, forwarded_at__gt=case.forwarded_at
    ).select_related("organisation")
    if later := above.exclude(pk=case.pk).first():
        raise Refused(f"{later.organisation.name}已经推荐这个案例，不能撤回。")
    case.withdrawn_by, case.withdrawn_at = actor, now()
    case.save(update_fields=["withdrawn_by", "withdrawn_at"])
    audit.record(actor, "case.withdrawn", case.dossier, quota=case.quota)
    return case


def _present(campaign: Campaign, quota: str, actor: Membership):
    return ForwardedCase.objects.filter(
        campaign=campaign, quota=quota, organisation=actor.organisation_id, withdrawn_at=None
    )

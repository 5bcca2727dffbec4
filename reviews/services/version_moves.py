"""Taking dossiers over into the newest version of their campaign: an explicit act of the bureau."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F

from accounts.models import Membership
from campaigns.enums import CampaignState
from campaigns.models import Campaign, CampaignVersion
from campaigns.selectors import current_version
from core import audit
from core.clock import now
from core.errors import Conflict, Refused
from reviews.models import Dossier, Evidence
from reviews.permissions.dossiers import EDITABLE_STATES, can_move_dossiers
from reviews.selectors.version_moves import MoveEffect, dossiers_behind, move_effects

LEAST_REASON, MOST_REASON = 5, 200
MOST_DOSSIERS = 500
STALE = "您查看之后，有的材料卷或方案又有变化。请刷新页面，重新查看影响后再迁移。"


@transaction.atomic
def move_dossiers(
    campaign: Campaign, version: CampaignVersion, seen: Mapping[Any, str], *, actor: Membership,
    reason: str,
) -> list[Dossier]:  # fmt: skip
    """Move dossiers to ``version``, the campaign's newest: all of them or none.

    ``seen``: dossier id → ``MoveEffect.digest`` that was shown. Drafts and returned ones take the
    new version at once, what has no place there is kept under ``former`` in the draft; those in
    review only when nothing that was submitted, checked or signed would have to change. Scored,
    decided, published and ended ones stay. Raises PermissionDenied, ValidationError, Conflict,
    Refused.
    """
    if not can_move_dossiers(actor):
        raise PermissionDenied
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if campaign.state != CampaignState.OPEN:
        raise Refused("活动不在进行中，材料卷的方案版本不能再变。")
    reason = reason.strip()
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        raise ValidationError(
            {
                "reason": f"请写迁移的理由，{LEAST_REASON} 至 {MOST_REASON} 个字，它会留在每一卷的记录中。"
            }
        )
    if not seen:
        raise ValidationError({"dossiers": "请选择要迁移的材料卷。"})
    if len(seen) > MOST_DOSSIERS:
        raise Refused(f"一次最多迁移 {MOST_DOSSIERS} 卷，请分批迁移。")
    if current_version(campaign).pk != version.pk:
        raise Conflict(STALE)
    rows = dossiers_behind(campaign, version).filter(pk__in=list(seen)).order_by("pk")
    effects = move_effects(list(rows.select_for_update(of=("self",), no_key=True)), version)
    if len(effects) != len(seen) or any(e.digest(version) != seen[e.dossier.pk] for e in effects):
        raise Conflict(STALE)
    blocked = [e for e in effects if not e.is_possible]
    if blocked:
        lines = "；".join(f"{e.dossier.number} {'，'.join(e.blockers)}" for e in blocked[:5])
        raise Refused(f"有 {len(blocked)} 卷不能迁移，一卷都没有迁移：{lines}。")
    for effect in effects:
        _move(effect, version)
    for effect in effects:
        _record(effect, version, actor, reason)
    return [effect.dossier for effect in effects]


def _move(effect: MoveEffect, version: CampaignVersion) -> None:
    """Rewrite one locked dossier."""
    dossier = effect.dossier
    changes: dict[str, Any] = {"version": version, "lock_version": F("lock_version") + 1}
    if dossier.state in EDITABLE_STATES:
        changes["draft"] = _new_draft(effect)
        if effect.lost_slots:
            Evidence.objects.filter(
                dossier=dossier, slot__in=effect.lost_slots, removed_at=None
            ).update(removed_at=now())
    Dossier.objects.filter(pk=dossier.pk).update(**changes)


def _new_draft(effect: MoveEffect) -> dict:
    """The draft without what has no place in the new version; that is kept under ``former``."""
    draft = dict(effect.dossier.draft)
    former = {}
    for part, codes in (
        ("form", effect.lost_form),
        ("case_report", effect.lost_case),
        ("self_assessment", effect.lost_marks),
    ):
        if codes:
            former[part] = {code: draft[part][code] for code in codes}
            draft[part] = {k: v for k, v in draft[part].items() if k not in codes}
    if former:
        former["version"] = effect.dossier.version.number
        draft["former"] = [*draft.get("former", []), former]
    return draft


def _record(effect: MoveEffect, version: CampaignVersion, actor: Membership, reason: str) -> None:
    dossier = effect.dossier
    audit.record(
        actor, "dossier.version_moved", dossier, number=dossier.number, reason=reason,
        former=dossier.version.number, former_sha256=dossier.version.sha256,
        version=version.number, sha256=version.sha256, state=dossier.state,
        missing=list(effect.missing), gone=list(effect.gone), lost_marks=list(effect.lost_marks),
        lost_answers=[*effect.lost_form, *effect.lost_case], lost_files=list(effect.lost_slots),
        sign_offs=list(effect.sign_offs),
    )  # fmt: skip

"""The pool, the draw of a panel and who scores what.

The draw is the one of ``scoring.draw``: a commitment recorded before, a public source, the order
by HMAC. Nothing is chosen by hand; an expert who must not take part is excluded with a reason.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.enums import Role
from accounts.models import Membership
from campaigns.models import Campaign
from campaigns.selectors import current_version
from core import audit, clock
from core.errors import Conflict, Refused
from reviews.enums import DossierState
from reviews.models import Dossier
from scoring import draw
from scoring.enums import AssignmentState, SeatState
from scoring.models import Assignment, Expert, Panel, PanelSeat, Scorecard
from scoring.permissions import can_manage_panel, can_manage_pool, is_own_assignment
from scoring.selectors.sheets import due_items

LEAST_REASON, MOST_REASON = 5, 200  # characters


@transaction.atomic
def add_expert(*, actor, membership: Membership, field: str, employer: str) -> Expert:
    """Take a member with the role of an expert into the pool."""
    if not can_manage_pool(actor):
        raise PermissionDenied("not the keeper of the pool")
    if membership.role != Role.EXPERT:
        raise ValidationError("只有角色为“评审专家”的任职才能进入专家库。")
    if Expert.objects.filter(membership=membership).exists():
        raise ValidationError({"membership": "这个人已经在专家库中。"})
    expert = Expert(membership=membership, field=field, employer=employer)
    expert.full_clean()
    expert.save(force_insert=True)
    audit.record(actor, "expert.added", expert, field=field, employer=employer)
    return expert


@transaction.atomic
def set_expert_active(expert: Expert, *, actor: Membership, is_active: bool) -> Expert:
    """Take an expert out of later draws or back into them; panels already drawn do not change."""
    if not can_manage_pool(actor):
        raise PermissionDenied("not the keeper of the pool")
    expert = Expert.objects.select_for_update(no_key=True).get(pk=expert.pk)
    if expert.is_active != is_active:
        expert.is_active = is_active
        expert.save(update_fields=["is_active"])
        audit.record(actor, "expert.activated" if is_active else "expert.rested", expert)
    return expert


@transaction.atomic
def commit_panel(
    campaign: Campaign,
    *,
    actor: Membership,
    size: int,
    source: str,
    exclusions: Mapping[str, str] | None = None,
) -> Panel:
    """Freeze the pool and record the commitment before the public source speaks.

    ``source`` names the source and its date; ``exclusions`` maps expert ids to reasons.
    """
    if not can_manage_panel(actor):
        raise PermissionDenied("only the city bureau draws")
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if Panel.objects.filter(campaign=campaign).exists():
        raise Conflict("这次活动的专家组已经登记抽取，请刷新页面。")
    if not source.strip():
        raise ValidationError({"source": "请写明公开随机源的名称和日期。"})
    if not current_version(campaign).definition.is_scored:
        raise Refused("本方案没有评选标准，不评分，不抽取专家。")
    fewest = current_version(campaign).definition.combination.min_raters
    if size < fewest:
        raise ValidationError({"size": f"每卷至少需要 {fewest} 份评分，不能少于 {fewest} 人。"})
    pool = list(Expert.objects.filter(is_active=True).select_related("membership__user"))
    nonce = secrets.token_hex(32)
    try:
        commitment = draw.commit(
            [str(expert.pk) for expert in pool],
            dict(exclusions or {}),
            size,
            rule=f"从专家库抽取 {size} 人，其余按顺位候补",
            source=source.strip(),
            nonce_hash=draw.hash_nonce(nonce),
        )
    except draw.DrawError as error:
        raise ValidationError({"size": str(error)}) from error
    body = commitment.body
    panel = Panel.objects.create(
        campaign=campaign,
        size=size,
        pool=[
            {"id": str(e.pk), "name": e.membership.user.name, "employer": e.employer} for e in pool
        ],
        exclusions=body["excluded"],
        commitment_text=commitment.text,
        commitment=commitment.sha256,
        nonce=nonce,
        source_text="",
        committed_at=clock.now(),
        created_by=actor,
    )
    audit.record(actor, "panel.committed", panel, commitment=commitment.sha256, body=body)
    return panel


@transaction.atomic
def draw_panel(panel: Panel, *, actor: Membership, source_text: str) -> Panel:
    """Draw with what the public source said, seat the experts and assign every waiting dossier."""
    if not can_manage_panel(actor):
        raise PermissionDenied("only the city bureau draws")
    panel = (
        Panel.objects.select_for_update(of=("self",), no_key=True)
        .select_related("campaign")
        .get(pk=panel.pk)
    )
    if panel.drawn_at:
        raise Conflict("这个专家组已经抽取，结果不能更改。请刷新页面。")
    commitment = draw.Commitment(panel.commitment_text, panel.commitment)
    try:
        result = draw.draw(commitment, panel.nonce, source_text)
    except draw.DrawError as error:
        raise ValidationError({"source_text": str(error)}) from error
    for position, expert_id in enumerate((*result.chosen, *result.alternates), 1):
        state = SeatState.SEATED if position <= panel.size else SeatState.ALTERNATE
        PanelSeat.objects.create(panel=panel, expert_id=expert_id, position=position, state=state)
    panel.seed, panel.source_text, panel.drawn_at = result.seed, source_text, clock.now()
    panel.save(update_fields=["seed", "source_text", "drawn_at"])
    audit.record(
        actor, "panel.drawn", panel, seed=result.seed, source_text=source_text,
        chosen=result.chosen, alternates=result.alternates,
    )  # fmt: skip
    assign_dossiers(panel, actor=actor)
    return panel


@transaction.atomic
def assign_dossiers(panel: Panel, *, actor: Membership) -> int:
    """Give every dossier that waits for scoring to every seated expert; return how many are new."""
    if not can_manage_panel(actor):
        raise PermissionDenied("only the city bureau assigns")
    panel = Panel.objects.select_for_update(no_key=True).get(pk=panel.pk)
    if panel.drawn_at is None:
        raise Refused("专家组还没有抽取，请先抽取，再分派。")
    experts = [
        seat.expert_id for seat in panel.seats.filter(state=SeatState.SEATED).order_by("position")
    ]
    dossiers = Dossier.objects.filter(
        campaign=panel.campaign, state=DossierState.SCORING
    ).select_related("version", "revision")
    known = set(
        Assignment.objects.filter(dossier__in=dossiers).values_list("dossier_id", "expert_id")
    )
    count = 0
    for dossier in dossiers:
        for expert_id in experts:
            if (dossier.pk, expert_id) not in known:
                _assign(dossier, expert_id)
                count += 1
    if count:
        audit.record(actor, "panel.assigned", panel, assignments=count, dossiers=len(dossiers))
    return count


def _assign(dossier: Dossier, expert_id) -> Assignment:
    assignment = Assignment.objects.create(
        dossier=dossier, expert_id=expert_id, assigned_at=clock.now()
    )
    Scorecard.objects.create(
        assignment=assignment,
        revision=dossier.revision,
        version=dossier.version,
        due_items=due_items(dossier),
    )
    return assignment


@transaction.atomic
def recuse(assignment: Assignment, *, actor: Membership, reason: str) -> Assignment:
    """The expert steps back from one dossier; the next alternate takes it. Marks are kept."""
    assignment = (
        Assignment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("expert", "dossier__version", "dossier__revision")
        .get(pk=assignment.pk)
    )
    if not (is_own_assignment(actor, assignment) or can_manage_panel(actor)):
        raise PermissionDenied("not the expert's own assignment")
    if assignment.state == AssignmentState.RECUSED:
        raise Conflict("这卷材料已经回避，请刷新页面。")
    if assignment.state == AssignmentState.SUBMITTED:
        raise Refused("评分已经提交，不能再回避。如确有利害关系，请联系市住建局。")
    if assignment.dossier.state != DossierState.SCORING:
        raise Refused("这卷材料已不在专家评审环节，不用再回避。")
    if len(reason.strip()) < LEAST_REASON:
        raise ValidationError({"reason": f"请写明回避理由，至少 {LEAST_REASON} 个字。"})
    if len(reason.strip()) > MOST_REASON:
        raise ValidationError({"reason": f"回避理由最多 {MOST_REASON} 个字。"})
    # Two recusals from one dossier at once must not choose the same alternate.
    Panel.objects.select_for_update(no_key=True).filter(
        campaign=assignment.dossier.campaign_id
    ).first()
    assignment.state, assignment.recusal_reason = AssignmentState.RECUSED, reason.strip()
    assignment.save(update_fields=["state", "recusal_reason"])
    successor = _next_alternate(assignment)
    if successor:
        _assign(assignment.dossier, successor.expert_id)
    audit.record(
        actor, "assignment.recused", assignment, dossier=assignment.dossier.number,
        reason=reason.strip(), successor=successor and successor.expert_id,
    )  # fmt: skip
    return assignment


def _next_alternate(assignment: Assignment) -> PanelSeat | None:
    taken = Assignment.objects.filter(dossier=assignment.dossier).values("expert_id")
    return (
        PanelSeat.objects.filter(
            panel__campaign=assignment.dossier.campaign, state=SeatState.ALTERNATE
        )
        .exclude(expert_id__in=taken)
        .order_by("position")
        .first()
    )

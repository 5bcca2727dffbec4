"""Submission: the draft is frozen as a numbered revision and goes on its way."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from accounts.models import Membership
from campaigns.enums import CampaignState
from core import audit
from core.clock import moment, now
from core.counters import next_number
from core.errors import Conflict, Refused
from reviews.enums import DossierState
from reviews.models import Dossier, Revision
from reviews.permissions.dossiers import EDITABLE_STATES, is_own_dossier
from reviews.selectors.completeness import completeness
from reviews.selectors.contents import frozen_content
from reviews.selectors.deadlines import submission_cutoff
from reviews.selectors.evidence import counts_by_slot, present_evidence
from reviews.selectors.papers import papers_of
from reviews.selectors.requirements import barring, requirement_lines
from reviews.services.papers import request_papers
from reviews.services.route import lock_dossier, resume_route, start_route


@transaction.atomic
def submit_dossier(
    dossier: Dossier, *, pledged: bool, lock_version: int, actor: Membership
) -> Revision:
    """Freeze the draft as the next revision and send it on its way; return the revision.

    ``lock_version`` is what the check page showed: whoever submits has seen what is submitted.
    Raises PermissionDenied, Conflict (already submitted, changed since), Refused (after the
    deadline, incomplete, not pledged).
    """
    dossier = lock_dossier(dossier)
    if not is_own_dossier(actor, dossier):
        raise PermissionDenied
    if dossier.campaign.state != CampaignState.OPEN:
        raise Refused("这项评选活动已经结束，不再接受提交。填写的内容都已保留。")
    was_returned = dossier.state == DossierState.RETURNED
    definition = dossier.version.definition
    cutoff = submission_cutoff(definition, dossier.campaign, dossier)
    _claim(dossier, lock_version, cutoff)
    evidence = present_evidence(dossier)
    _check_complete(dossier, counts_by_slot(evidence), pledged)
    _check_requirements(dossier)
    content = frozen_content(dossier, evidence)
    submitted_at = now()
    revision = Revision.objects.create(
        dossier=dossier,
        number=(dossier.revisions.aggregate(last=Max("number"))["last"] or 0) + 1,
        content=content,
        sha256=audit.sha256(audit.canonical(content)),
        receipt=_next_receipt(submitted_at),
        submitted_by=actor,
        submitted_at=submitted_at,
    )
    walk = resume_route if was_returned else start_route
    walk(dossier, revision, actor=actor)
    request_papers(dossier, actor=actor, kinds=papers_of(definition))
    audit.record(
        actor,
        "dossier.submitted",
        dossier,
        number=dossier.number,
        revision=revision.number,
        receipt=revision.receipt,
        sha256=revision.sha256,
        **cutoff.why_late(submitted_at),
    )
    return revision


def _claim(dossier: Dossier, lock_version: int, cutoff) -> None:
    """Take the draft for submission: one statement tests state, version and the deadline by the
    database's own clock."""
    mine = Dossier.objects.filter(
        pk=dossier.pk, state__in=EDITABLE_STATES, lock_version=lock_version
    )
    if cutoff.until:
        mine = mine.alias(moment=moment()).filter(moment__lt=cutoff.until)
    if mine.update(lock_version=F("lock_version") + 1):
        dossier.lock_version = lock_version + 1
        return
    if dossier.state not in EDITABLE_STATES:
        receipt = f"（回执号 {dossier.revision.receipt}）" if dossier.revision else ""
        raise Conflict(f"材料卷现在是“{dossier.get_state_display()}”{receipt}，不需要再次提交。")
    if dossier.lock_version != lock_version:
        raise Conflict("您核对之后，材料又有改动。请回到核对页重新核对，再提交。")
    raise Refused(
        f"“{cutoff.deadline.title}”已于 {cutoff.words} 截止，不能再提交。"
        "填写的内容都已保留，如有特殊情况请联系县区住建局。"
    )


def _check_complete(dossier: Dossier, counts: dict[str, int], pledged: bool) -> None:
    definition = dossier.version.definition
    found = completeness(definition, dossier.track, dossier.draft, counts)
    if found.missing:
        first = found.blocking[0].message
        raise Refused(f"还不能提交：{first}，共有 {found.missing} 处必填内容没有完成。")
    pledge = definition.form.pledge
    if pledge and pledge.required and not pledged:
        raise Refused("请先勾选真实性承诺，再提交。")


def _check_requirements(dossier: Dossier) -> None:
    """Refuse what the notice lets nobody submit."""
    if lines := barring(requirement_lines(dossier)):
        named = "；".join(f"{line.code} {line.title}：{line.text}" for line in lines)
        raise Refused(f"按方案规定不能提交：{named}数据有误的，请联系县区住建局更正。")


def _next_receipt(at) -> str:
    day = timezone.localtime(at)
    return f"R{day:%Y%m%d}-{next_number('receipt'):05d}"

"""The walker of the route: which step comes next, and which state that is.

The route itself is data (``definition.route``); here is only the table of moves that any route
is made of. Every function expects the dossier locked by ``lock_dossier`` in the same transaction.
"""

from __future__ import annotations

from django.db.models import QuerySet

from campaigns.definition.route import Step
from core import audit
from core.clock import now
from core.errors import Conflict, Refused
from reviews.enums import DossierState, Outcome
from reviews.models import Dossier, Revision, SignOff
from reviews.selectors.route import conditions_of, standing_sign_offs
from reviews.services.announcements import plan_announcement

S = DossierState

# step type → the state of a dossier that waits at such a step
STATE_AT = {
    "sign_off": S.IN_REVIEW,
    "desk_check": S.IN_REVIEW,
    "site_visit": S.IN_REVIEW,
    "selection": S.IN_REVIEW,
    "scoring": S.SCORING,
    "decision": S.DECISION,
    "public_notice": S.LISTED,
    "announcement": S.LISTED,
}

# what an opinion takes along to the corrected revision
_CARRIED = (
    "step", "outcome", "opinion", "attestations", "revision_sha256", "organisation_id",
    "signed_by_id", "signed_at", "scan_id",
)  # fmt: skip

_ON_ROUTE = {S.IN_REVIEW, S.SCORING, S.DECISION, S.LISTED}

# state → states it may change to; what is not here is final
MOVES = {
    S.DRAFT: _ON_ROUTE,
    S.RETURNED: _ON_ROUTE,
    S.IN_REVIEW: _ON_ROUTE | {S.RETURNED, S.REFUSED, S.NOT_AWARDED},
    S.SCORING: _ON_ROUTE | {S.NOT_AWARDED},
    S.DECISION: _ON_ROUTE | {S.NOT_AWARDED},
    S.LISTED: {S.LISTED, S.DECISION, S.AWARDED, S.NOT_AWARDED},
}

CONDITION_WORDS = {
    "no_owners_committee": "小区没有业主委员会",
    "no_management_committee": "所在社区没有物业管理委员会",
    "no_property_company": "小区没有物业服务企业",
}


def lock_dossier(dossier: Dossier) -> Dossier:
    """The dossier as it stands now, its row locked until the transaction ends."""
    return _locking(Dossier.objects.all()).get(pk=dossier.pk)


def lock_dossiers(rows: QuerySet[Dossier]) -> list[Dossier]:
    """All of ``rows`` as they stand now, locked in the one order in which everybody locks several:
    two transactions wait for each other and none deadlocks. Call it before the first record is
    written, for that holds the chain of records."""
    return list(_locking(rows).order_by("pk"))


def _locking(rows: QuerySet[Dossier]) -> QuerySet[Dossier]:
    return rows.select_for_update(of=("self",), no_key=True).select_related(
        "campaign", "version", "revision", "applicant", "community__division", "community__county"
    )


def start_route(dossier: Dossier, revision: Revision, *, actor) -> Step:
    """Send a newly submitted revision on its way, from the first step; return the step it waits
    at. ``revision`` becomes the one that is signed."""
    dossier.revision = revision
    dossier.save(update_fields=["revision"])
    dossier.step = ""
    return _walk(dossier, None, actor=actor)


def resume_route(dossier: Dossier, revision: Revision, *, actor) -> Step:
    """Send a corrected revision on its way as the returning step says (``Step.resume``): again
    from the first step, for a signature holds for the content it was given to, or to the returner
    at once, the opinions before it carried over."""
    if dossier.state != S.RETURNED:
        raise Conflict(f"材料卷现在是「{dossier.get_state_display()}」，不能重新提交。")
    _carry_over(dossier, revision)
    return start_route(dossier, revision, actor=actor)


def send_back(dossier: Dossier, step: Step, target: Step, *, actor) -> None:
    """Return the present revision from ``step`` to the earlier level ``target``. Opinions that
    have to be given again stand no longer; the others do (``Step.resume``)."""
    codes = [each.code for each in dossier.version.definition.route]
    again = codes[codes.index(target.code) : codes.index(step.code) + 1]
    if step.resume == "returner":
        again = [target.code, step.code]
    standing_sign_offs(dossier.revision_id).filter(step__in=again).update(superseded_at=now())
    enter_step(dossier, target.code, STATE_AT[target.type], actor=actor)


def advance(dossier: Dossier, *, actor) -> Step:
    """Pass the present step and return the next one; skipped ones are recorded as such."""
    return _walk(dossier, dossier.step, actor=actor)


def enter_step(dossier: Dossier, code: str, state: str, *, actor) -> Dossier:
    """Put the dossier at step ``code`` (empty: nowhere) in ``state``; waiting begins now.

    Several dossiers in one transaction: ``lock_dossiers`` before the first call.
    """
    former = dossier.state
    if state not in MOVES.get(former, ()):
        raise Refused(
            f"{dossier.number} 现在是「{dossier.get_state_display()}」，"
            f"不能转为「{DossierState(state).label}」。"
        )
    dossier.state, dossier.step, dossier.waiting_since = state, code, now()
    dossier.save(update_fields=["state", "step", "waiting_since"])
    audit.record(actor, "dossier.moved", dossier, former=former, state=state, step=code)
    plan_announcement(dossier, former)
    return dossier


def _walk(dossier: Dossier, code: str | None, *, actor) -> Step:
    definition = dossier.version.definition
    conditions = conditions_of(dossier.community)
    signed = {row.step for row in standing_sign_offs(dossier.revision_id)}
    following = definition.next_step(code, dossier.track, conditions)
    while following is not None and following.code in signed:
        following = definition.next_step(following.code, dossier.track, conditions)
    if following is None:
        raise Refused("已经是最后一个环节，后面没有环节了。")
    _record_skipped(dossier, code, following, conditions, signed)
    enter_step(dossier, following.code, STATE_AT[following.type], actor=actor)
    return following


def _carry_over(dossier: Dossier, revision: Revision) -> None:
    """Let the opinions before the returning step stand for the corrected revision too, if it says
    so. What they were given to stays the former revision's hash."""
    route = dossier.version.definition.route
    codes = [step.code for step in route]
    returned = standing_sign_offs(dossier.revision_id).filter(outcome=Outcome.RETURN).first()
    if returned is None or route[codes.index(returned.step)].resume != "returner":
        return
    before = codes[: codes.index(returned.step)]
    agreed = standing_sign_offs(dossier.revision_id).filter(step__in=before, outcome=Outcome.AGREE)
    for former in agreed.order_by("signed_at", "pk"):
        carried = {name: getattr(former, name) for name in _CARRIED}
        SignOff.objects.create(dossier=dossier, revision=revision, carried_from=former, **carried)


def _record_skipped(
    dossier: Dossier,
    code: str | None,
    following: Step,
    conditions: frozenset[str],
    signed: set[str],
) -> None:
    """One row per sign-off that the community's situation passes over, with the reason."""
    route = dossier.version.definition.route
    codes = [step.code for step in route]
    start = codes.index(code) + 1 if code else 0
    for step in route[start : codes.index(following.code)]:
        if step.code in signed:
            continue
        if step.type == "sign_off" and step.applies(dossier.track) and step.skip_when in conditions:
            SignOff.objects.create(
                dossier=dossier,
                revision=dossier.revision,
                revision_sha256=dossier.revision.sha256,
                step=step.code,
                outcome=Outcome.SKIPPED,
                opinion=f"{CONDITION_WORDS[step.skip_when]}，依方案跳过本环节。",
                signed_at=now(),
            )

"""The check of the materials at the desk, before the county signs."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import Membership
from campaigns.definition.route import Step
from core import audit
from core.clock import now
from core.errors import Conflict, Refused
from reviews.enums import DossierState
from reviews.models import DeskCheck, Dossier
from reviews.permissions.sign_offs import acts_at
from reviews.selectors.desk_checks import check_rows
from reviews.services import route
from reviews.services.deadlines import claim_in_time
from reviews.services.sign_offs import check_not_own, not_its_turn

MOST_NOTE = 200


@transaction.atomic
def record_desk_check(
    dossier: Dossier,
    *,
    actor: Membership,
    checks: Mapping[str, Mapping],
    revision_sha256: str,
) -> DeskCheck:
    """Record the check of the revision that was read; until it is signed it may be recorded again.

    checks: code of ``check_rows`` → ``{"ok": bool, "note": text}``, every row. A row that is not
    in order needs a note. Raises PermissionDenied, ValidationError by row code, Conflict, Refused.
    """
    dossier = route.lock_dossier(dossier)
    step = checking_step(dossier, actor, "desk_check")
    if dossier.revision.sha256 != revision_sha256:
        raise Conflict(
            f"您核对期间申报单位提交了第 {dossier.revision.number} 版，请按这一版重新核对后再保存。"
        )
    claim_in_time(dossier, step, actor=actor)
    rows = _clean(check_rows(dossier.version.definition, dossier.track), checks)
    is_complete = all(row["ok"] for row in rows)
    desk_check, _ = DeskCheck.objects.update_or_create(
        revision=dossier.revision,
        defaults={
            "dossier": dossier,
            "checks": rows,
            "is_complete": is_complete,
            "checked_by": actor,
            "checked_at": now(),
        },
    )
    audit.record(
        actor,
        "dossier.desk_checked",
        dossier,
        revision=dossier.revision.number,
        is_complete=is_complete,
        missing=[row["code"] for row in rows if not row["ok"]],
    )
    if step.type == "desk_check":
        route.advance(dossier, actor=actor)
    return desk_check


def checking_step(dossier: Dossier, member: Membership, kind: str) -> Step:
    """The step at which the dossier waits, if it asks for a check of this kind (``desk_check``,
    ``site_visit``) and the member's office acts there; else PermissionDenied or Refused."""
    definition = dossier.version.definition
    steps = [
        step
        for step in definition.steps(dossier.track)
        if step.type == kind or kind in step.requires
    ]
    mine = [step for step in steps if acts_at(member, dossier, step)]
    if not mine:
        raise PermissionDenied("not this office's check")
    check_not_own(member, dossier)
    for step in mine:
        if dossier.state == DossierState.IN_REVIEW and dossier.step == step.code:
            return step
    raise Refused(not_its_turn(dossier, mine[0]))


def _clean(rows: list[dict], checks: Mapping[str, Mapping]) -> list[dict]:
    errors, cleaned = {}, []
    for row in rows:
        given = checks.get(row["code"], {})
        ok, note = given.get("ok"), str(given.get("note", "")).strip()
        if not isinstance(ok, bool):
            errors[row["code"]] = "请选择齐全或不齐全。"
        elif not ok and not note:
            errors[row["code"]] = "不齐全的请写明缺什么。"
        elif len(note) > MOST_NOTE:
            errors[row["code"]] = f"说明最多 {MOST_NOTE} 个字。"
        cleaned.append({"code": row["code"], "title": row["title"], "ok": bool(ok), "note": note})
    if errors:
        raise ValidationError(errors)
    return cleaned

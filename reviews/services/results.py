"""Recording what a higher level outside the system decided."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import Membership
from core import audit
from core.clock import now, today
from core.errors import Conflict, Refused
from reviews.enums import Answer, DossierState
from reviews.models import Dossier, ReceivedResult
from reviews.permissions.results import can_record_result
from reviews.selectors.results import result_row
from reviews.services.route import lock_dossier
from reviews.services.sign_offs import store_scan

LEAST_NOTE = 5  # characters, of a correction


@transaction.atomic
def record_result(
    dossier: Dossier,
    *,
    actor: Membership,
    step: str,
    answer: str,
    decided_on: date,
    document_number: str,
    note: str = "",
    scan: UploadedFile | None = None,
    replaces: UUID | None = None,
) -> ReceivedResult:
    """Record the result of a ``result_received`` step on an awarded dossier.

    A second record is a correction: ``replaces`` is the id of the one that was read, ``note``
    says why. Raises PermissionDenied, ValidationError by field, Refused, Conflict.
    """
    dossier = lock_dossier(dossier)
    if not can_record_result(actor, dossier):
        raise PermissionDenied("not this office's record")
    if dossier.state != DossierState.AWARDED:
        raise Refused(f"{dossier.number} 没有公布入选，没有上级结果可以记录。")
    row = result_row(dossier, step)
    if row is None:
        raise Refused("方案中没有这个环节，请刷新页面。")
    if not row.is_due:
        raise Refused(f"前一级还没有入选的结果，不能记录「{row.step.title}」。")
    former = row.result
    if former and former.pk != replaces:
        raise Conflict(f"「{row.step.title}」同事已经记录，请刷新页面查看。")
    note, document_number = note.strip(), document_number.strip()
    errors = {}
    if answer not in Answer.values:
        errors["answer"] = "请选择结果。"
    if decided_on > today():
        errors["decided_on"] = "公布日期不能晚于今天。"
    if not document_number:
        errors["document_number"] = "请填写文号；没有文号的写文件名称。"
    if former and len(note) < LEAST_NOTE:
        errors["note"] = f"更正须写明原因，不少于 {LEAST_NOTE} 个字。"
    later = _later_results(dossier, step)
    if former and later and answer != Answer.SELECTED:
        errors["answer"] = f"后一级（{later}）已经记录，请先更正后一级的结果。"
    if errors:
        raise ValidationError(errors)
    if former:
        ReceivedResult.objects.filter(pk=former.pk).update(is_current=False)
    result = ReceivedResult.objects.create(
        dossier=dossier, step=step, answer=answer, decided_on=decided_on,
        document_number=document_number, note=note, scan=store_scan(scan, actor),
        recorded_by=actor, recorded_at=now(),
    )  # fmt: skip
    audit.record(
        actor, "result.received", dossier, step=step, answer=answer,
        decided_on=decided_on.isoformat(), document_number=document_number, note=note,
        corrects=former and str(former.pk), scan=result.scan and result.scan.sha256,
    )  # fmt: skip
    return result


def _later_results(dossier: Dossier, step: str) -> str:
    """Titles of later steps that have a result."""
    route = dossier.version.definition.route
    codes = [one.code for one in route]
    later = {one.code: one.title for one in route[codes.index(step) + 1 :]}
    known = dossier.received_results.filter(is_current=True, step__in=later)
    return "、".join(later[code] for code in known.values_list("step", flat=True))

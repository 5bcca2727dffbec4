"""Files of a dossier: added, described, put in order, turned, removed and brought back while it is
being edited."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max, Sum

from accounts.models import Membership
from core import audit
from core.clock import now, today
from core.errors import STALE_PAGE, Conflict, Refused
from core.wording import file_size
from documents.enums import MediaKind
from documents.models import Upload
from documents.services import (
    check_announced,
    discard_upload,
    open_upload,
    received_file,
    store_file,
    turn_picture,
)
from reviews.models import Dossier, Evidence
from reviews.selectors.evidence import same_content, uploads_for
from reviews.selectors.parts import Slot, dossier_slots
from reviews.services.dossiers import check_editable
from reviews.services.route import lock_dossier

CAPTION_LENGTH = 100


def slot_of(dossier: Dossier, code: str) -> Slot:
    """The slot of the dossier's definition and track; KeyError when there is none."""
    return dossier_slots(dossier.version.definition, dossier.track)[code]


@transaction.atomic
def add_evidence(
    dossier: Dossier, slot: str, upload: UploadedFile, *, actor: Membership, caption: str = ""
) -> Evidence:
    """Store a file and put it into a slot; the same file in the same slot is not doubled: the
    answer is then the row that was there, with ``is_known`` set.

    Raises ValidationError (type, size, duration, count) with a sentence for the user.
    """
    dossier = lock_dossier(dossier)
    check_editable(dossier, actor, slot)
    place = slot_of(dossier, slot)
    present = dossier.evidence.filter(slot=slot, removed_at=None)
    file = store_file(
        upload,
        actor=actor,
        allowed_kinds=place.kinds,
        max_bytes=place.max_bytes,
        max_seconds=place.max_seconds,
    )
    known = same_content(present, file)
    if known:
        known.is_known = True
        return known
    _check_count(place, present.count(), upload.name)
    _check_quota(dossier, file.size, upload.name)
    last = present.aggregate(last=Max("position"))["last"] or 0
    evidence = Evidence.objects.create(
        dossier=dossier,
        slot=slot,
        file=file,
        name=(upload.name or file.name)[-200:],
        caption=_checked_caption(caption),
        position=last + 1,
        added_by=actor,
    )
    audit.record(
        actor, "evidence.added", evidence, dossier=dossier.number, slot=slot, sha256=file.sha256
    )
    return evidence


def _check_count(place: Slot, count: int, name: str | None) -> None:
    if place.is_issued:
        raise ValidationError(f"“{name}”没有收下：这一项的证明由出具单位在系统里出具，不用上传。")
    if count >= place.max_count:
        raise ValidationError(
            f"“{name}”没有收下：这里最多放 {place.max_count} 个文件，请先删除不需要的文件。"
        )


def _check_quota(dossier: Dossier, size: int, name: str | None) -> None:
    """All files of a dossier together."""
    most = settings.DOSSIER_QUOTA_MEGABYTES << 20
    present = dossier.evidence.filter(removed_at=None).aggregate(sum=Sum("file__size"))["sum"] or 0
    if present + size > most:
        raise ValidationError(
            f"“{name}”没有收下：这份申报的文件已有 {file_size(present)}，"
            f"合计不能超过 {file_size(most)}，请先删除不需要的文件，或压缩后再上传。"
        )


# ---- in pieces -------------------------------------------------------------------------------


@transaction.atomic
def open_evidence_upload(
    dossier: Dossier, slot: str, *, name: str, media_type: str, size: int, owner: Membership
) -> Upload:
    """Begin a file for a slot; what can be told before its bytes are sent is told now.

    Raises ValidationError, Refused, StorageFull.
    """
    check_editable(dossier, owner, slot)
    place = slot_of(dossier, slot)
    check_announced(name, size, allowed_kinds=place.kinds, max_bytes=place.max_bytes)
    under_way = uploads_for(dossier).aggregate(sum=Sum("size"))["sum"] or 0
    _check_quota(dossier, under_way + size, name)
    _check_count(place, dossier.evidence.filter(slot=slot, removed_at=None).count(), name)
    purpose = f"{dossier.pk}:{slot}"
    return open_upload(purpose, name=name, media_type=media_type, size=size, owner=owner)


@transaction.atomic
def take_upload(dossier: Dossier, slot: str, upload: Upload, *, actor: Membership) -> Evidence:
    """A complete upload becomes evidence, as ``add_evidence``. One that is refused for what it is
    stays no longer than one that is taken: see ``discard_upload``."""
    if upload.purpose != f"{dossier.pk}:{slot}":
        raise Refused(STALE_PAGE)
    with received_file(upload) as file:
        evidence = add_evidence(dossier, slot, file, actor=actor)
    discard_upload(upload)
    return evidence


# ---- what is there already -------------------------------------------------------------------


def _editable(evidence: Evidence, actor: Membership) -> tuple[Dossier, Evidence]:
    """The dossier, locked, and the file as it is now. Raises as ``check_editable``, and Conflict
    when the file was removed meanwhile."""
    dossier = lock_dossier(evidence.dossier)
    check_editable(dossier, actor, evidence.slot)
    found = Evidence.objects.select_related("file__upright").get(pk=evidence.pk)
    if found.removed_at:
        raise Conflict(f"“{found.name}”已经删除，需要时可以在“最近删除”中恢复。")
    return dossier, found


@transaction.atomic
def describe_evidence(
    evidence: Evidence,
    caption: str,
    *,
    actor: Membership,
    taken_on: date | None = None,
    before: Evidence | None = None,
) -> Evidence:
    """Say what a file shows, when it was taken (None: as the camera says) and which picture shows
    the same place before. Raises ValidationError by field."""
    dossier, evidence = _editable(evidence, actor)
    values = {
        "caption": _checked_caption(caption),
        "taken_on": _checked_day(taken_on),
        "before": _checked_before(evidence, before),
    }
    if all(getattr(evidence, name) == value for name, value in values.items()):
        return evidence
    for name, value in values.items():
        setattr(evidence, name, value)
    evidence.save(update_fields=list(values))
    audit.record(
        actor, "evidence.described", evidence, dossier=dossier.number, caption=evidence.caption,
        taken_on=taken_on and taken_on.isoformat(), before=before and str(before.pk),
    )  # fmt: skip
    return evidence


def _checked_caption(caption: str) -> str:
    caption = " ".join(caption.split())
    if "\x00" in caption:
        raise ValidationError({"caption": "说明中有不能保存的字符，请重新输入。"})
    if len(caption) > CAPTION_LENGTH:
        raise ValidationError(
            {"caption": f"说明最多 {CAPTION_LENGTH} 字，现在 {len(caption)} 字，请删减后再保存。"}
        )
    return caption


def _checked_day(day: date | None) -> date | None:
    if day and day > today():
        raise ValidationError({"taken_on": "拍摄日期不能晚于今天，请核对后重新填写。"})
    return day


def _checked_before(evidence: Evidence, before: Evidence | None) -> Evidence | None:
    if before is None:
        return None
    pictures = Evidence.objects.filter(
        dossier_id=evidence.dossier_id, slot=evidence.slot, removed_at=None,
        file__kind=MediaKind.IMAGE,
    ).exclude(pk=evidence.pk)  # fmt: skip
    if evidence.file.kind != MediaKind.IMAGE or not pictures.filter(pk=before.pk).exists():
        raise ValidationError({"before": "只能与这一处的另一张照片组成前后对比，请重新选择。"})
    if pictures.filter(before=before).exists() or before.before_id:
        raise ValidationError(
            {"before": "所选的照片已经属于另一组前后对比，请先取消那一组，或另选一张。"}
        )
    if pictures.filter(before=evidence).exists():
        raise ValidationError({"before": "这张照片在另一组对比中是“之前”，请先取消那一组。"})
    return before


@transaction.atomic
def move_evidence(evidence: Evidence, steps: int, *, actor: Membership) -> Evidence:
    """Move a file by so many places towards the end of its slot (negative: the beginning)."""
    dossier, evidence = _editable(evidence, actor)
    order = list(
        dossier.evidence.filter(slot=evidence.slot, removed_at=None).order_by("position", "pk")
    )
    place = order.index(evidence)
    order.insert(min(max(place + steps, 0), len(order) - 1), order.pop(place))
    for position, piece in enumerate(order, 1):
        piece.position = position
    Evidence.objects.bulk_update(order, ["position"])
    audit.record(
        actor, "evidence.moved", evidence,
        dossier=dossier.number, slot=evidence.slot, place=order.index(evidence) + 1,
    )  # fmt: skip
    return evidence


@transaction.atomic
def turn_evidence(evidence: Evidence, quarters: int, *, actor: Membership) -> Evidence:
    """Turn a picture by quarters clockwise. The turned one takes the place of the former, which a
    revision may hold. Raises ValidationError."""
    dossier, former = _editable(evidence, actor)
    if former.file.kind != MediaKind.IMAGE:
        raise ValidationError(
            f"“{former.name}”不是图片，不能旋转。请用播放或编辑软件调整后再上传。"
        )
    file = turn_picture(former.file, quarters, actor=actor)
    Evidence.objects.filter(pk=former.pk).update(removed_at=now())
    turned = Evidence.objects.create(
        dossier=dossier, slot=former.slot, file=file, name=former.name, caption=former.caption,
        taken_on=former.taken_on, before_id=former.before_id, position=former.position,
        added_by=actor,
    )  # fmt: skip
    Evidence.objects.filter(before=former, removed_at=None).update(before=turned)
    audit.record(
        actor, "evidence.turned", turned,
        dossier=dossier.number, slot=turned.slot, former=str(former.pk), sha256=file.sha256,
    )  # fmt: skip
    return turned


@transaction.atomic
def remove_evidence(evidence: Evidence, *, actor: Membership) -> Evidence:
    """Take a file out of the draft; revisions that point at it keep it. Its pair is one no more."""
    dossier = lock_dossier(evidence.dossier)
    check_editable(dossier, actor, evidence.slot)
    if not Evidence.objects.filter(pk=evidence.pk, removed_at=None).update(removed_at=now()):
        raise Refused("这个文件已经删除。")
    Evidence.objects.filter(before=evidence, removed_at=None).update(before=None)
    audit.record(actor, "evidence.removed", evidence, dossier=dossier.number, slot=evidence.slot)
    return evidence


@transaction.atomic
def restore_evidence(evidence: Evidence, *, actor: Membership) -> Evidence:
    """Undo a removal: the file comes back to the end of its slot. Raises ValidationError when there
    is no room."""
    dossier = lock_dossier(evidence.dossier)
    check_editable(dossier, actor, evidence.slot)
    evidence.refresh_from_db()
    present = dossier.evidence.filter(slot=evidence.slot, removed_at=None)
    if evidence.removed_at is None or same_content(present, evidence.file):
        return evidence
    _check_count(slot_of(dossier, evidence.slot), present.count(), evidence.name)
    _check_quota(dossier, evidence.file.size, evidence.name)
    evidence.removed_at, evidence.before = None, None
    evidence.position = (present.aggregate(last=Max("position"))["last"] or 0) + 1
    evidence.save(update_fields=["removed_at", "before", "position"])
    audit.record(actor, "evidence.restored", evidence, dossier=dossier.number, slot=evidence.slot)
    return evidence

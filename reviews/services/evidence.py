"""Files of a dossier: added, described, removed while it is being edited."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max

from accounts.models import Membership
from core import audit
from core.clock import now
from core.errors import Refused
from documents.services import store_file
from reviews.models import Dossier, Evidence
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
    """Store a file and put it into a slot; the same file in the same slot is not doubled.

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
    known = present.filter(file=file).first()
    if known:
        return known
    if present.count() >= place.max_count:
        raise ValidationError(
            f"“{upload.name}”没有收下：这里最多放 {place.max_count} 个文件，请先删除不需要的文件。"
        )
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


@transaction.atomic
def describe_evidence(evidence: Evidence, caption: str, *, actor: Membership) -> Evidence:
    """Change the caption."""
    dossier = lock_dossier(evidence.dossier)
    check_editable(dossier, actor, evidence.slot)
    caption = _checked_caption(caption)
    if caption == evidence.caption:
        return evidence
    evidence.caption = caption
    evidence.save(update_fields=["caption"])
    audit.record(actor, "evidence.described", evidence, dossier=dossier.number, caption=caption)
    return evidence


@transaction.atomic
def remove_evidence(evidence: Evidence, *, actor: Membership) -> Evidence:
    """Take a file out of the draft; revisions that point at it keep it."""
    dossier = lock_dossier(evidence.dossier)
    check_editable(dossier, actor, evidence.slot)
    if not Evidence.objects.filter(pk=evidence.pk, removed_at=None).update(removed_at=now()):
        raise Refused("这个文件已经删除。")
    audit.record(actor, "evidence.removed", evidence, dossier=dossier.number, slot=evidence.slot)
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

"""Every write of a notice's annex on its way to a rubric. Each row is decided by a person."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models.functions import Now

from campaigns.definition import tree
from campaigns.models import DefinitionDraft, NoticeImport
from campaigns.notice_import.entry import read_annex_safely
from campaigns.notice_import.proposal import Proposal, ProposedItem, ProposedSection
from campaigns.notice_import.takeover import item_faults, sections_data
from campaigns.permissions import can_import_notice
from campaigns.services.drafts import create_draft, replace_rubric
from core import audit
from core.errors import Conflict, Refused
from documents.inspection import InspectionError
from documents.services import receive_upload

MOST_BYTES = 10 << 20
MOST_IMPORTS = 200
CHANGED = "这一行刚刚被其他人改动，您填写的内容还没有保存。请核对后再保存。"


def begin_import(upload: UploadedFile, *, actor) -> NoticeImport:
    """Read the annex and keep what was read; ValidationError says why a file is refused."""
    _may_import(actor)
    if NoticeImport.objects.count() >= MOST_IMPORTS:
        raise Refused(f"方案附件导入已有 {MOST_IMPORTS} 份，请先删除不用的。")
    name = Path(upload.name or "").name or "未命名"
    with tempfile.TemporaryDirectory(prefix="jiayuan-") as folder:
        try:
            source, digest = receive_upload(upload, Path(folder), MOST_BYTES)
            proposal = read_annex_safely(source, name)
        except InspectionError as error:
            raise ValidationError({"annex": f"「{name[-60:]}」{error}"}) from error
    return _keep_import(proposal, name, digest, actor)


@transaction.atomic
def _keep_import(proposal: Proposal, name: str, digest: str, actor) -> NoticeImport:
    imported = NoticeImport(name=name[-200:], sha256=digest, created_by_id=actor.id)
    _write(imported, proposal, actor)
    audit.record(
        actor, "notice_import.begun", imported, name=imported.name, sha256=digest,
        sections=len(proposal.sections), items=len(proposal.items),
    )  # fmt: skip
    return imported


def seen(row: ProposedItem | ProposedSection) -> str:
    """A short name of what a person saw of a row."""
    return tree.digest(row.model_dump(mode="json"))


@transaction.atomic
def mend_item(
    imported: NoticeImport, key: str, values: dict[str, Any], *, actor, was: str
) -> NoticeImport:
    """Put other values into a row and accept it. ``was`` is what the person saw of it. Raises
    ValidationError by field when the row could not be scored."""
    imported = _locked(imported, actor)
    proposal = imported.proposal
    before = _row(proposal.items, key)
    if seen(before) != was:
        raise Conflict(CHANGED)
    item = before.model_copy(update={**values, "state": "accepted"})
    _must_be_sound(item, _row(proposal.sections, item.section))
    _write(imported, _with_items(proposal, {key: item}), actor)
    audit.record(
        actor, "notice_import.item_mended", imported, row=key,
        before=_short(before), after=_short(item),
    )  # fmt: skip
    return imported


@transaction.atomic
def mend_section(
    imported: NoticeImport, key: str, values: dict[str, Any], *, actor, was: str
) -> NoticeImport:
    """Put another title or amount into a section."""
    imported = _locked(imported, actor)
    proposal = imported.proposal
    before = _row(proposal.sections, key)
    if seen(before) != was:
        raise Conflict(CHANGED)
    section = before.model_copy(update=values)
    sections = tuple(section if old.key == key else old for old in proposal.sections)
    _write(imported, proposal.model_copy(update={"sections": sections}), actor)
    audit.record(
        actor, "notice_import.section_mended", imported, row=key,
        before={"title": before.title, "amount": str(before.amount)},
        after={"title": section.title, "amount": str(section.amount)},
    )  # fmt: skip
    return imported


@transaction.atomic
def decide_item(imported: NoticeImport, key: str, state: str, *, actor) -> NoticeImport:
    """Accept or ignore a row, or open it again. Pressed twice is decided once."""
    imported = _locked(imported, actor)
    proposal = imported.proposal
    item = _row(proposal.items, key)
    if item.state == state:
        return imported
    if state == "accepted" and item_faults(item, _row(proposal.sections, item.section)):
        raise Refused("这一行还不能计分，请先修改补全，再采纳。")
    return _decide(imported, proposal, [item], state, actor)


@transaction.atomic
def accept_undoubted(imported: NoticeImport, *, actor) -> int:
    """Accept every open row that has no doubt and can be scored; how many there were."""
    imported = _locked(imported, actor)
    proposal = imported.proposal
    sure = undoubted(proposal)
    if sure:
        _decide(imported, proposal, sure, "accepted", actor)
    return len(sure)


def undoubted(proposal: Proposal) -> list[ProposedItem]:
    """Open rows without a doubt of their own or of their section."""
    return [
        item
        for item in proposal.items
        if item.state == "open"
        and not item.doubts
        and not proposal.section(item.section).doubts
        and not item_faults(item, proposal.section(item.section))
    ]


@transaction.atomic
def take_over(
    imported: NoticeImport, draft: DefinitionDraft | None, *, actor, title: str = ""
) -> DefinitionDraft:
    """Put the accepted rows as rubric into the draft, or into a new one. Every row must be
    decided; sums that do not close are the officer's to keep."""
    imported = _locked(imported, actor)
    proposal = imported.proposal
    open_rows = sum(item.state == "open" for item in proposal.items)
    if open_rows:
        raise Refused(f"还有 {open_rows} 行没有采纳或忽略，请逐行处理后再写入草稿。")
    sections = sections_data(proposal)
    if not sections:
        raise Refused("所有指标都已忽略，没有可以写入的内容。")
    if draft is None:
        draft = create_draft({"title": title.strip()} if title.strip() else {}, actor=actor)
    total = proposal.total()
    draft = replace_rubric(draft, sections, actor=actor, total=str(total) if total else None)
    imported.draft, imported.taken_over_at = draft, Now()
    _write(imported, proposal, actor)
    audit.record(
        actor, "notice_import.taken_over", imported, draft=str(draft.pk),
        sections=len(sections), items=sum(len(section["items"]) for section in sections),
        ignored=sum(item.state == "ignored" for item in proposal.items),
    )  # fmt: skip
    return draft


@transaction.atomic
def discard_import(imported: NoticeImport, *, actor) -> None:
    """Delete what was read; drafts it was written into stay."""
    imported = _locked(imported, actor)
    audit.record(
        actor, "notice_import.discarded", imported, name=imported.name, sha256=imported.sha256
    )
    imported.delete()


def _must_be_sound(item: ProposedItem, section: ProposedSection) -> None:
    faults: dict[str, list[str]] = {}
    for field, message in item_faults(item, section):
        faults.setdefault(field or "__all__", []).append(message)
    if faults:
        raise ValidationError(faults)


def _decide(imported, proposal: Proposal, items: Iterable[ProposedItem], state: str, actor):
    changed = {item.key: item.model_copy(update={"state": state}) for item in items}
    _write(imported, _with_items(proposal, changed), actor)
    audit.record(actor, "notice_import.decided", imported, rows=sorted(changed), state=state)
    return imported


def _with_items(proposal: Proposal, changed: dict[str, ProposedItem]) -> Proposal:
    items = tuple(changed.get(item.key, item) for item in proposal.items)
    return proposal.model_copy(update={"items": items})


def _write(imported: NoticeImport, proposal: Proposal, actor) -> None:
    imported.body = proposal.model_dump(mode="json")
    imported.item_count = len(proposal.items)
    imported.open_count = sum(item.state == "open" for item in proposal.items)
    imported.updated_by_id = actor.id
    imported.updated_at = Now()
    imported.save()


def _row(rows: Iterable, key: str) -> Any:
    for row in rows:
        if row.key == key:
            return row
    raise Refused("没有这一行，请刷新页面后重试。")


def _short(item: ProposedItem) -> dict[str, str]:
    return {
        name: str(value)
        for name, value in item.model_dump(mode="json").items()
        if name in ("section", "title", "points", "kind", "deduction", "components", "conditions",
                    "evidence", "state")
    }  # fmt: skip


def _locked(imported: NoticeImport, actor) -> NoticeImport:
    _may_import(actor)
    rows = NoticeImport.objects.select_for_update(no_key=True, of=("self",))
    found = rows.filter(pk=imported.pk).first()
    if found is None:
        raise Conflict("这份导入已经被删除，不能再修改。")
    return found


def _may_import(actor) -> None:
    if actor is not audit.SYSTEM and not can_import_notice(actor):
        raise PermissionDenied

"""Filing what an office owes in a campaign."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from accounts.models import Membership
from campaigns.definition.outcome import Obligation
from campaigns.enums import CampaignState
from campaigns.models import Campaign
from core import audit
from core.clock import now, today
from core.errors import Conflict, Refused
from core.wording import cn_date
from documents.enums import MediaKind
from documents.services import store_file
from reviews.models import Filing
from reviews.permissions.results import can_return_filing
from reviews.permissions.sign_offs import LEVEL_OF
from reviews.selectors.filings import (
    KIND_AT,
    current_definition,
    due_of,
    filing_of,
    open_headings,
)

LEAST_TEXT, MOST_TEXT = 5, 20_000
MOST_REASON = 500
MOST_FILE_BYTES = 20 * 1024 * 1024


@transaction.atomic
def file_obligation(
    campaign: Campaign,
    obligation: str,
    *,
    actor: Membership,
    text: str,
    file: UploadedFile | None = None,
    replaces: UUID | None = None,
) -> Filing:
    """File one obligation of the actor's office: a text or a file or both. What comes after the
    deadline is accepted and shown as late. Without a file every heading of the outline is written.

    ``replaces``: the filing whose place it takes, until the deadline or once the city has returned
    it; that one is kept, and its file holds for the new one too unless another comes or it was
    returned. Raises PermissionDenied,
    ValidationError, Conflict, Refused.
    """
    if campaign.state in (CampaignState.DRAFT, CampaignState.ARCHIVED):
        raise Refused("这个活动现在不能报送。")
    definition = current_definition(campaign)
    try:
        part = definition.obligation(obligation)
    except KeyError:
        raise Refused("方案中没有这个报送事项，请刷新页面。") from None
    owner = LEVEL_OF.get(actor.role)
    if owner != part.owner_level or actor.organisation.kind != KIND_AT[part.owner_level]:
        raise PermissionDenied("not this office's obligation")
    former = _former(campaign, part, actor, replaces)
    text = text.strip()
    kept = former.file if former and not former.returned_at else None
    if not file and not kept:
        _check_written(part, text)
    if len(text) > MOST_TEXT:
        raise ValidationError({"text": f"最多 {MOST_TEXT} 个字，现在有 {len(text)} 个字。"})
    filing = Filing(
        campaign=campaign,
        obligation=part.code,
        organisation=actor.organisation,
        text=text,
        file=_store(file, actor) or kept,
        filed_by=actor,
        filed_at=now(),
        again_by=former and former.again_by,
    )
    if former:
        former.replaced_at = filing.filed_at
        former.save(update_fields=["replaced_at"])
    try:
        with transaction.atomic():
            filing.save(force_insert=True)
    except IntegrityError:
        raise Conflict(f"「{part.title}」同事刚刚已经报送，不用再报。") from None
    audit.record(
        actor,
        "obligation.replaced" if former else "obligation.filed",
        filing,
        campaign=campaign.key,
        obligation=part.code,
        file=filing.file and filing.file.sha256,
        replaces=former and str(former.pk),
    )
    return filing


def _former(
    campaign: Campaign,
    part: Obligation,
    actor: Membership,
    replaces: UUID | None,
) -> Filing | None:
    """The filing to be replaced, locked; it must be the one that the actor has seen."""
    present = filing_of(campaign, part, actor.organisation)
    if present is None:
        return None
    due = due_of(campaign, part, actor.organisation, present)
    if not present.returned_at and due.is_over:
        raise Refused(
            f"「{part.title}」已经报送，期限（{cn_date(due.last_day)}）已过，不能再更换。"
        )
    if present.pk != replaces:
        raise Conflict(
            f"「{part.title}」已由{present.filed_by.label}报送。请先看已经报送的内容，确要更换再报送。"
        )
    # The row lock orders two that replace the same filing.
    locked = Filing.objects.select_for_update(of=("self",), no_key=True).get(pk=present.pk)
    if locked.replaced_at:
        raise Conflict(f"「{part.title}」同事刚刚更换过。请先看现在的内容，确要更换再报送。")
    return locked


def _check_written(part: Obligation, text: str) -> None:
    if part.outline:
        missing = open_headings(part, text)
        if missing:
            raise ValidationError(
                {
                    f"part{place}": f"请填写「{part.outline[place]}」，或上传文件。"
                    for place in missing
                }
            )
    elif len(text) < LEAST_TEXT:
        raise ValidationError({"text": f"请填写内容，不少于 {LEAST_TEXT} 个字，或上传文件。"})


@transaction.atomic
def return_filing(filing: Filing, *, actor: Membership, reason: str, again_by: date) -> Filing:
    """The city sends a filing back, with the reason and the last day to file it again.

    Raises PermissionDenied, ValidationError by field, Conflict.
    """
    if not can_return_filing(actor, filing):
        raise PermissionDenied("not who receives it")
    filing = Filing.objects.select_for_update(of=("self",), no_key=True).get(pk=filing.pk)
    if filing.returned_at:
        raise Conflict("已经退回，等待重新报送。")
    if filing.replaced_at:
        raise Conflict("报送单位刚刚更换过，请看现在的内容。")
    errors = {}
    if not LEAST_TEXT <= len(reason.strip()) <= MOST_REASON:
        errors["reason"] = f"请写明退回理由，{LEAST_TEXT} 至 {MOST_REASON} 个字。"
    if again_by < today():
        errors["again_by"] = "重报期限不能早于今天。"
    if errors:
        raise ValidationError(errors)
    filing.returned_at, filing.returned_by = now(), actor
    filing.returned_reason, filing.again_by = reason.strip(), again_by
    filing.save(update_fields=["returned_at", "returned_by", "returned_reason", "again_by"])
    audit.record(
        actor, "obligation.returned", filing, obligation=filing.obligation,
        reason=filing.returned_reason, again_by=again_by,
    )  # fmt: skip
    return filing


def _store(file: UploadedFile | None, actor: Membership):
    if file is None:
        return None
    try:
        return store_file(
            file,
            actor=actor,
            allowed_kinds=(MediaKind.PDF, MediaKind.IMAGE),
            max_bytes=MOST_FILE_BYTES,
        )
    except ValidationError as error:
        raise ValidationError({"file": error.messages}) from error

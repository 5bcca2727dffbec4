"""Filing what an office owes in a campaign."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from accounts.models import Membership
from campaigns.definition.head import Deadline
from campaigns.definition.outcome import Obligation
from campaigns.enums import CampaignState
from campaigns.models import Campaign
from core import audit
from core.clock import now
from core.errors import Conflict, Refused
from core.wording import cn_date
from documents.enums import MediaKind
from documents.services import store_file
from reviews.models import Filing
from reviews.permissions.sign_offs import LEVEL_OF
from reviews.selectors.filings import (
    KIND_AT,
    beyond_outline,
    current_definition,
    filing_of,
    is_over,
)

LEAST_TEXT, MOST_TEXT = 5, 20_000
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
    deadline is accepted and shown as late.

    ``replaces``: the filing whose place it takes, until the deadline; that one is kept, and its
    file holds for the new one too unless another comes. Raises PermissionDenied,
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
    former = _former(campaign, part, actor, replaces, definition.deadline(part.deadline))
    text = text.strip()
    kept = former and former.file
    if not file and not kept and len(beyond_outline(part, text)) < LEAST_TEXT:
        raise ValidationError({"text": _nothing_written(part)})
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
    deadline: Deadline,
) -> Filing | None:
    """The filing to be replaced, locked; it must be the one that the actor has seen."""
    present = filing_of(campaign, part, actor.organisation)
    if present is None:
        return None
    if is_over(deadline):
        raise Refused(
            f"「{part.title}」已经报送，期限（{cn_date(deadline.due)}）已过，不能再更换。"
        )
    if present.pk != replaces:
        raise Conflict(
            f"「{part.title}」已由{present.filed_by.label}报送。请先看已经报送的内容，确要更换再报送。"
        )
    # The row lock orders two that replace the same filing.
    locked = Filing.objects.select_for_update(of=("self",)).get(pk=present.pk)
    if locked.replaced_at:
        raise Conflict(f"「{part.title}」同事刚刚更换过。请先看现在的内容，确要更换再报送。")
    return locked


def _nothing_written(part: Obligation) -> str:
    if part.outline:
        return f"提纲下面还没有写内容。请在各标题下填写（共不少于 {LEAST_TEXT} 个字），或上传文件。"
    return f"请填写内容，不少于 {LEAST_TEXT} 个字，或上传文件。"


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

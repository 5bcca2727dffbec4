"""Filing what an office owes in a campaign."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from accounts.models import Membership
from campaigns.enums import CampaignState
from campaigns.models import Campaign
from core import audit
from core.clock import now
from core.errors import Conflict, Refused
from documents.enums import MediaKind
from documents.services import store_file
from reviews.models import Filing
from reviews.permissions.sign_offs import LEVEL_OF
from reviews.selectors.filings import KIND_AT, current_definition

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
) -> Filing:
    """File one obligation of the actor's office: a text or a file or both. What comes after the
    deadline is accepted and shown as late. Raises PermissionDenied, ValidationError, Conflict."""
    if campaign.state in (CampaignState.DRAFT, CampaignState.ARCHIVED):
        raise Refused("这个活动现在不能报送。")
    try:
        part = current_definition(campaign).obligation(obligation)
    except KeyError:
        raise Refused("方案中没有这个报送事项，请刷新页面。") from None
    owner = LEVEL_OF.get(actor.role)
    if owner != part.owner_level or actor.organisation.kind != KIND_AT[part.owner_level]:
        raise PermissionDenied("not this office's obligation")
    text = text.strip()
    if not file and len(text) < LEAST_TEXT:
        raise ValidationError({"text": "请填写内容，或上传文件。"})
    if len(text) > MOST_TEXT:
        raise ValidationError({"text": f"最多 {MOST_TEXT} 个字，现在有 {len(text)} 个字。"})
    if Filing.objects.filter(
        campaign=campaign, obligation=part.code, organisation=actor.organisation
    ).exists():
        raise Conflict(f"「{part.title}」已经报送，不用再报。")
    filing = Filing(
        campaign=campaign,
        obligation=part.code,
        organisation=actor.organisation,
        text=text,
        file=_store(file, actor),
        filed_by=actor,
        filed_at=now(),
    )
    try:
        with transaction.atomic():
            filing.save(force_insert=True)
    except IntegrityError:
        raise Conflict(f"「{part.title}」同事刚刚已经报送，不用再报。") from None
    audit.record(
        actor,
        "obligation.filed",
        filing,
        campaign=campaign.key,
        obligation=part.code,
        file=filing.file and filing.file.sha256,
    )
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

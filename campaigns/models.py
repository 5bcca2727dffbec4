"""Campaigns and the immutable versions of their definitions."""

from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from accounts.models import Membership, Organisation
from campaigns.definition import Definition
from campaigns.enums import CampaignState
from campaigns.notice_import.proposal import Proposal
from communities.models import Community
from core.tenancy import TenantForeignKey, TenantModel


class Campaign(TenantModel):
    key = models.SlugField("标识", max_length=60)
    title = models.CharField("名称", max_length=120)
    year = models.IntegerField("年度")
    state = models.CharField(
        "状态", max_length=10, choices=CampaignState, default=CampaignState.DRAFT
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "评选活动"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "key"],
                name="campaigns_campaign_key",
                violation_error_message="这个标识的评选活动已经存在。",
            )
        ]

    def __str__(self):
        return self.title


class CampaignVersion(TenantModel):
    """One immutable definition. Dossiers, scorecards and rankings name theirs."""

    campaign = TenantForeignKey(Campaign, related_name="versions")
    number = models.IntegerField("版本")
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)
    reason = models.CharField("理由", max_length=200, blank=True, default="")
    created_by = TenantForeignKey(Membership, null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "方案版本"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "campaign", "number"], name="campaigns_version_number"
            )
        ]

    @property
    def previous(self) -> int:
        """The number of the version before."""
        return self.number - 1

    @property
    def definition(self) -> Definition:
        """The validated model; parsed once per content and process."""
        known = _definitions.get(self.sha256)
        if known is None:
            known = _definitions[self.sha256] = Definition.model_validate(self.body)
        return known


class DefinitionDraft(TenantModel):
    """A definition while it is being written: data that may still be incomplete or wrong.

    ``base`` is the version it began from; with a ``campaign`` it becomes that campaign's next
    version, without one a campaign of its own. ``stored_as`` ends its life."""

    campaign = TenantForeignKey(Campaign, null=True, related_name="drafts")
    base = TenantForeignKey(CampaignVersion, null=True, related_name="+")
    title = models.CharField("名称", max_length=120)
    body = models.JSONField()
    lock_version = models.IntegerField("修改次数", default=0)
    stored_as = TenantForeignKey(CampaignVersion, null=True, related_name="+")
    created_by = TenantForeignKey(Membership, null=True, related_name="+")
    updated_by = TenantForeignKey(Membership, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "方案草稿"


class NoticeImport(TenantModel):
    """The annex of a notice while its tables become a rubric, row by row.

    ``body`` is the proposal: the tables as printed, and the sections and items read out of them
    with what has been decided so far. The file itself is not kept."""

    name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("文件校验值", max_length=64)
    body = models.JSONField()
    item_count = models.IntegerField("指标数", default=0)
    open_count = models.IntegerField("待处理", default=0)
    draft = TenantForeignKey(DefinitionDraft, models.SET_NULL, null=True, related_name="+")
    taken_over_at = models.DateTimeField("写入草稿时间", null=True)
    created_by = TenantForeignKey(Membership, null=True, related_name="+")
    updated_by = TenantForeignKey(Membership, null=True, related_name="+")
    created_at = models.DateTimeField("上传时间", db_default=Now())
    updated_at = models.DateTimeField("最近修改", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "方案附件导入"

    def __str__(self):
        return self.name

    @property
    def proposal(self) -> Proposal:
        """What is proposed and decided so far."""
        return Proposal.model_validate(self.body)


class Extension(TenantModel):
    """A deadline of the definition that ends later: for the whole campaign, or as an exception for
    one organisation (as applicant or office) or one community. It stays; a later one goes further.

    ``until`` is the first moment that is too late."""

    campaign = TenantForeignKey(Campaign, related_name="extensions")
    deadline = models.CharField("时限", max_length=40)
    organisation = TenantForeignKey(Organisation, verbose_name="单位", null=True, related_name="+")
    community = TenantForeignKey(Community, verbose_name="小区", null=True, related_name="+")
    until = models.DateTimeField("延长到")
    reason = models.CharField("理由", max_length=200)
    granted_by = TenantForeignKey(Membership, related_name="+")
    granted_at = models.DateTimeField("批准时间")

    class Meta:
        verbose_name = verbose_name_plural = "延期"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(organisation=None) | models.Q(community=None),
                name="campaigns_extension_one_name",
            )
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "campaign", "deadline"], name="campaigns_extension_due"
            )
        ]

    @property
    def whom(self) -> str:
        """Chinese: for whom it holds."""
        one = self.organisation or self.community
        return one.name if one else "全部"


_definitions: dict[str, Definition] = {}
_versions: dict[UUID, CampaignVersion] = {}


def known_version(pk: UUID) -> CampaignVersion:
    """The version that a row of the tenant names; no query once this process has read it."""
    if pk not in _versions:
        _versions[pk] = CampaignVersion.objects.get(pk=pk)
    return _versions[pk]

"""Dossiers, revisions, evidence, sign-offs, desk checks, site visits and county obligations.

Items, steps, fields and materials are addressed by their codes inside the campaign version.
"""

from django.db import models
from django.db.models.functions import Now

from accounts.models import Membership, Organisation
from campaigns.models import Campaign, CampaignVersion
from communities.models import Community
from core.tenancy import TenantForeignKey, TenantModel
from documents.models import StoredFile
from reviews.enums import Answer, DossierState, Outcome


class Dossier(TenantModel):
    """One community's application in one campaign.

    ``draft`` is the working content: ``{"form": {code: value}, "case_report": {section: text or
    {part: text}}, "self_assessment": {item: mark}, "pledged": bool}``; evidence has its own rows.
    ``lock_version`` counts every saved change of the draft (lost updates are refused).
    """

    campaign = TenantForeignKey(Campaign, related_name="dossiers")
    version = TenantForeignKey(CampaignVersion, verbose_name="方案版本")
    community = TenantForeignKey(Community, verbose_name="小区", related_name="dossiers")
    applicant = TenantForeignKey(Organisation, verbose_name="申报单位", related_name="dossiers")
    number = models.CharField("编号", max_length=40)
    track = models.CharField("申报类别", max_length=40)
    state = models.CharField(
        "状态", max_length=20, choices=DossierState, default=DossierState.DRAFT
    )
    step = models.CharField("所在环节", max_length=40, blank=True, default="")
    waiting_since = models.DateTimeField("开始等待", db_default=Now())
    draft = models.JSONField(default=dict)
    lock_version = models.IntegerField(default=0)
    revision = TenantForeignKey(
        "reviews.Revision", verbose_name="现行版本", null=True, related_name="+"
    )
    created_by = TenantForeignKey(Membership)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "申报材料卷"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "campaign", "community"],
                condition=~models.Q(state="withdrawn"),
                name="reviews_dossier_once",
                violation_error_message="这个小区在本次活动中已经申报。",
            ),
            models.UniqueConstraint(fields=["tenant_id", "number"], name="reviews_dossier_number"),
            models.CheckConstraint(
                condition=models.Q(state__in=DossierState.values), name="reviews_dossier_state"
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "campaign", "state", "step", "waiting_since"],
                name="reviews_dossier_waiting",
            )
        ]

    def __str__(self):
        return f"{self.number} {self.community.name}"


class Collaborator(TenantModel):
    """Somebody of another organisation who helps to write a dossier; a removed one stays."""

    dossier = TenantForeignKey(Dossier, related_name="collaborators")
    member = TenantForeignKey(Membership, verbose_name="协作人", related_name="+")
    added_by = TenantForeignKey(Membership, related_name="+")
    added_at = models.DateTimeField("添加时间")
    removed_by = TenantForeignKey(Membership, null=True, related_name="+")
    removed_at = models.DateTimeField("移除时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "协作人"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "dossier", "member"],
                condition=models.Q(removed_at=None),
                name="reviews_collaborator_once",
                violation_error_message="这个人已经是协作人。",
            )
        ]


class Evidence(TenantModel):
    """A file in the dossier: for a rubric item (``7.3``), a material (``video``) or a section of
    the case report (``case:activities``). ``removed_at`` keeps what a revision points at.

    ``taken_on`` is the applicant's word where the camera gave none or a wrong one. ``before`` makes
    a pair: this picture shows the same place afterwards.
    """

    dossier = TenantForeignKey(Dossier, related_name="evidence")
    slot = models.CharField("位置", max_length=60)
    file = TenantForeignKey(StoredFile)
    name = models.CharField("文件名", max_length=200)
    caption = models.CharField("说明", max_length=100, blank=True, default="")
    taken_on = models.DateField("拍摄日期", null=True)
    before = TenantForeignKey("self", verbose_name="之前的照片", null=True, related_name="+")
    position = models.IntegerField(default=0)
    added_by = TenantForeignKey(Membership)
    added_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True)

    is_known = False  # set where a file was sent again that is here already

    class Meta:
        verbose_name = verbose_name_plural = "佐证材料"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "dossier", "slot", "file"],
                condition=models.Q(removed_at=None),
                name="reviews_evidence_once",
                violation_error_message="这个位置已经有同样的文件。",
            )
        ]


class Revision(TenantModel):
    """What was submitted, frozen: content, evidence list with file hashes, and their hash."""

    dossier = TenantForeignKey(Dossier, related_name="revisions")
    number = models.IntegerField("版本")
    content = models.JSONField()
    sha256 = models.CharField("校验值", max_length=64)
    receipt = models.CharField("回执号", max_length=40)
    submitted_by = TenantForeignKey(Membership)
    submitted_at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = verbose_name_plural = "提交版本"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "dossier", "number"], name="reviews_revision_number"
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "receipt"], name="reviews_revision_receipt"
            ),
        ]


class SignOff(TenantModel):
    """One body's opinion on one revision; the database allows one that stands per step and
    revision.

    ``flags``: ``[{code, title, comment}]`` of a return; ``target``: the step it was returned to,
    empty for the applicant. ``attestations``: gate key → bool, what the body confirmed or denied.
    ``superseded_at``: a return to an earlier level made the step sign again. ``carried_from``: the
    opinion on the former revision that goes on standing (``Step.resume``); ``revision_sha256`` is
    always the hash of what was read.
    """

    dossier = TenantForeignKey(Dossier, related_name="sign_offs")
    revision = TenantForeignKey(Revision, related_name="sign_offs")
    revision_sha256 = models.CharField(max_length=64)
    step = models.CharField("环节", max_length=40)
    outcome = models.CharField("结论", max_length=10, choices=Outcome)
    opinion = models.TextField("意见")
    flags = models.JSONField("需补正的内容", default=list)
    attestations = models.JSONField("认定", default=dict)
    organisation = TenantForeignKey(Organisation, verbose_name="单位", null=True)
    signed_by = TenantForeignKey(Membership, null=True)
    signed_at = models.DateTimeField("签署时间")
    scan = TenantForeignKey(StoredFile, verbose_name="盖章扫描件", null=True)
    target = models.CharField("退回到", max_length=40, blank=True, default="")
    superseded_at = models.DateTimeField("失效时间", null=True)
    carried_from = TenantForeignKey("self", verbose_name="沿用的意见", null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "审核意见"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "revision", "step"],
                condition=models.Q(superseded_at=None),
                name="reviews_signoff_once",
                violation_error_message="这一环节已经签署。",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=Outcome.values), name="reviews_signoff_outcome"
            ),
        ]


class OpinionTemplate(TenantModel):
    """A wording that the tenant's officers often use; ``level`` empty: for every level."""

    outcome = models.CharField("结论", max_length=10, choices=Outcome)
    level = models.CharField("层级", max_length=40, blank=True, default="")
    text = models.CharField("意见", max_length=200)
    created_by = TenantForeignKey(Membership)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "常用意见"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "outcome", "level", "text"],
                name="reviews_template_once",
                violation_error_message="已经有这条常用意见。",
            )
        ]


class PaperOriginal(TenantModel):
    """Signed originals on paper of one document of the notice, as an office received them."""

    dossier = TenantForeignKey(Dossier, related_name="paper_originals")
    document = models.CharField("文件", max_length=40)
    organisation = TenantForeignKey(Organisation, verbose_name="收件单位")
    copies = models.PositiveSmallIntegerField("份数")
    received_by = TenantForeignKey(Membership)
    received_at = models.DateTimeField("收到时间")

    class Meta:
        verbose_name = verbose_name_plural = "纸质原件"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "dossier", "document", "organisation"],
                name="reviews_paper_once",
            )
        ]


class Certificate(TenantModel):
    """What a body of the ladder certifies, or declines to, for a part that asks for its word
    (``issued_by`` of the notice). ``slot``: an item or a material. A withdrawn one stays."""

    dossier = TenantForeignKey(Dossier, related_name="certificates")
    slot = models.CharField("位置", max_length=60)
    level = models.CharField("层级", max_length=40)
    is_granted = models.BooleanField("予以证明")
    text = models.TextField("证明内容")
    scan = TenantForeignKey(StoredFile, verbose_name="盖章扫描件", null=True)
    organisation = TenantForeignKey(Organisation, verbose_name="出具单位")
    issued_by = TenantForeignKey(Membership)
    issued_at = models.DateTimeField("出具时间")
    withdrawn_by = TenantForeignKey(Membership, null=True, related_name="+")
    withdrawn_at = models.DateTimeField("收回时间", null=True)
    withdrawn_reason = models.CharField("收回理由", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "证明"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "dossier", "slot", "level"],
                condition=models.Q(withdrawn_at=None),
                name="reviews_certificate_once",
                violation_error_message="这份证明已经出具。",
            )
        ]


class DeskCheck(TenantModel):
    """The county's check of the materials: ``checks`` is ``[{code, title, ok, note}]``."""

    dossier = TenantForeignKey(Dossier, related_name="desk_checks")
    revision = TenantForeignKey(Revision)
    checks = models.JSONField(default=list)
    is_complete = models.BooleanField("材料齐全", default=False)
    checked_by = TenantForeignKey(Membership)
    checked_at = models.DateTimeField("初审时间")

    class Meta:
        verbose_name = verbose_name_plural = "材料初审"
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "revision"], name="reviews_deskcheck_once")
        ]


class VisitPlan(TenantModel):
    """When the county means to visit, and who; changed in place until the visit, every change in
    the chain of records. It holds for later revisions too."""

    dossier = TenantForeignKey(Dossier, related_name="visit_plans")
    planned_on = models.DateField("计划日期")
    participants = models.CharField("参加人员", max_length=200)
    planned_by = TenantForeignKey(Membership)
    planned_at = models.DateTimeField("安排时间")

    class Meta:
        verbose_name = verbose_name_plural = "核查计划"
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "dossier"], name="reviews_visitplan_once")
        ]


class SiteVisit(TenantModel):
    """The county's visit; open until it is closed, its findings count for per-defect items."""

    dossier = TenantForeignKey(Dossier, related_name="site_visits")
    revision = TenantForeignKey(Revision)
    visited_on = models.DateField("核查日期")
    participants = models.CharField("参加人员", max_length=200)
    summary = models.TextField("核查结论", blank=True, default="")
    visited_by = TenantForeignKey(Membership)
    closed_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "实地核查"
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "revision"], name="reviews_sitevisit_once")
        ]


class Finding(TenantModel):
    """One defect at one place; a removed one stays with its reason and counts no more."""

    visit = TenantForeignKey(SiteVisit, related_name="findings")
    item = models.CharField("指标", max_length=20)
    place = models.CharField("位置", max_length=100)
    description = models.CharField("问题", max_length=200)
    photo = TenantForeignKey(StoredFile, verbose_name="照片", null=True)
    recorded_by = TenantForeignKey(Membership)
    recorded_at = models.DateTimeField("记录时间")
    removed_at = models.DateTimeField("撤销时间", null=True)
    removed_by = TenantForeignKey(Membership, null=True, related_name="+")
    removed_reason = models.CharField("撤销理由", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "问题点"


class Filing(TenantModel):
    """What a county owes the city (plan, liaison list, work report), as filed. What was replaced
    stays, with ``replaced_at``. Once the city has returned one, ``again_by`` holds in place of the
    deadline, for it and for what replaces it."""

    campaign = TenantForeignKey(Campaign, related_name="filings")
    obligation = models.CharField("事项", max_length=40)
    organisation = TenantForeignKey(Organisation, verbose_name="单位")
    text = models.TextField("说明", blank=True, default="")
    file = TenantForeignKey(StoredFile, verbose_name="文件", null=True)
    filed_by = TenantForeignKey(Membership)
    filed_at = models.DateTimeField("报送时间")
    replaced_at = models.DateTimeField("更换时间", null=True)
    returned_by = TenantForeignKey(Membership, null=True, related_name="+")
    returned_at = models.DateTimeField("退回时间", null=True)
    returned_reason = models.CharField("退回理由", max_length=500, blank=True, default="")
    again_by = models.DateField("重报期限", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "县区报送"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "campaign", "obligation", "organisation"],
                condition=models.Q(replaced_at=None),
                name="reviews_filing_once",
                violation_error_message="这一事项已经报送。",
            )
        ]


class ReceivedResult(TenantModel):
    """What a higher level outside the system decided on an awarded dossier, as received. A
    correction is a new row with its reason; the former one stays."""

    dossier = TenantForeignKey(Dossier, related_name="received_results")
    step = models.CharField("环节", max_length=40)
    answer = models.CharField("结果", max_length=20, choices=Answer)
    decided_on = models.DateField("公布日期")
    document_number = models.CharField("文号", max_length=80)
    note = models.CharField("说明", max_length=200, blank=True, default="")
    scan = TenantForeignKey(StoredFile, verbose_name="文件扫描件", null=True)
    recorded_by = TenantForeignKey(Membership)
    recorded_at = models.DateTimeField("记录时间")
    is_current = models.BooleanField("现行", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "上级结果"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "dossier", "step"],
                condition=models.Q(is_current=True),
                name="reviews_result_once",
                violation_error_message="这一级的结果已经记录。",
            ),
            models.CheckConstraint(
                condition=models.Q(answer__in=Answer.values), name="reviews_result_answer"
            ),
        ]


class Recommendation(TenantModel):
    """The place of a dossier in its county's order of recommendation; 1 is the first."""

    dossier = TenantForeignKey(Dossier, related_name="recommendations")
    organisation = TenantForeignKey(Organisation, verbose_name="推荐单位")
    place = models.PositiveSmallIntegerField("推荐次序")
    ordered_by = TenantForeignKey(Membership)
    ordered_at = models.DateTimeField("排列时间")

    class Meta:
        verbose_name = verbose_name_plural = "推荐次序"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "dossier", "organisation"], name="reviews_recommended_once"
            )
        ]


class ForwardedCase(TenantModel):
    """A dossier that an office forwards as its model case, counted by a quota of the definition
    (``quota`` is its code). A withdrawn one stays."""

    campaign = TenantForeignKey(Campaign, related_name="forwarded_cases")
    dossier = TenantForeignKey(Dossier, related_name="forwarded")
    quota = models.CharField("名额", max_length=40)
    organisation = TenantForeignKey(Organisation, verbose_name="推荐单位")
    reason = models.CharField("推荐理由", max_length=300)
    forwarded_by = TenantForeignKey(Membership)
    forwarded_at = models.DateTimeField("推荐时间")
    withdrawn_by = TenantForeignKey(Membership, null=True, related_name="+")
    withdrawn_at = models.DateTimeField("撤回时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "推荐案例"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "quota", "dossier"],
                condition=models.Q(withdrawn_at=None),
                name="reviews_case_once",
                violation_error_message="这个小区已经推荐为典型案例。",
            )
        ]

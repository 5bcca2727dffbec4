"""Public notices, announcements and objections."""

from django.db import models
from django.db.models.functions import Now

from accounts.models import Membership
from campaigns.models import Campaign
from core.tenancy import TenantForeignKey, TenantModel
from publications.enums import NoticeKind, NoticeState, ObjectionState
from reviews.models import Dossier
from scoring.models import Ranking


class Notice(TenantModel):
    """A published list. ``entries`` is what is shown, frozen at release:
    ``[{dossier, community, county, track, company}]`` in the order of the list."""

    campaign = TenantForeignKey(Campaign, related_name="notices")
    kind = models.CharField("类型", max_length=20, choices=NoticeKind)
    state = models.CharField("状态", max_length=10, choices=NoticeState, default=NoticeState.DRAFT)
    ranking = TenantForeignKey(Ranking, null=True)
    number = models.CharField("文号", max_length=40, blank=True, default="")
    title = models.CharField("标题", max_length=120)
    body = models.TextField("正文")
    entries = models.JSONField("名单", default=list)
    is_public = models.BooleanField("对社会公开", default=True)
    takes_objections = models.BooleanField("受理异议", default=True)
    starts_on = models.DateField("起始日期", null=True)
    ends_on = models.DateField("截止日期", null=True)
    released_by = TenantForeignKey(Membership, null=True)
    released_at = models.DateTimeField("发布时间", null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "公示公布"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "campaign", "kind"],
                name="publications_notice_once",
                violation_error_message="这次活动已经有同类的通知。",
            )
        ]

    def __str__(self):
        return self.title


class Objection(TenantModel):
    """An objection by anybody during the notice; the contact is seen by the city only."""

    notice = TenantForeignKey(Notice, related_name="objections")
    dossier = TenantForeignKey(Dossier, verbose_name="涉及小区", null=True)
    receipt = models.CharField("回执号", max_length=40)
    name = models.CharField("姓名", max_length=40)
    contact = models.CharField("联系方式", max_length=60)
    text = models.TextField("异议内容")
    state = models.CharField(
        "状态", max_length=12, choices=ObjectionState, default=ObjectionState.RECEIVED
    )
    reply = models.TextField("处理意见", blank=True, default="")
    received_at = models.DateTimeField("收到时间")
    handled_by = TenantForeignKey(Membership, null=True)
    handled_at = models.DateTimeField("处理时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "receipt"], name="publications_objection_receipt"
            )
        ]

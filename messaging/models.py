"""What people are told: messages on the page, and their deliveries by mail and SMS."""

from datetime import time

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from accounts.models import Membership
from campaigns.models import Campaign
from core.tenancy import TenantForeignKey, TenantModel
from messaging.enums import Channel, DeliveryState, Event


def reminder_days() -> list[int]:
    return [7, 3, 1]


class MessagePlan(TenantModel):
    """When the messages of a campaign leave: local time. No row: the values below."""

    campaign = TenantForeignKey(Campaign, related_name="+")
    quiet_from = models.TimeField("免打扰开始", default=time(21))
    quiet_until = models.TimeField("免打扰结束", default=time(8))
    digest_at = models.TimeField("审核人员汇总邮件", default=time(8, 30))
    reminder_days = models.JSONField("截止前几个工作日提醒", default=reminder_days)
    is_held = models.BooleanField("先暂停，逐条放行", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "消息安排"
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "campaign"], name="messaging_plan_once")
        ]


class MessageTemplate(TenantModel):
    """The campaign's own words for an event; without a row those of ``messaging.wording``."""

    campaign = TenantForeignKey(Campaign, related_name="+")
    event = models.CharField("事项", max_length=20, choices=Event)
    title = models.CharField("标题", max_length=100)
    text = models.TextField("正文")
    sms = models.CharField("短信", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "消息模板"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "campaign", "event"], name="messaging_template_once"
            )
        ]


class Message(TenantModel):
    """One event as told to one person. ``source`` names the event: told again, it stays one.

    ``path`` is the address inside the tenant; ``values`` what the template was filled with."""

    campaign = TenantForeignKey(Campaign, related_name="+")
    event = models.CharField("事项", max_length=20, choices=Event)
    source = models.CharField("来源", max_length=200)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    member = TenantForeignKey(Membership, related_name="+")
    title = models.CharField("标题", max_length=200)
    text = models.TextField("正文")
    path = models.CharField(max_length=200, blank=True, default="")
    values = models.JSONField(default=dict)
    told_at = models.DateTimeField("时间", db_default=Now())
    read_at = models.DateTimeField("阅读时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "event", "source", "user"], name="messaging_message_once"
            )
        ]
        indexes = [
            models.Index(fields=["tenant_id", "member", "told_at"], name="messaging_message_inbox")
        ]

    def __str__(self):
        return self.title


class Delivery(TenantModel):
    """A message on its way out by one channel.

    It is marked as being sent, and that committed, before anything leaves; what was cut off in
    between is nobody's to repeat but a person's. ``is_digest``: it leaves together with the others
    of the person; ``batch`` names what left together."""

    message = TenantForeignKey(Message, related_name="deliveries")
    channel = models.CharField("渠道", max_length=10, choices=Channel)
    address = models.CharField("收件地址", max_length=254)
    text = models.TextField("内容")
    state = models.CharField(
        "状态", max_length=10, choices=DeliveryState, default=DeliveryState.WAITING
    )
    is_digest = models.BooleanField("汇总", default=False)
    due_at = models.DateTimeField("计划发送")
    attempt = models.IntegerField("已尝试", default=0)
    batch = models.UUIDField(null=True)
    started_at = models.DateTimeField("开始发送", null=True)
    finished_at = models.DateTimeField("完成", null=True)
    error = models.CharField("原因", max_length=300, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "发件"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "message", "channel"], name="messaging_delivery_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=DeliveryState.values), name="messaging_delivery_state"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "state", "created_at"], name="messaging_delivery_out")
        ]

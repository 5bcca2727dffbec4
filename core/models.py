"""Tenants, the audit chain, jobs and the calendar of working days."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now

from core.enums import JobState
from core.tenancy import TenantModel

PLATFORM_SLUG = "platform"  # the operator's own chain of records
RESERVED_SLUGS = {"account", PLATFORM_SLUG, "static", "healthz", "readyz", "media", "api", "schema"}


class Tenant(models.Model):
    """A bureau and all its data."""

    slug = models.CharField(
        "网址标识",
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9-]{1,39}$", "只能用小写字母、数字和连字符")],
    )
    name = models.CharField("单位名称", max_length=100)
    requires_second_factor = models.BooleanField("工作人员须用动态口令", default=True)
    is_active = models.BooleanField("启用", default=True)
    is_training = models.BooleanField("演练租户", default=False)
    clock_offset = models.DurationField("演练时钟偏移", default="0")
    created_at = models.DateTimeField("开通时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_training=True) | models.Q(clock_offset="0"),
                name="core_tenant_clock_training",
                violation_error_message="只有演练租户可以调整时钟。",
            )
        ]

    def __str__(self):
        return self.name


class CalendarDay(models.Model):
    """A day on which offices do not do what its weekday says: a holiday, or a weekend that is
    worked. The same for all tenants."""

    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("上班")
    name = models.CharField("名称", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "放假与调休"

    def __str__(self):
        return f"{self.day} {self.name}"


class AuditHead(TenantModel):
    """The end of the tenant's chain; its row lock orders the records."""

    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant_id"], name="core_audithead_one")]


class AuditRecord(TenantModel):
    """One write: who, as which membership, when, what, and the hash of the record before."""

    seq = models.BigIntegerField("序号")
    at = models.DateTimeField("时间")
    user_id = models.BigIntegerField("用户", null=True)
    membership_id = models.UUIDField("任职", null=True)
    actor = models.CharField("经办人", max_length=200)
    verb = models.CharField("事项", max_length=60)
    object_type = models.CharField("对象类型", max_length=60)
    object_id = models.CharField("对象编号", max_length=60)
    body = models.JSONField("内容", default=dict)
    prev_hash = models.CharField("前一记录", max_length=64)
    hash = models.CharField("本记录", max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "seq"], name="core_auditrecord_seq")
        ]
        indexes = [
            models.Index(fields=["tenant_id", "object_type", "object_id"], name="core_audit_object")
        ]


class Job(TenantModel):
    """Outbox and progress bar in one row; Celery is only the wake-up call."""

    kind = models.CharField("任务", max_length=60)
    label = models.CharField("说明", max_length=200)
    payload = models.JSONField(default=dict)
    key = models.CharField("去重键", max_length=200, null=True)
    state = models.CharField("状态", max_length=10, choices=JobState, default=JobState.QUEUED)
    attempt = models.IntegerField("已尝试", default=0)
    max_attempts = models.IntegerField(default=5)
    next_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    progress_done = models.IntegerField(default=0)
    progress_total = models.IntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True, default="")
    created_by = models.UUIDField("任职", null=True)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "任务"
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="core_job_key"),
            models.CheckConstraint(
                condition=models.Q(state__in=JobState.values), name="core_job_state"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(state__in=["queued", "running"]),
                name="core_job_due",
            ),
            models.Index(fields=["tenant_id", "created_at"], name="core_job_recent"),
        ]


class Counter(TenantModel):
    """Gap-free numbers per tenant: dossier numbers, receipts."""

    name = models.CharField(max_length=80)
    value = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="core_counter_name")
        ]


class GivenAnswer(TenantModel):
    """The stored answer to a form's idempotency key: a double submit replays it."""

    user_id = models.BigIntegerField()
    key = models.UUIDField()
    body_sha256 = models.CharField(max_length=64)
    url = models.CharField(max_length=500, default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "user_id", "key"], name="core_answer_key")
        ]

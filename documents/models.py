"""Stored files by content and rendered documents with a code that anybody can verify."""

from django.db import models
from django.db.models.functions import Now

from accounts.models import Membership
from core.tenancy import TenantForeignKey, TenantModel
from documents.enums import DocumentKind, MediaKind


class StoredFile(TenantModel):
    """One content of one tenant. What is stored is clean: re-encoded, metadata stripped.

    ``sha256`` is of the stored bytes, ``original_sha256`` of what was sent; the same content sent
    again is the same row. ``taken_at`` and the position are kept aside for the owner's eyes.
    A picture that was turned is a row of its own: ``turns`` quarters clockwise from ``upright``, whose
    bytes it was made of.
    """

    kind = models.CharField("类型", max_length=10, choices=MediaKind)
    media_type = models.CharField(max_length=60)
    name = models.CharField("文件名", max_length=200)
    path = models.CharField(max_length=200)
    size = models.BigIntegerField("字节数")
    sha256 = models.CharField(max_length=64)
    original_sha256 = models.CharField(max_length=64)
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    duration_seconds = models.DecimalField("时长（秒）", max_digits=8, decimal_places=2, null=True)
    page_count = models.IntegerField("页数", null=True)
    thumbnail_path = models.CharField(max_length=200, blank=True, default="")
    taken_at = models.DateTimeField("拍摄时间", null=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    upright = TenantForeignKey("self", null=True, related_name="turned")
    turns = models.SmallIntegerField(default=0)
    uploaded_by = TenantForeignKey(Membership, null=True)
    uploaded_at = models.DateTimeField("上传时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "文件"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "original_sha256"], name="documents_storedfile_content"
            ),
            models.CheckConstraint(
                condition=models.Q(size__gt=0), name="documents_storedfile_size"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def content_id(self):
        """Alike for a picture and what was made of it by turning."""
        return self.upright_id or self.pk


class Upload(TenantModel):
    """A file that arrives in pieces. Its first ``offset`` bytes lie on the storage; what nobody goes
    on with for a day is swept. ``purpose`` is where it belongs, in the words of the app that asked."""

    purpose = models.CharField(max_length=120)
    name = models.CharField("文件名", max_length=200)
    media_type = models.CharField(max_length=100, blank=True, default="")
    size = models.BigIntegerField("字节数")
    offset = models.BigIntegerField("已收到", default=0)
    owner = TenantForeignKey(Membership)
    created_at = models.DateTimeField(db_default=Now())
    touched_at = models.DateTimeField("最后收到", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "上传中的文件"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(offset__gte=0, offset__lte=models.F("size")),
                name="documents_upload_offset",
            )
        ]
        indexes = [models.Index(fields=["tenant_id", "purpose"], name="documents_upload_purpose")]

    def __str__(self):
        return self.name


class RenderedDocument(TenantModel):
    """A PDF that the system made. The newest of a kind and subject is the valid one."""

    kind = models.CharField("文书", max_length=30, choices=DocumentKind)
    title = models.CharField("标题", max_length=200)
    subject_id = models.UUIDField("对象")
    template = models.CharField(max_length=100)
    template_sha256 = models.CharField(max_length=64)
    context_sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200)
    size = models.BigIntegerField()
    sha256 = models.CharField("文件校验值", max_length=64)
    code = models.CharField("验证码", max_length=20)
    page_count = models.IntegerField("页数")
    rendered_at = models.DateTimeField("生成时间")
    is_current = models.BooleanField(default=True)

    class Meta:
        verbose_name = verbose_name_plural = "文书"
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "code"], name="documents_rendered_code"),
            models.UniqueConstraint(
                fields=["tenant_id", "kind", "subject_id"],
                condition=models.Q(is_current=True),
                name="documents_rendered_current",
            ),
        ]
        indexes = [models.Index(fields=["tenant_id", "sha256"], name="documents_rendered_sha")]

    def __str__(self):
        return self.title

"""Users, divisions, organisations, memberships and invitations.

A user is a person of the platform; everything done in a tenant is done as one membership.
"""

import unicodedata

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from accounts.enums import SECOND_FACTOR_ROLES, InvitationState, Level, OrganisationKind, Role
from core.models import Tenant
from core.tenancy import TenantForeignKey, TenantModel


class UserManager(BaseUserManager):
    def create_user(self, username, password=None, **fields):
        user = self.model(username=self.normalise(username), **fields)
        user.set_password(password)
        user.save()
        return user

    @staticmethod
    def normalise(username: str) -> str:
        """One spelling per login name: full-width letters, capitals and spaces do not count."""
        return unicodedata.normalize("NFKC", username).strip().lower()

    def get_by_natural_key(self, username):
        return self.get(username=self.normalise(username))


PHONE = RegexValidator(r"^1[3-9]\d{9}$", "请填写 11 位手机号。")


class User(AbstractBaseUser):
    """A person who can sign in. ``username`` is a phone number, an e-mail or a chosen name."""

    username = models.CharField("登录名", max_length=150, unique=True)
    name = models.CharField("姓名或岗位", max_length=60)
    email = models.EmailField("邮箱", blank=True, default="")
    phone = models.CharField("手机号", max_length=11, blank=True, default="", validators=[PHONE])
    is_active = models.BooleanField("启用", default=True)
    is_platform_admin = models.BooleanField("平台管理员", default=False)
    created_at = models.DateTimeField("创建时间", db_default=Now())

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = verbose_name_plural = "用户"

    def __str__(self):
        return self.name


class TenantUser(models.Model):
    """Which tenants a user may enter: the door list that the switcher reads without a tenant."""

    user = models.ForeignKey(User, models.CASCADE, related_name="doors")
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="doors")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "tenant"], name="accounts_tenantuser_once")
        ]


class Division(TenantModel):
    """A node of the tenant's tree of administrative divisions.

    ``path`` is ``/code/code/…/`` from the top: a subtree is a prefix.
    """

    level = models.CharField("层级", max_length=20, choices=Level)
    code = models.CharField("代码", max_length=20)
    name = models.CharField("名称", max_length=60)
    parent = TenantForeignKey("self", verbose_name="上级", null=True, related_name="children")
    path = models.CharField("路径", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "code"],
                name="accounts_division_code",
                violation_error_message="这个区划代码已经存在。",
            )
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "path"],
                opclasses=["int8_ops", "varchar_pattern_ops"],
                name="accounts_division_path",
            )
        ]

    def __str__(self):
        return self.name


class Organisation(TenantModel):
    kind = models.CharField("类型", max_length=30, choices=OrganisationKind)
    name = models.CharField("名称", max_length=100)
    division = TenantForeignKey(Division, verbose_name="所在区划", null=True, blank=True)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "kind", "name"],
                name="accounts_organisation_name",
                violation_error_message="同类型的单位已有这个名称。",
            )
        ]

    def __str__(self):
        return self.name


class Membership(TenantModel):
    """A user acting for an organisation in one role: the ``actor`` of every service.

    ``acts_for``: a delegation (代办), which holds from ``starts_on`` to ``ends_on`` as long as the
    membership it stands in for is active.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organisation = TenantForeignKey(Organisation, verbose_name="单位", related_name="memberships")
    role = models.CharField("角色", max_length=30, choices=Role)
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField(db_default=Now())
    acts_for = TenantForeignKey("self", verbose_name="代办", null=True, related_name="delegations")
    starts_on = models.DateField("代办开始", null=True, blank=True)
    ends_on = models.DateField("代办结束", null=True, blank=True)
    unread_messages = models.IntegerField("未读消息", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "user", "organisation", "role"],
                condition=models.Q(acts_for=None),
                name="accounts_membership_once",
                violation_error_message="这个人已经有同样的任职。",
            ),
            models.CheckConstraint(
                condition=models.Q(acts_for=None)
                | models.Q(starts_on__isnull=False, ends_on__gte=models.F("starts_on")),
                name="accounts_membership_days",
                violation_error_message="代办须有起止日期。",
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        return f"{self.organisation.name} {self.who}"

    @property
    def who(self) -> str:
        """The person, and for whom it acts where it stands in."""
        if self.acts_for_id is None:
            return self.user.name
        return f"{self.user.name}（代{self.acts_for.user.name}）"

    def holds_on(self, day) -> bool:
        """Whether one can act as it on ``day``: always, but for a delegation."""
        if self.acts_for_id is None:
            return True
        return self.starts_on <= day <= self.ends_on and self.acts_for.is_active

    @property
    def division_path(self) -> str:
        """The subtree the membership works in; the whole tenant without a division."""
        return self.organisation.division.path if self.organisation.division_id else "/"

    @property
    def needs_second_factor(self) -> bool:
        return self.role in SECOND_FACTOR_ROLES


class Invitation(TenantModel):
    """A link that makes its receiver a member; only the hash of its secret is stored."""

    token_sha256 = models.CharField(max_length=64)
    name = models.CharField("受邀人", max_length=60)
    email = models.EmailField("邮箱", blank=True, default="")
    organisation = TenantForeignKey(Organisation, verbose_name="单位")
    role = models.CharField("角色", max_length=30, choices=Role)
    invited_by = TenantForeignKey(Membership, null=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField("有效期至")
    accepted_at = models.DateTimeField("接受时间", null=True, blank=True)
    revoked_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "邀请"
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "token_sha256"], name="accounts_inv_token")
        ]

    def __str__(self):
        return self.name

    @property
    def state(self) -> InvitationState:
        if self.accepted_at:
            return InvitationState.ACCEPTED
        if self.revoked_at:
            return InvitationState.REVOKED
        if self.expires_at <= timezone.now():
            return InvitationState.EXPIRED
        return InvitationState.OPEN

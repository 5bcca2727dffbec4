"""Communities, the companies that manage them, and measured facts."""

from django.db import models
from django.db.models.functions import Now

from accounts.models import Division, Membership, Organisation
from communities.enums import CommunityKind, CreditGrade
from core.tenancy import TenantForeignKey, TenantModel
from documents.models import StoredFile


class PropertyCompany(TenantModel):
    """What the register says of a property company beyond its being an organisation."""

    organisation = TenantForeignKey(Organisation, verbose_name="单位", related_name="companies")
    uscc = models.CharField("统一社会信用代码", max_length=18)
    credit_grade = models.CharField("信用等级", max_length=1, choices=CreditGrade, blank=True)
    last_penalty_on = models.DateField("最近一次行政处罚日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "物业服务企业"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "organisation"], name="communities_company_once"
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "uscc"],
                name="communities_company_uscc",
                violation_error_message="这个统一社会信用代码已经登记。",
            ),
        ]


class Community(TenantModel):
    """A residential estate as registered with civil affairs; areas in square metres."""

    code = models.CharField("小区编码", max_length=30)
    name = models.CharField("小区名称", max_length=60)
    address = models.CharField("地址", max_length=120)
    division = TenantForeignKey(Division, verbose_name="所属社区", related_name="communities")
    county = TenantForeignKey(Division, verbose_name="县区", related_name="+")
    kind = models.CharField("小区类别", max_length=20, choices=CommunityKind)
    floor_area = models.DecimalField("建筑面积（㎡）", max_digits=12, decimal_places=2, null=True)
    households = models.IntegerField("户数", null=True)
    built_year = models.IntegerField("建成年份", null=True)
    managed_by = TenantForeignKey(
        Organisation, verbose_name="管理单位", null=True, related_name="managed_communities"
    )
    owners_committee = TenantForeignKey(
        Organisation, verbose_name="业委会", null=True, related_name="represented_communities"
    )
    management_committee = TenantForeignKey(
        Organisation, verbose_name="物管会", null=True, related_name="+"
    )
    party_branch = TenantForeignKey(
        Organisation, verbose_name="小区党组织", null=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "小区"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "code"],
                name="communities_community_code",
                violation_error_message="这个小区编码已经登记。",
            )
        ]
        indexes = [
            models.Index(fields=["tenant_id", "county", "code"], name="communities_by_county"),
            models.Index(fields=["tenant_id", "managed_by"], name="communities_by_manager"),
        ]

    def __str__(self):
        return self.name


class Fact(TenantModel):
    """A measured value of a community with its unit, period and source; corrections are new rows.

    ``metric`` is the code the definition's requirements use (``satisfaction_rate``).
    """

    community = TenantForeignKey(Community, verbose_name="小区", related_name="facts")
    metric = models.CharField("指标", max_length=60)
    value = models.DecimalField("数值", max_digits=14, decimal_places=4, null=True, blank=True)
    text = models.CharField("取值", max_length=60, blank=True, default="")
    unit = models.CharField("单位", max_length=20, blank=True, default="")
    period = models.CharField("统计期", max_length=40)
    source = models.CharField("来源", max_length=120)
    source_file = TenantForeignKey(StoredFile, null=True, blank=True)
    entered_by = TenantForeignKey(Membership)
    entered_at = models.DateTimeField("录入时间", db_default=Now())
    is_current = models.BooleanField("现行", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "实测数据"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "community", "metric", "period"],
                condition=models.Q(is_current=True),
                name="communities_fact_current",
            )
        ]

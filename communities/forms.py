"""Forms of the register. Rules live in the services; here are types, limits and choices."""

from __future__ import annotations

from itertools import groupby

from django import forms
from django.core.validators import RegexValidator

from accounts.enums import OrganisationKind
from communities.enums import METRIC_UNITS, CommunityKind, CreditGrade, KnownMetric
from communities.selectors import (
    bodies_of_kind,
    managing_organisations,
    neighbourhoods,
    owners_committees,
    visible_counties,
)

OTHER = "other"
EMPTY = ("", "请选择")
ALL = ("", "全部")
CODE = RegexValidator(r"^[0-9A-Za-z][0-9A-Za-z_.\-]*$", "只能用字母、数字、点、短横和下划线。")


class CommunityFilter(forms.Form):
    """Narrows the list; a value that is not offered is told, and narrows nothing."""

    county = forms.ChoiceField(label="县区", required=False)
    kind = forms.ChoiceField(
        label="小区类别", required=False, choices=[ALL, *CommunityKind.choices]
    )
    q = forms.CharField(label="名称或编码", required=False, max_length=60)

    def __init__(self, *args, member, **kwargs):
        super().__init__(*args, **kwargs)
        counties = list(visible_counties(member).values_list("pk", "name"))
        if counties:
            self.fields["county"].choices = [ALL, *((str(pk), name) for pk, name in counties)]
        else:
            del self.fields["county"]

    def narrowing(self) -> dict:
        """What ``filter_communities`` takes."""
        self.is_valid()
        values = self.cleaned_data
        return {
            "county": values.get("county"),
            "kind": values.get("kind", ""),
            "search": values.get("q", ""),
        }


class CompanyFilter(forms.Form):
    q = forms.CharField(label="企业名称或信用代码", required=False, max_length=60)

    def narrowing(self) -> dict:
        self.is_valid()
        return {"search": self.cleaned_data.get("q", "")}


class OneOf(forms.ModelChoiceField):
    """A choice out of a queryset, grouped by ``group`` of the row where one is given."""

    def __init__(self, *, group=None, **kwargs):
        super().__init__(queryset=None, **kwargs)
        self.group = group

    def offer(self, queryset):
        """Choices from one query; the chosen row comes from the same one."""
        rows = list(queryset)
        self.queryset = queryset
        self._rows = {str(row.pk): row for row in rows}
        choices: list = [(str(row.pk), str(row)) for row in rows]
        if self.group:
            choices = [
                (title, [(str(row.pk), str(row)) for row in members])
                for title, members in groupby(rows, key=self.group)
            ]
        self.choices = [("", "请选择" if self.required else "（无）"), *choices]

    def to_python(self, value):
        if value in self.empty_values:
            return None
        row = self._rows.get(str(value))
        if row is None:
            raise forms.ValidationError("所选内容不在可选范围内，请重新选择。")
        return row


class CommunityForm(forms.Form):
    code = forms.CharField(
        label="小区编码",
        max_length=30,
        validators=[CODE],
        help_text="全市统一的小区编码，同一编码只能登记一次。",
    )
    name = forms.CharField(label="小区名称", max_length=60, help_text="使用在民政部门备案的名称。")
    division = OneOf(label="所属社区", group=lambda row: row.parent.name if row.parent else "")
    address = forms.CharField(label="地址", max_length=120)
    kind = forms.ChoiceField(
        label="小区类别", choices=CommunityKind.choices, widget=forms.RadioSelect
    )
    managed_by = OneOf(
        label="管理单位",
        required=False,
        group=lambda row: OrganisationKind(row.kind).label,
        help_text="物业服务企业或社区/自管组织；由它申报。",
    )
    owners_committee = OneOf(label="业委会", required=False, help_text="没有业委会的留空。")
    management_committee = OneOf(
        label="物管会", required=False, help_text="没有物业管理委员会的留空。"
    )
    party_branch = OneOf(
        label="小区党组织", required=False, help_text="没有的留空；方案允许时可以申报。"
    )
    floor_area = forms.DecimalField(
        label="建筑面积（㎡）", required=False, max_digits=12, decimal_places=2
    )
    households = forms.IntegerField(label="户数", required=False)
    built_year = forms.IntegerField(label="建成年份", required=False, help_text="如 2008。")

    def __init__(self, *args, member, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["division"].offer(neighbourhoods(member))
        self.fields["managed_by"].offer(managing_organisations())
        self.fields["owners_committee"].offer(owners_committees(member))
        for name in ("management_committee", "party_branch"):
            self.fields[name].offer(bodies_of_kind(member, name))


class CompanyForm(forms.Form):
    name = forms.CharField(label="企业名称", max_length=100)
    uscc = forms.CharField(
        label="统一社会信用代码", max_length=30, help_text="营业执照上的 18 位代码。"
    )
    credit_grade = forms.ChoiceField(
        label="信用等级", required=False, choices=[("", "未评定"), *CreditGrade.choices]
    )
    last_penalty_on = forms.DateField(
        label="最近一次行政处罚日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="没有处罚记录的留空。",
    )


class CompanyEntryForm(CompanyForm):
    """Name and code stay as registered."""

    name = None
    uscc = None


class FactForm(forms.Form):
    metric = forms.ChoiceField(
        label="指标", choices=[EMPTY, *KnownMetric.choices, (OTHER, "其他（填写代码）")]
    )
    other_metric = forms.CharField(
        label="其他指标代码",
        required=False,
        max_length=60,
        validators=[CODE],
        help_text="指标选“其他”时填写方案定义中的代码。",
    )
    value = forms.DecimalField(
        label="数值", required=False, max_digits=14, decimal_places=4, help_text="如 96.5。"
    )
    text = forms.CharField(
        label="取值", required=False, max_length=60, help_text="没有数值的填写，如等级。"
    )
    unit = forms.CharField(
        label="单位", required=False, max_length=20, help_text="留空时按指标的常用单位。"
    )
    period = forms.CharField(label="统计期", max_length=40, help_text="如 2023 年 1—9 月。")
    source = forms.CharField(
        label="来源", max_length=120, help_text="谁测得、依据什么，如 第三方满意度评价报告。"
    )
    file = forms.FileField(
        label="来源文件", required=False, help_text="报告的 PDF 或照片，不超过 20 MB。"
    )

    def clean(self):
        values = super().clean()
        if values.get("metric") == OTHER:
            if not values.get("other_metric"):
                self.add_error("other_metric", "请填写指标代码。")
            values["metric"] = values.get("other_metric", "")
        if not values.get("unit") and values.get("value") is not None:
            values["unit"] = METRIC_UNITS.get(values.get("metric"), "")
        return values

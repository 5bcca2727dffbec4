"""Forms of campaigns."""

from __future__ import annotations

from django import forms

from campaigns.definition import load_definition, shipped_definitions
from campaigns.fields import DefinitionFile
from campaigns.selectors import definition_choices

UPLOAD = "upload"


def shipped_choices() -> list[tuple[str, str]]:
    """key → title of what comes with the system."""
    return [(key, load_definition(path).title) for key, path in shipped_definitions().items()]


class CampaignForm(forms.Form):
    """From a definition that comes with the system, or from a file of one's own."""

    shipped = forms.ChoiceField(
        label="方案",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择一份方案；上传文件的，请选“上传方案定义文件”。"},
    )
    definition = DefinitionFile(
        required=False,
        help_text="选择“上传方案定义文件”时使用，YAML 或 JSON 格式，UTF-8 编码。",
    )
    key = forms.CharField(
        label="标识",
        required=False,
        max_length=60,
        help_text="出现在网址中，只能用字母、数字、短横和下划线；留空时用方案自己的标识。",
    )
    title = forms.CharField(
        label="名称", required=False, max_length=120, help_text="留空时用方案的名称。"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["shipped"].choices = [*shipped_choices(), (UPLOAD, "上传方案定义文件")]

    def clean(self):
        values = super().clean()
        if values.get("shipped") == UPLOAD:
            if not values.get("definition") and "definition" not in self.errors:
                self.add_error("definition", "请选择要上传的方案定义文件。")
        elif values.get("shipped"):
            values["definition"] = shipped_definitions()[values["shipped"]].read_text("utf-8")
        return values


class VersionForm(forms.Form):
    definition = DefinitionFile(
        help_text="先下载现行版本，修改后上传。YAML 或 JSON 格式，UTF-8 编码。",
    )
    reason = forms.CharField(
        label="更改理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="显示在版本记录中。已建立的申报材料仍按原版本办理。",
    )


class EditionForm(forms.Form):
    """The edition of another year."""

    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    key = forms.CharField(
        label="标识", required=False, max_length=60, help_text="留空时由原标识换成新年度。"
    )
    title = forms.CharField(
        label="名称", required=False, max_length=120, help_text="留空时由原名称换成新年度。"
    )


class RefinementForm(forms.Form):
    """A lower level's own definition."""

    key = forms.CharField(
        label="标识",
        max_length=60,
        help_text="出现在网址中，只能用字母、数字、短横和下划线。",
    )
    title = forms.CharField(label="名称", max_length=120)
    authorities = forms.CharField(
        label="组织单位",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="每行一个。",
    )


class ComparisonForm(forms.Form):
    """Two of all the definitions the member may read."""

    old = forms.ChoiceField(label="原方案")
    new = forms.ChoiceField(label="与之对照")

    def __init__(self, *args, member, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [("", "请选择"), *definition_choices(member)]
        self.fields["old"].choices = self.fields["new"].choices = choices

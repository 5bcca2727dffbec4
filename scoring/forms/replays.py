"""Which definition the marks are replayed under."""

from __future__ import annotations

from django import forms

from campaigns.fields import DefinitionFile
from campaigns.selectors import definition_choices

UPLOAD = "upload"


class ReplayForm(forms.Form):
    source = forms.ChoiceField(label="按哪份方案重放")
    definition = DefinitionFile(
        required=False,
        help_text="选择“上传方案定义文件”时使用，YAML 或 JSON 格式，UTF-8 编码。",
    )

    def __init__(self, *args, member, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [
            ("", "请选择"), *definition_choices(member), (UPLOAD, "上传方案定义文件"),
        ]  # fmt: skip

    def clean(self):
        values = super().clean()
        if values.get("source") == UPLOAD and not values.get("definition") and not self.errors:
            self.add_error("definition", "请选择要上传的方案定义文件。")
        return values

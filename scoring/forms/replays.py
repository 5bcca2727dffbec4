"""Which definition the marks are replayed under."""

from __future__ import annotations

from django import forms

from campaigns.definition.loading import MOST_CHARACTERS
from campaigns.selectors import definition_choices

UPLOAD = "upload"
MOST_BYTES = MOST_CHARACTERS * 3


class ReplayForm(forms.Form):
    source = forms.ChoiceField(label="按哪份方案重放")
    definition = forms.FileField(
        label="方案定义文件",
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml,.json"}),
        help_text="选择“上传方案定义文件”时使用，YAML 或 JSON 格式，UTF-8 编码。",
    )

    def __init__(self, *args, member, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [
            ("", "请选择"), *definition_choices(member), (UPLOAD, "上传方案定义文件"),
        ]  # fmt: skip

    def clean_definition(self) -> str:
        upload = self.cleaned_data["definition"]
        if not upload:
            return ""
        if upload.size > MOST_BYTES:
            raise forms.ValidationError("文件过大，方案定义应是几千行以内的文本。")
        try:
            return upload.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError("文件不是 UTF-8 编码的文本，请另存后上传。") from None

    def clean(self):
        values = super().clean()
        if values.get("source") == UPLOAD and not values.get("definition") and not self.errors:
            self.add_error("definition", "请选择要上传的方案定义文件。")
        return values

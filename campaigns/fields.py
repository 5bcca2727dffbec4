"""The form field by which a definition is uploaded; other apps' forms use it too."""

from __future__ import annotations

from django import forms

from campaigns.definition.loading import MOST_CHARACTERS

MOST_BYTES = MOST_CHARACTERS * 3


class DefinitionFile(forms.FileField):
    """A YAML or JSON file; its cleaned value is the text, empty without a file."""

    widget = forms.ClearableFileInput

    def __init__(self, **kwargs):
        super().__init__(label="方案定义文件", **kwargs)

    def widget_attrs(self, widget):
        return super().widget_attrs(widget) | {"accept": ".yaml,.yml,.json"}

    def clean(self, data, initial=None) -> str:
        upload = super().clean(data, initial)
        if not upload:
            return ""
        if upload.size > MOST_BYTES:
            raise forms.ValidationError("文件过大，方案定义应是几千行以内的文本。")
        try:
            text = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(
                "文件不是 UTF-8 编码的文本，请另存为 UTF-8 后上传。"
            ) from None
        if "\x00" in text:
            raise forms.ValidationError("文件不是文本，请选择 YAML 或 JSON 格式的方案定义。")
        return text

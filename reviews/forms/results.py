"""Forms of results received from above and of forwarded cases."""

from __future__ import annotations

from django import forms

from core.forms import Line
from reviews.enums import Answer
from reviews.forms.sign_offs import SCAN_TYPES, Text, area
from reviews.services.cases import MOST_REASON


class ResultForm(forms.Form):
    """What the higher level decided. ``replaces``: the record that is corrected."""

    answer = forms.ChoiceField(label="结果", choices=Answer.choices, widget=forms.RadioSelect)
    decided_on = forms.DateField(
        label="公布日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    document_number = Line(label="文号", max_length=80, help_text="没有文号的写文件名称。")
    note = Text(label="说明", required=False, max_length=200, widget=area(2))
    scan = forms.FileField(
        label="文件扫描件",
        required=False,
        help_text="图片或 PDF，不超过 20 MB。",
        widget=forms.FileInput(attrs={"accept": SCAN_TYPES}),
    )
    replaces = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, former=None, **kwargs):
        initial = {}
        if former:
            initial = {
                "answer": former.answer,
                "decided_on": former.decided_on,
                "document_number": former.document_number,
                "replaces": former.pk,
            }
        super().__init__(*args, initial=initial, **kwargs)
        if former:
            self.fields["note"].label = "更正原因"
            self.fields["note"].required = True


class ForwardForm(forms.Form):
    """Which dossier the office forwards, and why."""

    dossier = forms.ChoiceField(label="小区", error_messages={"required": "请选择小区。"})
    reason = Text(label="推荐理由", max_length=MOST_REASON, widget=area(3))

    def __init__(self, *args, dossiers, **kwargs):
        super().__init__(*args, **kwargs)
        self.dossiers = {str(dossier.pk): dossier for dossier in dossiers}
        self.fields["dossier"].choices = [
            ("", "请选择"),
            *(
                (pk, f"{d.community.name}（{d.community.county.name}，{d.number}）")
                for pk, d in self.dossiers.items()
            ),
        ]

    def clean_dossier(self):
        return self.dossiers[self.cleaned_data["dossier"]]

"""Form of a certificate."""

from __future__ import annotations

from django import forms

from reviews.forms.sign_offs import SCAN_TYPES, Text, area
from reviews.services.certificates import LEAST_TEXT, MOST_REASON, MOST_TEXT

GRANTED, DECLINED = "yes", "no"


class CertificateForm(forms.Form):
    answer = forms.ChoiceField(
        label="结论",
        choices=[(GRANTED, "予以证明"), (DECLINED, "不予证明")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择是否予以证明。"},
    )
    text = Text(
        label="证明内容",
        max_length=MOST_TEXT,
        widget=area(6),
        help_text=f"写明情况和依据，不少于 {LEAST_TEXT} 个字；不予证明的写明原因。",
    )
    scan = forms.FileField(
        label="盖章扫描件",
        required=False,
        help_text="另有盖章纸质证明的，可以附上图片或 PDF，不超过 20 MB。",
        widget=forms.FileInput(attrs={"accept": SCAN_TYPES}),
    )

    def values(self) -> dict:
        """What ``issue_certificate`` takes."""
        cleaned = self.cleaned_data
        return {
            "is_granted": cleaned["answer"] == GRANTED,
            "text": cleaned["text"],
            "scan": cleaned["scan"],
        }


class WithdrawalForm(forms.Form):
    reason = Text(
        label="收回理由",
        max_length=MOST_REASON,
        widget=area(2),
        help_text=f"写明为什么收回，不少于 {LEAST_TEXT} 个字。收回后可以重新出具。",
    )

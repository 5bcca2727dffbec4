from django import forms

from scoring.services.panels import LEAST_REASON, MOST_REASON


class RecusalForm(forms.Form):
    reason = forms.CharField(
        label="回避理由",
        min_length=LEAST_REASON,
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明与申报单位或小区的关系，例如任职、亲属、咨询或业务往来。",
        error_messages={
            "required": "请写明回避理由。",
            "min_length": f"请写明回避理由，至少 {LEAST_REASON} 个字。",
        },
    )

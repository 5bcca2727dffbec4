"""Forms of the city bureau: an expert for the pool, the commitment of a draw, the draw."""

from __future__ import annotations

from django import forms

from accounts.models import Membership
from scoring.models import Expert


class ExpertForm(forms.Form):
    membership = forms.ModelChoiceField(
        Membership.objects.none(),
        label="人员",
        empty_label="请选择",
        help_text="角色为“评审专家”、还不在库中的人员；没有的请先在“人员”中邀请。",
    )
    field = forms.CharField(label="专业", max_length=60)
    employer = forms.CharField(label="工作单位", max_length=100)

    def __init__(self, *args, candidates, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["membership"].queryset = candidates
        self.fields["membership"].label_from_instance = lambda m: m.user.name


class CommitForm(forms.Form):
    """``exclude-<expert id>``: the reason why an expert does not take part; empty: it does."""

    size = forms.IntegerField(label="抽取人数", min_value=1, max_value=50)
    source = forms.CharField(
        label="公开随机源和日期",
        max_length=200,
        help_text="登记之后才会公开、谁也不能预知的结果，例如“双色球 2023 年 11 月 7 日开奖号码”。",
    )

    def __init__(self, *args, experts: list[Expert], **kwargs):
        super().__init__(*args, **kwargs)
        self.experts = {self.exclusion_name(expert): expert for expert in experts}
        for name, expert in self.experts.items():
            self.fields[name] = forms.CharField(
                label=f"{expert.membership.user.name}（{expert.employer}）",
                required=False,
                max_length=200,
            )

    @staticmethod
    def exclusion_name(expert: Expert) -> str:
        return f"exclude-{expert.pk}"

    @property
    def exclusion_fields(self) -> list:
        return [self[name] for name in self.experts]

    @property
    def exclusions(self) -> dict[str, str]:
        """Expert id → reason."""
        return {
            str(expert.pk): self.cleaned_data[name]
            for name, expert in self.experts.items()
            if self.cleaned_data[name]
        }


class DrawForm(forms.Form):
    source_text = forms.CharField(
        label="公开随机源的内容",
        max_length=200,
        help_text="照公布的原样填写，例如“03 08 14 19 25 31 + 06”。抽取后不能更改。",
    )

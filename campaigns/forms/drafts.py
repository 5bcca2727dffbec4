"""Forms around a draft: where it begins, where it goes."""

from __future__ import annotations

from django import forms

from campaigns.definition import shipped_definitions
from campaigns.forms.campaigns import shipped_choices
from campaigns.models import Campaign

BLANK = "blank"
SHIPPED, CAMPAIGN = "shipped:", "campaign:"


class DraftForm(forms.Form):
    """Begin from nothing, from a campaign's present definition, or from a shipped one."""

    start = forms.ChoiceField(
        label="从哪里开始",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择从哪里开始。", "invalid_choice": "请选择列出的一项。"},
    )

    def __init__(self, *args, campaigns: list[Campaign], **kwargs):
        super().__init__(*args, **kwargs)
        self.campaigns = {campaign.key: campaign for campaign in campaigns}
        self.fields["start"].choices = [
            (BLANK, "空白：按手中的方案逐项填写"),
            *((f"{CAMPAIGN}{c.key}", f"现行方案：{c.title}") for c in campaigns),
            *((f"{SHIPPED}{key}", f"系统自带：{title}") for key, title in shipped_choices()),
        ]
        self.fields["start"].initial = BLANK

    def campaign(self) -> Campaign | None:
        return self.campaigns.get(self.cleaned_data["start"].removeprefix(CAMPAIGN))

    def shipped(self):
        """The file of the shipped definition that was chosen."""
        return shipped_definitions().get(self.cleaned_data["start"].removeprefix(SHIPPED))


class StoreForm(forms.Form):
    """A draft becomes a version or a campaign. ``lock_version``: the state that was read."""

    lock_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class StoreVersionForm(StoreForm):
    reason = forms.CharField(
        label="更改理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="显示在版本记录中。已建立的申报材料仍按原版本办理。",
        error_messages={"required": "请写明更改的理由，它会显示在版本记录中。"},
    )


class StoreCampaignForm(StoreForm):
    key = forms.CharField(
        label="标识",
        required=False,
        max_length=60,
        help_text="出现在网址中，只能用字母、数字、短横和下划线；留空时用方案自己的标识。",
    )
    title = forms.CharField(
        label="名称", required=False, max_length=120, help_text="留空时用方案的名称。"
    )

"""Forms of messages: times, templates, filters, the own phone."""

from __future__ import annotations

import re

from django import forms

from accounts.models import PHONE
from core.forms import Line
from messaging.enums import Channel, DeliveryState


class ReminderDays(Line):
    """``7、3、1`` as a list of numbers."""

    def to_python(self, value):
        text = super().to_python(value)
        parts = [part for part in re.split(r"[、，,\s]+", text) if part]
        if not all(re.fullmatch(r"[0-9]{1,3}", part) for part in parts):
            raise forms.ValidationError("请填写数字，用顿号分开，例如：7、3、1。")
        return [int(part) for part in parts]

    def prepare_value(self, value):
        return "、".join(map(str, value)) if isinstance(value, list) else value


def clock() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class PlanForm(forms.Form):
    quiet_from = forms.TimeField(label="免打扰开始", widget=clock())
    quiet_until = forms.TimeField(
        label="免打扰结束", widget=clock(), help_text="时段内的邮件和短信等到结束时再发。"
    )
    digest_at = forms.TimeField(
        label="审核人员汇总邮件", widget=clock(), help_text="每个工作日一封，汇总待办和提醒。"
    )
    reminder_days = ReminderDays(
        label="截止前几个工作日提醒", required=False, help_text="用顿号分开；不填则不提醒。"
    )
    is_held = forms.BooleanField(label="先暂停，由人在发件箱中逐条放行", required=False)


class TemplateForm(forms.Form):
    title = Line(label="标题", max_length=100)
    text = forms.CharField(label="正文", max_length=1000, widget=forms.Textarea(attrs={"rows": 5}))
    sms = Line(
        label="短信",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不填则这类消息不发短信。",
    )


class OutboxFilter(forms.Form):
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *DeliveryState.choices]
    )
    channel = forms.ChoiceField(
        label="渠道", required=False, choices=[("", "全部"), *Channel.choices]
    )
    q = forms.CharField(label="收件人或标题", required=False, max_length=60)

    def narrow(self, deliveries):
        values = self.cleaned_data if self.is_valid() else {}
        for name in ("state", "channel"):
            if values.get(name):
                deliveries = deliveries.filter(**{name: values[name]})
        if word := values.get("q", "").strip():
            deliveries = deliveries.filter(message__title__icontains=word) | deliveries.filter(
                message__user__name__icontains=word
            )
        return deliveries


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label="手机号",
        max_length=11,
        required=False,
        validators=[PHONE],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "tel"}),
        help_text="用来接收短信；清空则不再接收。",
    )

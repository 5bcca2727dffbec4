"""Letting a deadline end later: a signature."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone

from accounts.confirmation import ConfirmationMixin
from accounts.models import Organisation
from campaigns.definition import Definition
from communities.models import Community
from core.forms import Line, ModelChoice
from core.wording import cn_date
from reviews.services.deadlines import MOST_REASON


class ExtensionForm(ConfirmationMixin, forms.Form):
    """``until()``: the first moment that is too late; without a time the end of the day."""

    deadline = forms.ChoiceField(label="时限")
    organisation = ModelChoice(
        label="只对一个单位",
        required=False,
        queryset=Organisation.objects.none(),
        empty_label="（不限单位）",
        help_text="申报单位，或者要延长办理时间的社区、街道、县区住建局。",
    )
    community = ModelChoice(
        label="只对一个小区",
        required=False,
        queryset=Community.objects.none(),
        empty_label="（不限小区）",
        help_text="单位和小区都不选，就是整个活动统一延期。",
    )
    day = forms.DateField(
        label="延长到（含当日）", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    at = forms.TimeField(
        label="当日几点",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="不填为当日 24:00。",
    )
    reason = Line(
        label="理由",
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写进延期通知和记录。",
    )

    def __init__(self, *args, definition: Definition, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["deadline"].choices = [
            (part.code, f"{part.title}（方案规定 {cn_date(part.due)}）")
            for part in definition.calendar
        ]
        organisations = Organisation.objects.filter(is_active=True).order_by("kind", "name")
        self.fields["organisation"].queryset = organisations
        self.fields["community"].queryset = Community.objects.order_by("name")
        self.ask_person(request)

    def until(self) -> datetime:
        day, at = self.cleaned_data["day"], self.cleaned_data["at"]
        if at is None:
            day, at = day + timedelta(days=1), time.min
        return datetime.combine(day, at, timezone.get_default_timezone())

"""The table of holidays and worked weekends, year by year, for the platform's administrators."""

import re

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import CalendarDayForm
from accounts.services.calendar import remove_calendar_day, set_calendar_day
from accounts.services.platform import Person
from core.models import CalendarDay


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request):
    """The days of one year; POST sets a day."""
    form = CalendarDayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = set_calendar_day(**form.cleaned_data, actor=Person.of(request.user))
        word = "上班" if row.is_working else "放假"
        messages.success(request, f"已设置：{row.day:%Y-%m-%d} {word}（{row.name}）。")
        return redirect(_of_year(row.day.year))
    today = timezone.localdate()
    asked = request.GET.get("year", "")
    year = int(asked) if re.fullmatch(r"20[0-9]{2}", asked) else today.year
    recent = CalendarDay.objects.filter(day__year__gte=today.year - 3)
    years = [day.year for day in recent.dates("day", "year")]
    context = {
        "form": form,
        "year": year,
        "years": sorted({*years, year, today.year + 1}),
        "rows": CalendarDay.objects.filter(day__year=year).order_by("day"),
    }
    return render(request, "accounts/calendar.html", context)


@require_POST
def calendar_remove(request, pk):
    row = get_object_or_404(CalendarDay, pk=pk)
    remove_calendar_day(row, actor=Person.of(request.user))
    messages.success(request, f"已删除 {row.day:%Y-%m-%d}（{row.name}），这一天按星期计算。")
    return redirect(_of_year(row.day.year))


def _of_year(year: int) -> str:
    return f"{reverse('platform:calendar')}?year={year}"

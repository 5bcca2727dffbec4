"""Holidays and worked weekends, kept by the platform's administrators for all tenants."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from accounts.services.platform import record_on_platform
from core.models import CalendarDay


@transaction.atomic
def set_calendar_day(day: date, *, is_working: bool, name: str, actor) -> CalendarDay:
    """Say whether offices work on ``day``; what was said about it before is replaced."""
    row, _ = CalendarDay.objects.update_or_create(
        day=day, defaults={"is_working": is_working, "name": name}
    )
    record_on_platform("calendar.day_set", actor=actor, day=day, is_working=is_working, name=name)
    return row


@transaction.atomic
def remove_calendar_day(row: CalendarDay, *, actor) -> None:
    """The day is again what its weekday says."""
    record_on_platform(
        "calendar.day_removed", actor=actor, day=row.day, is_working=row.is_working, name=row.name
    )
    row.delete()

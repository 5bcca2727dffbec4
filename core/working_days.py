"""Which days offices work: Monday to Friday, except as the table of calendar days says.

The table is seeded with the published calendars of the State Council and kept by the platform's
administrators (``/platform/calendar/``).
"""

from __future__ import annotations

from datetime import date, timedelta

from core.models import CalendarDay


class WorkingDays:
    """The working days of a span, read in one query: for lists that count for many rows."""

    def __init__(self, first: date, last: date):
        days = CalendarDay.objects.filter(day__range=(first, last))
        self._special = dict(days.values_list("day", "is_working"))

    def __contains__(self, day: date) -> bool:
        return self._special.get(day, day.weekday() < 5)

    def between(self, today: date, last: date) -> int:
        """Working days after ``today`` up to and with ``last``; 0 when it is past."""
        return sum(today + timedelta(days=n) in self for n in range(1, (last - today).days + 1))


def is_working_day(day: date) -> bool:
    """Whether offices work that day."""
    return day in WorkingDays(day, day)


def working_days_between(today: date, last: date) -> int:
    """Working days after ``today`` up to and with ``last``; 0 when it is past. One query."""
    return WorkingDays(today, last).between(today, last)


def is_published(day: date) -> bool:
    """Whether the holidays of the day's year are known."""
    return CalendarDay.objects.filter(day__year=day.year).exists()

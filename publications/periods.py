"""How long a notice runs."""

from __future__ import annotations

from datetime import date, timedelta

from core.working_days import is_working_day


def last_day(starts_on: date, days: int, day_kind: str) -> date:
    """The last day of a notice of ``days`` working or calendar days that starts on ``starts_on``.

    The day of release does not count, as usual for periods counted in days (民法典 第二百零一条).
    """
    if day_kind == "calendar":
        return starts_on + timedelta(days=days)
    day = starts_on
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day

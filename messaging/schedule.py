"""When a message may leave: quiet hours and the daily digest. Pure functions of local time."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime, time, timedelta


def is_quiet(at: time, quiet_from: time, quiet_until: time) -> bool:
    """Whether the time of day lies in the quiet hours; they may go over midnight."""
    if quiet_from <= quiet_until:
        return quiet_from <= at < quiet_until
    return at >= quiet_from or at < quiet_until


def after_quiet(moment: datetime, quiet_from: time, quiet_until: time) -> datetime:
    """The moment, or the end of the quiet hours it falls into."""
    if not is_quiet(moment.time(), quiet_from, quiet_until):
        return moment
    end = moment.replace(hour=quiet_until.hour, minute=quiet_until.minute, second=0, microsecond=0)
    return end if end > moment else end + timedelta(days=1)


def next_digest(moment: datetime, at: time, working: Container[date]) -> datetime:
    """The next time of the digest on a working day."""
    found = moment.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    while found <= moment or found.date() not in working:
        found += timedelta(days=1)
    return found

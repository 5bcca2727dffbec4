"""When signing in is locked: five failures per login name and address, twenty an hour per address."""

from __future__ import annotations

from datetime import datetime, timedelta

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.crypto import salted_hmac

HOUR = timedelta(hours=1)


def tried_name(request, credentials=None) -> str:
    """What is kept of a tried login name (AXES_USERNAME_CALLABLE): see ``name_mark``."""
    return name_mark((credentials or {}).get("username") or "")


def name_mark(username: str) -> str:
    """Stands for a login name: people type their password into the wrong field."""
    return salted_hmac("accounts.lockout", username, algorithm="sha256").hexdigest()


class LockoutHandler(AxesDatabaseHandler):
    """django-axes with one more limit, on the address alone."""

    def is_locked(self, request, credentials=None) -> bool:
        return super().is_locked(request, credentials) or bool(
            address_locked_until(request.axes_ip_address)
        )


def cool_off() -> timedelta:
    return timedelta(hours=settings.AXES_COOLOFF_TIME)


def name_locked_until(username: str, ip: str | None) -> datetime | None:
    """Return when the login name may be tried again from ``ip``; None when it is not locked."""
    found = AccessAttempt.objects.filter(
        username=name_mark(username), ip_address=ip, attempt_time__gte=timezone.now() - cool_off()
    ).aggregate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
    if (found["failures"] or 0) < settings.AXES_FAILURE_LIMIT:
        return None
    return found["last"] + cool_off()


def address_locked_until(ip: str | None) -> datetime | None:
    """Return when ``ip`` may try again: an hour after the oldest of its last twenty failures."""
    if ip is None:
        return None
    times = (
        AccessFailureLog.objects.filter(ip_address=ip, attempt_time__gt=timezone.now() - HOUR)
        .order_by("-attempt_time")
        .values_list("attempt_time", flat=True)
    )
    limit = settings.SIGN_IN_FAILURES_PER_ADDRESS
    oldest = list(times[limit - 1 : limit])
    return oldest[0] + HOUR if oldest else None


def locked_names(usernames) -> set[str]:
    """Return which of the login names are locked now, from whatever address. One query."""
    names = {name_mark(username): username for username in usernames}
    marks = (
        AccessAttempt.objects.filter(
            username__in=names, attempt_time__gte=timezone.now() - cool_off()
        )
        .values("username", "ip_address")
        .annotate(failures=Sum("failures_since_start"))
        .filter(failures__gte=settings.AXES_FAILURE_LIMIT)
        .order_by()
        .values_list("username", flat=True)
    )
    return {names[mark] for mark in marks}


def forget_failures(username: str) -> None:
    """Lift the lock of a login name, from whatever address."""
    for model in (AccessAttempt, AccessFailureLog):
        model.objects.filter(username=name_mark(username)).delete()

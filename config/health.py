"""Answers for those who watch the service: `healthz` says it runs, `readyz` that it can work."""

import time

from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from core import guard
from core.access import public_page
from documents import storage
from documents.fonts import font_problems

OLDEST_DUE_JOB = 300  # seconds a due job may wait for the relay
GUARD_EVERY = 300  # seconds between looks at the whole catalogue
# Without these no page can be right; the others only hold back papers, jobs or uploads.
VITAL = {"database", "isolation"}

_guarded: dict = {"at": None, "findings": 0}


@public_page
@require_safe
@transaction.non_atomic_requests
def healthz(request):
    return HttpResponse("ok", content_type="text/plain")


@public_page
@require_safe
@transaction.non_atomic_requests
def readyz(request):
    """Each part with "ok" or what ails it: names and figures, no secrets.

    503 only when pages cannot be right; `degraded` is for those who watch, not for a balancer
    that would take a working site away because a queue is slow.
    """
    parts = {
        "database": _ask_database,
        "isolation": _ask_guard,
        "cache": _ask_cache,
        "queue": _ask_queue,
        "disk": _ask_disk,
        "fonts": _look_for_fonts,
    }
    found = {}
    for name, ask in parts.items():
        try:
            found[name] = ask() or "ok"
        except Exception as error:  # whatever fails is the answer
            found[name] = type(error).__name__
    ailing = {name for name, word in found.items() if word != "ok"}
    state = "unavailable" if ailing & VITAL else "degraded" if ailing else "ready"
    return JsonResponse({"state": state, **found}, status=503 if ailing & VITAL else 200)


def _ask_database() -> str:
    """The web must be the unprivileged role, or the isolation is not there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
    return "" if role == "app_rw" else f"role {role}"


def _ask_guard() -> str:
    now = time.monotonic()
    if _guarded["at"] is None or now - _guarded["at"] > GUARD_EVERY:
        _guarded.update(findings=len(guard.inspect()), at=now)
    return f"{_guarded['findings']} findings" if _guarded["findings"] else ""


def _ask_cache() -> None:
    cache.get("readyz")


def _ask_queue() -> str:
    """How long the oldest due job waits; only the relay's role sees the jobs of all tenants."""
    if "relay" not in settings.DATABASES:
        return ""
    with connections["relay"].cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM clock_timestamp() - min(next_at))::int FROM core_job "
            "WHERE next_at <= clock_timestamp() AND (state = 'queued' "
            "OR (state = 'running' AND lease_until < clock_timestamp()))"
        )
        age = cursor.fetchone()[0] or 0
    return f"oldest job waits {age} s" if age > OLDEST_DUE_JOB else ""


def _ask_disk() -> str:
    return "nearly full" if storage.is_nearly_full() else ""


def _look_for_fonts() -> None:
    if font_problems():
        raise FileNotFoundError

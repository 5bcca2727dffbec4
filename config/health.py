"""Answers for those who watch the service: `healthz` says it runs, `readyz` that it can work."""

from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse, JsonResponse

from core.access import public_page
from documents.fonts import font_problems


@public_page
def healthz(request):
    return HttpResponse("ok", content_type="text/plain")


@public_page
def readyz(request):
    """Each part with "ok" or the kind of its failure; 503 when one fails."""
    parts = {"database": _ask_database, "cache": _ask_cache, "fonts": _look_for_fonts}
    found = {}
    for name, ask in parts.items():
        try:
            ask()
            found[name] = "ok"
        except Exception as error:  # whatever fails is the answer
            found[name] = type(error).__name__
    is_ready = set(found.values()) == {"ok"}
    return JsonResponse(found, status=200 if is_ready else 503)


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_cache() -> None:
    cache.get("readyz")


def _look_for_fonts() -> None:
    if font_problems():
        raise FileNotFoundError

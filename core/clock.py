"""The tenant's time: the database clock, shifted only for training tenants."""

from datetime import date, datetime

from django.db import connection
from django.utils import timezone

_NOW = """
SELECT clock_timestamp() + clock_offset FROM core_tenant
WHERE id = (SELECT app.current_tenant())
"""


def now() -> datetime:
    """Return the tenant's present moment (aware). Deadlines and dates on papers use only this."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW)
        return cursor.fetchone()[0]


def today() -> date:
    """Return the tenant's present day in the local time zone."""
    return timezone.localdate(now())

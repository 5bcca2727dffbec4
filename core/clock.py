"""The tenant's time: the database clock, shifted only for training tenants."""

from datetime import date, datetime

from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper, Func, Subquery
from django.utils import timezone

from core.models import Tenant
from core.tenancy import current_tenant_id

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


def moment() -> ExpressionWrapper:
    """Return the present moment as an expression: a deadline holds inside the statement itself."""
    offset = Subquery(Tenant.objects.filter(pk=current_tenant_id()).values("clock_offset"))
    clock = Func(function="clock_timestamp", output_field=DateTimeField())
    return ExpressionWrapper(clock + offset, output_field=DateTimeField())

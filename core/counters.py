"""Gap-free numbers per tenant."""

from django.db import connection

from core.models import Counter
from core.tenancy import current_tenant_id, new_id

_NEXT = f"""
INSERT INTO {Counter._meta.db_table} AS c (id, tenant_id, name, value) VALUES (%s, %s, %s, 1)
ON CONFLICT (tenant_id, name) DO UPDATE SET value = c.value + 1 RETURNING value
"""  # noqa: S608 - the table's own name


def next_number(name: str) -> int:
    """Return 1, 2, 3 … of the tenant's counter ``name``; a rolled back number is given again."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [new_id(), current_tenant_id(), name])
        return cursor.fetchone()[0]

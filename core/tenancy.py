"""Tenant isolation by forced row-level security: the only place that sets the tenant.

The pattern: every tenant table has ``tenant_id`` and the policy
``tenant_id = (SELECT app.current_tenant())``. The function raises SQLSTATE 42501 when no tenant
is set, so that a forgotten context is an error and never an empty list. The setting is local to
the transaction; it is never left on a connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import uuid_utils.compat as uuid_utils
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models, transaction
from django.db.migrations.operations.base import Operation

_current: ContextVar[int | None] = ContextVar("tenant_id", default=None)


class NoTenant(RuntimeError):
    """Tenant data was touched outside ``tenant_context``."""


def current_tenant_id() -> int:
    """Return the tenant of the running context; raise ``NoTenant`` outside one."""
    tenant_id = _current.get()
    if tenant_id is None:
        raise NoTenant("tenant context not set")
    return tenant_id


def _set_tenant(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant_id', %s, true)", [value])


@contextmanager
def tenant_context(tenant_id: int) -> Iterator[None]:
    """Open a transaction in which only the rows of ``tenant_id`` exist.

    Re-entering the same tenant opens a savepoint; a nested switch to another tenant raises
    ``RuntimeError``, for a half-switched transaction would mix two tenants.
    """
    outer = _current.get()
    if outer is not None and outer != tenant_id:
        raise RuntimeError(f"nested switch from tenant {outer} to {tenant_id}")
    if outer is not None and not connection.in_atomic_block:
        outer = None  # an on_commit hook: the transaction that knew the tenant is over
    with transaction.atomic():
        if outer is not None:
            yield
            return
        token = _current.set(tenant_id)
        try:
            _set_tenant(str(tenant_id))
            yield
            if len(connection.savepoint_ids) > 0 and not connection.needs_rollback:
                _set_tenant("")  # inside a test's transaction: leave no tenant behind
        finally:
            _current.reset(token)


def new_id():
    """A time-ordered public id (UUID version 7)."""
    return uuid_utils.uuid7()


class TenantModel(models.Model):
    """A row that belongs to one tenant; its table gets ``EnableTenancy`` in the migration."""

    id = models.UUIDField("编号", primary_key=True, default=new_id, editable=False)
    tenant_id = models.BigIntegerField("租户", default=current_tenant_id, editable=False)

    class Meta:
        abstract = True


class TenantForeignKey(models.ForeignKey):
    """A foreign key inside one tenant.

    The database constraint is the composite ``(tenant_id, x_id) -> (tenant_id, id)`` laid by
    ``EnableTenancy``: a single-column key could point at another tenant's row.
    """

    def __init__(self, to, on_delete=models.PROTECT, **kwargs):
        kwargs["db_constraint"] = False
        kwargs.setdefault("blank", kwargs.get("null", False))
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, path, args, kwargs


def is_tenant_model(model) -> bool:
    return any(field.name == "tenant_id" for field in model._meta.local_fields)


class EnableTenancy(Operation):
    """Put a tenant table under forced row-level security; the only way to do so.

    ``grants`` are the rights of the application role: audit tables get SELECT and INSERT only.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, grants: str = "SELECT, INSERT, UPDATE, DELETE"):
        self.model_name = model_name
        self.grants = grants

    def deconstruct(self):
        args = [self.model_name]
        kwargs = {} if self.grants == "SELECT, INSERT, UPDATE, DELETE" else {"grants": self.grants}
        return self.__class__.__qualname__, args, kwargs

    def state_forwards(self, app_label, state):
        """No change to the model state."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if not is_tenant_model(model):
            raise ImproperlyConfigured(f"{model._meta.label} has no tenant_id")
        # Keys to tables without tenant are checked before the policy hides the rows from the check.
        table = model._meta.db_table
        for statement in list(schema_editor.deferred_sql):
            if statement.references_table(table):
                schema_editor.deferred_sql.remove(statement)
                schema_editor.execute(statement)
        for statement in self._statements(model):
            schema_editor.execute(statement)

    def _statements(self, model) -> list[str]:
        table = model._meta.db_table
        statements = [
            f'ALTER TABLE "{table}" ALTER tenant_id SET DEFAULT app.current_tenant()',
            unique_sql(table),
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_tenant_fk" '
            "FOREIGN KEY (tenant_id) REFERENCES core_tenant (id)",
        ]
        for field in model._meta.local_fields:
            target = getattr(field, "related_model", None)
            if target is None or not is_tenant_model(target):
                continue
            if field.db_constraint:
                raise ImproperlyConfigured(f"{model._meta.label}.{field.name}: TenantForeignKey")
            # Two tables may point at each other: the target's key may have to come first.
            statements.append(unique_sql(target._meta.db_table))
            statements.append(tenant_key_sql(table, field.column, target._meta.db_table))
        return statements + policy_sql(table, self.grants)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        schema_editor.execute(f'DROP POLICY tenant_isolation ON "{table}"')
        schema_editor.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        schema_editor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')

    def describe(self):
        return f"Row-level security on {self.model_name}"


class AddTenantKey(Operation):
    """The composite foreign key of a ``TenantForeignKey`` added after its table."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, field_name: str):
        self.model_name = model_name
        self.field_name = field_name

    def deconstruct(self):
        return self.__class__.__qualname__, [self.model_name, self.field_name], {}

    def state_forwards(self, app_label, state):
        """No change to the model state."""

    def _names(self, app_label, state):
        model = state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.field_name)
        return model._meta.db_table, field.column, field.related_model._meta.db_table

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        table, column, target = self._names(app_label, to_state)
        # A forced policy filters the validation query too: an orphan would pass unseen.
        for name in {table, target}:
            schema_editor.execute(f'ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY')
        schema_editor.execute(tenant_key_sql(table, column, target))
        for name in {table, target}:
            schema_editor.execute(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY')

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        table, column, _ = self._names(app_label, from_state)
        schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_{column}_tfk"')

    def describe(self):
        return f"Composite key {self.model_name}.{self.field_name}"


def unique_sql(table: str) -> str:
    return f'CREATE UNIQUE INDEX IF NOT EXISTS "{table}_tenant_uniq" ON "{table}" (tenant_id, id)'


def tenant_key_sql(table: str, column: str, target: str) -> str:
    return (
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{column}_tfk" '
        f'FOREIGN KEY (tenant_id, "{column}") REFERENCES "{target}" (tenant_id, id) '
        "DEFERRABLE INITIALLY IMMEDIATE"
    )


def policy_sql(table: str, grants: str) -> list[str]:
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY tenant_isolation ON "{table}" FOR ALL TO app_rw, app_owner '
        "USING (tenant_id = (SELECT app.current_tenant())) "
        "WITH CHECK (tenant_id = (SELECT app.current_tenant()))",
        f'REVOKE ALL ON "{table}" FROM app_rw',
        f'GRANT {grants} ON "{table}" TO app_rw',
    ]

"""The database itself keeps tenants apart; every planted hole is named by the guard."""

import pytest
from django.db import DatabaseError, connection, connections, transaction

from accounts.models import Division, Organisation
from core import audit, guard
from core.models import Tenant
from core.tenancy import NoTenant, tenant_context
from tests.factories import cast


@pytest.fixture
def neighbour(db):
    tenant = cast.make_tenant("linzhou", "临州市住房和城乡建设局")
    with tenant_context(tenant.pk):
        cast.make_divisions()
    return tenant


def test_schema_has_no_hole(db):
    assert guard.inspect() == []


def test_connection_is_the_unprivileged_role(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == "app_rw"


def test_rows_of_another_tenant_do_not_exist(neighbour, tenant, people):
    foreign = Tenant.objects.get(slug="linzhou")
    assert Division.objects.filter(tenant_id=foreign.pk).count() == 0
    assert Division.objects.count() == 7
    assert Division.objects.update(name="改") == 7


def test_writing_into_another_tenant_is_refused(neighbour, tenant):
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        Organisation.objects.create(tenant_id=neighbour.pk, kind="evaluator", name="越界")


def test_pointing_at_another_tenants_row_is_refused(neighbour):
    with tenant_context(neighbour.pk):
        foreign = Division.objects.first()
    own = cast.make_tenant("yunzhou", "云州")
    with (
        tenant_context(own.pk),
        pytest.raises(DatabaseError, match="organisation_division_id_tfk"),
        transaction.atomic(),
    ):
        Organisation.objects.create(kind="evaluator", name="越界", division_id=foreign.pk)


def test_no_tenant_is_an_error_and_never_an_empty_list(neighbour):
    with pytest.raises(DatabaseError, match="tenant context not set"), transaction.atomic():
        Division.objects.count()
    with pytest.raises(NoTenant):
        Organisation(kind="evaluator", name="无处可去")


def test_nested_switch_is_refused(neighbour, tenant):
    with pytest.raises(RuntimeError, match="nested switch"), tenant_context(neighbour.pk):
        pass


def test_audit_records_cannot_be_changed_by_the_application(tenant):
    row = audit.record(audit.SYSTEM, "test.act", tenant)
    for change in (
        lambda: type(row).objects.filter(pk=row.pk).update(verb="other"),
        lambda: type(row).objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            change()


PLANTED = {
    "row-level security not enabled and forced": (
        "ALTER TABLE accounts_division NO FORCE ROW LEVEL SECURITY"
    ),
    "table without tenant_id": "CREATE TABLE planted (id bigint)",
    "policy expression": (
        "DROP POLICY tenant_isolation ON accounts_division; CREATE POLICY tenant_isolation "
        "ON accounts_division USING (tenant_id = app.current_tenant())"
    ),
    "policy missing": "DROP POLICY tenant_isolation ON accounts_division",
    "extra permissive policy": "CREATE POLICY planted ON accounts_division USING (true)",
    "view without security_invoker": "CREATE VIEW planted AS SELECT * FROM accounts_division",
    "materialized view": ("CREATE MATERIALIZED VIEW planted AS SELECT * FROM core_tenant"),
    "unique index not led by tenant_id": (
        "CREATE UNIQUE INDEX planted ON accounts_division (code)"
    ),
    "foreign key lacks tenant_id": (
        "ALTER TABLE accounts_organisation ADD CONSTRAINT "
        "planted FOREIGN KEY (division_id) REFERENCES accounts_division (id) NOT VALID"
    ),
    "foreign key missing": (
        "ALTER TABLE accounts_organisation DROP CONSTRAINT accounts_organisation_division_id_tfk"
    ),
    "security definer function": (
        "CREATE FUNCTION app.planted() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"
    ),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_guard_finds_planted(kind, committed_db):
    """The fault is planted by the owner in a transaction that is rolled back."""
    owner = connections["owner"]
    with transaction.atomic(using="owner"):
        with owner.cursor() as cursor:
            cursor.execute(PLANTED[kind])
        kinds = {finding.kind for finding in guard.inspect("owner", role="app_rw")}
        transaction.set_rollback(True, using="owner")
    assert kinds == {kind}


def test_guard_finds_a_role_that_is_too_strong(db):
    kinds = {str(finding) for finding in guard.inspect(role="app_owner")}
    assert kinds == {"application role too strong: app_owner"}

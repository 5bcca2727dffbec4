from django.db import migrations

SQL = """
CREATE POLICY relay_reads ON core_job FOR SELECT TO app_relay USING (true);
CREATE POLICY relay_sends ON core_job FOR UPDATE TO app_relay USING (true) WITH CHECK (true);
GRANT SELECT (id, tenant_id, state, next_at, sent_at, lease_until) ON core_job TO app_relay;
GRANT UPDATE (next_at, sent_at) ON core_job TO app_relay;
-- AuditHead is the end of the chain: moved, never removed.
REVOKE DELETE ON core_audithead FROM app_rw;
"""


class Migration(migrations.Migration):
    """The relay sees of every tenant's jobs only when they are due."""

    dependencies = [("core", "0002_tenants_audit_jobs")]
    operations = [
        migrations.RunSQL(
            SQL,
            reverse_sql="DROP POLICY relay_reads ON core_job; DROP POLICY relay_sends ON core_job",
        )
    ]

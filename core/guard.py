"""The catalog guard: reads the database's own catalogue and names every hole in the isolation.

Run as a test, at start-up (a system check tagged ``database``) and by ``manage.py guard``.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import connections

# Tables that belong to the platform and hold no tenant's data.
GLOBAL_TABLES = {
    "accounts_tenantuser",
    "accounts_user",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "axes_accessattempt",
    "axes_accessattemptexpiration",
    "axes_accessfailurelog",
    "axes_accesslog",
    "core_calendarday",
    "core_tenant",
    "django_content_type",
    "django_migrations",
    "django_session",
    "otp_totp_totpdevice",
}
# Policies besides tenant_isolation: the relay reads the job rows of all tenants.
EXTRA_POLICIES = {("core_job", "relay_reads"), ("core_job", "relay_sends")}
SECURITY_DEFINERS: set[str] = set()


@dataclass(frozen=True)
class Finding:
    kind: str
    subject: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"


_TABLES = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
       EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'
               AND a.attnotnull AND NOT a.attisdropped)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
"""
_POLICIES = """
SELECT tablename, policyname, permissive, coalesce(qual, ''), coalesce(with_check, '')
FROM pg_policies WHERE schemaname = 'public'
"""
_VIEWS = """
SELECT c.relname, c.relkind::text,
       coalesce(array_to_string(c.reloptions, ','), '') ~ 'security_invoker=(true|on|1)'
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm')
"""
_UNIQUES = """
SELECT t.relname, i.relname, a.attname, x.indisprimary
FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
WHERE n.nspname = 'public' AND x.indisunique
"""
_KEYS = """
SELECT t.relname, k.conname, r.relname,
       (SELECT array_agg(a.attname::text) FROM pg_attribute a
        WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey))
FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE n.nspname = 'public' AND k.contype = 'f'
"""
_DEFINERS = """
SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosecdef AND n.nspname IN ('public', 'app')
"""
_ROLE = """
SELECT r.rolsuper, r.rolbypassrls,
       EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname IN ('public', 'app') AND c.relowner = r.oid),
       EXISTS (SELECT 1 FROM pg_roles o WHERE o.rolname IN ('app_owner', 'app_relay')
               AND pg_has_role(r.oid, o.oid, 'MEMBER'))
FROM pg_roles r WHERE r.rolname = %s
"""
_EXPRESSION = "(tenant_id = ( SELECT app.current_tenant() AS current_tenant))"


def inspect(using: str = "default", role: str | None = None) -> list[Finding]:
    """Return every finding for the schema and for ``role`` (default: the connected one)."""
    connection = connections[using]
    with connection.cursor() as cursor:

        def rows(sql, params=None):
            cursor.execute(sql, params)
            return cursor.fetchall()

        tables = rows(_TABLES)
        tenant_tables = {name for name, _, has in tables if has and name not in GLOBAL_TABLES}
        findings = _table_findings(tables)
        findings += _policy_findings(rows(_POLICIES), tenant_tables)
        for name, kind, invoker in rows(_VIEWS):
            if kind == "m":
                findings.append(Finding("materialized view", name))
            elif not invoker:
                findings.append(Finding("view without security_invoker", name))
        for table, index, first, primary in rows(_UNIQUES):
            if table in tenant_tables and first != "tenant_id" and not primary:
                findings.append(Finding("unique index not led by tenant_id", f"{table}.{index}"))
        findings += _key_findings(rows(_KEYS), tenant_tables)
        for (name,) in rows(_DEFINERS):
            if name not in SECURITY_DEFINERS:
                findings.append(Finding("security definer function", name))
        if role is None:
            role = rows("SELECT current_user")[0][0]
        for superuser, bypass, owner, member in rows(_ROLE, [role]):
            if superuser or bypass or owner or member:
                findings.append(Finding("application role too strong", role))
    return findings


def _table_findings(tables) -> list[Finding]:
    findings = []
    for name, forced, has_tenant in tables:
        if name in GLOBAL_TABLES:
            continue
        if not has_tenant:
            findings.append(Finding("table without tenant_id", name))
        elif not forced:
            findings.append(Finding("row-level security not enabled and forced", name))
    return findings


def _policy_findings(policies, tenant_tables) -> list[Finding]:
    findings, isolated = [], set()
    for table, name, permissive, using, check in policies:
        if name == "tenant_isolation":
            if using == _EXPRESSION and check == _EXPRESSION:
                isolated.add(table)
            else:
                findings.append(Finding("policy expression", f"{table}.{name}"))
        elif permissive == "PERMISSIVE" and (table, name) not in EXTRA_POLICIES:
            findings.append(Finding("extra permissive policy", f"{table}.{name}"))
    known = {finding.subject.split(".")[0] for finding in findings}
    findings += [Finding("policy missing", t) for t in tenant_tables - isolated - known]
    return findings


def _key_findings(keys, tenant_tables) -> list[Finding]:
    findings, composite = [], set()
    for table, name, target, columns in keys:
        if table in tenant_tables and target in tenant_tables:
            if "tenant_id" in columns:
                composite |= {(table, column) for column in columns}
            else:
                findings.append(Finding("foreign key lacks tenant_id", f"{table}.{name}"))
    for model in apps.get_models():
        table = model._meta.db_table
        for field in model._meta.local_fields:
            target = getattr(field, "related_model", None)
            if table not in tenant_tables or target is None:
                continue
            if target._meta.db_table in tenant_tables and (table, field.column) not in composite:
                findings.append(Finding("foreign key missing", f"{table}.{field.column}"))
    return findings

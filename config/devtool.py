"""The verbs of `./dev`. Runs on the system's Python; the work is done by that of `.venv`."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import unicodedata
from contextlib import closing, contextmanager
from pathlib import Path

from config import bootstrap, embedded
from config.bootstrap import CLONE, PYTHON
from config.children import Children
from config.processes import SetUpError

VERBS = {}
MANAGE = [PYTHON, "manage.py"]
FIRST_PORT = 8000


def verb(usage: str, words: str):
    """Register a function as a verb: its usage and the line that `help` says about it."""

    def register(function):
        VERBS[usage.split()[0]] = (usage, words, function)
        return function

    return register


def main(arguments: list[str]) -> int:
    name, *rest = arguments or ["help"]
    if name in ("-h", "--help"):
        name = "help"
    if name not in VERBS:
        print(f"没有命令 {name}。", file=sys.stderr)
        show_help([])
        return 2
    signal.signal(signal.SIGTERM, _end_like_interrupt)
    signal.signal(signal.SIGHUP, _end_like_interrupt)
    try:
        return VERBS[name][2](rest) or 0
    except SetUpError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n已中断。再次运行会从未完成的一步继续。", file=sys.stderr)
        return 130


def _end_like_interrupt(number, frame):
    raise KeyboardInterrupt


# Verbs


@verb("help", "列出各条命令")
def show_help(arguments):
    print("用法：./dev 命令 [参数]\n")
    for usage, words, _ in VERBS.values():
        print(f"  {usage}{' ' * (28 - _columns(usage))}{words}")


@verb("demo [--once] [--seed N]", "用真实流程演示四份方案的评选并打开网站；--once 演示完即结束")
def demo(arguments):
    parser = argparse.ArgumentParser(prog="./dev demo", add_help=False)
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--seed", type=int, default=2023)
    _add_address(parser)
    options = parser.parse_args(arguments)
    bootstrap.prepare()
    with Children() as children:
        _start_workers(children)
        code = children.run_beside([*MANAGE, "run_demo", "--seed", str(options.seed)])
        if code or options.once:
            return code
        with _until_interrupted():
            _serve(children, options)
    return 0


@verb("test [参数]", "运行测试；参数交给 pytest")
def test(arguments):
    paths = [argument for argument in arguments if not argument.startswith("-")]
    needs_browser = not paths or any("browser" in path for path in paths)
    bootstrap.prepare(browser=needs_browser)
    spread = [] if any(argument.startswith("-n") for argument in arguments) else ["-n", "2"]
    return _become([PYTHON, "-m", "pytest", *spread, *arguments])


@verb("check", "检查代码：格式、导入方向、Django 检查、缺少的迁移")
def check(arguments):
    bootstrap.prepare()
    checks = {
        "ruff check": [PYTHON, "-m", "ruff", "check", "."],
        "ruff format": [
            PYTHON,
            "-m",
            "ruff",
            "format",
            "--check",
            "--output-format",
            "concise",
            ".",
        ],
        "lint-imports": [PYTHON.with_name("lint-imports")],
        "manage.py check": [*MANAGE, "check", "--fail-level", "WARNING"],
        "makemigrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    }
    failed = []
    for name, command in checks.items():
        result = subprocess.run(command, cwd=CLONE, text=True, capture_output=True)
        print(f"{'通过' if result.returncode == 0 else '失败'}  {name}", flush=True)
        if result.returncode:
            failed.append(name)
            print(result.stdout + result.stderr, flush=True)
    if failed:
        print(f"未通过：{'、'.join(failed)}", file=sys.stderr)
    return bool(failed)


@verb("serve [--port N]", "启动网站、任务转发与任务进程，Ctrl-C 一并停止")
def serve(arguments):
    parser = argparse.ArgumentParser(prog="./dev serve", add_help=False)
    _add_address(parser)
    options = parser.parse_args(arguments)
    bootstrap.prepare()
    with _until_interrupted(), Children() as children:
        _start_workers(children)
        _serve(children, options)


@verb("worker", "只启动任务转发与任务进程")
def worker(arguments):
    bootstrap.prepare()
    with _until_interrupted(), Children() as children:
        _start_workers(children)
        print("任务进程已启动，Ctrl-C 停止。", flush=True)
        children.wait()


@verb("shell 租户", "打开某个租户的 Python 交互环境")
def shell(arguments):
    bootstrap.prepare()
    return _become([*MANAGE, "tenant_shell", *arguments])


@verb("bench [名称]", "测量速度指标，每项一行 JSON")
def bench(arguments):
    bootstrap.prepare()
    return _become([PYTHON, "-m", "bench", *arguments])


@verb("shots", "把每个角色的每个页面截图到 var/shots/")
def shots(arguments):
    bootstrap.prepare(browser=True)
    return _become([PYTHON, "-m", "tests.browser.shots", *arguments])


@verb("stop", "停止本目录的 PostgreSQL 与 Valkey")
def stop(arguments):
    embedded.stop()


@verb("manage 参数…", "运行 manage.py")
def manage(arguments):
    bootstrap.prepare()
    return _become([*MANAGE, *arguments])


# Pieces


def _columns(text: str) -> int:
    """Width on a terminal, where a Chinese character takes two columns."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _become(command: list) -> None:
    """Replace this process, so that signals and the exit code are the command's own."""
    os.execv(command[0], list(map(str, command)))


def _start_workers(children: Children) -> None:
    children.start("relay", [*MANAGE, "relay"])
    children.start(
        "worker",
        [PYTHON, "-m", "celery", "--quiet", "--app", "config.celery", "worker", "--concurrency", "2",
         "--loglevel", "WARNING", "--without-gossip", "--without-mingle"],
        PYTHONWARNINGS="ignore:You're running the worker with superuser privileges",
    )  # fmt: skip


@contextmanager
def _until_interrupted():
    """Ctrl-C is the usual end of what serves, not a failure."""
    try:
        yield
    except KeyboardInterrupt:
        print("\n已停止。", file=sys.stderr)


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int)


def _serve(children: Children, options: argparse.Namespace) -> None:
    port = _choose_port(options.host, options.port)
    address = f"http://localhost:{port}"
    children.start(
        "web",
        [PYTHON, "-m", "gunicorn", "config.wsgi", "--worker-class", "gthread", "--workers", "2",
         "--threads", "4", "--bind", f"{options.host}:{port}", "--log-level", "warning"],
        BASE_URL=os.environ.get("BASE_URL", address),
    )  # fmt: skip
    while not _is_open(options.host, port):
        children.check()
        time.sleep(0.1)
    print(f"网站已启动：{address}/（Ctrl-C 停止）", flush=True)
    children.wait()


def _choose_port(host: str, wanted: int | None) -> int:
    """The wanted port, else the first free one from 8000 on."""
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + 100):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                return port
            except OSError:
                continue
    raise SetUpError(f"端口 {wanted or FIRST_PORT} 已被占用，请用 --port 换一个。")


def _is_open(host: str, port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex((host, port)) == 0


if __name__ == "__main__":
    os.chdir(Path(CLONE))
    sys.exit(main(sys.argv[1:]))

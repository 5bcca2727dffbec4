"""Real worker and relay processes for tests, on the test's database and broker."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def wait_until(condition: Callable[[], object], seconds: float = 60):
    """Return the first true value of ``condition``; fail after ``seconds``."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError("condition never came true")


def _environment() -> dict[str, str]:
    return os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}


@contextlib.contextmanager
def _process(*arguments: str) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=_environment(), start_new_session=True
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def worker(concurrency: int = 1):
    """A Celery worker in its own process group (``process.pid`` is the group)."""
    return _process(
        "-m", "celery", "-A", "config.celery", "worker", "-c", str(concurrency),
        "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "ERROR",
        "-I", "tests.core.job_kinds",
    )  # fmt: skip


def relay():
    return _process("manage.py", "relay", "--interval", "0.1")

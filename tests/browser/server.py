"""The real web server in a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

from tests.processes import ROOT, wait_until

HOST = "127.0.0.1"


@contextlib.contextmanager
def web(settings_module: str) -> Iterator[str]:
    """Serve on a free loopback port; gives the base URL."""
    port = _free_port()
    address = f"http://{HOST}:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "config.wsgi", "--worker-class", "gthread",
         "--workers", "1", "--threads", "4", "--bind", f"{HOST}:{port}", "--log-level", "warning"],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": settings_module, "BASE_URL": address},
        start_new_session=True,
    )  # fmt: skip
    try:
        wait_until(lambda: process.poll() is not None or _answers(port))
        assert process.poll() is None, "the web server ended at once"
        yield address
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0

"""Processes that live and end with one `./dev` command."""

import ctypes
import os
import signal
import subprocess
import time

from config.bootstrap import CLONE
from config.processes import SetUpError

PR_SET_PDEATHSIG = 1
GRACE = 20  # seconds to finish the work in hand
_libc = ctypes.CDLL(None)


def _end_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Children:
    """Starts processes in groups of their own, and ends them all when the block is left.

    Ctrl-C of the terminal reaches only `./dev`, which then asks each child once; a second request
    would make Celery drop the work in hand. Should `./dev` itself be killed, the kernel asks them.
    """

    def __init__(self):
        self._running: dict[str, subprocess.Popen] = {}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for child in reversed(self._running.values()):
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + GRACE
        for child in self._running.values():
            try:
                child.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()

    def start(self, name: str, command: list, **environment: str) -> subprocess.Popen:
        child = subprocess.Popen(
            command,
            cwd=CLONE,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
        self._running[name] = child
        return child

    def run_beside(self, command: list) -> int:
        """Run a command to its end, and return its code, while all the others live."""
        main = self.start("main", command)
        while main.poll() is None:
            self.check()
            time.sleep(0.1)
        return self._running.pop("main").returncode

    def wait(self) -> None:
        """Until interrupted; none of them ends by itself."""
        while True:
            self.check()
            time.sleep(0.3)

    def check(self) -> None:
        """Raise when a child has ended that should live."""
        for name, child in self._running.items():
            if name != "main" and child.poll() is not None:
                raise SetUpError(f"进程 {name} 意外结束（{child.returncode}），其余已停止。")

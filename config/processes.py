"""Starting, finding and ending processes of this clone, by their exact arguments or number."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 60  # seconds until a server must answer; recovery after a crash is part of it


class SetUpError(RuntimeError):
    """Something of the set-up failed; the words say what to do."""


def run_apart(command: list, *, user=None, group=None, extra_groups=None, **environment):
    """Run to the end, apart from our terminal; on failure raise with what it said."""
    result = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", **environment},
        start_new_session=True,
        umask=0o077,
        user=user,
        group=group,
        extra_groups=extra_groups,
    )
    if result.returncode:
        raise SetUpError(f"{Path(command[0]).name} 失败（{result.returncode}）：\n{result.stdout}")


def ensure_system_user(name: str) -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(name)
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise SetUpError("以 root 运行需要命令 useradd（Debian 软件包 passwd）。")
    run_apart([useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent",
          "--shell", "/usr/sbin/nologin", name])  # fmt: skip
    return pwd.getpwnam(name)


def processes_where(matches: Callable[[str], bool]) -> list[int]:
    """Processes by their command line, whose words are told apart by NUL characters."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (folder / "cmdline").read_bytes().decode(errors="surrogateescape")
            if matches(line.rstrip("\0")):
                found.append(int(folder.name))
    return found


def is_running(process: int) -> bool:
    """Whether a process works; one that waits for its parent to notice its end does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def end_process(process: int, how: signal.Signals) -> None:
    """Signal a process and wait until it is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, how)
    deadline = time.monotonic() + PATIENCE
    while is_running(process):
        if time.monotonic() > deadline:
            raise SetUpError(f"进程 {process} 没有结束，请检查后手动结束。")
        time.sleep(0.05)

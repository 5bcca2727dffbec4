"""`inspect_file` in a child process: a decoder that hangs, swells or crashes takes down no worker.

A child is started when first needed and kept; one job at a time goes to it as a line of JSON and
comes back as a line of JSON. Children that overrun are killed. They end with their parent.
"""

import atexit
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Collection
from pathlib import Path
from typing import Any

from documents.inspection.result import Inspection, InspectionError

# One inspection; a five-minute video takes two or three. The database ends a transaction that
# idles for 30 seconds, so this must stay below.
MAX_SECONDS = 20.0
ROOT = Path(__file__).resolve().parents[2]

_lock = threading.Lock()
_idle: list[tuple[int, subprocess.Popen]] = []  # (pid of the process that owns it, child)


def inspect_safely(
    source: Path,
    *,
    name: str,
    declared_type: str,
    allowed: Collection[str],
    target: Path,
    thumbnail: Path,
    max_seconds: float | None = None,
    time_limit: float = MAX_SECONDS,
) -> Inspection:
    """As `inspect_file`, within time_limit seconds and child.MAX_MEMORY."""
    answer = _ask(
        {
            "task": "inspect", "source": str(source), "name": name, "declared_type": declared_type,
            "allowed": sorted(allowed), "target": str(target), "thumbnail": str(thumbnail),
            "max_seconds": max_seconds,
        },
        time_limit,
    )  # fmt: skip
    if answer is None:
        raise InspectionError("过于复杂，系统无法在限定时间内检查，请重新导出或压缩后上传。")
    if "error" in answer:
        raise InspectionError(answer["error"])
    return Inspection(**answer["found"])


def run_safely(function: str, *, time_limit: float = MAX_SECONDS, **job: Any) -> Any:
    """The answer of a pure function ("package.module:function") of a higher app, run in the child
    with its limits. The job holds plain data and paths, the answer is plain data. The function
    refuses with InspectionError."""
    sent = {key: str(value) if isinstance(value, Path) else value for key, value in job.items()}
    answer = _ask({"task": function, **sent}, time_limit)
    if answer is None:
        raise InspectionError("过于复杂，系统无法在限定时间内读取，请精简或重新导出后上传。")
    if "error" in answer:
        raise InspectionError(answer["error"])
    return answer["found"]


def pdf_keywords_safely(source: Path, *, time_limit: float = 5) -> str:
    """The keywords in a PDF's properties; empty when there are none or it cannot be read."""
    answer = _ask({"task": "keywords", "source": str(source)}, time_limit)
    return (answer or {}).get("found") or ""


def _ask(job: dict, time_limit: float) -> dict | None:
    """Give the job to a child; None when it died or overran, and then it is ended."""
    child = _take()
    answer = _exchange(child, job, time_limit)
    if answer is None:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()
    else:
        with _lock:
            _idle.append((os.getpid(), child))
    return answer


@atexit.register
def close_children() -> None:
    """End the idle children of this process."""
    with _lock:
        mine = [child for pid, child in _idle if pid == os.getpid()]
        _idle.clear()
    for child in mine:
        child.stdin.close()
        child.wait()
        child.stdout.close()


def _take() -> subprocess.Popen:
    with _lock:
        while _idle:
            pid, child = _idle.pop()
            # After a fork the list holds the parent's children: they are not ours to use.
            if pid == os.getpid() and child.poll() is None:
                return child
    return subprocess.Popen(
        [sys.executable, "-m", "documents.inspection.child"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip


def _exchange(child: subprocess.Popen, job: dict, time_limit: float) -> dict | None:
    """The child's answer, or None when it died or did not answer in time."""
    try:
        child.stdin.write(json.dumps(job).encode() + b"\n")
        child.stdin.flush()
        if not select.select([child.stdout], [], [], time_limit)[0]:
            return None
        line = child.stdout.readline()  # written in one go once the work is done
    except OSError:
        return None
    return json.loads(line) if line.endswith(b"\n") else None

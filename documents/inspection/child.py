"""The child process of `sandbox`: jobs come in on stdin, answers go out on stdout, line by line."""

import importlib
import json
import os
import resource
import sys
import traceback
from dataclasses import asdict
from pathlib import Path

from documents.inspection.entry import inspect_file
from documents.inspection.pdf import read_keywords
from documents.inspection.result import InspectionError

MAX_MEMORY = 2 << 30  # bytes of address space


def _inspect(**job) -> dict:
    return asdict(inspect_file(**job))


TASKS = {"inspect": _inspect, "keywords": read_keywords}


def _task(name: str):
    """One of our own, or the function that a higher app names as "package.module:function"."""
    if name in TASKS:
        return TASKS[name]
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def serve() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a decoder prints must not mix with the answers
    for line in sys.stdin.buffer:
        job = json.loads(line)
        task = _task(job.pop("task"))
        for key in {"source", "target", "thumbnail"} & job.keys():
            job[key] = Path(job[key])
        try:
            answer = {"found": task(**job)}
        except InspectionError as refused:
            answer = {"error": str(refused)}
        except MemoryError:
            answer = {"error": "占用内存过大，无法检查，请缩小或重新导出后上传。"}
        except Exception:
            traceback.print_exc()
            answer = {"error": "无法读取，文件可能已损坏，请重新导出后上传。"}
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    serve()

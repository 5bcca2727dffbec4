"""A job whose work can be watched and held: for the worker process of the fault tests."""

import os
import time
from pathlib import Path

from core import audit
from core.jobs import JobRun, job_handler
from core.models import Tenant
from core.tenancy import tenant_context

HELD_FOR_AT_MOST = 60


@job_handler("test.held")
def held(run: JobRun) -> None:
    """Say who works, wait for the release file while renewing the lease, then act once."""
    folder = Path(run.payload["folder"])
    (folder / f"started-{run.attempt}").write_text(str(os.getpid()))
    ends = time.monotonic() + HELD_FOR_AT_MOST
    while not (folder / "release").exists() and time.monotonic() < ends:
        run.progress(1, 2)
        time.sleep(0.1)
    with run.finishing() as job:
        job.result = {"attempt": run.attempt}
        audit.record(audit.SYSTEM, "test.effect", job)


@job_handler("test.killer")
def killer(run: JobRun) -> None:
    """A poison job: it takes its own process with it."""
    with tenant_context(run.tenant_id):
        audit.record(audit.SYSTEM, "test.started", Tenant.objects.get(pk=run.tenant_id))
    os.kill(os.getpid(), 9)

"""Jobs: the row is the outbox and the progress bar, Celery only wakes a worker.

``enqueue_job`` inside a service's transaction → relay hands the id to Celery → ``run_job`` claims
the row (the attempt is counted before the work starts) → the handler computes → ``JobRun.finishing``
writes the effect and closes the job in one transaction, fenced by the attempt. A lost broker, a
killed worker or a message delivered twice changes nothing but the time it takes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import DateTimeField, F, Func, QuerySet
from django.db.models.functions import Now

from core import audit
from core.enums import JobState
from core.errors import Refused
from core.models import Job
from core.tenancy import tenant_context

logger = logging.getLogger(__name__)
Handler = Callable[["JobRun"], "dict | None"]
_handlers: dict[str, Handler] = {}


class Fenced(Exception):
    """Another attempt owns the job by now: this one must not write."""


def job_handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the handler of ``kind``; it lives in an app's ``tasks.py``."""

    def register(handler: Handler) -> Handler:
        if kind in _handlers:
            raise ValueError(f"job kind {kind} registered twice")
        _handlers[kind] = handler
        return handler

    return register


def enqueue_job(
    kind: str,
    payload: dict,
    *,
    actor,
    label: str,
    key: str | None = None,
    at: datetime | None = None,
) -> Job:
    """Write the job row in the caller's transaction. The same ``key`` gives the same job. ``at``:
    not before this moment of the real clock."""
    if kind not in _handlers:
        raise ValueError(f"unknown job kind {kind}")
    fields = {"kind": kind, "payload": payload, "label": label, "created_by": actor.id}
    if at:
        fields["next_at"] = at
    if key is None:
        job, is_new = Job.objects.create(**fields), True
    else:
        job, is_new = Job.objects.get_or_create(key=key, defaults=fields)
    if is_new:
        audit.record(actor, "job.enqueued", job, kind=kind, label=label)
    return job


def unfinished_jobs() -> QuerySet[Job]:
    """What is not done, without what is planned for a later moment and was not begun."""
    clock = Func(function="clock_timestamp", output_field=DateTimeField())
    return Job.objects.exclude(state=JobState.DONE).exclude(
        state=JobState.QUEUED, sent_at=None, next_at__gt=clock
    )


def db_now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


@dataclass
class JobRun:
    """One attempt at a job, as its handler sees it."""

    tenant_id: int
    job_id: str
    attempt: int
    payload: dict
    created_by: str | None
    is_finished: bool = field(default=False, init=False)

    @property
    def _mine(self):
        return Job.objects.filter(pk=self.job_id, attempt=self.attempt, state=JobState.RUNNING)

    def progress(self, done: int, total: int) -> None:
        """Show progress and renew the lease; raises ``Fenced`` when the job was taken over."""
        with tenant_context(self.tenant_id):
            lease = db_now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
            if not self._mine.update(progress_done=done, progress_total=total, lease_until=lease):
                raise Fenced(self.job_id)

    @contextmanager
    def finishing(self) -> Iterator[Job]:
        """The transaction of the effect: set ``job.result`` inside; leaving it closes the job."""
        with tenant_context(self.tenant_id):
            with connection.cursor() as cursor:  # a worker may wait where a page may not
                cursor.execute("SET LOCAL lock_timeout = '30s'")
            job = self._mine.select_for_update(no_key=True).first()
            if job is None:
                raise Fenced(self.job_id)
            yield job
            job.state = JobState.DONE
            job.progress_done = job.progress_total = max(job.progress_total, 1)
            job.finished_at = db_now()
            job.error = ""
            job.save()
            self.is_finished = True


def run_job(tenant_id: int, job_id: str) -> str:
    """Claim and run one job; return its state afterwards. Called by the Celery task only."""
    run, kind = _claim(tenant_id, job_id)
    if run is None:
        return "not due"
    try:
        result = _handlers[kind](run)
        if not run.is_finished:
            with run.finishing() as job:
                job.result = result or {}
    except Fenced:
        return "fenced"
    except Refused as refused:
        return _give_back(run, refused.message, is_final=True)
    except Exception as error:
        logger.exception("job %s of tenant %s failed", job_id, tenant_id)
        return _give_back(run, f"{type(error).__name__}: {error}"[:2000], is_final=False)
    return JobState.DONE


def _claim(tenant_id: int, job_id: str):
    with tenant_context(tenant_id):
        job = Job.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=job_id).first()
        if job is None or job.state in (JobState.DONE, JobState.DEAD):
            return None, None
        moment = db_now()
        if job.state == JobState.RUNNING and job.lease_until and job.lease_until > moment:
            return None, None
        if job.attempt >= job.max_attempts:
            job.state, job.finished_at = JobState.DEAD, moment
            job.error = job.error or "处理程序多次中断，请联系管理员。"
            job.save()
            audit.record(audit.SYSTEM, "job.dead", job, error=job.error)
            return None, None
        job.state = JobState.RUNNING
        job.attempt += 1
        job.lease_until = moment + timedelta(seconds=settings.JOB_LEASE_SECONDS)
        job.save()
        run = JobRun(tenant_id, str(job.pk), job.attempt, job.payload, job.created_by)
        return run, job.kind


def _give_back(run: JobRun, error: str, *, is_final: bool) -> str:
    with tenant_context(run.tenant_id):
        job = run._mine.select_for_update(no_key=True).first()
        if job is None:
            return "fenced"
        job.error = error
        if is_final or job.attempt >= job.max_attempts:
            job.state, job.finished_at = JobState.DEAD, db_now()
            job.save()
            audit.record(audit.SYSTEM, "job.dead", job, error=error)
        else:
            job.state = JobState.QUEUED
            job.next_at = db_now() + timedelta(seconds=min(300, 2**job.attempt))
            job.save()
        return job.state


def retry_job(job: Job, *, actor) -> Job:
    """Give a dead job a fresh set of attempts."""
    if not Job.objects.filter(pk=job.pk, state=JobState.DEAD).update(
        state=JobState.QUEUED, attempt=F("attempt") - F("attempt"), next_at=Now(), error=""
    ):
        raise Refused("这项任务不在“未完成”状态，不需要重试。")
    job.refresh_from_db()
    audit.record(actor, "job.retried", job)
    return job

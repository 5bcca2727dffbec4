"""Real workers are killed and the real broker is emptied: nothing lost, nothing doubled."""

import os
import signal

import pytest
import redis
from django.conf import settings
from django.db import connections

from core import audit
from core.enums import JobState
from core.jobs import enqueue_job
from core.models import AuditRecord, Job
from core.tasks import run_job
from core.tenancy import tenant_context
from tests.core import job_kinds  # noqa: F401 - registers the kinds
from tests.factories import cast
from tests.processes import relay, wait_until, worker

pytestmark = pytest.mark.faults


@pytest.fixture
def tenant_id(committed_db):
    broker = redis.from_url(settings.CACHES["default"]["LOCATION"])
    broker.flushdb()
    yield cast.make_tenant("yunzhou", "云州").pk
    broker.flushdb()
    broker.close()


def enqueue(tenant_id, kind, **payload) -> str:
    with tenant_context(tenant_id):
        return str(enqueue_job(kind, payload, actor=audit.SYSTEM, label="试验").pk)


def read_job(tenant_id, job_id) -> Job:
    connections["default"].close()
    with tenant_context(tenant_id):
        return Job.objects.get(pk=job_id)


def effects(tenant_id, verb="test.effect") -> int:
    with tenant_context(tenant_id):
        return AuditRecord.objects.filter(verb=verb).count()


def wait_done(tenant_id, job_id) -> Job:
    return wait_until(
        lambda: (job := read_job(tenant_id, job_id)).state == JobState.DONE and job, 90
    )


def test_worker_process_killed_in_the_middle(tenant_id, tmp_path):
    job_id = enqueue(tenant_id, "test.held", folder=str(tmp_path))
    with relay(), worker():
        first = wait_until(lambda: (tmp_path / "started-1").exists() and tmp_path / "started-1")
        pid = int(wait_until(first.read_text))
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: (tmp_path / "started-2").exists())
        (tmp_path / "release").touch()
        job = wait_done(tenant_id, job_id)
    assert (job.attempt, job.result) == (2, {"attempt": 2})
    assert effects(tenant_id) == 1


def test_whole_worker_killed_and_another_takes_over(tenant_id, tmp_path):
    job_id = enqueue(tenant_id, "test.held", folder=str(tmp_path))
    with relay():
        with worker() as first:
            wait_until(lambda: (tmp_path / "started-1").exists())
            os.killpg(first.pid, signal.SIGKILL)
            first.wait()
        (tmp_path / "release").touch()
        with worker():
            job = wait_done(tenant_id, job_id)
    assert job.attempt == 2
    assert effects(tenant_id) == 1


def test_emptied_broker_loses_nothing(tenant_id, tmp_path):
    (tmp_path / "release").touch()
    jobs = [enqueue(tenant_id, "test.held", folder=str(tmp_path)) for _ in range(20)]
    broker = redis.from_url(settings.CACHES["default"]["LOCATION"])
    with relay():
        wait_until(lambda: broker.llen("celery") == 20)
        broker.flushdb()
        broker.close()
        with worker():
            for job_id in jobs:
                wait_done(tenant_id, job_id)
    assert effects(tenant_id) == 20


def test_message_delivered_three_times_acts_once(tenant_id, tmp_path):
    job_id = enqueue(tenant_id, "test.held", folder=str(tmp_path))
    for _ in range(3):
        run_job.apply_async(args=[tenant_id, job_id])
    with worker(concurrency=2):
        wait_until(lambda: (tmp_path / "started-1").exists())
        (tmp_path / "release").touch()
        wait_done(tenant_id, job_id)
        broker = redis.from_url(settings.CACHES["default"]["LOCATION"])
        wait_until(lambda: broker.llen("celery") == 0 and broker.hlen("unacked") == 0)
        broker.close()
    assert effects(tenant_id) == 1
    assert not (tmp_path / "started-2").exists()


def test_poison_job_dies_after_its_attempts_and_others_go_on(tenant_id, tmp_path):
    (tmp_path / "release").touch()
    poison = enqueue(tenant_id, "test.killer")
    with tenant_context(tenant_id):
        Job.objects.filter(pk=poison).update(max_attempts=2)
    good = enqueue(tenant_id, "test.held", folder=str(tmp_path))
    with relay(), worker():
        wait_done(tenant_id, good)
        dead = wait_until(
            lambda: (job := read_job(tenant_id, poison)).state == JobState.DEAD and job, 90
        )
    assert dead.error == "处理程序多次中断，请联系管理员。"
    assert effects(tenant_id, "test.started") == 2


def test_fenced_attempt_writes_nothing(tenant_id, tmp_path):
    """The twin of the fault tests: an attempt that lost its job must not leave its effect."""
    from core.jobs import Fenced, _claim

    job_id = enqueue(tenant_id, "test.held", folder=str(tmp_path))
    (tmp_path / "release").touch()
    run, _ = _claim(tenant_id, job_id)
    with tenant_context(tenant_id):
        Job.objects.filter(pk=job_id).update(attempt=2)
    with pytest.raises(Fenced):
        job_kinds.held(run)
    assert effects(tenant_id) == 0

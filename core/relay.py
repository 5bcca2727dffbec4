"""The relay: reads due job rows of all tenants as role ``app_relay`` and wakes workers."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import connections, transaction

from core.tasks import run_job

logger = logging.getLogger(__name__)

_TAKE = """
UPDATE core_job SET sent_at = clock_timestamp(),
                    next_at = clock_timestamp() + make_interval(secs => %s)
WHERE id IN (
    SELECT id FROM core_job
    WHERE next_at <= clock_timestamp()
      AND (state = 'queued' OR (state = 'running' AND lease_until < clock_timestamp()))
    ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING tenant_id, id
"""


def send_due_jobs(limit: int = 100) -> int:
    """Hand every due job to Celery and return how many; a failed publish takes nothing.

    A row is due again after the lease: a message lost in the broker is sent again.
    """
    with transaction.atomic(using="relay"), connections["relay"].cursor() as cursor:
        cursor.execute(_TAKE, [settings.JOB_LEASE_SECONDS, limit])
        jobs = cursor.fetchall()
        for tenant_id, job_id in jobs:
            run_job.apply_async(args=[tenant_id, str(job_id)], retry=False)
    return len(jobs)

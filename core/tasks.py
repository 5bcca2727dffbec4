from celery import shared_task

from core import jobs


@shared_task(name="core.run_job", acks_late=True, reject_on_worker_lost=True)
def run_job(tenant_id: int, job_id: str) -> str:
    return jobs.run_job(tenant_id, job_id)

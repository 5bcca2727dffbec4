import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

app = Celery("jiayuan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def wake_worker(tenant_id: int, job_id: str) -> None:
    """Send the wake-up call of one job; the row says everything else."""
    app.send_task("core.run_job", args=[tenant_id, job_id], retry=False)

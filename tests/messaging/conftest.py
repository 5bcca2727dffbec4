import pytest
from django.utils import timezone

from core.jobs import db_now, run_job
from core.models import Job
from core.tenancy import current_tenant_id
from messaging.models import Delivery
from messaging.test_gateway import TestGateway
from tests.factories import dossiers as make
from tests.standing import standing


@standing
def submitted(people):
    """A submitted dossier; what is told of it is still to be told."""
    return make.make_submitted(people)


@pytest.fixture
def with_addresses(people):
    """The applicant and the first two officers have a mail address and a phone."""
    for n, member in enumerate((people.applicant, people.committee_officer, people.street_officer)):
        member.user.email, member.user.phone = f"p{n}@example.org", f"1380000000{n}"
        member.user.save()
    return people


@pytest.fixture
def awake(monkeypatch):
    """No quiet hours, at whatever time the tests run."""
    from messaging.services import telling

    monkeypatch.setattr(telling, "after_quiet", lambda moment, *hours: moment)


@pytest.fixture
def gateway(settings):
    with TestGateway() as server:
        settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = server.url, "secret"
        settings.SMS_TIMEOUT = 3
        yield server


@pytest.fixture
def run_jobs():
    """Run the queued jobs of a kind as a worker would, the oldest first; return their results."""

    def run(kind: str, *, even_later: bool = False) -> list[dict]:
        jobs = Job.objects.filter(kind=kind, state="queued").order_by("created_at", "pk")
        if not even_later:
            jobs = jobs.filter(next_at__lte=db_now())
        found = []
        for pk in list(jobs.values_list("pk", flat=True)):
            run_job(current_tenant_id(), str(pk))
            job = Job.objects.get(pk=pk)
            assert job.state == "done", job.error
            found.append(job.result)
        return found

    return run


@pytest.fixture
def let_due():
    """What waits for its time has reached it."""

    def pull() -> None:
        Delivery.objects.filter(state="waiting").update(due_at=timezone.now())

    return pull

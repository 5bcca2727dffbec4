from core.jobs import JobRun, job_handler
from core.models import Tenant
from core.tenancy import tenant_context
from messaging.gateways import SENDERS, NotSent, Unclear
from messaging.services import sending


@job_handler("messaging.deliver")
def deliver(run: JobRun) -> dict:
    """Claim and commit, hand over outside any transaction, settle."""
    tenant = Tenant.objects.get(pk=run.tenant_id)
    with tenant_context(run.tenant_id):
        batch = sending.claim(run.payload)
    if not batch:
        return {"sent": 0}
    try:
        SENDERS[batch[0].channel](**sending.parcel(batch, tenant))
    except NotSent as error:
        with tenant_context(run.tenant_id):
            sending.settle_not_sent(batch, error)
    except Unclear as error:
        with tenant_context(run.tenant_id):
            sending.settle_unclear(batch, str(error))
    else:
        with tenant_context(run.tenant_id):
            sending.settle_sent(batch)
        return {"sent": len(batch)}
    return {"sent": 0}

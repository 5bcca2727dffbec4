from core.jobs import JobRun, job_handler
from core.tenancy import tenant_context
from documents.services import SWEEP, sweep_uploads


@job_handler(SWEEP)
def sweep(run: JobRun) -> dict:
    """Every hour while files are on their way."""
    with tenant_context(run.tenant_id):
        return {"swept": sweep_uploads()}

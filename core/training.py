"""The clock of a training tenant: a campaign of another year is walked through at its own dates."""

from datetime import datetime

from django.db import transaction

from core import audit
from core.errors import Refused
from core.jobs import db_now
from core.models import Tenant
from core.tenancy import current_tenant_id


@transaction.atomic
def set_clock(moment: datetime, *, actor) -> None:
    """Let the current tenant's clock show ``moment`` (aware) and go on from there.

    Refused for a tenant that is not for training: there only the database's clock counts.
    """
    tenant = Tenant.objects.select_for_update(no_key=True).get(pk=current_tenant_id())
    if not tenant.is_training:
        raise Refused("只有演练租户可以调整时钟。")
    tenant.clock_offset = moment - db_now()
    tenant.save(update_fields=["clock_offset"])
    audit.record(actor, "training.clock_set", tenant, moment=moment.isoformat())

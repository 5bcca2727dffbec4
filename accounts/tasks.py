"""Mails leave the request by jobs, so that a slow mail server holds nobody up."""

from django.db.models import Q

from accounts.models import Invitation, User
from accounts.notifications import mail_invitation, mail_password_reset
from accounts.services.invitations import link_of
from core.jobs import JobRun, job_handler
from core.models import Tenant
from core.tenancy import tenant_context


@job_handler("accounts.send_invitation")
def send_invitation(run: JobRun) -> dict:
    with tenant_context(run.tenant_id):
        invitation = Invitation.objects.select_related("organisation").get(
            pk=run.payload["invitation"]
        )
        link = link_of(invitation)
    if invitation.state != "open":
        return {"sent": 0}
    tenant = Tenant.objects.get(pk=run.tenant_id)
    mail_invitation(invitation, link=link, tenant_name=tenant.name)
    return {"sent": 1}


@job_handler("accounts.send_password_reset")
def send_password_reset(run: JobRun) -> dict:
    identifier = run.payload["identifier"]
    users = User.objects.filter(Q(username=identifier) | Q(email__iexact=identifier))
    sent = 0
    for user in users.filter(is_active=True).exclude(email=""):
        mail_password_reset(user)
        sent += 1
    return {"sent": sent}

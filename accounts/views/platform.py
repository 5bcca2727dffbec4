"""The operator's pages: tenants opened, suspended, resumed. Nothing of a tenant's work is shown."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import InvitationState, Role
from accounts.forms import AdminInvitationForm, TenantForm
from accounts.models import Invitation, Membership
from accounts.services.invitations import SHOWN_FOR, link_of
from accounts.services.platform import Person
from accounts.services.tenants import invite_admin, open_tenant, set_tenant_active
from core.models import PLATFORM_SLUG, Tenant
from core.pagination import page_of
from core.tenancy import tenant_context


def _tenants():
    return Tenant.objects.exclude(slug=PLATFORM_SLUG)


@require_safe
def tenant_list(request):
    page = page_of(request, _tenants(), order=["-pk"])
    return render(request, "accounts/tenant_list.html", {"page": page, "total": _tenants().count()})


@require_http_methods(["GET", "HEAD", "POST"])
def tenant_create(request):
    form = TenantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            tenant, _ = open_tenant(**form.cleaned_data, actor=Person.of(request.user))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"已开通“{tenant.name}”。")
            return redirect("platform:tenant_detail", tenant.slug)
    return render(request, "accounts/tenant_create.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def tenant_detail(request, slug):
    """The tenant's head data and the invitation of its administrator; POST invites another."""
    tenant = get_object_or_404(_tenants(), slug=slug)
    form = AdminInvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        invite_admin(tenant, **form.cleaned_data, actor=Person.of(request.user))
        return redirect("platform:tenant_detail", tenant.slug)
    with tenant_context(tenant.pk):
        invitation = (
            Invitation.objects.filter(invited_by__isnull=True, role=Role.TENANT_ADMIN)
            .order_by("-pk")
            .first()
        )
        is_fresh = (
            invitation is not None
            and invitation.state == InvitationState.OPEN
            and timezone.now() - invitation.created_at < SHOWN_FOR
        )
        context = {
            "opened": tenant,
            "form": form,
            "invitation": invitation,
            "link": link_of(invitation) if is_fresh else "",
            "admins": Membership.objects.filter(role=Role.TENANT_ADMIN, is_active=True).count(),
        }
    return render(request, "accounts/tenant_detail.html", context)


@require_POST
def tenant_suspend(request, slug):
    tenant = set_tenant_active(
        get_object_or_404(_tenants(), slug=slug), False, actor=Person.of(request.user)
    )
    messages.success(request, f"已停用“{tenant.name}”，其所有页面从现在起打不开。")
    return redirect("platform:tenant_detail", tenant.slug)


@require_POST
def tenant_resume(request, slug):
    tenant = set_tenant_active(
        get_object_or_404(_tenants(), slug=slug), True, actor=Person.of(request.user)
    )
    messages.success(request, f"已恢复“{tenant.name}”。")
    return redirect("platform:tenant_detail", tenant.slug)

"""The tenant of a request: from the URL, checked against the person's memberships.

The tenant's transaction is opened around view and rendering; whatever is not marked
``public_page`` or ``account_page`` needs a membership and, where the tenant asks, a second factor.
"""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.db import OperationalError, transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode

from accounts.models import Membership
from core.errors import Refused
from core.models import RESERVED_SLUGS, Tenant
from core.tenancy import tenant_context

LOCK_NOT_AVAILABLE = "55P03"
BUSY = "别人正在处理同一内容，请稍候刷新页面再试。您填写的内容没有丢失。"


class TenantMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.tenant = request.member = None
        request.memberships = []
        slug = request.path_info.lstrip("/").split("/", 1)[0]
        if not slug or slug in RESERVED_SLUGS:
            return self.get_response(request)
        request.tenant = Tenant.objects.filter(slug=slug, is_active=True).first()
        if request.tenant is None:
            raise Http404("unknown tenant")
        with tenant_context(request.tenant.pk):
            if request.user.is_authenticated:
                _settle_member(request)
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        if request.user.is_authenticated:
            add_never_cache_headers(response)
        return response

    def process_view(self, request, view, args, kwargs):
        if request.tenant:
            kwargs.pop("tenant", None)
        if getattr(view, "is_public", False):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if getattr(view, "is_account", False):
            return None
        if request.tenant is None:
            if request.user.is_platform_admin:
                return None
            raise Http404("platform page")
        if request.member is None:
            raise Http404("not a member")
        if needs_second_factor(request):
            target = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('accounts:second_factor')}?{target}")
        return None

    def process_exception(self, request, exception):
        if isinstance(exception, Refused):
            return refusal(request, exception.message, exception.status)
        if isinstance(exception, OperationalError) and (
            getattr(exception.__cause__, "pgcode", None) == LOCK_NOT_AVAILABLE
        ):
            return refusal(request, BUSY, 409)
        return None


def refusal(request, message: str, status: int):
    return render(request, "409.html", {"message": message, "status": status}, status=status)


def needs_second_factor(request) -> bool:
    return (
        request.tenant.requires_second_factor
        and request.member.needs_second_factor
        and not request.user.is_verified()
    )


def _settle_member(request) -> None:
    request.memberships = list(
        Membership.objects.filter(user=request.user, is_active=True)
        .select_related("organisation__division", "user")
        .order_by("created_at")
    )
    chosen = request.session.get(f"member:{request.tenant.pk}")
    for member in request.memberships:
        if str(member.pk) == chosen:
            request.member = member
            return
    if request.memberships:
        request.member = request.memberships[0]

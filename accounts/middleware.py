"""The tenant of a request: from the URL, checked against the person's memberships.

The tenant's transaction is opened around view and rendering. Closed by default: whatever is not
marked ``public_page`` or ``account_page`` needs a membership of the tenant of the URL (or, without
a tenant, a platform administrator) and, where asked for, a second factor.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import OperationalError, transaction
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import Membership
from accounts.selectors import acting, platform_needs_second_factor
from core.errors import Refused
from core.models import RESERVED_SLUGS, Tenant
from core.tenancy import tenant_context

LOCK_NOT_AVAILABLE = "55P03"
BUSY = "别人正在处理同一内容，请稍候刷新页面再试。您填写的内容没有丢失。"
REFUSAL_PAGES = {429: "429.html"}  # the others look like 409
SIGN_IN_AGAIN = "登录已过期。请在新窗口登录后回到本页再试，填写的内容还在。"


class TenantMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.tenant = request.member = None
        request.memberships = []
        slug = request.path_info.lstrip("/").split("/", 1)[0]
        if slug and slug not in RESERVED_SLUGS:
            response = self._in_tenant(request, slug)
        else:
            response = self.get_response(request)
        if _is_signed_in(request):
            add_never_cache_headers(response)
        return response

    def _in_tenant(self, request, slug: str):
        try:
            request.tenant = Tenant.objects.get(slug=slug, is_active=True)
        except Tenant.DoesNotExist:
            raise Http404("unknown tenant") from None
        with tenant_context(request.tenant.pk):
            if request.user.is_authenticated:
                _settle_member(request)
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    def process_view(self, request, view, args, kwargs):
        if request.tenant:
            kwargs.pop("tenant", None)
        elif "tenant" in kwargs:
            raise Http404("a reserved word is no tenant")
        if getattr(view, "is_public", False):
            return None
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        if getattr(view, "is_account", False):
            return None
        if request.tenant is None and not request.user.is_platform_admin:
            raise Http404("platform page")
        if request.tenant is not None and request.member is None:
            raise Http404("not a member")
        if needs_second_factor(request):
            target = urlencode({"next": _page_of(request)})
            return _lead_to(request, f"{reverse('accounts:second_factor')}?{target}")
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
    context = {"message": message, "back": _page_before(request)}
    return render(request, REFUSAL_PAGES.get(status, "409.html"), context, status=status)


def needs_second_factor(request) -> bool:
    if request.user.is_verified():
        return False
    if request.tenant is None:
        return platform_needs_second_factor()
    return request.tenant.requires_second_factor and request.member.needs_second_factor


def _is_signed_in(request) -> bool:
    """Whether the answer is somebody's; a request whose person nobody asked for is nobody's."""
    return hasattr(request, "_cached_user") and request.user.is_authenticated


def _wants_json(request) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _page_of(request) -> str:
    """The address to come back to: of a form that was sent, the page it stood on."""
    if request.method in ("GET", "HEAD") and not request.htmx and not _wants_json(request):
        return request.get_full_path()
    return request.headers.get("Referer", "")


def _page_before(request) -> str:
    """The page of ours from which the request came, without the host; empty when there is none."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}):
        return ""
    parts = urlsplit(referer)
    page = parts.path + (f"?{parts.query}" if parts.query else "")
    return "" if request.method == "GET" and page == request.get_full_path() else page


def _ask_to_sign_in(request):
    """Say so where a session has ended: a form was sent, or its cookie is still there."""
    url = redirect_to_login(_page_of(request)).url
    if request.method == "POST" or settings.SESSION_COOKIE_NAME in request.COOKIES:
        url += "&expired=1"
    return _lead_to(request, url)


def _lead_to(request, url: str):
    """Redirect a page, a fragment or a script's request so that the person sees where to go."""
    if _wants_json(request):
        return JsonResponse({"message": SIGN_IN_AGAIN, "url": url}, status=401)
    if request.htmx:
        return HttpResponseClientRedirect(url)
    return redirect(url)


def _settle_member(request) -> None:
    request.memberships = list(
        Membership.objects.filter(user=request.user, is_active=True)
        .select_related("organisation__division", "acts_for__user")
        .order_by("created_at", "pk")
    )
    request.memberships = acting(request.memberships)
    for member in request.memberships:
        member.user = request.user
    chosen = request.session.get(f"member:{request.tenant.pk}")
    for member in request.memberships:
        if str(member.pk) == chosen:
            request.member = member
            return
    if request.memberships:
        request.member = request.memberships[0]

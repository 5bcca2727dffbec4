"""Where a person is sent after signing in."""

from urllib.parse import urlencode

from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.selectors import memberships_by_tenant


def next_of(request) -> str:
    """Return the page asked for by ``next`` when it is one of ours, else nothing."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_safe else ""


def with_next(name: str, target: str) -> str:
    url = reverse(name)
    return f"{url}?{urlencode({'next': target})}" if target else url


def landing(request, user=None):
    """Redirect to ``next``, to the only membership's home, or to the list of memberships."""
    target = next_of(request)
    if target:
        return redirect(target)
    user = user or request.user
    places = memberships_by_tenant(user)
    if len(places) == 1 and len(places[0][1]) == 1:
        return redirect("portal:home", places[0][0].slug)
    if not places and user.is_platform_admin:
        return redirect("platform:tenant_list")
    return redirect("accounts:home")

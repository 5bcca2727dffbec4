"""Signing in and out, and the list of a person's memberships."""

from math import ceil

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import WRONG, SignInForm
from accounts.landing import landing, next_of
from accounts.lockout import address_locked_until, name_locked_until
from accounts.selectors import memberships_by_tenant
from accounts.services.sign_ins import (
    queue_sign_ins,
    record_failed_sign_in,
    record_sign_in,
    record_sign_out,
)
from core.access import account_page, public_page
from core.client import client_ip


@public_page
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request):
    if request.user.is_authenticated:
        return landing(request)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ip = client_ip(request)
        queue_sign_ins(ip)
        user = authenticate(request, **form.cleaned_data)
        if user is not None:
            login(request, user)
            answer = landing(request, user)
            record_sign_in(user, ip=ip)
            return answer
        _record_failure(request, form.cleaned_data["username"], ip)
        form.add_error(None, WRONG)
    return render(request, "accounts/sign_in.html", {"form": form, "next": next_of(request)})


def _record_failure(request, username: str, ip: str | None) -> None:
    """Evaluated guesses only: refused ones would let anybody fill the chain."""
    if request.axes_failures_since_start is not None:
        record_failed_sign_in(username, ip=ip, is_locked=request.axes_locked_out)


def locked_out(request, original_response, credentials):
    """The page of a locked sign-in (AXES_LOCKOUT_CALLABLE): the same whether the name exists."""
    ip = client_ip(request)
    by_address = address_locked_until(ip)
    until = by_address or name_locked_until((credentials or {}).get("username", ""), ip)
    wait = max(1, ceil((until - timezone.now()).total_seconds())) if until else 1
    context = {"until": until, "minutes": ceil(wait / 60), "is_address": bool(by_address)}
    response = render(request, "accounts/locked_out.html", context, status=429)
    response["Retry-After"] = wait
    return response


@account_page
@require_POST
def sign_out(request):
    user = request.user
    record_sign_out(user, ip=client_ip(request))
    logout(request)
    messages.success(request, "您已退出登录。")
    return redirect("accounts:sign_in")


@account_page
@require_safe
def home(request):
    """All memberships of the person, over all tenants."""
    places = memberships_by_tenant(request.user)
    return render(request, "accounts/home.html", {"places": places})


@account_page
@require_POST
def switch(request):
    """Act as another membership of this tenant from now on; the second factor is asked for there."""
    chosen = request.POST.get("member", "")
    for membership in request.memberships:
        if str(membership.pk) == chosen:
            request.session[f"member:{request.tenant.pk}"] = chosen
            return redirect("portal:home", request.tenant.slug)
    raise Http404("not a membership of this person")

"""The second factor: asked for, set up."""

from base64 import b32encode

import segno
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_otp import login as otp_login

from accounts.forms import CodeForm, SecondFactorSetupForm
from accounts.landing import landing, next_of, with_next
from accounts.services.second_factor import (
    ALREADY,
    WRONG,
    check_second_factor,
    confirmed_device,
    new_secret,
    offered_device,
    set_second_factor,
)
from core.access import account_page
from core.client import client_ip
from core.errors import Refused, TooMany


@account_page
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request):
    if request.user.is_verified():
        return landing(request)
    if confirmed_device(request.user) is None:
        return redirect(with_next("accounts:second_factor_setup", next_of(request)))
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            device = check_second_factor(
                request.user, form.cleaned_data["code"], ip=client_ip(request)
            )
        except TooMany as error:
            form.add_error("code", error.message)
            status = error.status
        else:
            if device is not None:
                return _verified(request, device)
            form.add_error("code", WRONG)
    context = {"form": form, "next": next_of(request)}
    return render(request, "accounts/second_factor.html", context, status=status)


@account_page
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_setup(request):
    if confirmed_device(request.user) is not None:
        if not request.user.is_verified():
            return redirect(with_next("accounts:second_factor", next_of(request)))
        messages.info(request, ALREADY)
        return redirect("accounts:home")
    if request.method == "POST":
        form = SecondFactorSetupForm(request.POST)
        if form.is_valid():
            try:
                device = set_second_factor(
                    request.user, form.cleaned_data["secret"], form.cleaned_data["code"]
                )
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, "动态口令已设置。以后登录时请打开手机上的验证器查看。")
                return _verified(request, device)
        secret = form.data.get("secret", "")
    else:
        secret = new_secret(request.user)
        form = SecondFactorSetupForm(initial={"secret": secret})
    return render(request, "accounts/second_factor_setup.html", _offer(request, form, secret))


def _offer(request, form, secret: str) -> dict:
    try:
        device = offered_device(request.user, secret)
    except Refused as refused:
        secret = new_secret(request.user)
        device = offered_device(request.user, secret)
        form = SecondFactorSetupForm(initial={"secret": secret})
        messages.error(request, refused.message)
    text = b32encode(device.bin_key).decode()
    return {
        "form": form,
        "next": next_of(request),
        "qr": segno.make(device.config_url, micro=False, error="m").svg_data_uri(scale=5, border=2),
        "secret_text": " ".join(text[i : i + 4] for i in range(0, len(text), 4)),
    }


def _verified(request, device):
    request.session.cycle_key()
    otp_login(request, device)
    return landing(request)

"""The person's password: changed, or reset by a mailed link."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import NewPasswordForm, PasswordChangeForm, PasswordResetForm
from accounts.services.passwords import (
    change_password,
    request_password_reset,
    reset_password,
    user_of_reset,
)
from core.access import account_page, public_page
from core.client import client_ip
from core.errors import Refused


@account_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request):
    form = PasswordChangeForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        user = change_password(request.user, form.cleaned_data["password"])
        update_session_auth_hash(request, user)  # this session goes on, all others end
        messages.success(request, "密码已修改，其他设备上的登录已全部退出。")
        return redirect("accounts:home")
    return render(request, "accounts/password_change.html", {"form": form})


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def password_reset(request):
    form = PasswordResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        request_password_reset(form.cleaned_data["identifier"], ip=client_ip(request))
        return redirect("accounts:password_reset_sent")
    return render(request, "accounts/password_reset.html", {"form": form})


@public_page
@require_safe
def password_reset_sent(request):
    return render(request, "accounts/password_reset_sent.html")


@public_page
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password_reset_confirm(request, uid, token):
    try:
        user = user_of_reset(uid, token)
        form = NewPasswordForm(request.POST or None, user=user)
        if request.method == "POST" and form.is_valid():
            reset_password(uid, token, form.cleaned_data["password"])
            messages.success(request, "密码已重设，请用新密码登录。")
            return redirect("accounts:sign_in")
    except Refused as refused:
        context = {"message": refused.message}
        return render(request, "accounts/password_reset_stale.html", context, status=409)
    context = {"form": form, "username": user.username}
    return render(request, "accounts/password_reset_confirm.html", context)

"""Mails of accounts: plain text, links from BASE_URL, never from the request's host."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import Invitation, User


def mail_invitation(invitation: Invitation, *, link: str, tenant_name: str) -> None:
    context = {"invitation": invitation, "link": link, "tenant_name": tenant_name}
    _send(invitation.email, "邀请您加入家园评", "accounts/invitation_mail.txt", context)


def mail_password_reset(user: User) -> None:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse(
        "accounts:password_reset_confirm", args=[uid, default_token_generator.make_token(user)]
    )
    context = {"user": user, "link": f"{settings.BASE_URL}{path}"}
    _send(user.email, "重设家园评登录密码", "accounts/password_reset_mail.txt", context)


def _send(address: str, subject: str, template: str, context: dict) -> None:
    send_mail(subject, render_to_string(template, context), None, [address])

"""The person at the keyboard gives the password again before signing.

Once given, it holds for a few minutes of the same session, so that a pile of dossiers is signed
without typing it each time. Signing in does not count: a signature is an act of its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.forms import PasswordInput
from accounts.services.sign_ins import queue_sign_ins
from core import audit
from core.client import client_ip

KEY = "confirmed_at"
WRONG = "密码不正确，请重新输入。填写的其他内容都还在（文件须重新选择）。"
LOCKED = "密码连续输错次数过多，请 15 分钟后再签署，或联系系统管理员解除锁定。"


def is_confirmed(request) -> bool:
    """Whether the person gave the password in this session a short while ago."""
    try:
        at = datetime.fromisoformat(request.session.get(KEY, ""))
    except ValueError:
        return False
    return timedelta() <= timezone.now() - at < timedelta(minutes=settings.CONFIRMATION_MINUTES)


def mark_confirmed(session) -> None:
    session[KEY] = timezone.now().isoformat()


def confirm(request, password: str) -> None:
    """Take the password; raise ValidationError when it is wrong. Guesses count as at the door."""
    queue_sign_ins(client_ip(request))
    user = authenticate(request, username=request.user.username, password=password)
    is_locked, request.axes_locked_out = getattr(request, "axes_locked_out", False), False
    if user is None:
        audit.record(request.member, "person.denied", request.user, ip=client_ip(request))
        raise ValidationError(LOCKED if is_locked else WRONG)
    mark_confirmed(request.session)
    audit.record(request.member, "person.confirmed", request.user, ip=client_ip(request))


class ConfirmationMixin:
    """A form that is a signature: it has the field ``password`` unless the person has just given
    it. Call ``ask_person`` at the end of ``__init__``; without a request (a preview) nobody is
    asked. A password that was sent is looked at there, outside the answer that is given once: a
    wrong one is counted although nothing else is done."""

    _denied: ValidationError | None = None

    def ask_person(self, request) -> None:
        if request is None or is_confirmed(request):
            return
        password = self.data.get("password") if self.is_bound else ""
        if password:
            try:
                confirm(request, password)
                return
            except ValidationError as error:
                self._denied = error
        minutes = settings.CONFIRMATION_MINUTES
        self.fields["password"] = PasswordInput(
            "登录密码",
            "current-password",
            max_length=1024,
            help_text=f"签署前确认是您本人；{minutes} 分钟内再签署不用重新输入。",
            error_messages={"required": "请输入登录密码，确认是您本人签署。"},
        )

    def clean(self):
        cleaned = super().clean()
        if self._denied:
            self.add_error("password", self._denied)
        return cleaned

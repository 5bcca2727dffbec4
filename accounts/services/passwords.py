"""Passwords: changed by their owner, or reset by a link that was mailed to the owner."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils import timezone
from django.utils.http import urlsafe_base64_decode

from accounts.lockout import forget_failures
from accounts.models import User
from accounts.services.platform import Person, platform_context, record_on_platform
from core.audit import SYSTEM, sha256
from core.errors import Refused, TooMany
from core.jobs import enqueue_job
from core.models import Job

JOB = "accounts.send_password_reset"
REQUESTS_PER_HOUR = 10
SAME_REQUEST_SECONDS = 300
STALE = "这个链接已经失效：超过 15 分钟，或已经用过。请重新申请。"


@transaction.atomic
def change_password(user: User, password: str) -> User:
    """Set a validated password; all other sessions of the person end with their next request."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    user.set_password(password)
    user.save(update_fields=["password"])
    record_on_platform("password.changed", user, actor=Person.of(user))
    return user


@transaction.atomic
def request_password_reset(identifier: str, *, ip: str | None) -> None:
    """Queue the mail for a login name or address. Known and unknown ones cost the same.

    Repeats within five minutes are one request; ``TooMany`` after ten an hour from one address.
    """
    identifier = User.objects.normalise(identifier)
    now = timezone.now()
    with platform_context():
        recent = Job.objects.filter(
            kind=JOB, payload__ip=ip, created_at__gt=now - timedelta(hours=1)
        )
        if recent.count() >= REQUESTS_PER_HOUR:
            raise TooMany("申请次数太多，请一小时后再试，或联系本单位系统管理员。")
        bucket = int(now.timestamp()) // SAME_REQUEST_SECONDS
        enqueue_job(
            JOB,
            {"identifier": identifier, "ip": ip},
            actor=SYSTEM,
            label="发送重设密码邮件",
            key=f"password-reset:{sha256(identifier)[:32]}:{bucket}",
        )


def user_of_reset(uid: str, token: str) -> User:
    """Return the person a reset link was made for; ``Refused`` when it is used or too old."""
    try:
        user = User.objects.get(pk=urlsafe_base64_decode(uid).decode(), is_active=True)
    except (ValueError, OverflowError, User.DoesNotExist) as error:
        raise Refused(STALE) from error
    if not default_token_generator.check_token(user, token):
        raise Refused(STALE)
    return user


@transaction.atomic
def reset_password(uid: str, token: str, password: str) -> User:
    """Set a validated password by a link, once. It also lifts a lockout, but signs nobody in."""
    found = user_of_reset(uid, token)
    User.objects.select_for_update(no_key=True).get(pk=found.pk)
    user = user_of_reset(uid, token)  # again behind the lock: the link is good once
    user.set_password(password)
    user.save(update_fields=["password"])
    forget_failures(user.username)
    record_on_platform("password.reset", user, actor=Person.of(user))
    return user

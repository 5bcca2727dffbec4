"""What signing in leaves in the platform's chain. Never a password, never an unknown login name:
people type their password into the wrong field."""

from __future__ import annotations

from django.db import connection

from accounts.models import User
from accounts.services.platform import Person, record_on_platform

SIGN_IN_LOCK = 20_441


def queue_sign_ins(ip: str | None) -> None:
    """Let the sign-ins of one address pass one by one until the transaction ends.

    Without it, parallel guesses would all be evaluated before the first failure is counted.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [SIGN_IN_LOCK, ip or ""])


def record_sign_in(user: User, *, ip: str | None) -> None:
    record_on_platform("sign_in.succeeded", user, actor=Person.of(user), ip=ip)


def record_failed_sign_in(username: str, *, ip: str | None, is_locked: bool) -> None:
    user = User.objects.filter(username=username).first()
    verb = "sign_in.locked" if is_locked else "sign_in.failed"
    record_on_platform(verb, user, actor=Person.of(user), ip=ip)


def record_sign_out(user: User, *, ip: str | None) -> None:
    record_on_platform("sign_out", user, actor=Person.of(user), ip=ip)

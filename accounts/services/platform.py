"""The platform's own chain of records: signing in, tenants opened and suspended.

It hangs on the reserved tenant `platform`, which nobody can enter by a URL.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from core import audit
from core.models import PLATFORM_SLUG, Tenant
from core.tenancy import tenant_context


@dataclass(frozen=True)
class Person:
    """A user as actor where no membership is at work."""

    user_id: int | None
    label: str
    id: None = None

    @classmethod
    def of(cls, user: User | None) -> Person:
        if user is None:
            return cls(None, "未识别的登录名")
        return cls(user.pk, f"{user.name}（{user.username}）")


def platform_tenant() -> Tenant:
    """Return the reserved tenant, made when first asked for."""
    tenant, _ = Tenant.objects.get_or_create(slug=PLATFORM_SLUG, defaults={"name": "平台"})
    return tenant


@contextmanager
def platform_context():
    tenant = platform_tenant()
    with tenant_context(tenant.pk):
        yield tenant


@transaction.atomic
def record_on_platform(verb: str, obj=None, *, actor, **body) -> None:
    """Append to the platform's chain; ``obj`` is the platform itself when left out."""
    with platform_context() as tenant:
        audit.record(actor, verb, obj or tenant, **body)


@transaction.atomic
def set_platform_second_factor(required: bool, *, actor) -> None:
    """Whether platform administrators must use a second factor; on until said otherwise."""
    with platform_context() as tenant:
        Tenant.objects.filter(pk=tenant.pk).update(requires_second_factor=required)
        audit.record(actor, "platform.second_factor_set", tenant, required=required)


@transaction.atomic
def create_platform_admin(user: User, password: str) -> User:
    """Store a new ``user`` who opens tenants; ``password`` was validated by the caller."""
    user.is_platform_admin = True
    user.set_password(password)
    user.save(force_insert=True)
    record_on_platform("user.created", user, actor=audit.SYSTEM, user=user.username)
    return user

"""The second factor: a time-based code (RFC 6238), each accepted once."""

from __future__ import annotations

import time
from math import ceil

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from accounts.models import User
from accounts.services.platform import Person, record_on_platform
from core.errors import Refused, TooMany

SALT = "accounts.second_factor"
SECRET_LIFETIME = 1800
ALREADY = "您已经设置了动态口令。更换手机请联系本单位系统管理员重设。"
WRONG = "动态口令不正确。请核对手机时间是否准确，等手机显示新的 6 位数字后再输入。"


def new_secret(user: User) -> str:
    """Return a signed secret for the set-up page: nothing is stored before a code confirms it."""
    return signing.dumps({"user": user.pk, "key": default_key()}, salt=SALT)


def offered_device(user: User, secret: str) -> TOTPDevice:
    """Return the unsaved device of a signed secret; ``Refused`` when it is not this user's."""
    try:
        offer = signing.loads(secret, salt=SALT, max_age=SECRET_LIFETIME)
    except signing.BadSignature:
        offer = {}
    if offer.get("user") != user.pk:
        raise Refused("设置页面已过期，请刷新后用手机重新扫码。")
    return TOTPDevice(user=user, name="动态口令", key=offer["key"], confirmed=True)


@transaction.atomic
def set_second_factor(user: User, secret: str, code: str) -> TOTPDevice:
    """Store the device that ``code`` was read from."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if confirmed_device(user):
        raise Refused(ALREADY)
    device = offered_device(user, secret)
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time()
    if not totp.verify(int(code), device.tolerance):
        raise ValidationError({"code": WRONG})
    device.last_t, device.drift = totp.t(), totp.drift
    device.save()
    record_on_platform("second_factor.set", user, actor=Person.of(user))
    return device


@transaction.atomic
def check_second_factor(user: User, code: str, *, ip: str | None) -> TOTPDevice | None:
    """Return the device when the code is right and unused; None, recorded, when it is not.

    Each failure doubles the wait before the next try: ``TooMany`` says how long.
    """
    device = confirmed_device(user, is_locked=True)
    if device is None:
        raise Refused("您还没有设置动态口令，请先设置。")
    is_allowed, info = device.verify_is_allowed()
    if not is_allowed:
        wait = max(1, ceil((info["locked_until"] - timezone.now()).total_seconds()))
        words = f"{wait} 秒" if wait < 60 else f"{ceil(wait / 60)} 分钟"
        raise TooMany(f"动态口令连续输错，请等待 {words}后再试。")
    if device.verify_token(code):
        return device
    record_on_platform("second_factor.denied", user, actor=Person.of(user), ip=ip)
    return None


def confirmed_device(user: User, *, is_locked: bool = False) -> TOTPDevice | None:
    devices = TOTPDevice.objects.filter(user=user, confirmed=True).order_by("pk")
    return (devices.select_for_update(no_key=True) if is_locked else devices).first()


@transaction.atomic
def drop_second_factor(user: User, *, actor) -> None:
    """By the platform's operator: remove a lost device of anybody."""
    if not TOTPDevice.objects.filter(user=user).delete()[0]:
        raise Refused("此人还没有设置动态口令，不需要重设。")
    record_on_platform("second_factor.reset", user, actor=actor, user=user.username)

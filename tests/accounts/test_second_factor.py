"""The second factor: who needs it, how it is set up, that each code opens once."""

from __future__ import annotations

import re
import time
from base64 import b32decode
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.enums import SECOND_FACTOR_ROLES, Role
from accounts.services import add_member
from core.audit import SYSTEM
from tests.accounts.conftest import (
    inside,
    make_city,
    people_url,
    platform_records,
    records_of,
    signed_in,
    text_of,
    try_password,
)
from tests.factories.forms import read_form

ASK, SETUP = "/account/second-factor/", "/account/second-factor/setup/"


@pytest.fixture
def strict(db):
    """A tenant that asks for the second factor."""
    return make_city("yunzhou", "云州市住房和城乡建设局", requires_second_factor=True)


def code_of(key: bytes, step: int = 0) -> str:
    totp = TOTP(key)
    totp.time = time.time() + 30 * step
    return f"{totp.token():06d}"


def set_up(client) -> TOTPDevice:
    page = client.get(SETUP)
    key = secret_on(page)
    fields = read_form(page, "code").filled(code=code_of(key))
    assert client.post(SETUP, fields).status_code == 302
    return TOTPDevice.objects.get(user_id=client.session["_auth_user_id"])


def secret_on(page) -> bytes:
    return b32decode(
        re.search(r"<code>([A-Z2-7 ]+)</code>", page.content.decode())[1].replace(" ", "")
    )


def send_code(client, code):
    return client.post(ASK, read_form(client.get(ASK), "code").filled(code=code))


def wait_out(device):
    """Let the pause after failures pass."""
    TOTPDevice.objects.filter(pk=device.pk).update(
        throttling_failure_timestamp=timezone.now() - timedelta(days=365)
    )


def test_roles_that_need_it_are_led_to_the_set_up(strict):
    for role in Role.values:
        member = getattr(strict.people, role, None)
        if member is None:
            continue
        answer = signed_in(member).get("/yunzhou/")
        expected = 302 if role in SECOND_FACTOR_ROLES else 200
        assert answer.status_code == expected, role


def test_tenant_that_does_not_ask_lets_everybody_in(city):
    assert signed_in(city.people.county_officer).get("/yunzhou/").status_code == 200


def test_no_page_of_the_tenant_opens_without_it(strict):
    client = signed_in(strict.people.tenant_admin)
    urls = [
        people_url(strict, name) for name in ("member_list", "organisation_list", "operation_log")
    ]
    urls += [people_url(strict, "invitation_create"), "/yunzhou/"]
    for url in urls:
        assert client.get(url).url.startswith(ASK), url
    unlock = people_url(strict, "member_unlock", strict.people.applicant.pk)
    assert client.post(unlock).url.startswith(ASK)
    assert "membership.unlocked" not in [r.verb for r in records_of(strict)]
    set_up(client)
    for url in urls:
        assert client.get(url).status_code == 200, url


def test_way_from_the_page_asked_for_and_back(strict):
    client = Client()
    answer = try_password(client, "yunzhou-county_officer", target="/yunzhou/?a=1")
    assert answer.url == "/yunzhou/?a=1"
    to_ask = client.get(answer.url)
    to_setup = client.get(to_ask.url)
    page = client.get(to_setup.url)
    assert page.status_code == 200
    fields = read_form(page, "code").filled(code=code_of(secret_on(page)))
    assert client.post(SETUP, fields).url == "/yunzhou/?a=1"
    assert client.get("/yunzhou/").status_code == 200


def test_set_up_page_shows_a_code_to_scan_and_stores_nothing(strict, writes):
    client = signed_in(strict.people.county_officer)
    writes.found.clear()
    page = client.get(SETUP)
    assert writes.found == []
    assert 'src="data:image/svg+xml' in page.content.decode()
    assert not TOTPDevice.objects.exists()


def test_wrong_code_sets_nothing_up_and_keeps_the_secret(strict):
    client = signed_in(strict.people.county_officer)
    page = client.get(SETUP)
    again = client.post(SETUP, read_form(page, "code").filled(code="000000"))
    assert again.status_code == 200 and "动态口令不正确" in text_of(again)
    assert secret_on(again) == secret_on(page)
    assert not TOTPDevice.objects.exists()


def test_secret_of_another_person_is_refused(strict):
    page = signed_in(strict.people.street_officer).get(SETUP)
    fields = read_form(page, "code").filled(code=code_of(secret_on(page)))
    answer = signed_in(strict.people.county_officer).post(SETUP, fields)
    assert answer.status_code in (200, 409)
    assert not TOTPDevice.objects.exists()


def test_set_up_needs_a_sign_in(strict):
    assert Client().get(SETUP).url.startswith("/account/sign-in/")


def test_password_alone_does_not_replace_a_device(strict):
    """Who knows only the password must not get in by setting up a device of their own."""
    device = set_up(signed_in(strict.people.county_officer))
    thief = signed_in(strict.people.county_officer)
    assert thief.get(SETUP).url.startswith(ASK)
    assert thief.post(SETUP, {"secret": "x", "code": "123456"}).url.startswith(ASK)
    assert TOTPDevice.objects.get() == device
    assert thief.get("/yunzhou/").url.startswith(ASK)


def test_code_opens_once(strict):
    device = set_up(signed_in(strict.people.county_officer))
    first, second = (signed_in(strict.people.county_officer) for _ in range(2))
    code = code_of(device.bin_key, 1)
    assert send_code(first, code).status_code == 302
    assert first.get("/yunzhou/").status_code == 200
    for _ in range(20):
        wait_out(device)
        assert send_code(second, code).status_code == 200
    assert second.get("/yunzhou/").url.startswith(ASK)


def test_code_of_the_set_up_does_not_open_again(strict):
    client = signed_in(strict.people.county_officer)
    device = set_up(client)
    assert (
        send_code(signed_in(strict.people.county_officer), code_of(device.bin_key)).status_code
        == 200
    )


def test_old_code_is_refused(strict):
    device = set_up(signed_in(strict.people.county_officer))
    TOTPDevice.objects.update(last_t=-1)
    client = signed_in(strict.people.county_officer)
    assert send_code(client, code_of(device.bin_key, -3)).status_code == 200
    wait_out(device)
    assert send_code(client, code_of(device.bin_key, 1)).status_code == 302


def test_failures_make_the_next_try_wait_and_are_recorded(strict):
    device = set_up(signed_in(strict.people.county_officer))
    client = signed_in(strict.people.county_officer)
    assert "动态口令不正确" in text_of(send_code(client, "000000"))
    waiting = send_code(client, code_of(device.bin_key, 1))
    assert waiting.status_code == 429 and "请等待 1 秒后再试" in text_of(waiting)
    TOTPDevice.objects.update(
        throttling_failure_count=9, throttling_failure_timestamp=timezone.now()
    )
    assert "5 分钟" in text_of(send_code(client, "000000"))
    wait_out(device)
    assert send_code(client, code_of(device.bin_key, 1)).status_code == 302
    verbs = [record.verb for record in platform_records()]
    assert verbs == ["second_factor.set", "second_factor.denied"]


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34", "-12345"]
)
def test_what_is_no_code_is_answered(strict, code):
    set_up(signed_in(strict.people.county_officer))
    answer = send_code(signed_in(strict.people.county_officer), code)
    assert answer.status_code == 200
    assert TOTPDevice.objects.get().throttling_failure_count == 0


def test_administrator_clears_a_lost_device(strict):
    admin = signed_in(strict.people.tenant_admin)
    set_up(admin)
    officer = signed_in(strict.people.county_officer)
    set_up(officer)
    assert officer.get("/yunzhou/").status_code == 200
    url = people_url(strict, "member_reset_second_factor", strict.people.county_officer.pk)
    assert officer.post(url).status_code == 403
    assert admin.post(url).status_code == 302
    assert officer.get("/yunzhou/").url.startswith(ASK)
    assert "second_factor.reset" in [record.verb for record in records_of(strict)]
    set_up(officer)
    assert officer.get("/yunzhou/").status_code == 200


def test_administrator_cannot_weaken_the_door_of_another_tenant(strict, next_door):
    officer = strict.people.county_officer
    with inside(next_door):
        add_member(
            actor=SYSTEM,
            user=officer.user,
            organisation=next_door.people.applicant.organisation,
            role=Role.APPLICANT,
        )
    set_up(signed_in(officer))
    admin = signed_in(strict.people.tenant_admin)
    set_up(admin)
    answer = admin.post(people_url(strict, "member_reset_second_factor", officer.pk))
    assert answer.status_code == 409 and "平台管理员" in text_of(answer)
    assert TOTPDevice.objects.filter(user=officer.user).exists()


def test_setting_up_goes_with_a_new_session_id(strict):
    client = signed_in(strict.people.county_officer)
    before = client.session.session_key
    set_up(client)
    assert client.session.session_key != before

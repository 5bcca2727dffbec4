"""Signing in: where it leads, when it is locked, what it leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings
from django.db.models import F
from django.test import Client

from accounts.services import add_member
from core.audit import SYSTEM
from core.tenancy import tenant_context
from tests.accounts.conftest import (
    SIGN_IN,
    inside,
    people_url,
    platform_records,
    records_of,
    signed_in,
    text_of,
    try_password,
)
from tests.factories import cast

WRONG = "incorrect horse battery staple"


def fail(client, username, times=1, **options):
    for _ in range(times):
        answer = try_password(client, username, WRONG, **options)
    return answer


def later(minutes):
    """Let time pass for what was counted."""
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=minutes))
    AccessFailureLog.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=minutes))


def test_one_membership_leads_to_its_home(client, city):
    answer = try_password(client, "yunzhou-applicant")
    assert answer.url == "/yunzhou/"
    assert client.get(answer.url).status_code == 200


def test_several_memberships_lead_to_the_choice(client, city, next_door):
    user = city.people.applicant.user
    with inside(next_door):
        add_member(
            actor=SYSTEM,
            user=user,
            organisation=next_door.people.applicant.organisation,
            role="applicant",
        )
    answer = try_password(client, user.username)
    assert answer.url == "/account/"
    page = client.get("/account/").content.decode()
    assert "云州市住房和城乡建设局" in page and "临州市住房和城乡建设局" in page


def test_login_name_is_one_however_it_is_typed(client, city):
    assert try_password(client, "  Yunzhou-APPLICANT ").status_code == 302


def test_wrong_password_and_unknown_name_read_the_same(client, city):
    wrong = fail(client, "yunzhou-applicant")
    unknown = fail(client, "nobody-at-all")
    assert wrong.status_code == unknown.status_code == 200
    assert "登录名或密码不正确" in text_of(wrong)
    assert text_of(wrong) == text_of(unknown)
    assert "_auth_user_id" not in client.session


def test_disabled_person_reads_the_same_as_a_wrong_password(client, city):
    user = city.people.applicant.user
    wrong = fail(client, user.username)
    user.is_active = False
    user.save()
    assert text_of(try_password(client, user.username)) == text_of(wrong)


def test_unknown_name_costs_a_password_hash_too(client, city, monkeypatch):
    """Otherwise the time of the answer would tell names apart."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, *args: hashed.append(1) or encode(self, *args),
    )
    fail(client, "yunzhou-applicant")
    known = len(hashed)
    fail(client, "nobody-at-all")
    assert len(hashed) == 2 * known > 0


def test_fifth_failure_locks_and_the_right_password_waits(client, city):
    assert fail(client, "yunzhou-applicant", 4).status_code == 200
    locked = fail(client, "yunzhou-applicant")
    assert locked.status_code == 429
    assert "系统管理员在“人员”页面解除锁定" in text_of(locked)
    assert "大约 15 分钟后" in text_of(locked)
    assert 800 < int(locked["Retry-After"]) <= 900
    assert try_password(client, "yunzhou-applicant").status_code == 429
    later(16)
    assert try_password(client, "yunzhou-applicant").status_code == 302


def test_four_failures_do_not_lock(client, city):
    fail(client, "yunzhou-applicant", 4)
    assert try_password(client, "yunzhou-applicant").status_code == 302


def test_waiting_is_not_prolonged_by_trying(client, city):
    fail(client, "yunzhou-applicant", 5)
    later(10)
    waiting = try_password(client, "yunzhou-applicant")
    assert waiting.status_code == 429 and int(waiting["Retry-After"]) <= 300
    later(6)
    assert try_password(client, "yunzhou-applicant").status_code == 302


def test_locked_unknown_name_reads_the_same(client, city):
    known = fail(client, "yunzhou-applicant", 5)
    unknown = fail(client, "nobody-at-all", 5, ip="198.51.100.8")
    assert text_of(known) == text_of(unknown) and unknown.status_code == 429


def test_lock_holds_for_that_name_and_address_only(client, city):
    """Nobody can shut an officer out from elsewhere on the last day."""
    fail(client, "yunzhou-applicant", 5)
    assert try_password(Client(), "yunzhou-applicant", ip="203.0.113.9").status_code == 302
    assert try_password(Client(), "yunzhou-county_officer").status_code == 302


def test_spelling_does_not_dodge_the_lock(client, city):
    for name in (
        "yunzhou-applicant",
        "Yunzhou-Applicant",
        " yunzhou-applicant",
        "ＹＵＮzhou-applicant",
    ):
        fail(client, name)
    assert fail(client, "YUNZHOU-applicant").status_code == 429


def test_browser_does_not_dodge_the_lock(city):
    for number in range(5):
        fail(Client(), "yunzhou-applicant", HTTP_USER_AGENT=f"browser {number}")
    assert try_password(Client(), "yunzhou-applicant").status_code == 429


def test_address_is_locked_after_twenty_failures_whatever_the_names(client, city):
    answers = [fail(client, f"guess-{number % 10}").status_code for number in range(60)]
    assert answers.count(200) == AccessFailureLog.objects.count() == 20
    locked = try_password(client, "yunzhou-applicant")
    assert locked.status_code == 429 and "换一个网络" in text_of(locked)
    assert try_password(Client(), "yunzhou-applicant", ip="203.0.113.9").status_code == 302
    later(61)
    assert try_password(client, "yunzhou-applicant").status_code == 302


def test_administrator_unlocks(client, city):
    fail(client, "yunzhou-applicant", 5)
    admin = signed_in(city.people.tenant_admin)
    listed = admin.get(people_url(city, "member_list"))
    assert "登录锁定" in listed.content.decode()
    unlock = people_url(city, "member_unlock", city.people.applicant.pk)
    assert unlock in listed.content.decode()
    assert signed_in(city.people.city_officer).post(unlock).status_code == 403
    assert try_password(client, "yunzhou-applicant").status_code == 429
    assert admin.post(unlock).status_code == 302
    assert try_password(client, "yunzhou-applicant").status_code == 302
    assert "membership.unlocked" in [record.verb for record in records_of(city)]


def test_administrator_next_door_cannot_unlock(client, city, next_door):
    fail(client, "yunzhou-applicant", 5)
    url = people_url(next_door, "member_unlock", city.people.applicant.pk)
    assert signed_in(next_door.people.tenant_admin).post(url).status_code == 404
    assert try_password(client, "yunzhou-applicant").status_code == 429


def test_successes_and_failures_are_recorded_without_secrets(client, city):
    fail(client, "yunzhou-applicant")
    fail(client, WRONG)  # the password in the wrong field
    try_password(client, "yunzhou-applicant")
    client.post("/account/sign-out/")
    found = platform_records()
    assert [record.verb for record in found] == [
        "sign_in.failed",
        "sign_in.failed",
        "sign_in.succeeded",
        "sign_out",
    ]
    assert found[0].user_id == city.people.applicant.user_id
    assert found[1].user_id is None
    assert found[2].body == {"ip": "198.51.100.7"}
    assert WRONG not in str([(r.actor, r.body, r.object_id) for r in found])
    assert cast.PASSWORD not in str([(r.actor, r.body) for r in found])
    stored = str(list(AccessAttempt.objects.values())) + str(
        list(AccessFailureLog.objects.values())
    )
    assert cast.PASSWORD not in stored and "csrfmiddlewaretoken=*" in stored


def test_refused_guesses_do_not_fill_the_chain(client, city):
    fail(client, "yunzhou-applicant", 9)
    assert [r.verb for r in platform_records()] == ["sign_in.failed"] * 4 + ["sign_in.locked"]


def test_session_id_is_new_after_signing_in(client, city):
    session = client.session
    session["kept"] = "before"
    session.save()
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    try_password(client, "yunzhou-applicant")
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        "http://testserver.evil.example/",
        "\thttps://evil.example/",
    ],
)
def test_next_never_leads_away(client, city, target):
    answer = try_password(client, "yunzhou-applicant", target=target)
    assert answer.url == "/yunzhou/"


def test_next_leads_to_the_page_that_was_asked_for(client, city):
    asked = client.get("/yunzhou/people/records/?q=a")
    assert asked.status_code == 302
    page = client.get(asked.url)
    from tests.factories.forms import read_form

    fields = read_form(page, "username").filled(username="yunzhou-auditor", password=cast.PASSWORD)
    assert client.post(SIGN_IN, fields).url == "/yunzhou/people/records/?q=a"


def test_signing_out_needs_a_post_and_ends_the_session(city):
    client = signed_in(city.people.applicant)
    assert client.get("/account/sign-out/").status_code == 405
    assert client.get("/yunzhou/").status_code == 200
    assert client.post("/account/sign-out/").status_code == 302
    assert client.get("/yunzhou/").status_code == 302


def test_nul_and_overlong_input_is_answered(client, city):
    for username, password in (
        ("a\x00b", "x"),
        ("x" * 5000, "y"),
        ("yunzhou-applicant", "z" * 5000),
    ):
        assert try_password(client, username, password).status_code == 200


def test_disabled_person_is_out_with_the_next_request(city):
    client = signed_in(city.people.applicant)
    assert client.get("/yunzhou/").status_code == 200
    user = city.people.applicant.user
    user.is_active = False
    user.save()
    assert client.get("/yunzhou/").status_code == 302


def test_platform_chain_is_whole(client, city):
    fail(client, "yunzhou-applicant", 2)
    from accounts.services.platform import platform_tenant
    from core import audit

    with tenant_context(platform_tenant().pk):
        assert list(audit.verify()) == []

"""Passwords: what is refused and why, changing, resetting."""

from __future__ import annotations

import re
from datetime import timedelta
from unittest import mock

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory

from accounts.models import User
from accounts.services.platform import platform_context
from core.jobs import run_job
from core.models import Job
from tests.accounts.conftest import platform_records, signed_in, text_of, try_password
from tests.factories import cast
from tests.factories.forms import read_form

NEW = "four lamps above the harbour"
GOOD = [
    "correct horse battery staple",
    "q7#Lw9!zRt2$",
    "8402553911782",
    "Wo-zai-zhujianju-shangban-88",
    "我家门前有两棵树一棵是枣树",
    "云州的海风吹过七座旧灯塔塔",
    "  spaces at both ends  ",
    "emoji 🦀🐙🦑 are letters too",
    "tab\tand\nnewline inside it",
    "x7" + "kq9!Lm#2" * 8,
    "Zażółć gęślą jaźń nocą",
]
BAD = [
    "123456789012",
    "987654321098",
    "111222333444",
    "000000000000",
    "112233445566",
    "password1234",
    "Password2023!",
    "passwordpassword",
    "P@ssw0rd2024",
    "Passw0rd!!!!",
    "qwertyuiop12",
    "qwertyuiop[]",
    "asdfghjkl123",
    "zxcvbnmasdfghjkl",
    "1qaz2wsx3edc",
    "q1w2e3r4t5y6",
    "qazwsxedcrfv",
    "1q2w3e4r5t6y",
    "aaaaaaaaaaaa",
    "abababababab",
    "abcabcabcabc",
    "abcdefghijkl",
    "abc123abc123abc123",
    "administrator",
    "administrator1",
    "administrator2024",
    "admin@123456789",
    "admin1234567",
    "letmein123456",
    "welcome12345!",
    "welcome2023!!",
    "iloveyou2023!!",
    "woaini5201314",
    "woaini123456",
    "test123456789",
    "test20240101",
    "secret123456",
    "login12345678",
    "user12345678",
    "superman1234",
    "princess2023",
    "zhujianju2023",
    "zhujianju20231234",
    "Zhujianju@2024",
    "zhujian202408",
    "zhufang123456",
    "fangguanju2023",
    "jiayuan202312",
    "jiayuanping2024!",
    "JIAYUANPING#1",
    "jiayuan@123456",
    "meihaojiayuan2024",
    "wuye2023wuye2023",
    "wuyepingxuan2023",
    "pingxuan202401",
    "shequwuye2023",
    "xiaoqu2023!!!",
    "yeweihui2023",
    "guanliyuan123",
    "mima123456789",
    "yunzhou202312",
    "yunzhou@12345",
    "Yunzhou2023!!",
    "yunzhouyunzhou",
    "yunzhou-zhujian",
    "wangxiaoming1",
    "wangxiaoming2023!",
    "wangxiaoming@88",
    "WangXiaoMing!!",
    "officer2023!!",
    "20230101-20231231",
    "2023202320232023",
    "20231231123456",
    "家园评家园评家园评家园评",
    "物业物业物业2023物业物业",
    "住建局管理员住建局管理员",
    "云州市云州市云州市2023",
    "王小明2023王小明2023",
    "密码密码密码密码密码密码",
    "美好家园2023美好家园",
    "业委会2024业委会2024",
    "社区小区社区小区社区小区",
    "房管局123456789",
    "！！！！！！！！！！！！",
    "------------",
    "............",
    "1234567890-=",
    "0987654321zz",
    "aaaa1111bbbb",
    "abcd1234abcd",
    "qwer1234qwer",
    "asdf1234asdf",
    "zaq12wsxcde3",
    "11111111111a",
    "football2023",
    "baseball1234",
    "dragon123456",
    "monkey123456",
    "sunshine2023",
    "charlie12345",
    "shadow123456",
    "master123456",
    "michael12345",
    "jennifer1234",
    "hunter123456",
    "trustno11111",
]


@pytest.fixture
def officer(city):
    user = city.people.county_officer.user
    user.username, user.name, user.email = "wangxiaoming", "王小明", "officer@example.org"
    user.save()
    return user


@pytest.mark.parametrize("password", GOOD)
def test_good_password_is_accepted_and_kept_unmodified(officer, password):
    validate_password(password, officer)
    officer.set_password(password)
    officer.save()
    request = RequestFactory().post("/")
    assert authenticate(request, username="wangxiaoming", password=password) == officer
    assert authenticate(request, username="wangxiaoming", password=password.strip() + "x") is None


def test_guessable_passwords_are_refused_in_words_that_help(officer):
    accepted = []
    for password in BAD:
        try:
            validate_password(password, officer)
        except ValidationError as error:
            assert all(re.search("[\u4e00-\u9fff]", message) for message in error.messages)
        else:
            accepted.append(password)
    assert len(BAD) >= 100
    assert accepted == []


@pytest.mark.parametrize(
    ("length", "is_good"), [(11, False), (12, True), (64, True), (256, True), (257, False)]
)
def test_length_has_its_bounds(officer, length, is_good):
    password = ("k7#Qz!9wLm$2pX&4" * 20)[:length]
    if is_good:
        validate_password(password, officer)
    else:
        with pytest.raises(ValidationError, match="密码(至少|最多)"):
            validate_password(password, officer)


def change(client, current=cast.PASSWORD, password=NEW, again=None):
    page = client.get("/account/password/")
    fields = read_form(page, "current").filled(
        current=current, password=password, again=password if again is None else again
    )
    return client.post("/account/password/", fields)


def test_pasting_is_allowed_and_nothing_is_cut(city):
    page = signed_in(city.people.applicant).get("/account/password/").content.decode()
    for tag in re.findall(r'<input[^>]*type="password"[^>]*>', page):
        assert "maxlength" not in tag and "onpaste" not in tag
        assert re.search(r'autocomplete="(new|current)-password"', tag)


def test_changing_ends_all_other_sessions_at_once(city):
    here, there = signed_in(city.people.applicant), signed_in(city.people.applicant)
    assert there.get("/yunzhou/").status_code == 200
    assert change(here).status_code == 302
    assert here.get("/yunzhou/").status_code == 200
    assert there.get("/yunzhou/").url.startswith("/account/sign-in/")
    assert try_password(Client(), "yunzhou-applicant").status_code == 200
    assert try_password(Client(), "yunzhou-applicant", NEW).status_code == 302
    assert "password.changed" in [record.verb for record in platform_records()]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"current": "something else entirely"}, "现在的密码不正确"),
        ({"again": "four lamps above the city"}, "两次输入的密码不一样"),
        ({"password": "short"}, "密码至少 12 个字符"),
        ({"password": "yunzhou-applicant"}, "去掉单位名"),
        ({"password": "k7#Qz!9w" * 40}, "256"),
    ],
)
def test_change_that_is_refused_says_why_and_changes_nothing(city, given, words):
    answer = change(signed_in(city.people.applicant), **given)
    assert answer.status_code == 200 and words in text_of(answer)
    assert try_password(Client(), "yunzhou-applicant").status_code == 302


# Reset by mail


def ask_for_reset(identifier, ip="198.51.100.20"):
    client = Client(REMOTE_ADDR=ip)
    page = client.get("/account/password-reset/")
    fields = read_form(page, "identifier").filled(identifier=identifier)
    answer = client.post("/account/password-reset/", fields)
    return client.get(answer.url) if answer.status_code == 302 else answer


def run_jobs():
    with platform_context() as tenant:
        jobs = list(Job.objects.filter(state="queued").values_list("pk", flat=True))
    for job in jobs:
        assert run_job(tenant.pk, str(job)) == "done"


def mailed_link(officer) -> str:
    ask_for_reset(officer.username)
    run_jobs()
    return re.search(r"https?://\S+?(/account/\S+)", mail.outbox[-1].body)[1]


def use(client, link, password=NEW):
    page = client.get(link)
    if page.status_code != 200:
        return page
    fields = read_form(page, "password").filled(password=password, again=password)
    return client.post(link, fields)


def test_reset_answers_the_same_for_known_and_unknown(officer, writes):
    ask_for_reset("the first request of all")
    run_jobs()
    writes.found.clear()
    known = ask_for_reset("wangxiaoming")
    of_known = [re.sub(r"\s+", " ", sql)[:60] for sql in writes.found]
    writes.found.clear()
    unknown = ask_for_reset("nobody@example.org", ip="198.51.100.21")
    assert text_of(known) == text_of(unknown)
    assert [re.sub(r"\s+", " ", sql)[:60] for sql in writes.found] == of_known
    assert mail.outbox == []  # no time is spent on mail in the request
    run_jobs()
    assert [message.to for message in mail.outbox] == [["officer@example.org"]]


def test_reset_by_address_names_the_login(officer):
    ask_for_reset("Officer@Example.org")
    run_jobs()
    assert "wangxiaoming" in mail.outbox[0].body
    assert mail.outbox[0].body.count("http") == 1


def test_reset_link_sets_the_password_once_and_lifts_the_lock(client, officer):
    for _ in range(5):
        locked = try_password(client, "wangxiaoming", "wrong wrong wrong")
    assert locked.status_code == 429
    other = Client()
    other.force_login(officer)
    link = mailed_link(officer)
    assert use(client, link).status_code == 302
    assert "_auth_user_id" not in client.session  # signing in, second factor and all, comes after
    assert other.get("/yunzhou/").status_code == 302
    again = use(Client(), link, "another long passphrase here")
    assert again.status_code == 409 and "链接已经失效" in text_of(again)
    assert try_password(client, "wangxiaoming", NEW).status_code == 302


def test_reset_link_dies_after_fifteen_minutes(client, officer):
    link = mailed_link(officer)
    now = PasswordResetTokenGenerator()._now()
    for minutes, status in ((14, 200), (16, 409)):
        moment = now + timedelta(minutes=minutes)
        with mock.patch.object(PasswordResetTokenGenerator, "_now", lambda self, m=moment: m):
            assert client.get(link).status_code == status


def test_reset_link_dies_with_a_sign_in_or_a_change(client, officer):
    link = mailed_link(officer)
    assert try_password(Client(), "wangxiaoming").status_code == 302
    assert client.get(link).status_code == 409


def test_reset_of_a_bad_password_keeps_the_link_good(client, officer):
    link = mailed_link(officer)
    answer = use(client, link, "wangxiaoming2023")
    assert answer.status_code == 200 and "去掉单位名" in text_of(answer)
    assert use(client, link).status_code == 302


@pytest.mark.parametrize("link", ["MQ/x-y", "!!/abc", "OTk5OTk5/c0ffee-abc", "MQ/" + "x" * 500])
def test_forged_reset_link_is_answered(client, officer, link):
    assert client.get(f"/account/password-reset/{link}/").status_code == 409


def test_disabled_person_gets_no_link(client, officer):
    link = mailed_link(officer)
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert client.get(link).status_code == 409
    mail.outbox.clear()
    ask_for_reset("officer@example.org")
    run_jobs()
    assert mail.outbox == []


def test_requests_repeat_as_one_mail_and_are_limited(officer):
    for _ in range(3):
        ask_for_reset("wangxiaoming")
    run_jobs()
    assert len(mail.outbox) == 1
    answers = [ask_for_reset(f"person-{number}") for number in range(12)]
    assert [answer.status_code for answer in answers] == [200] * 9 + [429] * 3
    assert ask_for_reset("someone", ip="203.0.113.5").status_code == 200


def test_reset_does_not_skip_the_second_factor(client, officer, city):
    city.tenant.requires_second_factor = True
    city.tenant.save()
    assert use(client, mailed_link(officer)).status_code == 302
    assert try_password(client, "wangxiaoming", NEW).status_code == 302
    assert client.get("/yunzhou/").url.startswith("/account/second-factor/")

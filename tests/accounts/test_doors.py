"""Closed by default: what an anonymous person, a stranger and a script are answered; headers."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts.models import User
from core.models import RESERVED_SLUGS
from tests.accounts.conftest import SIGN_IN, people_url, records_of, signed_in, try_password
from tests.factories import cast

PUBLIC = ["/account/sign-in/", "/account/password-reset/", "/account/password-reset/sent/"]
PERSONAL = ["/account/", "/account/password/", "/account/second-factor/setup/"]
TENANT = [
    "/yunzhou/",
    "/yunzhou/people/",
    "/yunzhou/people/records/",
    "/yunzhou/people/invitations/new/",
]


def test_anonymous_person_is_led_to_the_sign_in_and_back(client, city):
    for url in [*TENANT, *PERSONAL]:
        answer = client.get(url)
        assert answer.status_code == 302 and answer.url == f"/account/sign-in/?next={url}", url
    assert client.get("/").url == "/account/"
    for url in PUBLIC:
        assert client.get(url).status_code == 200


def test_after_a_lost_form_one_comes_back_to_its_page(client, city):
    url = people_url(city, "member_unlock", city.people.applicant.pk)
    answer = client.post(url, HTTP_REFERER="http://testserver/yunzhou/people/")
    assert answer.url == "/account/sign-in/?next=http%3A//testserver/yunzhou/people/&expired=1"
    page = client.get(answer.url).content.decode()
    assert "登录已过期，请重新登录" in page
    assert "登录已过期" not in client.get(SIGN_IN).content.decode()
    assert try_password(
        client, "yunzhou-tenant_admin", target="http://testserver/yunzhou/people/"
    ).url == ("http://testserver/yunzhou/people/")


def test_script_and_fragment_are_told_to_sign_in(client, city):
    answer = client.post("/yunzhou/people/switch/", HTTP_ACCEPT="application/json")
    assert answer.status_code == 401 and "登录已过期" in answer.json()["message"]
    fragment = client.get("/yunzhou/people/", HTTP_HX_REQUEST="true")
    assert fragment.status_code == 200 and fragment["HX-Redirect"].startswith(SIGN_IN)


def test_stranger_finds_nothing(city, next_door):
    client = signed_in(next_door.people.tenant_admin)
    for url in TENANT:
        assert client.get(url).status_code == 404, url
    assert client.get("/nowhere/").status_code == 404


def test_platform_administrator_sees_nothing_of_a_tenant(city):
    admin = User.objects.create_user("operator", cast.PASSWORD, name="运维", is_platform_admin=True)
    client = Client()
    client.force_login(admin)
    for url in TENANT:
        assert client.get(url).status_code == 404, url


@pytest.mark.parametrize("word", sorted(RESERVED_SLUGS))
def test_reserved_word_is_no_tenant(city, word):
    admin = User.objects.create_user("operator", cast.PASSWORD, name="运维", is_platform_admin=True)
    for client in (Client(), signed_in(city.people.tenant_admin)):
        assert client.get(f"/{word}/people/").status_code == 404
    client = Client()
    client.force_login(admin)
    assert client.get(f"/{word}/people/").status_code == 404
    assert client.get(f"/{word}/public/").status_code == 404


def test_suspended_tenant_is_gone(city):
    client = signed_in(city.people.tenant_admin)
    city.tenant.is_active = False
    city.tenant.save()
    assert client.get("/yunzhou/").status_code == 404
    assert "云州市" not in client.get("/account/").content.decode()
    assert try_password(Client(), "yunzhou-tenant_admin").url == "/account/"


def accounts_patterns(patterns, prefix="/"):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            if pattern.callback.__module__.startswith("accounts."):
                yield route, pattern.callback
        else:
            yield from accounts_patterns(pattern.url_patterns, route)


def test_looking_changes_nothing(city, writes):
    """Every page of accounts by GET, as everybody: not one statement that writes."""
    admin = User.objects.create_user("operator", cast.PASSWORD, name="运维", is_platform_admin=True)
    operator = Client()
    operator.force_login(admin)
    clients = [Client(), operator]
    clients += [signed_in(member) for name, member in vars(city.people).items() if name != "tree"]
    urls = [
        route.replace("<slug:tenant>", "yunzhou")
        .replace("<slug:slug>", "yunzhou")
        .replace("<uuid:pk>", str(city.people.applicant.pk))
        .replace("<int:pk>", "1")
        .replace("<str:uid>", "MQ")
        .replace("<str:token>", "token")
        for route, _ in accounts_patterns(get_resolver().url_patterns)
    ]
    assert len(urls) > 25 and not [url for url in urls if "<" in url]
    writes.found.clear()
    for client in clients:
        for url in urls:
            assert client.get(url).status_code < 500, url
            assert client.head(url).status_code < 500, url
    assert writes.found == []


def test_forms_without_a_token_are_refused(city):
    client = Client(enforce_csrf_checks=True)
    assert (
        client.post(
            SIGN_IN, {"username": "yunzhou-applicant", "password": cast.PASSWORD}
        ).status_code
        == 403
    )
    client.force_login(city.people.tenant_admin.user)
    pk = city.people.applicant.pk
    before = len(records_of(city))
    for url in (
        "/account/sign-out/",
        "/account/password/",
        "/account/second-factor/setup/",
        "/account/password-reset/",
        "/account/invitation/yunzhou/token/",
        people_url(city, "switch"),
        people_url(city, "member_disable", pk),
        people_url(city, "member_unlock", pk),
        people_url(city, "member_reset_second_factor", pk),
        people_url(city, "invitation_create"),
        people_url(city, "organisation_create"),
        "/platform/tenants/new/",
    ):
        answer = client.post(url)
        assert answer.status_code == 403, url
        assert "页面已过期" in answer.content.decode()
    assert len(records_of(city)) == before
    assert client.get("/yunzhou/").status_code == 200


def test_every_answer_carries_the_protective_headers(client, city):
    admin = signed_in(city.people.tenant_admin)
    applicant = signed_in(city.people.applicant)
    answers = [
        client.get(url) for url in [*PUBLIC, "/", "/nowhere/", "/yunzhou/", "/healthz", "/readyz"]
    ]
    answers += [admin.get(url) for url in [*TENANT, *PERSONAL, "/platform/", "/yunzhou/nowhere/"]]
    answers += [applicant.get("/yunzhou/people/"), applicant.get("/account/sign-out/")]
    answers += [try_password(Client(), "yunzhou-applicant", "wrong wrong") for _ in range(6)]
    assert {answer.status_code for answer in answers} >= {200, 302, 403, 404, 405, 429}
    for answer in answers:
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy and "object-src 'none'" in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_nothing_of_a_signed_in_person_is_stored_on_the_way(client, city):
    admin = signed_in(city.people.tenant_admin)
    answers = [admin.get(url) for url in [*TENANT, *PERSONAL, "/yunzhou/nowhere/", "/platform/"]]
    answers.append(try_password(client, "yunzhou-applicant"))
    for answer in answers:
        assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]


def test_cookies_are_kept_from_scripts_and_other_sites(client, city):
    answer = try_password(client, "yunzhou-applicant")
    session = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert session["httponly"] and session["samesite"] == "Lax" and session["path"] == "/"
    assert not session["domain"]
    token = answer.cookies[settings.CSRF_COOKIE_NAME]
    assert token["samesite"] == "Lax" and not token["domain"]


def test_cookies_of_an_https_site_are_bound_to_it():
    """The settings of a real address, in a process of their own."""
    script = (
        "import json, django; from django.conf import settings as s; django.setup();"
        "print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE,"
        "s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS, s.SECURE_SSL_REDIRECT,"
        "s.SESSION_COOKIE_DOMAIN, s.SESSION_COOKIE_PATH]))"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.base",
        "BASE_URL": "https://pingxuan.example.cn",
        "ALLOWED_HOSTS": "pingxuan.example.cn",
    }
    environment.pop("JIAYUAN_TEST_DATABASE", None)
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == [
        "__Host-session", "__Host-csrf", True, True, 31536000, True, None, "/",
    ]  # fmt: skip


def test_passwords_are_hashed_with_argon2():
    from config.settings import base

    assert base.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.1", "198.51.100.7"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "10.0.0.1, 203.0.113.1", "203.0.113.1"),
        (2, "6.6.6.6, 203.0.113.1, 10.0.0.2", "203.0.113.1"),
        (2, "203.0.113.1", "203.0.113.1"),
        (1, "rubbish", None),
        (1, "", None),
    ],
)
def test_address_of_the_client_is_what_our_proxy_saw(rf, settings, proxies, forwarded, expected):
    from core.client import client_ip

    settings.PROXY_COUNT = proxies
    request = rf.get("/", REMOTE_ADDR="198.51.100.7", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_ip(request) == expected

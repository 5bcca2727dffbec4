"""The operator: opens and suspends tenants, sees nothing inside; commands; health."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Invitation, Membership, User
from accounts.services.platform import platform_tenant, set_platform_second_factor
from config import health
from core import audit
from core.audit import SYSTEM
from core.models import Job, Tenant
from core.tenancy import tenant_context
from tests.accounts.conftest import platform_records, signed_in, text_of, try_password
from tests.factories import cast
from tests.factories.forms import read_form

NEW = "four lamps above the harbour"


@pytest.fixture
def operator(db):
    set_platform_second_factor(False, actor=SYSTEM)
    User.objects.create_user("operator", cast.PASSWORD, name="运维", is_platform_admin=True)
    client = Client()
    assert try_password(client, "operator").url == "/platform/"
    return client


def open_one(operator, **changes):
    url = "/platform/tenants/new/"
    fields = read_form(operator.get(url), "slug").filled(
        **{"name": "新海市住建局", "slug": "xinhai", "admin_name": "首位管理员"} | changes
    )
    return operator.post(url, fields)


def test_tenant_is_opened_and_its_first_administrator_comes_in(operator):
    answer = open_one(operator)
    page = operator.get(answer.url)
    link = re.search(
        r'value="https?://[^/]+(/account/invitation/xinhai/[^"]+)"', page.content.decode()
    )[1]
    newcomer = Client()
    form = read_form(newcomer.get(link), "username")
    fields = form.filled(username="first-admin", password=NEW, again=NEW)
    assert newcomer.post(link, fields).url == "/xinhai/"
    # the tenant asks for the second factor unless the operator said otherwise
    assert newcomer.get("/xinhai/people/").url.startswith("/account/second-factor/")
    tenant = Tenant.objects.get(slug="xinhai")
    with tenant_context(tenant.pk):
        assert Membership.objects.get().role == "tenant_admin"
        assert list(audit.verify()) == []
    assert ("tenant.created", "运维（operator）") in [(r.verb, r.actor) for r in platform_records()]


@pytest.mark.parametrize(
    "slug", ["platform", "account", "api", "Xinhai", "x", "1city", "xin_hai", "a b", "x" * 41]
)
def test_unusable_name_in_the_address_is_refused(operator, slug):
    answer = open_one(operator, slug=slug)
    assert answer.status_code == 200 and "field-error" in answer.content.decode()
    assert not Tenant.objects.exclude(slug="platform").exists()


def test_taken_name_in_the_address_is_refused(operator):
    assert open_one(operator).status_code == 302
    answer = open_one(operator, name="另一个")
    assert answer.status_code == 200 and "field-error" in answer.content.decode()
    assert Tenant.objects.filter(slug="xinhai").count() == 1


def test_tenant_is_suspended_and_resumed(operator, city):
    member = signed_in(city.people.applicant)
    assert operator.post("/platform/tenants/yunzhou/suspend/").status_code == 302
    assert member.get("/yunzhou/").status_code == 404
    assert operator.post("/platform/tenants/yunzhou/suspend/").status_code == 409
    assert operator.post("/platform/tenants/yunzhou/resume/").status_code == 302
    assert member.get("/yunzhou/").status_code == 200
    assert [r.verb for r in platform_records()][-2:] == ["tenant.suspended", "tenant.resumed"]


def test_list_shows_tenants_and_none_of_their_people(operator, city, next_door):
    page = text_of(operator.get("/platform/"))
    assert "云州市住房和城乡建设局" in page and "linzhou" in page
    assert "平台" in page and "yunzhou-" not in page and "安居物业公司" not in page
    detail = text_of(operator.get("/platform/tenants/yunzhou/"))
    assert "系统管理员经办人" not in detail
    assert operator.get("/platform/tenants/platform/").status_code == 404


def test_platform_is_closed_to_everybody_else(city):
    urls = ["/platform/", "/platform/tenants/new/", "/platform/tenants/yunzhou/"]
    for url in urls:
        assert Client().get(url).status_code == 302
        assert signed_in(city.people.tenant_admin).get(url).status_code == 404
    for act in ("suspend", "resume"):
        url = f"/platform/tenants/yunzhou/{act}/"
        assert signed_in(city.people.tenant_admin).post(url).status_code == 404
    assert Tenant.objects.get(slug="yunzhou").is_active


def test_operator_needs_the_second_factor_too(operator):
    set_platform_second_factor(True, actor=SYSTEM)
    assert operator.get("/platform/").url.startswith("/account/second-factor/")


def test_administrator_is_invited_again(operator, city):
    url = "/platform/tenants/yunzhou/"
    fields = read_form(operator.get(url), "name").filled(name="接任管理员")
    assert operator.post(url, fields).status_code == 302
    assert "/account/invitation/yunzhou/" in operator.get(url).content.decode()
    with tenant_context(city.tenant.pk):
        assert Invitation.objects.get().name == "接任管理员"


def run(*args, **options):
    out = io.StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


def test_create_tenant_prints_a_link_that_works(client, db):
    printed = run("create_tenant", "xinhai", "新海市住建局", no_second_factor=True)
    link = re.search(r"https?://[^/]+(/account/invitation/xinhai/\S+)", printed)[1]
    assert client.get(link).status_code == 200
    assert not Tenant.objects.get(slug="xinhai").requires_second_factor
    with pytest.raises(CommandError):
        run("create_tenant", "xinhai", "再来一次")
    with pytest.raises(CommandError, match="保留"):
        run("create_tenant", "platform", "平台")


def test_create_platform_admin_reads_a_piped_password(client, db, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{NEW}\n"))
    run("create_platform_admin", "Operator")
    assert try_password(client, "operator", NEW).url == "/platform/"
    monkeypatch.setattr("sys.stdin", io.StringIO("password1234\n"))
    with pytest.raises(CommandError, match="太常见"):
        run("create_platform_admin", "second")
    with pytest.raises(CommandError, match="已经存在"):
        run("create_platform_admin", "operator")


def test_tenant_shell_is_inside_the_tenant(city, next_door, capsys):
    call_command(
        "tenant_shell", "yunzhou",
        command="from accounts.models import Membership; print(Membership.objects.count())",
    )  # fmt: skip
    with tenant_context(city.tenant.pk):
        assert int(capsys.readouterr().out.split()[-1]) == Membership.objects.count()
    with pytest.raises(CommandError, match="没有租户"):
        call_command("tenant_shell", "nowhere", command="pass")


def test_disable_user_ends_their_sessions(city):
    client = signed_in(city.people.county_officer)
    assert client.get("/yunzhou/").status_code == 200
    run("disable_user", "yunzhou-county_officer")
    assert client.get("/yunzhou/").status_code == 302
    assert "user.disabled" in [record.verb for record in platform_records()]


def test_operator_frees_a_lost_device(city):
    TOTPDevice.objects.create(user=city.people.county_officer.user, name="x")
    run("reset_second_factor", "yunzhou-county_officer")
    assert not TOTPDevice.objects.exists()
    with pytest.raises(CommandError, match="还没有设置"):
        run("reset_second_factor", "yunzhou-county_officer")


def test_platform_chain_belongs_to_a_tenant_nobody_enters(operator, city):
    assert platform_tenant().slug == "platform"
    assert signed_in(city.people.tenant_admin).get("/platform/people/").status_code == 404
    assert operator.get("/platform/people/").status_code == 404


# Health


def test_health_says_alive_without_asking_anybody(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert answer.status_code == 200


def test_ready_names_parts_and_no_secrets(client, db, settings):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert {"state", "database", "isolation", "cache", "queue", "disk", "fonts"} == set(
        answer.json()
    )
    for secret in (
        settings.SECRET_KEY,
        settings.DATABASES["default"]["PASSWORD"],
        settings.REDIS_URL,
    ):
        assert secret not in answer.content.decode()


def test_not_ready_as_a_role_that_is_not_ours(client, committed_db, monkeypatch):
    monkeypatch.setattr(health, "connection", connections["owner"])
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer.json()["database"] == "role app_owner"


def test_not_ready_with_a_hole_in_the_isolation(client, committed_db, monkeypatch):
    monkeypatch.setattr(health, "_guarded", {"at": None, "findings": 0})
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_invitation NO FORCE ROW LEVEL SECURITY")
        try:
            answer = client.get("/readyz")
        finally:
            cursor.execute("ALTER TABLE accounts_invitation FORCE ROW LEVEL SECURITY")
    assert answer.status_code == 503 and answer.json()["isolation"] == "1 findings"


def test_old_jobs_and_a_lost_cache_degrade_only(client, committed_db, settings):
    tenant = cast.make_tenant("yunzhou", "云州市住建局")
    with tenant_context(tenant.pk):
        Job.objects.create(kind="x", label="x", next_at=timezone.now() - timedelta(hours=1))
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///nowhere.sock",
        }
    }
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["state"]) == (200, "degraded"), answer.json()
    assert answer.json()["queue"].startswith("oldest job waits 36")
    assert answer.json()["cache"] != "ok"

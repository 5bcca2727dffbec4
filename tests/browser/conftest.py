"""A site with real server, worker, relay and browser around the fixed cast."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import redis
from django.conf import settings

from core.tenancy import tenant_context
from tests.browser.chromium import chromium
from tests.browser.server import web
from tests.browser.visitor import DESKTOP, Visitor
from tests.factories import cast
from tests.processes import relay, worker


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Keep what the visitors of a failed test last saw, under var/shots/failed/."""
    report = yield
    site = getattr(item, "funcargs", {}).get("site")
    if report.when == "call" and report.failed and site:
        for number, one in enumerate(site.visitors):
            if not one.page.is_closed():
                picture = settings.VAR_DIR / "shots" / "failed" / f"{item.name}-{number}.png"
                one.page.screenshot(path=picture, full_page=True)
                report.sections.append((f"visitor {number}", f"{one.page.url}\n{picture}"))
    return report


@pytest.fixture(scope="session")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def site(committed_db, browser):
    """``site.visitor(member)`` is at the browser; database work goes ``with site.inside():``."""
    with redis.from_url(settings.CACHES["default"]["LOCATION"]) as broker:
        broker.flushdb()
    tenant = cast.make_tenant("yunzhou", "云州市住房和城乡建设局")
    with tenant_context(tenant.pk):
        people = cast.make_people()
    with web("config.settings.test") as address, relay(), worker():
        visitors = []

        def visitor(member=None, *, width=DESKTOP, javascript=True, path=f"/{tenant.slug}/"):
            one = Visitor(browser, address, width=width, javascript=javascript)
            visitors.append(one)
            if member:
                one.sign_in(member.user.username, cast.PASSWORD, path)
            return one

        yield SimpleNamespace(
            address=address,
            tenant=tenant,
            people=people,
            visitor=visitor,
            visitors=visitors,
            inside=lambda: tenant_context(tenant.pk),
        )
        for one in visitors:
            one.close()
        troubles = [trouble for one in visitors for trouble in one.troubles]
        assert not troubles, "\n\n".join(troubles)

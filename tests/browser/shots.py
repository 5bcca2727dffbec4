"""`./dev shots`: a picture of every page for every role, in both widths, and of every paper.

The pages are those of the access table (``tests/house/access/``), which has a row for every URL:
a new page cannot be left out. Objects are those of its world, in every state.

    var/shots/<role>/<URL>[~<object>]-<width>.png      var/shots/pdf/<paper>-<page>.png

Arguments are words: only roles and URLs that contain one of them. ``--axe`` checks each page for
accessibility as well, which takes longer.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
os.environ["PYTEST_XDIST_WORKER"] = "shots5"  # database, broker and files apart from the tests'

import django  # noqa: E402

django.setup()

import pypdfium2  # noqa: E402
import redis  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.files.storage import default_storage  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.services.platform import set_platform_second_factor  # noqa: E402
from core import audit  # noqa: E402
from core.jobs import unfinished_jobs  # noqa: E402
from core.models import Tenant  # noqa: E402
from core.tenancy import tenant_context  # noqa: E402
from documents.models import RenderedDocument  # noqa: E402
from tests.browser.chromium import chromium  # noqa: E402
from tests.browser.server import web  # noqa: E402
from tests.browser.visitor import HEIGHTS, Visitor  # noqa: E402
from tests.databases import fresh_database  # noqa: E402
from tests.factories.worlds import World, make_world  # noqa: E402
from tests.house.access.browsing import address  # noqa: E402
from tests.house.access.table import Cell, Table  # noqa: E402
from tests.processes import relay, wait_until, worker  # noqa: E402

SLUG = "yunzhou"
FOLDER = settings.VAR_DIR / "shots"
STRANGERS = {"stranger"}  # sees of this tenant what the public sees


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev shots", description="截图：每个角色、每个页面")
    parser.add_argument("words", nargs="*", help="只截名称含有这些字的角色或页面")
    parser.add_argument("--axe", action="store_true", help="同时检查无障碍（较慢）")
    options = parser.parse_args()
    started = time.monotonic()
    table = Table()
    cells = [cell for url in table.rows for cell in table.cells(url) if _is_page(cell)]
    if options.words:
        cells = [
            cell for cell in cells if any(w in f"{cell.actor} {cell.url}" for w in options.words)
        ]
    with fresh_database(), redis.from_url(settings.CACHES["default"]["LOCATION"]) as broker:
        broker.flushdb()
        world = _world()
        with web("config.settings.test") as site, relay(), worker(), chromium() as browser:
            troubles = _shoot(cells, world, browser, site, checks=options.axe)
            papers = 0 if options.words else _shoot_papers(world)
    unseen = sorted(
        table.rows.keys() - {c.url for u in table.rows for c in table.cells(u) if _is_page(c)}
    )
    print(
        f"页面 {len(cells)} 个、文书 {papers} 份，{time.monotonic() - started:.0f} 秒，见 {FOLDER}"
    )
    print(f"没有人能直接打开的地址（只接受提交）：{'、'.join(unseen)}")
    for trouble in troubles:
        print(f"问题  {trouble}")
    return bool(troubles)


def _is_page(cell: Cell) -> bool:
    return cell.method == "GET" and cell.expected == 200 and cell.actor not in STRANGERS


def _world() -> World:
    world = make_world(SLUG, "云州")
    Tenant.objects.filter(pk=world.tenant.pk).update(name="云州市住房和城乡建设局")
    operator = User.objects.create_user("operator", "x", name="运营", is_platform_admin=True)
    set_platform_second_factor(False, actor=audit.SYSTEM)
    world.actors |= {"anonymous": None, "platform_admin": operator}
    return world


def _shoot(cells: list[Cell], world: World, browser, site: str, *, checks: bool) -> list[str]:
    """Open every page and keep its picture; what went wrong is returned."""
    troubles = []
    actors = list(dict.fromkeys(cell.actor for cell in cells))
    for number, actor in enumerate(actors, 1):
        mine = [cell for cell in cells if cell.actor == actor]
        print(f"[{number}/{len(actors)}] {actor}：{len(mine)} 个页面", flush=True)
        shutil.rmtree(FOLDER / actor, ignore_errors=True)
        visitor = Visitor(browser, site)
        if user := world.actors[actor]:
            client = Client()
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            name = settings.SESSION_COOKIE_NAME
            visitor.context.add_cookies(
                [{"name": name, "value": client.cookies[name].value, "url": site}]
            )
        for cell in mine:
            path = address(cell.url, SLUG, world.things[cell.thing] if cell.thing else {})
            troubles += _shoot_page(cell, path, visitor, checks=checks)
        visitor.close()
        troubles += [f"{actor} {trouble}" for trouble in visitor.troubles]
    return troubles


def _shoot_page(cell: Cell, path: str, visitor: Visitor, *, checks: bool) -> list[str]:
    answer = visitor.context.request.get(path)
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return [] if answer.ok else [f"{cell}: {answer.status}"]
    answer = visitor.page.goto(path)
    if answer.status != 200:
        return [f"{cell}: {answer.status}"]
    if checks:
        visitor.look()
    name = cell.url.replace(":", "-") + (f"~{cell.thing}" if cell.thing else "")
    for width in HEIGHTS:
        visitor.show_at(width)
        picture = FOLDER / cell.actor / f"{name}-{width}.png"
        visitor.page.screenshot(path=picture, full_page=True)
    return []


def _shoot_papers(world: World) -> int:
    """Every paper that the worker has made, page by page."""
    shutil.rmtree(FOLDER / "pdf", ignore_errors=True)
    (FOLDER / "pdf").mkdir(parents=True)
    with tenant_context(world.tenant.pk):
        wait_until(lambda: not unfinished_jobs().exists(), 300)
        papers = list(RenderedDocument.objects.order_by("rendered_at"))
        for number, paper in enumerate(papers, 1):
            with default_storage.open(paper.path) as content:
                pdf = pypdfium2.PdfDocument(content.read())
            for page in range(len(pdf)):
                picture = pdf[page].render(scale=1.5).to_pil()
                picture.save(FOLDER / "pdf" / f"{paper.kind}-{number}-{page + 1}.png")
    return len(papers)


if __name__ == "__main__":
    sys.exit(main())

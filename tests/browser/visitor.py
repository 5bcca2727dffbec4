"""Somebody at a browser. Every page that a visitor comes to is looked at, wide and narrow."""

from __future__ import annotations

import contextlib
from functools import cache
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Download, Locator, Page, Request, expect

from tests.processes import ROOT

DESKTOP, PHONE = 1280, 390
HEIGHTS = {DESKTOP: 900, PHONE: 844}
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
PATIENCE = 20_000
SIDEWAYS = """async () => {
    const wide = () => document.documentElement.scrollWidth, room = window.innerWidth;
    for (let turn = 0; wide() > room && turn < 20; turn++)  // a chart follows its box a moment later
        await new Promise(done => setTimeout(done, 100));
    if (wide() <= room) return '';
    const out = [...document.querySelectorAll('body *')].filter(
        element => element.getBoundingClientRect().right > room + 1 && element.offsetParent);
    return `${wide()} px in ${room} px, by ` + out.slice(0, 4).map(
        element => element.tagName.toLowerCase() + '.' + element.className).join(', ');
}"""
AXE = """async tags => {
    const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']});
    return found.violations.map(rule => rule.id + ' (' + rule.help + '): ' + rule.nodes.slice(0, 4).map(
        node => node.html.slice(0, 200) + ' -- ' + node.failureSummary.slice(0, 300)).join(' | '));
}"""


class Visitor:
    """One browser profile with one page. ``troubles`` gathers what no page may show: the test goes
    on, and fails at its end."""

    def __init__(self, browser: Browser, site: str, *, width: int = DESKTOP, javascript=True):
        self.width = width
        self.context = browser.new_context(
            base_url=site,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": HEIGHTS[width]},
            java_script_enabled=javascript,
            has_touch=width == PHONE,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.javascript = javascript
        self.troubles: list[str] = []
        self.seen: list[str] = []
        page = self.page
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._note(f"error in a script: {error}"))
        page.on("requestfailed", self._on_failed)

    def _note(self, trouble: str) -> None:
        line = f"{urlsplit(self.page.url).path}: {trouble}"
        if line not in self.troubles:
            self.troubles.append(line)

    def _on_console(self, message) -> None:
        if message.type == "error":
            self._note(f"console: {message.text}")

    def _on_failed(self, request: Request) -> None:
        # A download ends its navigation; that is Chromium's word for it.
        if request.failure != "net::ERR_ABORTED":
            self._note(f"{request.method} {request.url} failed: {request.failure}")

    # Coming to pages

    def open(self, path: str) -> None:
        answer = self.page.goto(path)
        assert answer.status == 200, f"{path} answers {answer.status}"
        self.look()

    def sign_in(self, username: str, password: str, path: str = "/account/") -> None:
        """By the form, then on to ``path``."""
        self.open("/account/sign-in/")
        self.fill("登录名", username)
        self.fill("密码", password)
        self.press("登录")
        if path:
            self.open(path)

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def menu(self, name: str) -> None:
        """Go by the main menu, which is folded on a phone."""
        menu = self.page.get_by_role("navigation", name="主菜单")
        fold = menu.locator("summary")
        if fold.is_visible():
            fold.click()
        self.leave_by(menu.get_by_role("link", name=name))

    def follow(self, name: str) -> None:
        """Click the first link of that name and look at the page it leads to."""
        self.leave_by(self.main.get_by_role("link", name=name).first)

    def press(self, name: str) -> None:
        """Press a button that sends a form, and look at the answer."""
        self.leave_by(self.main.get_by_role("button", name=name).first)

    def leave_by(self, control: Locator) -> None:
        """Click what leads to another page, and look at that."""
        with self.page.expect_navigation():
            control.click()
        self.look()

    def upload(self, label: str, *uploads: tuple[str, str, bytes]) -> None:
        """Choose files (name, type, content); they are sent at once and join the list of the page."""
        self.page.get_by_label(label).set_input_files(
            [{"name": name, "mimeType": kind, "buffer": content} for name, kind, content in uploads]
        )
        for name, _, _ in uploads:
            sent = self.page.locator(".transfer", has_text=name)
            expect(sent).to_contain_text("已收下", timeout=PATIENCE)
        self.look()

    def download(self, name: str) -> Download:
        with self.page.expect_download() as waiting:
            self.main.get_by_role("link", name=name).first.click()
        return waiting.value

    def fetch(self, path: str):
        """What this person's browser gets at an address, without opening it as a page."""
        answer = self.context.request.get(path)
        assert answer.ok, f"{path} answers {answer.status}"
        return answer

    # What is on the page

    def fill(self, label: str, text: str) -> None:
        field = self.main.locator("input, textarea").and_(self.main.get_by_label(label))
        field.first.fill(text)

    def see(self, text: str) -> None:
        expect(self.page.locator("body")).to_contain_text(text)

    @property
    def path(self) -> str:
        return self.page.evaluate("location.pathname") if self.javascript else self.page.url

    # Looking

    def look(self) -> None:
        """Nothing is wrong with this page at either width; then back to the visitor's own."""
        if not self.javascript:
            return
        page = self.page
        self.seen.append(page.url)
        page.wait_for_load_state("load")
        page.evaluate(_axe())
        for width in sorted(HEIGHTS, key=lambda width: width == self.width):
            self.show_at(width)
            for violation in page.evaluate(AXE, RULES):
                self._note(f"axe at {width}: {violation}")

    def show_at(self, width: int) -> None:
        """Change the window; nothing may stand out at its side."""
        page = self.page
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        if sideways := page.evaluate(SIDEWAYS):
            self._note(f"wider than the window at {width}: {sideways}")

    @contextlib.contextmanager
    def expecting(self, *words: str):
        """Within, the console may report failures that contain one of ``words``."""
        before = list(self.troubles)
        yield
        self.troubles = before + [
            trouble
            for trouble in self.troubles[len(before) :]
            if not any(word in trouble for word in words)
        ]

    def close(self) -> None:
        self.context.close()


@cache
def _axe() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")

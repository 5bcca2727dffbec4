"""Files over a bad network: 30 MB cut three times, several at once, paused, refused one by one."""

from __future__ import annotations

import hashlib
import os
import re
import struct
import time

import pytest
from django.conf import settings
from playwright.sync_api import expect

from reviews.models import Evidence
from tests.browser.visitor import PATIENCE, PHONE
from tests.factories import cast, files
from tests.factories.dossiers import make_dossier
from tests.processes import wait_until

pytestmark = pytest.mark.browser
PIECES = re.compile(r"/uploads/[0-9a-f-]{36}/$")
SIZE = 30 << 20


@pytest.fixture
def dossier(site):
    with site.inside():
        return make_dossier(site.people)


def film() -> bytes:
    """A short film of 30 MB: most of it is a box that players skip."""
    short = files.video(2)
    rest = SIZE - len(short)
    return short + struct.pack(">I4s", rest, b"free") + os.urandom(rest - 8)


class Network:
    """The pieces that a visitor sends; the next one from an offset on can be held."""

    def __init__(self, one):
        self.page, self.offsets, self.held, self.hold_from = one.page, [], [], None
        self.is_starting = False  # the server does not know yet how far it is
        self.page.route(PIECES, self._pass)

    def _pass(self, route):
        request = route.request
        if request.method == "HEAD" and self.is_starting:
            self.is_starting = False
            return route.fulfill(status=503)
        if request.method != "PATCH":
            return route.continue_()
        offset = int(request.headers["upload-offset"])
        self.offsets.append(offset)
        if self.hold_from is not None and offset >= self.hold_from:
            self.hold_from = None
            return self.held.append(route)
        return route.continue_()

    def hold(self, share: float):
        """Wait until a piece that begins beyond this share of the film is on its way, and hold it."""
        until = time.monotonic() + PATIENCE / 1000
        while not self.held:
            shown = self.page.locator(".transfers").inner_text()
            assert time.monotonic() < until, f"no piece after {self.offsets}: {shown}"
            self.page.wait_for_timeout(20)
        assert self.offsets[-1] >= SIZE * share
        return self.held.pop()


def test_film_of_30_mb_survives_three_cuts(site, dossier, tmp_path):
    content = film()
    path = tmp_path / "宣传片.mp4"
    path.write_bytes(content)
    one = site.visitor(site.people.applicant)
    page_of_slot = f"/yunzhou/dossiers/{dossier.pk}/evidence/material:video/"
    one.open(page_of_slot)
    network = Network(one)
    words = one.page.locator(".transfer-words")
    with one.expecting("ERR_CONNECTION_RESET", "ERR_INTERNET_DISCONNECTED", "409", "503"):
        network.hold_from = int(SIZE * 0.05)
        one.page.get_by_label("选择文件").set_input_files(path)
        held = network.hold(0.05)  # the piece before it was still arriving: the server says 409
        network.hold_from = int(SIZE * 0.1)
        held.continue_(headers=held.request.headers | {"upload-offset": "0"})
        held = network.hold(0.1)
        network.is_starting = True
        held.abort("connectionreset")  # it goes on by itself, where it was
        network.hold_from = int(SIZE * 0.5)
        held = network.hold(0.5)
        assert network.offsets.count(0) == 1, "it began again instead of going on"
        one.context.set_offline(True)
        held.abort("internetdisconnected")
        expect(words).to_contain_text("网络中断，联网后自动继续")
        one.look()
        network.hold_from = int(SIZE * 0.99) - (1 << 20)
        one.context.set_offline(False)
        held = network.hold(0.96)
        one.page.once("dialog", lambda dialog: dialog.accept())
        one.page.reload()  # the third cut: the page is gone, the file is chosen again
    before = len(network.offsets)
    one.page.get_by_label("选择文件").set_input_files(path)
    expect(words).to_contain_text("已收下", timeout=PATIENCE)
    assert network.offsets[before] >= SIZE * 0.9, "it began again instead of going on"
    assert len(network.offsets) <= SIZE / (1 << 20) + 8
    one.see("已上传 1 个文件")
    one.look()
    with site.inside():
        stored = Evidence.objects.get().file
        assert stored.original_sha256 == hashlib.sha256(content).hexdigest()


def test_many_pictures_at_once_some_refused_one_paused(site, dossier):
    one = site.visitor(site.people.applicant, width=PHONE)
    one.open(f"/yunzhou/dossiers/{dossier.pk}/evidence/7.1/")
    expect(one.page.get_by_text("用手机拍照")).to_be_visible()
    network = Network(one)
    network.hold_from = 0
    first = {"name": "IMG_0001.HEIC", "mimeType": "image/heic", "buffer": files.heic()}
    chosen = [
        ("绿化.jpg", "image/jpeg", files.photo()),
        ("假.jpg", "image/jpeg", files.html_page()),
        ("说明.docx", "application/msword", files.archive()),
        ("空.jpg", "image/jpeg", b""),
    ]
    with one.expecting("422"):
        one.page.get_by_label("选择文件").set_input_files(first)
        held = network.hold(0)
        row = one.page.locator(".transfer", has_text="IMG_0001.HEIC")
        row.get_by_role("button", name="暂停").click()
        expect(row).to_contain_text("已暂停")
        held.abort()
        one.page.get_by_label("选择文件").set_input_files(
            [{"name": name, "mimeType": kind, "buffer": body} for name, kind, body in chosen]
        )
        for name, words in {
            "绿化.jpg": "已收下",
            "假.jpg": "不是JPG",
            "说明.docx": "不收这种文件",
            "空.jpg": "请重新选择文件",
        }.items():
            sent = one.page.locator(".transfer", has_text=name)
            expect(sent).to_contain_text(words, timeout=PATIENCE)
        one.look()
        row.get_by_role("button", name="继续").click()
        expect(row).to_contain_text("已收下", timeout=PATIENCE)
    one.see("已上传 2 个文件")
    with site.inside():
        wait_until(lambda: Evidence.objects.count() == 2)
        assert {e.name for e in Evidence.objects.all()} == {"绿化.jpg", "IMG_0001.HEIC"}
    _goes_on_after_signing_in_again(one, site.people.applicant.user.username)
    # What is typed for one file is not lost when another one arrives.
    one.main.get_by_label("说明").first.fill("修剪后的草坪")
    one.upload("选择文件", ("三.jpg", "image/jpeg", files.photo(333, 222)))
    one.see("已上传 4 个文件")
    again = {"name": "同一张.jpg", "mimeType": "image/jpeg", "buffer": files.photo()}
    one.page.get_by_label("选择文件").set_input_files(again)
    expect(one.page.locator(".transfer", has_text="同一张.jpg")).to_contain_text("没有重复收下")
    expect(one.main.get_by_label("说明").first).to_have_value("修剪后的草坪")
    one.press("右转")
    with site.inside():
        assert Evidence.objects.filter(caption="修剪后的草坪", file__turns=1).exists()


def _goes_on_after_signing_in_again(one, username: str) -> None:
    one.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    photo = {"name": "夜景.jpg", "mimeType": "image/jpeg", "buffer": files.photo(500, 300)}
    row = one.page.locator(".transfer", has_text="夜景.jpg")
    with one.expecting("401"):
        one.page.get_by_label("选择文件").set_input_files(photo)
        expect(row).to_contain_text("登录")
    other = one.context.new_page()
    other.goto("/account/sign-in/")
    other.get_by_label("登录名").fill(username)
    other.get_by_label("密码", exact=True).fill(cast.PASSWORD)
    with other.expect_navigation():
        other.get_by_role("button", name="登录", exact=True).click()
    other.close()
    one.page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(row).to_contain_text("已收下", timeout=PATIENCE)

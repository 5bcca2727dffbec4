"""Debian's Chromium through Playwright, with the fonts of the build and a profile of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from xml.sax.saxutils import escape

from django.conf import settings
from playwright.sync_api import Browser, sync_playwright

from config.bootstrap import BROWSERS

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
]
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir>
<alias><family>sans-serif</family><prefer><family>Noto Sans SC</family></prefer></alias>
<alias><family>serif</family><prefer><family>Noto Serif SC</family></prefer></alias>
<alias><family>monospace</family><prefer><family>Noto Sans SC</family></prefer></alias>
</fontconfig>
"""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that sees no fonts but those of the build, so that every machine shows the same.

    Playwright keeps an event loop in this thread; the tests still use the ORM beside it.
    """
    program = next(filter(None, map(shutil.which, BROWSERS)))
    folder = settings.VAR_DIR / "fontconfig"
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "fonts.conf"
    configuration.write_text(
        FONTS.format(fonts=escape(str(settings.FONT_DIR)), cache=escape(str(folder / "cache")))
    )
    environment = os.environ | {"FONTCONFIG_FILE": str(configuration), "LANGUAGE": "zh_CN"}
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=program, args=FLAGS, env=environment
            )
            try:
                yield browser
            finally:
                browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before

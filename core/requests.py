"""What requests may contain: UTF-8 text without control characters, one character a line end."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpResponseBadRequest
from django.template import loader

_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_DIRTY = re.compile(rf"{_INVISIBLE.pattern}|\r")


def plain_text(text: str) -> str:
    """The text without control characters and half characters; line ends are ``\\n``."""
    if not _DIRTY.search(text):
        return text
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


class PlainTextMiddleware:
    """Every view reads plain text: a limit of characters counts what the page counted, and what
    PostgreSQL cannot store never reaches it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\x00" in request.path_info:
            raise Http404("no address has a NUL")
        charset = request.content_params.get("charset", "utf-8") if request.content_params else ""
        if charset and charset.lower() not in ("utf-8", "utf8"):
            request.encoding = "utf-8"  # the page of the refusal looks at the form again
            raise BadRequest("forms are UTF-8")
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            response.content = loader.render_to_string("405.html")
        return response

    def process_view(self, request, view, args, kwargs):
        request.GET = _cleaned(request.GET)
        if request.method == "POST":
            request.POST = _cleaned(request.POST)


def _cleaned(data):
    if not any(_DIRTY.search(text) for _, texts in data.lists() for text in texts):
        return data
    clean = data.copy()
    for name, texts in data.lists():
        clean.setlist(name, [plain_text(text) for text in texts])
    clean._mutable = False
    return clean


def bad_request(request, exception):
    """The page of 400: which limit was passed, where one was."""
    megabytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20
    messages = {
        RequestDataTooBig: f"文字太多：一页一次最多提交 {megabytes} MB 的文字。请缩短或分几次保存。",
        TooManyFilesSent: (
            f"文件太多：一次最多上传 {settings.DATA_UPLOAD_MAX_NUMBER_FILES} 个。请分几次上传。"
        ),
        TooManyFieldsSent: "填写的栏目太多，请分几次保存。",
    }
    message = next((text for kind, text in messages.items() if isinstance(exception, kind)), "")
    return HttpResponseBadRequest(loader.render_to_string("400.html", {"message": message}))

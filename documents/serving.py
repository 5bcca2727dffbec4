"""Private files to the browser, after the calling view has settled that the member may see them."""

import logging
import re
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.utils.http import content_disposition_header

from documents.models import RenderedDocument, StoredFile

logger = logging.getLogger(__name__)

SANDBOXED = (
    "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
)
# Chromium shows no PDF in a sandbox; ours were stripped of everything active.
FRAMED = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
BLOCK = 256 * 1024


def serve_file(request, file: StoredFile, *, as_attachment: bool = False):
    """The clean content under the name it was sent with. Videos answer to byte ranges."""
    stem = file.name.rsplit(".", 1)[0] or "文件"
    name = f"{stem}.{file.path.rsplit('.', 1)[-1]}"
    return _private(request, file.path, file.media_type, name, file.sha256, as_attachment)


def serve_thumbnail(request, file: StoredFile):
    """The small JPEG of an image or the poster of a video; 404 for a PDF."""
    if not file.thumbnail_path:
        raise Http404("no thumbnail")
    etag = file.thumbnail_path.rsplit("/", 1)[-1].split(".")[0]
    return _private(request, file.thumbnail_path, "image/jpeg", "thumbnail.jpg", etag, False)


def serve_document(request, document: RenderedDocument, *, as_attachment: bool = False):
    """A rendered PDF under its title."""
    name = f"{document.title}.pdf"
    return _private(request, document.path, "application/pdf", name, document.sha256, as_attachment)


def serve_preview(content: bytes, title: str) -> HttpResponse:
    """A PDF that was made for this answer only."""
    response = HttpResponse(content, content_type="application/pdf")
    _guard(response, f"{title}（预览）.pdf", as_attachment=False, is_pdf=True)
    return response


def _private(request, path: str, media_type: str, name: str, etag: str, as_attachment: bool):
    if settings.MEDIA_ACCEL:
        response = HttpResponse(content_type=media_type)
        response["X-Accel-Redirect"] = f"{settings.MEDIA_ACCEL.rstrip('/')}/{quote(path)}"
    else:
        response = _streamed(request, path, media_type, etag)
    _guard(response, name, as_attachment=as_attachment, is_pdf=media_type == "application/pdf")
    return response


def _guard(response, name: str, *, as_attachment: bool, is_pdf: bool) -> None:
    response["Content-Disposition"] = content_disposition_header(as_attachment, name)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Content-Security-Policy"] = FRAMED if is_pdf else SANDBOXED
    if is_pdf:
        response["X-Frame-Options"] = "SAMEORIGIN"


def _streamed(request, path: str, media_type: str, etag: str):
    try:
        handle = default_storage.open(path, "rb")
        size = default_storage.size(path)
    except FileNotFoundError as error:
        logger.error("stored file is missing: %s", path)
        raise Http404("file is missing") from error
    etag = f'"{etag}"'
    wanted = request.headers.get("Range", "")
    if request.headers.get("If-Range", etag) != etag:
        wanted = ""
    span = _span(wanted, size)
    if span == ():
        handle.close()
        response = HttpResponse(status=416, content_type=media_type)
        response["Content-Range"] = f"bytes */{size}"
    elif span:
        first, last = span
        response = FileResponse(_Part(handle, first, last), status=206, content_type=media_type)
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
        response["Content-Length"] = str(last - first + 1)
    else:
        response = FileResponse(handle, content_type=media_type)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    return response


def _span(wanted: str, size: int) -> tuple[int, int] | tuple | None:
    """(first, last) of a single byte range, () when it lies outside, None when none was asked."""
    match = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", wanted.strip())
    if not match or match[0] == "bytes=-":
        return None
    if match[1]:
        first, last = int(match[1]), min(int(match[2] or size), size - 1)
    else:
        first, last = max(0, size - int(match[2])), size - 1
    return (first, last) if first <= last else ()


class _Part:
    """The bytes from first to last of an open file, in blocks; closes it in the end."""

    def __init__(self, handle, first: int, last: int):
        self.handle, self.left = handle, last - first + 1
        handle.seek(first)

    def __iter__(self):
        while self.left > 0 and (block := self.handle.read(min(BLOCK, self.left))):
            self.left -= len(block)
            yield block

    def close(self):
        self.handle.close()

"""Private serving: headers, byte ranges, the proxy's hand-over, what is missing."""

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from core.audit import SYSTEM
from documents import storage
from documents.services import store_file
from documents.serving import serve_file, serve_thumbnail
from tests.factories import files


@pytest.fixture
def video(tenant):
    upload = SimpleUploadedFile("宣传片.MOV", files.video(2, container="mov"), "video/quicktime")
    return store_file(upload, actor=SYSTEM, allowed_kinds=("video",), max_bytes=1 << 24)


def _body(response) -> bytes:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    _close(response)
    return content


def _close(response) -> None:
    """Close the file only: `response.close()` ends the request, and with it the connection."""
    for closer in response._resource_closers:
        closer()


def test_whole_file(rf, video):
    response = serve_file(rf.get("/"), video)
    assert _body(response) == storage.read(video.path)
    assert (response.status_code, response["Content-Type"]) == (200, "video/mp4")
    assert response["Content-Length"] == str(video.size)
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response["Content-Disposition"].startswith("inline; filename*=utf-8''")
    assert response["Content-Disposition"].endswith(".mp4")
    attached = serve_file(rf.get("/"), video, as_attachment=True)
    _close(attached)
    assert attached["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-99", 0, 99), ("bytes=100-", 100, None), ("bytes=-50", -50, None),
     ("bytes=5-99999999", 5, None), ("bytes=0-0", 0, 0)],
)  # fmt: skip
def test_byte_range(rf, video, asked, first, last):
    whole = storage.read(video.path)
    expected = whole[first:] if last is None else whole[first : last + 1]
    response = serve_file(rf.get("/", headers={"Range": asked}), video)
    assert response.status_code == 206
    assert _body(response) == expected
    assert response["Content-Length"] == str(len(expected))
    start = len(whole) + first if first < 0 else first
    assert response["Content-Range"] == f"bytes {start}-{start + len(expected) - 1}/{len(whole)}"


def test_range_outside_the_file(rf, video):
    response = serve_file(rf.get("/", headers={"Range": f"bytes={video.size}-"}), video)
    assert response.status_code == 416 and response["Content-Range"] == f"bytes */{video.size}"


@pytest.mark.parametrize(
    "asked", ["bytes=9-1-2", "bytes=-", "lines=1-2", "bytes=0-1,5-6", "x" * 5000]
)
def test_strange_range_gives_the_whole_file(rf, video, asked):
    response = serve_file(rf.get("/", headers={"Range": asked}), video)
    assert response.status_code == 200 and len(_body(response)) == video.size


def test_range_of_another_content_gives_the_whole_file(rf, video):
    headers = {"Range": "bytes=0-9", "If-Range": '"other"'}
    response = serve_file(rf.get("/", headers=headers), video)
    assert response.status_code == 200 and len(_body(response)) == video.size


def test_proxy_takes_over(rf, video, settings):
    settings.MEDIA_ACCEL = "/_media/"
    response = serve_file(rf.get("/"), video)
    assert response["X-Accel-Redirect"] == f"/_media/{video.path}"
    assert response.content == b"" and response["Cache-Control"] == "private, no-store"


def test_thumbnail_and_pdf(rf, tenant, video):
    poster = serve_thumbnail(rf.get("/"), video)
    assert poster["Content-Type"] == "image/jpeg" and _body(poster).startswith(b"\xff\xd8")
    upload = SimpleUploadedFile("方案.pdf", files.pdf(), "application/pdf")
    pdf = store_file(upload, actor=SYSTEM, allowed_kinds=("pdf",), max_bytes=1 << 24)
    response = serve_file(rf.get("/"), pdf)
    _close(response)
    assert response["X-Frame-Options"] == "SAMEORIGIN"  # previewed beside the item
    with pytest.raises(Http404):
        serve_thumbnail(rf.get("/"), pdf)


def test_missing_content_is_404(rf, video, caplog):
    default_storage.delete(video.path)
    with pytest.raises(Http404):
        serve_file(rf.get("/"), video)
    assert "missing" in caplog.text

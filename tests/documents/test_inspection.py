"""Every accepted format is rewritten clean; every wrong file is refused with a sentence."""

import contextlib
import io
import re

import av
import pikepdf
import pytest
from PIL import Image

from documents.inspection import InspectionError, inspect_safely
from documents.inspection.entry import inspect_file
from tests.factories import files

ALL = {"image", "pdf", "video"}


@pytest.fixture
def inspect(tmp_path):
    """inspect(content, name, …) -> (Inspection, clean bytes, thumbnail bytes or None)."""

    def run(content, name, declared="", *, allowed=ALL, max_seconds=300, safely=False):
        source, target, thumbnail = (tmp_path / part for part in ("in", "out", "small"))
        source.write_bytes(content() if callable(content) else content)
        found = (inspect_safely if safely else inspect_file)(
            source, name=name, declared_type=declared, allowed=allowed,
            target=target, thumbnail=thumbnail, max_seconds=max_seconds,
        )  # fmt: skip
        small = thumbnail.read_bytes() if thumbnail.exists() else None
        return found, target.read_bytes(), small

    return run


def _decoded(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


# ------------------------------------------------------------------ images


@pytest.mark.parametrize(
    ("content", "name", "declared"),
    [
        (files.photo, "a.jpg", "image/jpeg"),
        (files.photo, "a.JPEG", ""),
        (files.cmyk_jpeg, "a.jpg", "image/jpeg"),
        (files.png, "a.png", "image/png"),
        (lambda: files.png(mode="P"), "a.png", "image/png"),
        (lambda: files.png(mode="L"), "a.png", "image/png"),
        (files.png_16_bit, "a.png", "image/png"),
        (files.webp, "a.webp", "image/webp"),
        (files.heic, "IMG_0001.HEIC", "application/octet-stream"),
        (files.heic, "a.heif", "image/heif"),
    ],
)
def test_image_is_reencoded(inspect, content, name, declared):
    found, clean, small = inspect(content, name, declared)
    assert (found.kind, found.extension, found.media_type) == ("image", "jpg", "image/jpeg")
    image = _decoded(clean)
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert image.size == (found.width, found.height)
    assert not image.getexif() and "icc_profile" not in image.info
    assert max(_decoded(small).size) <= 480


@pytest.mark.parametrize(("content", "name"), [(files.photo, "a.jpg"), (files.heic, "a.heic")])
def test_camera_facts_are_kept_aside(inspect, content, name):
    found, clean, small = inspect(content, name)
    assert found.taken_at == "2023-09-05T10:20:30+08:00"
    assert (found.latitude, found.longitude) == (39.9353, 119.6001)
    for written in (clean, small):
        assert b"Exif" not in written and b"SECRETMAKER" not in written


def test_nonsense_in_exif_is_no_reason_to_refuse(inspect):
    found, _, _ = inspect(files.photo(taken="0000:00:00 00:00:00", gps=False), "a.jpg")
    assert found.taken_at is None and found.latitude is None


def test_image_is_turned_upright(inspect):
    found, clean, _ = inspect(files.photo(640, 480, orientation=6), "a.jpg")
    assert (found.width, found.height) == (480, 640)
    red, green, _ = _decoded(clean).getpixel((460, 20))  # the corner went to the right
    assert red > 180 and green < 80


def test_16_bit_grey_keeps_its_tone(inspect):
    _, clean, _ = inspect(files.png_16_bit, "a.png")
    assert abs(_decoded(clean).getpixel((9, 9))[0] - 40_000 // 256) <= 2


def test_large_image_is_scaled_to_print_size(inspect):
    found, clean, _ = inspect(files.photo(4000, 3000), "a.jpg")
    assert (found.width, found.height) == (2560, 1920)
    assert len(clean) < 2_000_000


@pytest.mark.parametrize(
    ("content", "name"), [(files.polyglot_jpeg, "a.jpg"), (files.polyglot_png, "a.png")]
)
def test_polyglot_loses_its_second_nature(inspect, content, name):
    _, clean, small = inspect(content, name)
    for written in (clean, small):
        assert b"<script" not in written and b"PK\x03\x04" not in written and b"php" not in written


# ------------------------------------------------------------------ PDF


def test_pdf_is_rewritten_with_its_pages(inspect):
    found, clean, small = inspect(files.pdf(3), "a.pdf", "application/pdf")
    assert (found.kind, found.pages, small) == ("pdf", 3, None)
    with pikepdf.open(io.BytesIO(clean)) as document:
        assert len(document.pages) == 3


def test_pdf_loses_everything_active(inspect):
    _, clean, _ = inspect(files.active_pdf(), "a.pdf")
    with pikepdf.open(io.BytesIO(clean)) as document:
        plain = io.BytesIO()
        document.save(
            plain,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
        kinds = [str(annotation.Subtype) for annotation in document.pages[0].Annots]
    text = plain.getvalue()
    for word in (
        b"SECRET",
        b"JavaScript",
        b"/JS",
        b"Launch",
        b"OpenAction",
        b"EmbeddedFile",
        b"/AA",
    ):
        assert word not in text
    assert b"https://example.org/kept" in text
    assert kinds == ["/Link", "/Widget", "/Link"]


def test_pdf_that_is_an_archive_too_loses_it(inspect):
    _, clean, _ = inspect(files.pdf() + b"\n", "a.pdf")
    assert b"PK\x03\x04" not in clean


# ------------------------------------------------------------------ video


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "a.mp4"),
        ({"sound": False}, "a.mp4"),
        ({"container": "mov"}, "IMG_1.MOV"),
        ({"codec": "mpeg4"}, "a.mp4"),
        ({"codec": "libx265"}, "a.mov"),
    ],
)
def test_video_is_measured_and_remuxed(inspect, options, name):
    found, clean, poster = inspect(files.video(2, **options), name)
    assert (found.kind, found.extension, found.duration) == ("video", "mp4", 2.0)
    assert (found.width, found.height) == (160, 120)
    with av.open(io.BytesIO(clean)) as video:
        frames = sum(1 for _ in video.decode(video=0))
        assert len(video.streams.audio) == (0 if options.get("sound") is False else 1)
    assert frames == 20
    assert clean.find(b"moov") < clean.find(b"mdat")
    assert _decoded(poster).format == "JPEG"


def test_video_metadata_stays_behind(inspect):
    marks = {
        "com.apple.quicktime.location.ISO6709": "+39.9353+119.6001+010.000/",
        "com.apple.quicktime.creationdate": "2023-09-05T10:20:30+08:00",
        "title": "SECRETTITLE",
    }
    found, clean, _ = inspect(files.video(1, metadata=marks), "a.mp4")
    assert (found.latitude, found.longitude) == (39.9353, 119.6001)
    assert found.taken_at == "2023-09-05T10:20:30+08:00"
    assert b"SECRET" not in clean and b"39.93" not in clean and b"2023-09" not in clean


def test_video_held_upright_stays_upright(inspect):
    found, clean, poster = inspect(files.turned_video(), "a.mp4")
    assert (found.width, found.height) == (120, 160)
    red, green, _ = _decoded(poster).getpixel((110, 10))  # the corner went to the right
    assert red > 150 and green < 90
    with av.open(io.BytesIO(clean)) as video:
        assert next(video.decode(video=0)).rotation == -90


def test_video_one_second_too_long_is_refused(inspect):
    inspect(files.video(3, sound=False), "a.mp4", max_seconds=3)
    with pytest.raises(InspectionError, match="长 0 分 04 秒，超过上限 0 分 03 秒"):
        inspect(files.video(4, sound=False), "a.mp4", max_seconds=3)


# ------------------------------------------------------------------ wrong files


def _video(**options):
    return lambda: files.video(1, **{"sound": False} | options)


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


WRONG = {
    "empty jpg": (lambda: b"", "a.jpg", "", "空文件"),
    "empty pdf": (lambda: b"", "a.pdf", "", "空文件"),
    "no extension": (files.photo, "照片", "", "没有扩展名"),
    "svg": (files.svg, "a.svg", "image/svg+xml", "不接受"),
    "svg as png": (files.svg, "a.png", "image/png", "不是PNG"),
    "html": (files.html_page, "a.html", "text/html", "不接受"),
    "html as jpg": (files.html_page, "a.jpg", "image/jpeg", "不是JPG"),
    "html as pdf": (files.html_page, "a.pdf", "application/pdf", "不是PDF"),
    "gif": (files.gif, "a.gif", "image/gif", "不接受"),
    "gif as jpg": (files.gif, "a.jpg", "image/jpeg", "不是JPG"),
    "tiff as jpg": (files.tiff, "a.jpg", "", "不是JPG"),
    "zip": (files.archive, "a.zip", "application/zip", "不接受"),
    "zip as mp4": (files.archive, "a.mp4", "video/mp4", "不是MP4"),
    "docm": (files.archive, "a.docm", "", "不接受"),
    "exe as pdf": (lambda: b"MZ" + bytes(500), "a.pdf", "", "不是PDF"),
    "double extension": (files.html_page, "a.jpg.html", "image/jpeg", "不接受"),
    "pdf as jpg": (lambda: files.pdf(3), "a.jpg", "image/jpeg", "内容却是PDF"),
    "jpg as pdf": (files.photo, "a.pdf", "application/pdf", "内容却是JPG"),
    "png as jpg": (files.png, "a.jpg", "image/jpeg", "内容却是PNG"),
    "heic as jpg": (files.heic, "a.jpg", "image/jpeg", "内容却是HEIC"),
    "mp4 as jpg": (lambda: files.video(2), "a.jpg", "image/jpeg", "内容却是MP4"),
    "jpg declared html": (files.photo, "a.jpg", "text/html", "与JPG 图片不符"),
    "60 Mpx png": (files.huge_png, "a.png", "image/png", "5000 万像素"),
    "900 Mpx png": (lambda: files.huge_png(30_000, 30_000), "a.png", "image/png", "5000 万像素"),
    "jpg cut": (lambda: _half(files.photo()), "a.jpg", "image/jpeg", "无法解码"),
    "jpg header only": (lambda: files.photo()[:20], "a.jpg", "image/jpeg", "无法解码"),
    "png cut": (lambda: files.png()[:200], "a.png", "image/png", "无法解码"),
    "heic cut": (lambda: files.heic()[:600], "a.heic", "image/heic", "无法解码"),
    "webp cut": (lambda: files.webp()[:200], "a.webp", "image/webp", "无法解码"),
    "pdf locked": (files.encrypted_pdf, "a.pdf", "", "密码"),
    "pdf restricted": (lambda: files.encrypted_pdf(user=""), "a.pdf", "", "密码或编辑限制"),
    "pdf cut": (lambda: _half(files.pdf(3)), "a.pdf", "", "无法读取"),
    "pdf header only": (lambda: b"%PDF-1.7\n", "a.pdf", "", "无法读取"),
    "pdf of 501 pages": (lambda: files.pdf(501), "a.pdf", "", "有 501 页"),
    "pdf of 0 pages": (lambda: files.pdf(0), "a.pdf", "", "没有任何页面"),
    "mp4 cut": (lambda: _half(files.video(2)), "a.mp4", "", "无法播放"),
    "mp4 header only": (lambda: files.video(2)[:40], "a.mp4", "", "无法播放"),
    "m3u8 as mp4": (files.playlist, "a.mp4", "video/mp4", "不是MP4"),
    "concat as mp4": (files.concat_script, "a.mp4", "video/mp4", "不是MP4"),
    "webm": (_video(codec="libvpx", container="webm"), "a.webm", "", "不接受"),
    "avi as mp4": (_video(codec="mpeg4", container="avi"), "a.mp4", "", "不是MP4"),
    "mjpeg in mov": (_video(codec="mjpeg", container="mov"), "a.mov", "", "画面编码"),
    "pcm in mov": (_video(sound=1, sound_codec="pcm_s16le", container="mov"), "a.mov", "", "声音"),
    "sound only": (files.sound_only, "a.mp4", "", "没有画面"),
    "301 seconds": (lambda: files.video(301, sound=False, fps=1), "a.mp4", "", "上限 5 分 00 秒"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_file_is_refused_with_a_sentence(inspect, case):
    content, name, declared, words = WRONG[case]
    with pytest.raises(InspectionError, match=re.escape(words)) as refused:
        inspect(content, name, declared)
    assert re.search(r"请.+。$", str(refused.value)), "the sentence must say what to do"


def test_kind_that_is_not_wanted_here_is_refused(inspect):
    with pytest.raises(InspectionError, match="请上传PDF 文件。"):
        inspect(files.photo(), "a.jpg", allowed={"pdf"})


# ------------------------------------------------------------------ sandbox


def test_sandbox_gives_the_same_answer(inspect):
    assert inspect(files.photo(), "a.jpg", safely=True)[0] == inspect(files.photo(), "a.jpg")[0]
    with pytest.raises(InspectionError, match="空文件"):
        inspect(b"", "a.jpg", safely=True)
    assert inspect(files.video(2), "a.mp4", safely=True)[0].duration == 2.0


def test_sandbox_ends_what_takes_too_long(tmp_path):
    source = tmp_path / "in"
    source.write_bytes(files.photo(4000, 3000))
    with pytest.raises(InspectionError, match="限定时间"):
        inspect_safely(
            source, name="a.jpg", declared_type="", allowed=ALL,
            target=tmp_path / "out", thumbnail=tmp_path / "small", time_limit=0,
        )  # fmt: skip


def test_bomb_inside_a_pdf_is_not_unpacked(tmp_path):
    """Half a gigabyte of blanks in 500 KB: dropped or refused within the limits, never kept."""
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_bytes(files.object_stream_bomb(512))
    with contextlib.suppress(InspectionError):
        inspect_safely(
            source, name="a.pdf", declared_type="", allowed=ALL,
            target=target, thumbnail=tmp_path / "small", time_limit=20,
        )  # fmt: skip
        assert target.stat().st_size < 2000

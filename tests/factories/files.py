"""Real files made on the spot: good ones as phones write them, and wrong ones of every kind.

Each function returns the bytes of one file. Nothing here is read from disk.
"""

import io
import struct
import zipfile
import zlib
from fractions import Fraction

import av
import pikepdf
from PIL import Image, ImageDraw
from pillow_heif import from_pillow

SCRIPT = b"<script>alert(document.cookie)</script>"


def picture(width: int = 640, height: int = 480) -> Image.Image:
    """A gradient with a red corner at the top left, so that orientation can be seen."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    ImageDraw.Draw(image).rectangle((0, 0, width // 4, height // 4), fill=(220, 20, 20))
    return image


def _exif(*, orientation: int = 1, taken: str = "2023:09:05 10:20:30", gps: bool = True):
    exif = Image.Exif()
    exif[0x010F] = "SECRETMAKER"
    exif[0x0112] = orientation
    exif.get_ifd(0x8769).update({0x9003: taken, 0x9011: "+08:00"})
    if gps:  # 39°56′7.08″ N, 119°36′0.36″ E
        exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 56.0, 7.08), 3: "E", 4: (119.0, 36.0, 0.36)})
    return exif


def photo(width: int = 640, height: int = 480, **exif) -> bytes:
    """A JPEG as a phone writes it: time, place, maker, orientation."""
    return _saved(picture(width, height), "JPEG", exif=_exif(**exif))


def png(width: int = 320, height: int = 240, mode: str = "RGBA") -> bytes:
    image = picture(width, height).convert(mode)
    if mode == "RGBA":
        image.putalpha(128)
    return _saved(image, "PNG")


def png_16_bit() -> bytes:
    return _saved(Image.new("I;16", (64, 64), 40_000), "PNG")


def cmyk_jpeg() -> bytes:
    return _saved(picture().convert("CMYK"), "JPEG")


def webp() -> bytes:
    return _saved(picture(), "WEBP")


def gif() -> bytes:
    return _saved(picture().convert("P"), "GIF")


def tiff() -> bytes:
    return _saved(picture(), "TIFF")


def heic() -> bytes:
    out = io.BytesIO()
    from_pillow(picture()).save(out, exif=_exif().tobytes())
    return out.getvalue()


def huge_png(width: int = 10_000, height: int = 6_000) -> bytes:
    """60 million pixels in a few kilobytes; only the header has to be believed."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width + 7) // 8 + 1) * height, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def polyglot_jpeg() -> bytes:
    """A valid JPEG that is a page with a script and a ZIP as well."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("shell.php", "<?php system($_GET['c']); ?>")
    comment = b"\xff\xfe" + struct.pack(">H", len(SCRIPT) + 2) + SCRIPT
    jpeg = photo()
    return jpeg[:2] + comment + jpeg[2:] + SCRIPT + archive.getvalue()


def polyglot_png() -> bytes:
    return png() + SCRIPT


def html_page() -> bytes:
    return b"<!doctype html><html><body>" + SCRIPT + b"</body></html>"


def svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.txt", "a" * 1000)
    return out.getvalue()


def pdf(pages: int = 2, text: str = "Jiayuan") -> bytes:
    return _written(_blank(pages, text))


def encrypted_pdf(user: str = "secret") -> bytes:
    """With an empty user password anybody can open it, but it is still protected."""
    return _written(_blank(1), encryption=pikepdf.Encryption(owner="owner", user=user))


def active_pdf() -> bytes:
    """JavaScript at opening, in the names and in a field; Launch; a submit button; attachments."""
    document = _blank(1)
    root, page = document.Root, document.pages[0]
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('SECRETSCRIPT')")
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="SECRETLAUNCH.exe")
    root.OpenAction = document.make_indirect(script)
    root.AA = pikepdf.Dictionary(WC=script)
    root.Names = pikepdf.Dictionary(
        JavaScript=pikepdf.Dictionary(Names=pikepdf.Array(["boot", document.make_indirect(script)]))
    )
    document.attachments["SECRETFILE.exe"] = b"MZ SECRETPAYLOAD"
    rect = pikepdf.Array([0, 0, 100, 100])
    page.Annots = pikepdf.Array([
        document.make_indirect(pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=rect, A=launch,
            AA=pikepdf.Dictionary(E=script))),
        document.make_indirect(pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Btn, Rect=rect,
            A=pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=pikepdf.Array([page.obj, pikepdf.Name.Fit]),
                                 Next=pikepdf.Array([script])))),
        pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.RichMedia, Rect=rect),
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=rect,
            A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org/kept")),
    ])  # fmt: skip
    root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([page.Annots[1]]))
    document.docinfo["/Author"] = "SECRETAUTHOR"
    return _written(document)


def object_stream_bomb(megabytes: int) -> bytes:
    """A PDF whose objects unpack to gigabytes of blanks."""
    packer = zlib.compressobj(6)
    blanks = b" " * (1 << 20)
    packed = packer.compress(b"5 0 << /A 1 >> ")
    packed += b"".join(packer.compress(blanks) for _ in range(megabytes)) + packer.flush()
    parts = [b"%PDF-1.5\n"]

    def add(body: bytes) -> int:
        offset = sum(map(len, parts))
        parts.append(body)
        return offset

    offsets = [
        add(b"1 0 obj << /Type /Catalog /Pages 2 0 R /X 5 0 R >> endobj\n"),
        add(b"2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n"),
        add(b"3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >> endobj\n"),
        add(b"4 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >> stream\n"
            % len(packed) + packed + b"\nendstream endobj\n"),
    ]  # fmt: skip
    table = b"".join(struct.pack(">BIH", 1, offset, 0) for offset in offsets)
    start = sum(map(len, parts))
    table = struct.pack(">BIH", 0, 0, 65535) + table + struct.pack(">BIH", 2, 4, 0)
    table += struct.pack(">BIH", 1, start, 0)
    add(b"6 0 obj << /Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R /Length %d >> stream\n" % len(table)
        + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % start)  # fmt: skip
    return b"".join(parts)


def video(
    seconds: float = 2,
    *,
    sound: bool = True,
    codec: str = "libx264",
    sound_codec: str = "aac",
    container: str = "mp4",
    size: tuple[int, int] = (160, 120),
    metadata: dict[str, str] | None = None,
    fps: int = 10,
) -> bytes:
    """A moving square, with a tone if wanted; the index at the end, as cameras write it."""
    out = io.BytesIO()
    options = {"movflags": "use_metadata_tags"} if container in {"mp4", "mov"} else {}
    with av.open(out, "w", format=container, options=options) as target:
        target.metadata.update(metadata or {})
        stream = target.add_stream(codec, rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        tone = target.add_stream(sound_codec, rate=16_000, layout="mono") if sound else None
        for number in range(int(seconds * fps)):
            image = picture(*size)
            ImageDraw.Draw(image).rectangle((number * 2, 60, number * 2 + 20, 80), fill="yellow")
            target.mux(stream.encode(av.VideoFrame.from_image(image)))
        if tone:
            for number in range(int(seconds * 16_000 / 1024)):
                frame = av.AudioFrame(format="s16", layout="mono", samples=1024)
                frame.planes[0].update(bytes(2048))
                frame.sample_rate, frame.pts = 16_000, number * 1024
                frame.time_base = Fraction(1, 16_000)
                target.mux(tone.encode(frame))
            target.mux(tone.encode(None))
        target.mux(stream.encode(None))
    return out.getvalue()


def turned_video() -> bytes:
    """Held upright: the camera writes a quarter turn to the right into the track header."""
    flat, turned = (struct.pack(">9i", *matrix) for matrix in (
        (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30),
        (0, 1 << 16, 0, -1 << 16, 0, 0, 120 << 16, 0, 1 << 30),
    ))  # fmt: skip
    content = video(1, sound=False)
    header = content.index(b"tkhd")
    return content[:header] + content[header:].replace(flat, turned, 1)


def sound_only() -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as target:
        tone = target.add_stream("aac", rate=16_000, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=1024)
        frame.planes[0].update(bytes(2048))
        frame.sample_rate, frame.pts, frame.time_base = 16_000, 0, Fraction(1, 16_000)
        target.mux(tone.encode(frame))
        target.mux(tone.encode(None))
    return out.getvalue()


def playlist() -> bytes:
    return b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"


def concat_script() -> bytes:
    return b"ffconcat version 1.0\nfile '/etc/passwd'\n"


def _saved(image: Image.Image, format_name: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, format_name, **options)
    return out.getvalue()


def _blank(pages: int, text: str = "Jiayuan") -> pikepdf.Pdf:
    document = pikepdf.new()
    for number in range(pages):
        page = document.add_blank_page(page_size=(595, 842))
        page.Contents = document.make_stream(f"% {text} {number}\n0 0 m 100 100 l S".encode())
    return document


def _written(document: pikepdf.Pdf, **options) -> bytes:
    out = io.BytesIO()
    document.save(out, **options)
    return out.getvalue()

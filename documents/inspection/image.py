"""Images: decoded for real and encoded anew as JPEG, upright, in sRGB, without any metadata."""

import io
import re
import warnings
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from PIL import Image, ImageCms, ImageFile, ImageOps
from pillow_heif import register_heif_opener

from documents.inspection.result import Inspection, InspectionError

MAX_PIXELS = 50_000_000  # checked before decoding; a PNG of this size takes 200 MB
PRINT_SIDE = 2560  # pixels: A4 width at 300 dpi
THUMBNAIL_SIDE = 480
# Pillow counts against the clock.
TURNS = {
    1: Image.Transpose.ROTATE_270,
    2: Image.Transpose.ROTATE_180,
    3: Image.Transpose.ROTATE_90,
}
EXIF_IFD, GPS_IFD, DATE_TIME_ORIGINAL, OFFSET_TIME_ORIGINAL = 0x8769, 0x8825, 0x9003, 0x9011

register_heif_opener()
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def rewrite_image(source: Path, target: Path, thumbnail: Path) -> Inspection:
    """Write the print-size JPEG to `target` and the small one to `thumbnail`."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # a process that imported WeasyPrint has it True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source, formats=["JPEG", "PNG", "WEBP", "HEIF"]) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise Image.DecompressionBombError
                facts = _camera_facts(opened)
                image = _print_ready(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InspectionError("超过 5000 万像素，请缩小图片尺寸后再上传。") from error
    except MemoryError:
        raise
    except Exception as error:  # decoders raise whatever they like on broken data
        raise InspectionError(
            "无法解码，图片可能已损坏或未传完，请重新拍摄或导出后上传。"
        ) from error
    image.save(target, "JPEG", quality=82)
    write_thumbnail(image, thumbnail, THUMBNAIL_SIDE)
    return Inspection(
        kind="image", extension="jpg", media_type="image/jpeg",
        width=image.width, height=image.height, has_thumbnail=True, **facts,
    )  # fmt: skip


def turn_image(source: Path, target: Path, thumbnail: Path, *, turns: int) -> dict:
    """Turn a picture that is already clean by quarters clockwise; the fields of an Inspection."""
    with Image.open(source, formats=["JPEG"]) as opened:
        image = opened.transpose(TURNS[turns])
    image.save(target, "JPEG", quality=90)
    write_thumbnail(image, thumbnail, THUMBNAIL_SIDE)
    return asdict(
        Inspection(
            kind="image", extension="jpg", media_type="image/jpeg",
            width=image.width, height=image.height, has_thumbnail=True,
        )
    )  # fmt: skip


def write_thumbnail(image: Image.Image, path: Path, side: int) -> None:
    """Write a JPEG with at most `side` pixels on its long side."""
    small = image.copy()
    small.thumbnail((side, side))
    small.save(path, "JPEG", quality=78)


def _print_ready(opened: Image.Image) -> Image.Image:
    """Decode, scale, turn upright, flatten on white, convert to sRGB."""
    opened.draft("RGB", (PRINT_SIDE, PRINT_SIDE))  # JPEG: decode at a fraction of the size
    opened.load()
    image = ImageOps.exif_transpose(opened)
    profile = image.info.get("icc_profile")
    if image.mode in {"I", "I;16", "I;16B", "F"}:
        image = image.point(lambda value: value / 256).convert("L")
    if image.mode in {"P", "PA", "LA", "RGBA", "La", "RGBa"} or "transparency" in image.info:
        image = image.convert("RGBA")
        image.thumbnail((PRINT_SIDE, PRINT_SIDE))
        flat = Image.new("RGB", image.size, "white")
        flat.paste(image, mask=image.getchannel("A"))
        image = flat
    else:
        image.thumbnail((PRINT_SIDE, PRINT_SIDE))
    if profile and image.mode in {"RGB", "CMYK"}:
        image = _in_srgb(image, profile)
    clean = image if image.mode == "RGB" else image.convert("RGB")
    clean.info = {}
    clean.getexif().clear()
    return clean


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Colours of a wide-gamut phone photo as they were meant; a broken profile is ignored."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, srgb, outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def _camera_facts(image: Image.Image) -> dict:
    """Time and place from EXIF, kept aside; nonsense in EXIF is no reason to refuse a photo."""
    try:
        exif = image.getexif()
        details, gps = exif.get_ifd(EXIF_IFD), exif.get_ifd(GPS_IFD)
    except Exception:  # EXIF parsers raise whatever they like on broken data
        return {}
    return {
        "taken_at": _taken_at(details.get(DATE_TIME_ORIGINAL), details.get(OFFSET_TIME_ORIGINAL)),
        **position(_degrees(gps.get(2), gps.get(1), "S"), _degrees(gps.get(4), gps.get(3), "W")),
    }


def position(latitude: float | None, longitude: float | None) -> dict:
    """Both coordinates, or neither when one is missing, impossible or the null island."""
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
        return {}
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return {}
    return {"latitude": round(latitude, 6), "longitude": round(longitude, 6)}


def _taken_at(text, offset) -> str | None:
    match = re.match(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)", str(text or ""))
    if not match:
        return None
    stamp = "{}-{}-{}T{}".format(*match.groups())
    if re.fullmatch(r"[+-]\d\d:\d\d", str(offset or "")):
        stamp += str(offset)
    try:
        return datetime.fromisoformat(stamp).isoformat()
    except ValueError:
        return None


def _degrees(parts, reference, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if value != value:  # 0/0 rationals become NaN
        return None
    return -value if str(reference).upper().startswith(negative) else value

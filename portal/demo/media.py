"""Pictures, papers and clips of invented estates: drawn on the spot, the same for the same seed.

Photos carry time and place like a phone's. Nothing shows a real place or person.
"""

import io
import math
from array import array
from datetime import date, datetime, time
from fractions import Fraction
from functools import cache
from random import Random

import av
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from documents.fonts import font_path
from documents.rendering import render_pdf
from portal.demo import scenery

PHOTO_SIZE = (1280, 960)
CLIP_SIZE = (640, 360)
CLIP_RATE = 12
SOUND_RATE = 16_000
CHORD = (261.63, 329.63, 392.00)  # Hz


def photo(
    scene: str,
    caption: str,
    *,
    seed: int,
    note: str = "",
    taken_at: datetime | None = None,
    place: tuple[float, float] | None = None,
) -> bytes:
    """A captioned JPEG of one of `scenery.SCENES`. place: latitude, longitude (degrees north, east).

    The caption goes into a band at the foot, `note` (where and when) in smaller type beneath.
    """
    image = scenery.draw(scene, PHOTO_SIZE, Random(seed))
    _caption(image, caption, note)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, exif=_exif(taken_at, place))
    return out.getvalue()


def paper(title: str, paragraphs: list[str], *, issuer: str, on: date) -> bytes:
    """A plain PDF such as a rule, minutes or a certificate, with title, text, issuer and date."""
    context = {"title": title, "paragraphs": paragraphs, "issuer": issuer, "on": on}
    issued_at = timezone.make_aware(datetime.combine(on, time(9)))
    return render_pdf("portal/demo_paper.html", context | {"issued_at": issued_at})


def clip(scene: str, caption: str, *, seed: int, seconds: int = 3, sound: bool = True) -> bytes:
    """A short MP4 (H.264, AAC): the camera pans over the scene."""
    width, height = CLIP_SIZE
    wide = scenery.draw(scene, (width + 240, height), Random(seed))
    frames = seconds * CLIP_RATE
    out = io.BytesIO()
    with av.open(out, "w", format="mp4", options={"fflags": "bitexact"}) as target:
        options = {"preset": "ultrafast", "crf": "30", "threads": "1"}
        picture = target.add_stream("libx264", rate=CLIP_RATE, options=options)
        picture.width, picture.height, picture.pix_fmt = width, height, "yuv420p"
        tone = target.add_stream("aac", rate=SOUND_RATE, layout="mono") if sound else None
        for number in range(frames):
            left = 240 * number // frames
            view = wide.crop((left, 0, left + width, height))
            _caption(view, caption, "")
            target.mux(picture.encode(av.VideoFrame.from_image(view)))
        target.mux(picture.encode(None))
        if tone:
            for frame in _chord(seconds):
                target.mux(tone.encode(frame))
            target.mux(tone.encode(None))
    return out.getvalue()


def _chord(seconds: int):
    block = 1024
    for number in range(seconds * SOUND_RATE // block):
        samples = array("h", bytes(2 * block))
        for index in range(block):
            at = (number * block + index) / SOUND_RATE
            wave = sum(math.sin(2 * math.pi * pitch * at) for pitch in CHORD)
            samples[index] = int(2500 * wave)
        frame = av.AudioFrame(format="s16", layout="mono", samples=block)
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts = SOUND_RATE, number * block
        frame.time_base = Fraction(1, SOUND_RATE)
        yield frame


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_path("NotoSansSC-Medium.ttf"), size)


def _caption(image: Image.Image, caption: str, note: str) -> None:
    width, height = image.size
    size = min(height // 20, int(width * 0.94 / max(1, len(caption))))
    band = size * (3 if note else 2)
    shade = image.crop((0, height - band, width, height)).point(lambda value: value * 2 // 5)
    image.paste(shade, (0, height - band))
    pen = ImageDraw.Draw(image)
    pen.text((size * 0.8, height - band + size * 0.35), caption, "white", _font(size))
    if note:
        small = _font(size * 3 // 5)
        pen.text((size * 0.8, height - size * 1.1), note, (226, 232, 240), small)


def _exif(taken_at: datetime | None, place: tuple[float, float] | None) -> Image.Exif:
    exif = Image.Exif()
    if taken_at:
        local = timezone.localtime(taken_at) if timezone.is_aware(taken_at) else taken_at
        exif.get_ifd(0x8769)[0x9003] = f"{local:%Y:%m:%d %H:%M:%S}"
    if place:
        latitude, longitude = place
        exif.get_ifd(0x8825).update(
            {1: "N", 2: _sexagesimal(latitude), 3: "E", 4: _sexagesimal(longitude)}
        )
    return exif


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = (degrees % 1) * 60
    return (float(int(degrees)), float(int(minutes)), round((minutes % 1) * 60, 2))


def scene_for(title: str) -> str:
    """The scene that suits a rubric item or a finding, by the words of its title."""
    for words, scene in scenery.WORDS:
        if any(word in title for word in words):
            return scene
    return "gate"

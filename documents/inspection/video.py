"""Videos: MP4 and MOV only, copied packet by packet into a clean MP4, with a poster frame."""

import re
from datetime import datetime
from pathlib import Path

import av
from PIL import Image

from documents.inspection.image import MAX_PIXELS, position, write_thumbnail
from documents.inspection.result import Inspection, InspectionError

POSTER_SIDE = 960
VIDEO_CODECS = {"h264", "hevc", "mpeg4"}
ADVICE = "请导出为 MP4（H.264 画面、AAC 声音）后再上传。"
BROKEN = "无法播放，视频可能已损坏或未传完，请重新导出后上传。"


def rewrite_video(
    source: Path, target: Path, thumbnail: Path, *, max_seconds: float | None
) -> Inspection:
    """Write the first picture track and the first AAC track to `target` (metadata, places and all
    other tracks stay behind) and the poster to `thumbnail`.

    A video is too long when its whole seconds exceed max_seconds. The file is handed to the
    demuxer as an open file with the format forced: no playlist, no protocol, no other file.
    """
    try:
        with (
            source.open("rb") as handle,
            av.open(handle, format="mov", buffer_size=1 << 18) as video,
        ):
            picture, sound = _tracks(video)
            facts = {**_camera_facts(video.metadata)}
            poster = _poster(video, picture)
            seconds = _copy_packets(video, picture, sound, target, max_seconds)
    except (av.FFmpegError, EOFError, ValueError, StopIteration) as error:
        raise InspectionError(BROKEN) from error
    write_thumbnail(poster, thumbnail, POSTER_SIDE)
    return Inspection(
        kind="video", extension="mp4", media_type="video/mp4",
        width=poster.width, height=poster.height, duration=round(seconds, 2),
        has_thumbnail=True, **facts,
    )  # fmt: skip


def _tracks(video):
    pictures = [
        s for s in video.streams.video if not s.disposition & av.stream.Disposition.attached_pic
    ]
    if not pictures:
        raise InspectionError(f"没有画面，{ADVICE}")
    picture = pictures[0]
    if picture.codec_context.name not in VIDEO_CODECS:
        raise InspectionError(f"的画面编码是 {picture.codec_context.name}，{ADVICE}")
    if picture.width * picture.height > MAX_PIXELS:
        raise InspectionError(f"的画面超过 5000 万像素，{ADVICE}")
    sounds = [s for s in video.streams.audio if s.codec_context and s.codec_context.name == "aac"]
    if video.streams.audio and not sounds:
        codec = video.streams.audio[0].codec_context
        raise InspectionError(f"的声音编码是 {codec.name if codec else '未知格式'}，{ADVICE}")
    return picture, sounds[0] if sounds else None


def _poster(video, picture) -> Image.Image:
    """The frame one second in (title cards and fades are over), or the last before it; upright."""
    frame = None
    for frame in video.decode(picture):
        if frame.time is None or frame.time >= 1:
            break
    if frame is None:
        raise InspectionError(BROKEN)
    image = frame.to_image()
    return image.rotate(frame.rotation, expand=True) if frame.rotation else image


def _copy_packets(video, picture, sound, target: Path, max_seconds: float | None) -> float:
    """Copy, and measure what is really there: headers can promise less or more. Returns seconds."""
    video.seek(0)
    streams = [s for s in (picture, sound) if s]
    first, last, count = None, 0.0, 0
    options = {"movflags": "faststart", "fflags": "bitexact"}
    with av.open(str(target), "w", format="mp4", options=options) as clean:
        copies = {s.index: clean.add_stream_from_template(s) for s in streams}
        for packet in video.demux(streams):
            if packet.dts is None or packet.pts is None:
                continue
            if packet.stream_index == picture.index:
                count += 1
                start = float(packet.pts * packet.time_base)
                first = start if first is None else min(first, start)
                last = max(last, start + float((packet.duration or 0) * packet.time_base))
                if max_seconds is not None and int(last - first) > max_seconds:
                    raise InspectionError(_too_long(video, last - first, max_seconds))
            packet.stream = copies[packet.stream_index]
            clean.mux(packet)
    if first is None or (picture.frames and count < picture.frames):
        raise InspectionError(BROKEN)
    return last - first


def _too_long(video, measured: float, max_seconds: float) -> str:
    seconds = int(max(measured, (video.duration or 0) / av.time_base))
    limit = f"{int(max_seconds) // 60} 分 {int(max_seconds) % 60:02d} 秒"
    return f"长 {seconds // 60} 分 {seconds % 60:02d} 秒，超过上限 {limit}，请剪短后再上传。"


def _camera_facts(metadata: dict) -> dict:
    """Time and place that phones write into the container's metadata."""
    facts = {}
    tags = {key.lower(): value for key, value in metadata.items()}
    try:
        stamp = tags.get("com.apple.quicktime.creationdate") or tags.get("creation_time") or ""
        facts["taken_at"] = datetime.fromisoformat(stamp).isoformat()
    except ValueError:
        pass
    place = tags.get("com.apple.quicktime.location.iso6709") or tags.get("location") or ""
    if match := re.match(r"([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)", place):
        facts |= position(float(match[1]), float(match[2]))
    return facts

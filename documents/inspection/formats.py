"""The accepted formats: extension, declared type and sniffed type must agree on one of them.

Reads only the first bytes of a file and loads no decoder.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import filetype

from documents.inspection.result import InspectionError


@dataclass(frozen=True)
class Format:
    """One accepted format: its kind, its name on screen, and the names it goes by."""

    kind: str
    title: str
    extensions: frozenset[str]
    media_types: frozenset[str]


FORMATS = (
    Format("image", "JPG 图片", frozenset({"jpg", "jpeg"}),
           frozenset({"image/jpeg", "image/jpg", "image/pjpeg"})),
    Format("image", "PNG 图片", frozenset({"png"}), frozenset({"image/png"})),
    Format("image", "WEBP 图片", frozenset({"webp"}), frozenset({"image/webp"})),
    Format("image", "HEIC 图片", frozenset({"heic", "heif"}),
           frozenset({"image/heic", "image/heif"})),
    Format("pdf", "PDF 文件", frozenset({"pdf"}), frozenset({"application/pdf"})),
    Format("video", "MP4 视频", frozenset({"mp4", "m4v", "mov"}),
           frozenset({"video/mp4", "video/x-m4v", "video/quicktime"})),
)  # fmt: skip

KIND_TITLES = {"image": "JPG、PNG、WEBP、HEIC 图片", "pdf": "PDF 文件", "video": "MP4、MOV 视频"}

EMPTY = "是空文件（0 字节），请重新选择文件上传。"

# What browsers send when they do not know the type (HEIC on Windows, for one).
UNDECLARED = {"", "application/octet-stream", "binary/octet-stream"}


def agreed_format(source: Path, name: str, declared_type: str, allowed: Collection[str]) -> Format:
    """The format of `source`; InspectionError when it is empty, not wanted or not what it says."""
    if source.stat().st_size == 0:
        raise InspectionError(EMPTY)
    by_name = format_of_name(name, allowed)
    extension = Path(name).suffix.lower().removeprefix(".")
    sniffed = filetype.guess(str(source))
    by_content = next((f for f in FORMATS if sniffed and sniffed.mime in f.media_types), None)
    if by_content is None:
        raise InspectionError(
            f"的内容不是{by_name.title}，可能已损坏或被改过扩展名，请打开确认后重新导出上传。"
        )
    if by_content is not by_name:
        raise InspectionError(
            f"的扩展名是 .{extension}，内容却是{by_content.title}，请改用正确的扩展名后再上传。"
        )
    declared = declared_type.partition(";")[0].strip().lower()
    if declared not in UNDECLARED and declared not in by_name.media_types:
        raise InspectionError(
            f"被浏览器报为“{declared[:40]}”，与{by_name.title}不符，请另存为{by_name.title}后再上传。"
        )
    return by_name


def format_of_name(name: str, allowed: Collection[str]) -> Format:
    """The format that a name promises; InspectionError when it is none that is wanted."""
    wanted = "、".join(KIND_TITLES[kind] for kind in KIND_TITLES if kind in allowed)
    extension = Path(name).suffix.lower().removeprefix(".")
    if not extension:
        raise InspectionError(f"没有扩展名，无法判断类型，请上传{wanted}。")
    by_name = next((f for f in FORMATS if extension in f.extensions), None)
    if by_name is None or by_name.kind not in allowed:
        raise InspectionError(f"是 .{extension[:12]} 文件，此处不接受，请上传{wanted}。")
    return by_name

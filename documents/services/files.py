"""Stored files: checked, made clean, kept once per content."""

import hashlib
import tempfile
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from core import audit
from documents import storage
from documents.inspection import (
    EMPTY,
    Inspection,
    InspectionError,
    agreed_format,
    format_of_name,
    inspect_safely,
    run_safely,
)
from documents.models import StoredFile


def store_file(
    upload: UploadedFile,
    *,
    actor,
    allowed_kinds: Collection[str],
    max_bytes: int,
    max_seconds: float | None = None,
) -> StoredFile:
    """Check an upload by decoding it, keep its clean copy and return its row.

    allowed_kinds: MediaKind values. max_bytes: of the upload. max_seconds: of a video.
    The same bytes sent again in this tenant give the same row; the limits hold for them too.
    Raises ValidationError with a sentence for the user, StorageFull. Runs inside tenant_context.
    """
    name = Path(upload.name or "").name or "未命名"
    with tempfile.TemporaryDirectory(prefix="jiayuan-") as folder:
        try:
            source, digest = receive_upload(upload, Path(folder), max_bytes)
            sent = {
                "name": name,
                "declared_type": getattr(upload, "content_type", None) or "",
                "allowed": [str(kind) for kind in allowed_kinds],
            }
            agreed_format(source, **sent)
            known = StoredFile.objects.filter(original_sha256=digest).first()
            if known and default_storage.exists(known.path):
                _check_duration(known, max_seconds)
                return known
            target, thumbnail = Path(folder) / "clean", Path(folder) / "thumbnail"
            found = inspect_safely(
                source, target=target, thumbnail=thumbnail, max_seconds=max_seconds, **sent
            )
        except InspectionError as error:
            raise ValidationError(f"「{name[-60:]}」{error}", code="file") from error
        return _keep_file(found, name, digest, target, thumbnail, actor)


def receive_upload(upload: UploadedFile, folder: Path, max_bytes: int) -> tuple[Path, str]:
    """The upload as a file in the folder and its SHA-256; reading stops at max_bytes. Raises
    InspectionError."""
    digest, size, source = hashlib.sha256(), 0, folder / "upload"
    with source.open("wb") as copy:
        for chunk in upload.chunks():
            size += len(chunk)
            if size > max_bytes:
                raise _too_big(max(size, upload.size or 0), max_bytes)
            digest.update(chunk)
            copy.write(chunk)
    return source, digest.hexdigest()


def check_announced(
    name: str, size: int, *, allowed_kinds: Collection[str], max_bytes: int
) -> None:
    """What can be said of a file before its bytes are sent. Raises ValidationError."""
    try:
        if size == 0:
            raise InspectionError(EMPTY)
        format_of_name(name, [str(kind) for kind in allowed_kinds])
        if size > max_bytes:
            raise _too_big(size, max_bytes)
    except InspectionError as error:
        raise ValidationError(f"「{name[-60:]}」{error}", code="file") from error


def _too_big(size: int, most: int) -> InspectionError:
    advice = "请压缩后再上传；视频可降低分辨率，PDF 可拆成几份。"
    return InspectionError(f"有 {_megabytes(size)}，超过上限 {_megabytes(most)}，{advice}")


def _megabytes(size: int) -> str:
    return f"{Decimal(size) / 1_048_576:.1f} MB"


def _check_duration(known: StoredFile, max_seconds: float | None):
    if max_seconds is not None and int(known.duration_seconds or 0) > max_seconds:
        raise InspectionError(f"超过上限 {int(max_seconds)} 秒，请剪短后再上传。")


def _keep_file(
    found: Inspection, name: str, original: str, target: Path, thumbnail: Path, actor, **more
) -> StoredFile:
    sha256 = _file_sha256(target)
    path = storage.content_path(sha256, found.extension)
    storage.put(path, target)
    thumbnail_path = ""
    if found.has_thumbnail:
        thumbnail_path = storage.content_path(_file_sha256(thumbnail), "jpg")
        storage.put(thumbnail_path, thumbnail)
    row, is_new = StoredFile.objects.get_or_create(
        original_sha256=original,
        defaults={
            "kind": found.kind,
            "media_type": found.media_type,
            "name": name[-200:],
            "path": path,
            "size": target.stat().st_size,
            "sha256": sha256,
            "width": found.width,
            "height": found.height,
            "duration_seconds": found.duration and Decimal(str(found.duration)),
            "page_count": found.pages,
            "thumbnail_path": thumbnail_path,
            "taken_at": _moment(found.taken_at),
            "latitude": found.latitude and Decimal(str(found.latitude)),
            "longitude": found.longitude and Decimal(str(found.longitude)),
            "uploaded_by_id": actor.id,
            **more,
        },
    )
    if is_new:
        audit.record(
            actor, "file.stored", row,
            kind=row.kind, size=row.size, sha256=sha256, original_sha256=original,
        )  # fmt: skip
    return row


def turn_picture(file: StoredFile, quarters: int, *, actor) -> StoredFile:
    """The picture turned by so many quarters clockwise, made of the upright bytes each time so that
    turning often costs no quality; turned back it is the first row again. Raises ValidationError."""
    upright = file.upright or file
    turns = (file.turns + quarters) % 4
    if turns == 0:
        return upright
    original = audit.sha256(f"{upright.original_sha256} {turns}")
    known = StoredFile.objects.filter(original_sha256=original).first()
    if known:
        return known
    with tempfile.TemporaryDirectory(prefix="jiayuan-") as folder:
        source, target, thumbnail = (Path(folder) / name for name in ("source", "clean", "small"))
        source.write_bytes(storage.read(upright.path))
        try:
            found = run_safely(
                "documents.inspection.image:turn_image",
                source=source, target=target, thumbnail=thumbnail, turns=turns,
            )  # fmt: skip
        except InspectionError as error:
            raise ValidationError(f"「{file.name[-60:]}」{error}", code="file") from error
        facts = {
            "taken_at": upright.taken_at and upright.taken_at.isoformat(),
            "latitude": upright.latitude, "longitude": upright.longitude,
        }  # fmt: skip
        found = Inspection(**found | facts)
        more = {"upright": upright, "turns": turns}
        return _keep_file(found, upright.name, original, target, thumbnail, actor, **more)


def _file_sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _moment(text: str | None) -> datetime | None:
    """A camera's time; without an offset it is the local time of the platform."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)

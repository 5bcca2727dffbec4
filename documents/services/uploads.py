"""Files that arrive in pieces, and what becomes of those that never arrive whole."""

import contextlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from core import audit
from core.errors import Conflict, Refused
from core.jobs import enqueue_job
from documents import storage
from documents.models import Upload
from documents.selectors import received

SWEEP = "documents.sweep_uploads"
UPLOAD_KEPT = timedelta(hours=24)  # since the last piece
MOST_UPLOADS = 200  # of one member under way at once


def open_upload(purpose: str, *, name: str, media_type: str, size: int, owner) -> Upload:
    """Begin to receive a file of `size` bytes in pieces. What the place allows is for the caller to
    check. Raises Refused (too many under way), StorageFull."""
    if storage.is_nearly_full():
        raise storage.StorageFull
    if Upload.objects.filter(owner=owner).count() >= MOST_UPLOADS:
        raise Refused(
            f"还有 {MOST_UPLOADS} 个文件没有传完，请先传完或取消一些。没有传完的一天后自动清除。"
        )
    upload = Upload.objects.create(
        purpose=purpose, name=name[-200:], media_type=media_type[:100], size=size, owner=owner
    )
    storage.write_piece(str(upload.pk), 0, ())
    plan_sweep()
    return upload


def receive_piece(upload: Upload, offset: int, blocks: Iterable[bytes]) -> Upload:
    """Take the bytes from `offset` on; what has arrived stays, however many they were.

    Raises Conflict when `offset` is not where the upload stands or it was given up meanwhile,
    StorageFull.
    """
    upload = Upload.objects.select_for_update(no_key=True).filter(pk=upload.pk).first()
    if upload is None:
        raise Conflict("这个文件的上传已经取消，请重新选择文件上传。")
    if offset != received(upload):
        raise Conflict("文件的进度已经变化，请重新继续上传。")
    written = storage.write_piece(str(upload.pk), offset, blocks)
    upload.offset = offset + written
    Upload.objects.filter(pk=upload.pk).update(offset=upload.offset, touched_at=Now())
    return upload


@contextlib.contextmanager
def received_file(upload: Upload) -> Iterator[UploadedFile]:
    """A complete upload as the file that a form would have brought."""
    if received(upload) < upload.size:
        raise Refused("文件还没有传完，请等传完后再试。")
    with storage.incoming(str(upload.pk)).open("rb") as handle:
        yield UploadedFile(handle, upload.name, upload.media_type, upload.size)


def discard_upload(upload: Upload) -> None:
    """Forget an upload: it was taken, refused or given up."""
    Upload.objects.filter(pk=upload.pk).delete()
    transaction.on_commit(partial(storage.incoming(str(upload.pk)).unlink, missing_ok=True))


def sweep_uploads() -> int:
    """Discard what nobody went on with for a day and pieces without a row; how many. Plans the next
    sweep while something is under way."""
    old = Upload.objects.select_for_update(no_key=True, skip_locked=True).filter(
        touched_at__lt=Now() - UPLOAD_KEPT
    )
    swept = 0
    for upload in old:
        discard_upload(upload)
        swept += 1
    known = {str(pk) for pk in Upload.objects.values_list("pk", flat=True)}
    for name in storage.incoming_before(timezone.now() - UPLOAD_KEPT) - known:
        storage.incoming(name).unlink(missing_ok=True)
        swept += 1
    if known:
        plan_sweep()
    return swept


def plan_sweep() -> None:
    """Let the next full hour's sweep run; asked for twice it runs once."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    enqueue_job(
        SWEEP,
        {},
        actor=audit.SYSTEM,
        label="清除没有传完的文件",
        key=f"{SWEEP}:{hour:%Y%m%d%H}",
        at=hour,
    )

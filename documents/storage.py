"""Bytes on the storage under their hash: `t{tenant}/{first two}/{sha256}.{extension}`."""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.errors import Refused
from core.tenancy import current_tenant_id

LEAST_FREE = 0.10  # of the disk that holds uploads,
ENOUGH_FREE = 10 * 2**30  # bytes, however large that disk is


class StorageFull(Refused):
    """The storage does not take the file; answered 507."""

    status = 507

    def __init__(self):
        super().__init__("文件暂时无法保存（存储空间不足或不可用），请稍后再试或联系管理员。")


def content_path(sha256: str, extension: str) -> str:
    """The place of a content of the running tenant."""
    return f"t{current_tenant_id()}/{sha256[:2]}/{sha256}.{extension}"


def put(path: str, content: bytes | Path) -> None:
    """Keep `content` at `path` and make it durable. Whole content that is there already stays; a
    piece left by a killed process is replaced. Call before the row is written: a file without a row
    is swept, a row without a file would be a loss. Raises StorageFull."""
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    try:
        if default_storage.exists(path):
            if default_storage.size(path) == size:
                return
            default_storage.delete(path)
        with contextlib.ExitStack() as stack:
            source = (
                ContentFile(content)
                if isinstance(content, bytes)
                else File(stack.enter_context(content.open("rb")))
            )
            saved = default_storage.save(path, source)
        if saved != path:  # another request stored the same content meanwhile
            default_storage.delete(saved)
        _make_durable(path)
    except OSError as error:
        raise StorageFull from error


def read(path: str) -> bytes:
    """All bytes at `path`; FileNotFoundError when they are gone."""
    with default_storage.open(path, "rb") as handle:
        return handle.read()


def sha256(path: str) -> str:
    """Hash of the bytes that really lie at `path`."""
    with default_storage.open(path, "rb") as handle:
        digest = hashlib.sha256()
        for block in iter(lambda: handle.read(1 << 20), b""):
            digest.update(block)
        return digest.hexdigest()


def tenant_paths() -> Iterator[str]:
    """Every file that lies on the storage for the running tenant."""
    root = f"t{current_tenant_id()}"
    if not default_storage.exists(root):
        return
    for folder in default_storage.listdir(root)[0]:
        for name in default_storage.listdir(f"{root}/{folder}")[1]:
            yield f"{root}/{folder}/{name}"


# ------------------------------------------------------------------ files that arrive in pieces


def incoming(name: str) -> Path:
    """The place of a file that is not complete yet, outside of what is swept as orphans."""
    return Path(default_storage.path(f"incoming/t{current_tenant_id()}")) / name


def incoming_before(moment: datetime) -> set[str]:
    """Names of the running tenant's incoming files that were last written before a moment."""
    folder = incoming("")
    files = folder.iterdir() if folder.exists() else ()
    return {path.name for path in files if path.stat().st_mtime < moment.timestamp()}


def is_nearly_full() -> bool:
    """Whether less than a tenth of the disk that holds the files is free, and less than 10 GiB."""
    folder = Path(default_storage.path(""))
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return usage.free < min(LEAST_FREE * usage.total, ENOUGH_FREE)


def write_piece(name: str, offset: int, blocks: Iterable[bytes]) -> int:
    """Lay the blocks into the incoming file from `offset` on and return how many bytes they were.
    What a broken attempt had left behind `offset` is overwritten. Raises StorageFull."""
    path, written = incoming(name), 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as handle:
            handle.truncate(offset)
            handle.seek(offset)
            for block in blocks:
                handle.write(block)
                written += len(block)
    except OSError as error:
        raise StorageFull from error
    return written


def _make_durable(path: str) -> None:
    try:
        local = default_storage.path(path)
    except NotImplementedError:  # object storage: durable when acknowledged
        return
    descriptor = os.open(local, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

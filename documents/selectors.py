"""Reads of files and documents. Who may see a file is known by the app that holds it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from accounts.models import Membership
from core.models import Job
from documents import storage
from documents.enums import DocumentKind
from documents.models import RenderedDocument, StoredFile, Upload


def visible_jobs(member: Membership) -> QuerySet[Job]:
    """Jobs that the member or a colleague of the same organisation asked for."""
    colleagues = Membership.objects.filter(organisation_id=member.organisation_id)
    return Job.objects.filter(created_by__in=colleagues.values("pk"))


def visible_uploads(member: Membership) -> QuerySet[Upload]:
    """Files that the member is sending."""
    return Upload.objects.filter(owner=member)


def received(upload: Upload) -> int:
    """How many bytes of an upload are safely here: never more than really lie on the storage."""
    try:
        return min(upload.offset, storage.incoming(str(upload.pk)).stat().st_size)
    except FileNotFoundError:
        return 0


def file_bytes(file: StoredFile) -> bytes:
    return storage.read(file.path)


def image_sources(files: Iterable[StoredFile]) -> dict[str, Callable[[], bytes]]:
    """`images` of a rendering: KEY is the file's id; of a video its poster. PDFs are left out."""
    return {
        str(file.pk): partial(
            storage.read, file.path if file.kind == "image" else file.thumbnail_path
        )
        for file in files
        if file.thumbnail_path
    }


def current_document(kind: DocumentKind, subject_id: UUID) -> RenderedDocument | None:
    """The valid document of a kind for a subject, if it was rendered."""
    return RenderedDocument.objects.filter(
        kind=kind, subject_id=subject_id, is_current=True
    ).first()


def document_by_code(code: str) -> RenderedDocument | None:
    if "\0" in code:  # PostgreSQL takes no such text
        return None
    return RenderedDocument.objects.filter(code=code).first()


def document_by_sha256(sha256: str) -> RenderedDocument | None:
    return RenderedDocument.objects.filter(sha256=sha256).order_by("-rendered_at").first()


@dataclass(frozen=True)
class Damage:
    """A row whose bytes are gone or changed."""

    row: StoredFile | RenderedDocument
    path: str
    what: str


def damaged_files() -> Iterator[Damage]:
    """Compare every stored content of the tenant with its hash."""
    for model in (StoredFile, RenderedDocument):
        for row in model.objects.order_by("pk").iterator(chunk_size=500):
            if not default_storage.exists(row.path):
                yield Damage(row, row.path, "文件缺失")
            elif storage.sha256(row.path) != row.sha256:
                yield Damage(row, row.path, "内容与登记的校验值不符")
            thumbnail = getattr(row, "thumbnail_path", "")
            if thumbnail and not default_storage.exists(thumbnail):
                yield Damage(row, thumbnail, "缩略图缺失")


def orphaned_paths(before: datetime) -> Iterator[str]:
    """Files without a row that were written before a moment: what a rollback or a kill left."""
    known = set(RenderedDocument.objects.values_list("path", flat=True))
    for paths in StoredFile.objects.values_list("path", "thumbnail_path").iterator():
        known.update(paths)
    for path in storage.tenant_paths():
        if path not in known and default_storage.get_modified_time(path) < before:
            yield path

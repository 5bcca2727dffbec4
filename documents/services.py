"""Every write of files and documents."""

import hashlib
import json
import secrets
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import segno
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.safestring import mark_safe

from core import audit
from core.clock import now
from core.models import Tenant
from core.tenancy import current_tenant_id, tenant_context
from documents import storage
from documents.enums import DocumentKind
from documents.inspection import (
    Inspection,
    InspectionError,
    agreed_format,
    inspect_safely,
)
from documents.models import RenderedDocument, StoredFile
from documents.rendering import render_pages, template_sha256

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 signs, none mistaken for another
CODE_GROUPS, CODE_GROUP_LENGTH = 3, 4  # 60 bits: not to be guessed


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
                sent = max(size, upload.size or 0)
                raise InspectionError(
                    f"有 {_megabytes(sent)}，超过上限 {_megabytes(max_bytes)}，请压缩后再上传。"
                )
            digest.update(chunk)
            copy.write(chunk)
    return source, digest.hexdigest()


def _megabytes(size: int) -> str:
    return f"{Decimal(size) / 1_048_576:.1f} MB"


def _check_duration(known: StoredFile, max_seconds: float | None):
    if max_seconds is not None and int(known.duration_seconds or 0) > max_seconds:
        raise InspectionError(f"超过上限 {int(max_seconds)} 秒，请剪短后再上传。")


def _keep_file(
    found: Inspection, name: str, original: str, target: Path, thumbnail: Path, actor
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
        },
    )
    if is_new:
        audit.record(
            actor, "file.stored", row,
            kind=row.kind, size=row.size, sha256=sha256, original_sha256=original,
        )  # fmt: skip
    return row


def _file_sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _moment(text: str | None) -> datetime | None:
    """A camera's time; without an offset it is the local time of the platform."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


# ------------------------------------------------------------------ rendered documents


@dataclass(frozen=True)
class Draft:
    """A document that is rendered and lies on the storage, but has no row yet."""

    kind: str
    title: str
    subject_id: UUID
    template: str
    template_sha256: str
    context_sha256: str
    path: str
    size: int
    sha256: str
    code: str
    page_count: int
    rendered_at: datetime


def create_rendered_document(
    kind: DocumentKind,
    subject,
    context: dict,
    *,
    template: str,
    title: str,
    actor,
    images: Mapping[str, bytes | Callable[[], bytes]] | None = None,
    at: datetime | None = None,
) -> RenderedDocument:
    """Render `template` for `subject` (a tenant row or its id) and register it.

    For jobs take the two halves: `render_document` outside any transaction, then `keep_document`
    inside `run.finishing()`.
    """
    tenant = Tenant.objects.get(pk=current_tenant_id())
    draft = render_document(
        kind, subject, context,
        template=template, title=title, tenant=tenant, at=at or now(), images=images,
    )  # fmt: skip
    return keep_document(draft, actor=actor)


def render_document(
    kind: DocumentKind,
    subject,
    context: dict,
    *,
    template: str,
    title: str,
    tenant: Tenant,
    at: datetime,
    images: Mapping[str, bytes | Callable[[], bytes]] | None = None,
    code: str | None = None,
) -> Draft:
    """The PDF with its code, QR and fingerprint, laid on the storage. Touches no database.

    context: plain data only (dict, list, str, int, bool, None, Decimal, date, UUID), for its hash
    must cover all that is printed; anything else is a TypeError. at: the date on the document.
    """
    code = code or new_code()
    context_sha256 = audit.sha256(_canonical(context))
    shown = {"document": _document_context(title, tenant, at, code, context_sha256)}
    content, pages = render_pages(template, context | shown, images=images)
    sha256 = hashlib.sha256(content).hexdigest()
    path = f"t{tenant.pk}/{sha256[:2]}/{sha256}.pdf"
    storage.put(path, content)
    return Draft(
        kind=kind, title=title, subject_id=getattr(subject, "pk", subject), template=template,
        template_sha256=template_sha256(template), context_sha256=context_sha256, path=path,
        size=len(content), sha256=sha256, code=code, page_count=pages, rendered_at=at,
    )  # fmt: skip


def preview_document(
    context: dict,
    *,
    template: str,
    title: str,
    tenant: Tenant,
    at: datetime,
    images: Mapping[str, bytes | Callable[[], bytes]] | None = None,
) -> bytes:
    """The PDF of what is not final: the same pages, marked as a preview instead of a code to
    verify. Kept nowhere."""
    shown = _document_context(title, tenant, at, "", "") | {"is_preview": True}
    return render_pages(template, context | {"document": shown}, images=images)[0]


def keep_document(draft: Draft, *, actor) -> RenderedDocument:
    """Register a draft; the former document of the kind and subject is no longer current."""
    with tenant_context(current_tenant_id()):
        former = RenderedDocument.objects.select_for_update().filter(
            kind=draft.kind, subject_id=draft.subject_id, is_current=True
        )
        former.update(is_current=False)
        document = RenderedDocument.objects.create(**asdict(draft))
        audit.record(
            actor, "document.rendered", document,
            kind=document.kind, code=document.code, sha256=document.sha256,
            context_sha256=document.context_sha256, template_sha256=document.template_sha256,
        )  # fmt: skip
        return document


def new_code() -> str:
    """A verification code such as `7KQM-2XWA-9DTR`."""
    return "-".join(
        "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_GROUP_LENGTH))
        for _ in range(CODE_GROUPS)
    )


def verification_url(tenant: Tenant, code: str) -> str:
    """What the QR says. Spelt out here, for documents are rendered where there is no request."""
    return f"{settings.BASE_URL}/{tenant.slug}/public/verify/?code={code}"


def _document_context(
    title: str, tenant: Tenant, at: datetime, code: str, context_sha256: str
) -> dict:
    """What pdf_base.html prints on every document."""
    url = verification_url(tenant, code)
    image = segno.make(url, error="m").svg_inline(border=0, omitsize=True)
    return {
        "title": title,
        "is_preview": False,
        "issuer": tenant.name,
        "issued_at": timezone.localtime(at),
        "code": code,
        "fingerprint": context_sha256[:16],
        "verify_url": url,
        "qr": mark_safe(image),  # noqa: S308 - drawn by segno from our own address
    }


def _canonical(context: dict) -> str:
    def plain(value):
        if isinstance(value, Decimal | UUID):
            return str(value)
        if isinstance(value, date | datetime):
            return value.isoformat()
        raise TypeError(f"a document's context holds plain data only, not {type(value)}")

    return json.dumps(
        context, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=plain
    )

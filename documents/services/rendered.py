"""Rendered documents: a PDF with its code, kept with its row."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import segno
from django.conf import settings
from django.utils import timezone
from django.utils.safestring import mark_safe

from core import audit
from core.clock import now
from core.models import Tenant
from core.tenancy import current_tenant_id, tenant_context
from documents import storage
from documents.enums import DocumentKind
from documents.models import RenderedDocument
from documents.rendering import render_pages, template_sha256

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 signs, none mistaken for another
CODE_GROUPS, CODE_GROUP_LENGTH = 3, 4  # 60 bits: not to be guessed


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
        former = RenderedDocument.objects.select_for_update(no_key=True).filter(
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

"""The notice as an official paper."""

from __future__ import annotations

from core.models import Tenant
from documents.enums import DocumentKind
from documents.services import Draft, render_document
from publications.enums import NoticeKind
from publications.models import Notice
from publications.wording import entry_table

TEMPLATE = "publications/notice_pdf.html"
KINDS = {
    NoticeKind.PUBLIC_NOTICE: DocumentKind.PUBLIC_NOTICE,
    NoticeKind.ANNOUNCEMENT: DocumentKind.ANNOUNCEMENT,
}


RED_HEAD_POINTS, MEASURE_POINTS = 35, 442  # largest type of the head; width of the type area


def notice_context(notice: Notice, tenant: Tenant) -> dict:
    """Plain data of all that is printed; the red head is fitted to the line."""
    head = f"{tenant.name}文件"
    definition = notice.ranking.version.definition
    table = entry_table(notice.entries)
    return {
        "head": head,
        "head_points": min(RED_HEAD_POINTS, MEASURE_POINTS // len(head)),
        "number": notice.number,
        "title": notice.title,
        "paragraphs": [line for line in notice.body.splitlines() if line.strip()],
        "authorities": list(definition.authorities),
        "heads": [column["label"] for column in table["columns"]],
        "rows": [[str(value) for value in row] for row in table["rows"]],
        "starts_on": notice.starts_on,
        "ends_on": notice.ends_on,
        "count": len(notice.entries),
    }


def render_notice(notice: Notice, context: dict, tenant: Tenant) -> Draft:
    """The PDF of a released notice; touches no database."""
    return render_document(
        KINDS[notice.kind],
        notice,
        context,
        template=TEMPLATE,
        title=notice.title,
        tenant=tenant,
        at=notice.released_at,
    )

"""Which papers a dossier has, and which are rendered."""

from __future__ import annotations

from campaigns.definition import Definition
from campaigns.definition.outcome import Document
from documents.enums import DocumentKind
from documents.models import RenderedDocument
from reviews.models import Dossier, PaperOriginal


def papers_of(definition: Definition) -> list[DocumentKind]:
    """The kinds of paper a dossier of this definition has."""
    kinds = [DocumentKind.APPLICATION_FORM]
    if definition.form.case_report is not None:
        kinds.append(DocumentKind.CASE_REPORT)
    return kinds


def papers_with_originals(definition: Definition) -> list[Document]:
    """The documents of the notice that belong to a dossier: those that come signed on paper."""
    codes = {str(kind) for kind in papers_of(definition)}
    return [document for document in definition.documents if document.code in codes]


def paper_rows(dossier: Dossier) -> list[dict]:
    """``{kind, title, document}`` for every paper of the dossier; no document: not rendered yet.
    One query."""
    if dossier.revision_id is None:
        return []
    rendered = {
        document.kind: document
        for document in RenderedDocument.objects.filter(subject_id=dossier.pk, is_current=True)
    }
    return [
        {"kind": kind.value, "title": kind.label, "document": rendered.get(kind)}
        for kind in papers_of(dossier.version.definition)
    ]


def originals_of(dossier: Dossier) -> list[PaperOriginal]:
    """The originals on paper that offices hold, each with its ``title``; one query."""
    titles = {d.code: d.title for d in dossier.version.definition.documents}
    rows = list(
        dossier.paper_originals.select_related("organisation", "received_by__user").order_by(
            "received_at", "pk"
        )
    )
    for row in rows:
        row.title = titles.get(row.document, row.document)
    return rows

"""Which papers a dossier has, and which are rendered."""

from __future__ import annotations

from campaigns.definition import Definition
from documents.enums import DocumentKind
from documents.models import RenderedDocument
from reviews.models import Dossier


def papers_of(definition: Definition) -> list[DocumentKind]:
    """The kinds of paper a dossier of this definition has."""
    kinds = [DocumentKind.APPLICATION_FORM]
    if definition.form.case_report is not None:
        kinds.append(DocumentKind.CASE_REPORT)
    return kinds


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

"""The papers of a dossier: 申报表 and 典型案例材料, from the frozen revision and its signatures."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import docx
from django.core.files.storage import default_storage
from django.utils import timezone
from docx.oxml.ns import qn
from PIL import Image

from accounts.models import Organisation
from campaigns.definition import Definition
from campaigns.definition.outcome import Obligation
from campaigns.models import Campaign
from core.models import Tenant
from documents.enums import DocumentKind, MediaKind
from documents.models import StoredFile
from documents.services import Draft, preview_document, render_document
from reviews.enums import Outcome
from reviews.models import Dossier, Evidence, Revision, SignOff
from reviews.selectors.case_answers import case_answer
from reviews.selectors.contents import frozen_content, in_pairs
from reviews.selectors.evidence import present_evidence
from reviews.selectors.parts import case_slot
from reviews.selectors.route import standing_sign_offs
from reviews.selectors.version_moves import definition_of_content

NUMERALS = "一二三四五六七八九十"
PRINT_PIXELS = 900  # long side of a photo printed two in a row at 250 dpi
BASIC_TYPES = {"text", "choice", "boolean", "number", "date", "community", "organisation", "track"}


@dataclass(frozen=True)
class Paper:
    """What a paper is made of; ``context`` is plain data, ``images`` are read when printed."""

    kind: DocumentKind
    template: str
    title: str
    context: dict
    images: dict[str, Callable[[], bytes]]


def application_form(dossier: Dossier, revision: Revision) -> Paper:
    """申报表 as in the notice's annex: basic data, statement, one box per signing body."""
    definition = definition_of_content(dossier, revision.content)
    content = revision.content
    fields = definition.fields(dossier.track)
    long = [field for field in fields if field.type == "longtext"]
    context = {
        "form_title": definition.form.title,
        "basics": [
            {"label": field.title, **_basic_value(field, definition, content)}
            for field in fields
            if field.type in BASIC_TYPES
        ],
        "statements": [_long_value(field, content) for field in long if field.required],
        "remarks": [_long_value(field, content) for field in long if not field.required],
        "boxes": _boxes(dossier, revision, definition),
        "number": dossier.number,
        "receipt": revision.receipt,
        "revision": revision.number,
        "revision_sha256": revision.sha256,
        "copies": _copies(definition),
    }
    title = f"{content['community']['name']}{definition.form.title}"
    return Paper(
        DocumentKind.APPLICATION_FORM, "reviews/application_form_pdf.html", title, context, {}
    )


def blank_application_form(definition: Definition, track: str) -> dict:
    """The 申报表 of a track before anything is filled in, as ``_application_table.html`` has it."""
    content = {
        "dossier": {"track": track}, "community": {"name": ""}, "applicant": {"name": ""}, "form": {},
    }  # fmt: skip
    fields = definition.fields(track)
    long = [field for field in fields if field.type == "longtext"]
    basics = [field for field in fields if field.type in BASIC_TYPES]
    return {
        "basics": [{"label": f.title, **_basic_value(f, definition, content)} for f in basics],
        "statements": [_long_value(field, content) for field in long if field.required],
        "remarks": [_long_value(field, content) for field in long if not field.required],
        "boxes": [
            {"title": step.box, **_signed(None)} for step in definition.boxes if step.applies(track)
        ],
        "copies": _copies(definition),
    }


def _basic_value(field, definition: Definition, content: dict) -> dict:
    if field.type == "track":
        ticks = [
            {"title": track.title, "on": track.code == content["dossier"]["track"]}
            for track in definition.tracks
        ]
        return {"ticks": ticks}
    if field.type == "community":
        return {"value": content["community"]["name"]}
    if field.type == "organisation":
        return {"value": content["applicant"]["name"]}
    if field.type == "choice":
        chosen = content["form"].get(field.code)
        return {"ticks": [{"title": c.title, "on": c.code == chosen} for c in field.choices]}
    value = content["form"].get(field.code, "")
    if field.type == "boolean":
        value = "是" if value else "否"
    return {"value": str(value)}


def _long_value(field, content: dict) -> dict:
    text = str(content["form"].get(field.code) or "")
    limit = f"（内容不超过 {field.max_chars} 字）" if field.required and field.max_chars else ""
    return {"label": field.title, "limit": limit, "paragraphs": _paragraphs(text)}


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _boxes(dossier: Dossier, revision: Revision, definition: Definition) -> list[dict]:
    """The opinion boxes in order; an unsigned one stays empty for pen and seal."""
    signatures = {
        row.step: row for row in standing_sign_offs(revision.pk).select_related("organisation")
    }
    return [
        {"title": step.box, **_signed(signatures.get(step.code))}
        for step in definition.boxes
        if step.applies(dossier.track)
    ]


def _signed(row: SignOff | None) -> dict:
    if row is None:
        return {"opinion": "", "office": "", "date": "", "outcome": ""}
    day = timezone.localtime(row.signed_at)
    return {
        "opinion": row.opinion,
        "office": row.organisation.name if row.organisation_id else "",
        "date": f"{day.year} 年 {day.month} 月 {day.day} 日" if row.outcome != "skipped" else "",
        "outcome": "" if row.outcome == Outcome.SKIPPED else Outcome(row.outcome).label,
    }


def _copies(definition: Definition) -> str:
    """(上报区住建局 1 份，市住建局 1 份) for a paper with one copy per recipient."""
    for paper in definition.documents:
        if paper.code == "application_form" and paper.recipients:
            each = paper.copies // len(paper.recipients)
            parts = "，".join(f"{recipient} {each} 份" for recipient in paper.recipients)
            return f"（上报{parts}）"
    return ""


def case_report(dossier: Dossier, revision: Revision) -> Paper:
    """典型案例材料: the sections of the notice's outline with their photos."""
    definition = definition_of_content(dossier, revision.content)
    report = definition.form.case_report
    content = revision.content
    photos = _photos(content)
    files = {
        str(row.pk): row.file
        for row in Evidence.objects.filter(
            pk__in=[photo["id"] for group in photos.values() for photo in group]
        ).select_related("file")
    }
    sections = []
    for number, section in enumerate(definition.case_sections()):
        answer = case_answer(section, content["case_report"])
        when = [f"时间：{answer['on']}。"] if answer["on"] else []
        sections.append(
            {
                "title": f"{NUMERALS[number]}、{section.title}",
                "paragraphs": [*when, *_paragraphs(answer["text"])],
                "parts": [
                    {
                        "title": f"（{NUMERALS[i % 10]}）{part['title']}",
                        "paragraphs": [
                            *([f"{part['figure']}。"] if part["figure"] else []),
                            *_paragraphs(part["text"]),
                        ],
                    }
                    for i, part in enumerate(answer["parts"])
                ],
                "photos": photos.get(case_slot(section.code), []),
            }
        )
    community = content["community"]
    context = {
        "report_title": report.title,
        "community": community["name"],
        "place": f"{community['county']}{community['street']}",
        "applicant": content["applicant"]["name"],
        "sections": sections,
        "number": dossier.number,
        "receipt": revision.receipt,
        "revision": revision.number,
    }
    images = {key: _printed(file) for key, file in files.items()}
    title = f"{community['name']}{report.title}"
    return Paper(DocumentKind.CASE_REPORT, "reviews/case_report_pdf.html", title, context, images)


def _photos(content: dict) -> dict[str, list[dict]]:
    """slot → the pictures frozen in the revision."""
    found: dict[str, list[dict]] = {}
    for piece in content["evidence"]:
        if piece["kind"] == MediaKind.IMAGE and piece["slot"].startswith(case_slot("")):
            found.setdefault(piece["slot"], []).append(piece)
    return {
        slot: [{"id": piece["id"], "caption": _caption(piece)} for piece in in_pairs(pieces)]
        for slot, pieces in found.items()
    }


def _caption(piece: dict) -> str:
    caption = piece["caption"] or piece["name"].rsplit(".", 1)[0]
    return f"{piece['pair']}：{caption}" if piece["pair"] else caption


def _printed(file: StoredFile) -> Callable[[], bytes]:
    """The picture at print size, read only when the page needs it."""

    def read() -> bytes:
        with default_storage.open(file.path) as handle:
            image = Image.open(handle)
            image.thumbnail((PRINT_PIXELS, PRINT_PIXELS))
            out = io.BytesIO()
            image.convert("RGB").save(out, "JPEG", quality=80)
            return out.getvalue()

    return read


PAPERS: dict[str, Callable[[Dossier, Revision], Paper]] = {
    DocumentKind.APPLICATION_FORM: application_form,
    DocumentKind.CASE_REPORT: case_report,
}


def preview_paper(kind: str, dossier: Dossier, tenant: Tenant, at: datetime) -> tuple[bytes, str]:
    """The PDF of a paper of the draft as it would be bound, and its title; nothing is kept."""
    evidence = present_evidence(dossier)
    draft = Revision(
        dossier=dossier,
        number=(dossier.revision.number if dossier.revision else 0) + 1,
        content=frozen_content(dossier, evidence),
        receipt="未提交",
    )
    paper = PAPERS[kind](dossier, draft)
    content = preview_document(
        paper.context, template=paper.template, title=paper.title, tenant=tenant, at=at,
        images=paper.images,
    )  # fmt: skip
    return content, paper.title


def render_paper(paper: Paper, dossier: Dossier, tenant: Tenant, at: datetime) -> Draft:
    """The PDF of a paper; touches no database."""
    return render_document(
        paper.kind, dossier, paper.context, template=paper.template, title=paper.title,
        tenant=tenant, at=at, images=paper.images,
    )  # fmt: skip


def filing_template_docx(campaign: Campaign, obligation: Obligation, office: Organisation) -> bytes:
    """A Word file to fill in: title, office and one heading per line of the outline."""
    paper = docx.Document()
    paper.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts().set(
        qn("w:eastAsia"), "仿宋"
    )
    paper.add_heading(obligation.title, level=1)
    paper.add_paragraph(campaign.title)
    paper.add_paragraph(f"报送单位：{office.name}（盖章）")
    for number, title in enumerate(obligation.outline, start=1):
        paper.add_heading(f"{number}. {title}", level=2)
        paper.add_paragraph("")
    paper.add_paragraph("联系人：        电话：        日期：    年    月    日")
    content = io.BytesIO()
    paper.save(content)
    return content.getvalue()

"""Campaigns and dossiers in every stage of the applicant's work, made through the services."""

from __future__ import annotations

import itertools
from datetime import datetime
from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from campaigns.definition import Definition, load_definition
from campaigns.models import Campaign
from campaigns.services import create_campaign, open_campaign
from core import audit
from core.jobs import db_now
from core.models import Tenant
from core.tenancy import current_tenant_id
from portal.demo.dossiers import with_facts
from reviews.models import Dossier, Revision
from reviews.selectors.parts import Slot, dossier_slots
from reviews.services.dossiers import create_dossier, save_draft
from reviews.services.evidence import add_evidence
from reviews.services.submissions import submit_dossier as submit
from tests.factories import campaigns, communities, files

DURING = "2023-09-15 10:00"
AFTER = "2023-10-31 00:00:01"
_numbers = itertools.count(1)


def set_clock(moment: str) -> None:
    """Let the tenant's clock show this local moment now and go on from there."""
    wanted = timezone.make_aware(datetime.fromisoformat(moment))
    Tenant.objects.filter(pk=current_tenant_id()).update(clock_offset=wanted - db_now())


@cache
def qinhuangdao() -> Definition:
    return load_definition(campaigns.shipped_text())


def make_campaign(actor=audit.SYSTEM, definition: Definition | None = None, *, at: str = DURING):
    """An open campaign, the shipped one by default, with the tenant's clock set into its time."""
    set_clock(at)
    if definition is None:
        return campaigns.make_campaign(actor=actor)
    return open_campaign(create_campaign(definition, actor=actor), actor=actor)


def make_community(people, name: str = "", **fields):
    """One more community that the applicant manages, with the owners' committee of the cast."""
    number = next(_numbers)
    fields = {
        "name": name or f"和顺家园{number}期",
        "address": f"文化路 {number} 号",
        "code": f"C{number:05d}",
        "owners_committee": people.committee_officer.organisation,
    } | fields
    return communities.make_community(people, **fields)


def make_dossier(
    people, *, campaign=None, community=None, track="professional", actor=None
) -> Dossier:
    """A new draft; campaign and community are made when they are not given."""
    campaign = campaign or Campaign.objects.first() or make_campaign(people.city_officer)
    community = community or make_community(people)
    return create_dossier(campaign, community, track, actor=actor or people.applicant)


def fill_dossier(dossier: Dossier, *, actor, with_evidence: bool = False) -> Dossier:
    """Everything that submission requires; with_evidence: a picture for every item as well."""
    definition = dossier.version.definition
    parts = {
        "form": form_answers(dossier),
        "case_report": case_answers(definition),
        "self_assessment": full_marks(definition, dossier.track),
    }
    for part, values in parts.items():
        dossier = save_draft(dossier, part, values, lock_version=dossier.lock_version, actor=actor)
    for slot in dossier_slots(definition, dossier.track).values():
        count = slot.min_count if slot.is_required else int(with_evidence and bool(slot.min_count))
        for number in range(count):
            add_evidence(dossier, slot.code, upload_for(slot, number), actor=actor)
    return dossier


def form_answers(dossier: Dossier) -> dict:
    examples = {"number": "12", "date": "2023-05-01", "boolean": True}
    return {
        field.code: field.choices[0].code
        if field.choices
        else examples.get(field.type, field.title)
        for field in dossier.version.definition.fields(dossier.track)
        if field.type not in ("community", "organisation", "track")
    }


def case_answers(definition: Definition) -> dict:
    answers = {
        section.code: {part.code: f"{part.title}：已落实。" for part in section.parts}
        or f"{section.title}：自 2023 年 3 月以来持续开展。"
        for section in definition.case_sections()
    }
    return with_facts(definition, answers, day="2023-06-15", figure="96.5")


def full_marks(definition: Definition, track: str) -> dict:
    return {i.code: i.full_mark() for i in definition.items(track) if not i.is_bonus}


def upload_for(slot: Slot, number: int = 0) -> SimpleUploadedFile:
    """A file that the slot accepts; another number is another content."""
    kind = "video" if slot.kinds == ("video",) else "image"
    suffix, media_type = ("mp4", "video/mp4") if kind == "video" else ("jpg", "image/jpeg")
    name = f"{slot.title}{number}.{suffix}"
    return SimpleUploadedFile(name, _content(kind, number), content_type=media_type)


@cache
def _content(kind: str, number: int) -> bytes:
    return files.video(1) if kind == "video" else files.photo(320 + number, 240)


def submit_dossier(dossier: Dossier, *, actor) -> Revision:
    """Submit what is there, as the person who has just read the check page."""
    dossier.refresh_from_db()
    return submit(dossier, pledged=True, lock_version=dossier.lock_version, actor=actor)


def make_submitted(people, **fields) -> Dossier:
    """A dossier that waits at the first step of its route."""
    dossier = make_dossier(people, **fields)
    actor = fields.get("actor") or people.applicant
    submit_dossier(fill_dossier(dossier, actor=actor), actor=actor)
    dossier.refresh_from_db()
    return dossier

"""A submitted dossier of the fixed cast, and the officers' way with it."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from campaigns.definition import Definition, load_definition
from campaigns.definition.loading import shipped_definitions
from campaigns.enums import CampaignState
from campaigns.models import Campaign, CampaignVersion
from communities.enums import CommunityKind
from communities.models import Community
from core import audit
from core.clock import now, today
from core.models import Tenant
from core.tenancy import current_tenant_id
from reviews.enums import Outcome
from reviews.models import Dossier, Revision, SignOff
from reviews.services import desk_checks, route, site_visits
from reviews.services.sign_offs import sign_off

KEY = "qinhuangdao_2023"
_shipped: dict[str, Definition] = {}


def shipped(key: str = KEY) -> Definition:
    if key not in _shipped:
        _shipped[key] = load_definition(shipped_definitions()[key])
    return _shipped[key]


def make_campaign(definition: Definition | None = None, key: str = KEY) -> Campaign:
    """An open campaign; the tenant's clock stands inside its time."""
    definition = definition or shipped(key)
    campaign = Campaign.objects.create(
        key=definition.key, title=definition.title, year=definition.year, state=CampaignState.OPEN
    )
    CampaignVersion.objects.create(
        campaign=campaign,
        number=1,
        body=definition.model_dump(mode="json", by_alias=True),
        sha256=definition.sha256(),
    )
    set_clock("2023-10-10T09:00:00+08:00")
    return campaign


def set_clock(moment: str) -> None:
    """Shift the training tenant's clock to the moment (ISO 8601)."""
    tenant = Tenant.objects.get(pk=current_tenant_id())
    offset = datetime.fromisoformat(moment) - (now() - tenant.clock_offset)
    Tenant.objects.filter(pk=tenant.pk).update(
        clock_offset=timedelta(seconds=round(offset.total_seconds()))
    )


def make_community(people, *, code="C1", place="north", committee=True, **fields) -> Community:
    tree = getattr(people.tree, place)
    values = {
        "code": code,
        "name": f"和顺家园{code}",
        "address": "和顺路 1 号",
        "division": tree.hood,
        "county": tree.county,
        "kind": CommunityKind.PROFESSIONAL,
        "managed_by": people.applicant.organisation,
        "owners_committee": people.committee_officer.organisation if committee else None,
    }
    return Community.objects.create(**values | fields)


def make_dossier(people, campaign, *, community=None, number="QHD-0001", **fields) -> Dossier:
    """A draft with content; not submitted."""
    community = community or make_community(people, code=number)
    values = {
        "campaign": campaign,
        "version": campaign.versions.get(),
        "community": community,
        "applicant": people.applicant.organisation,
        "number": number,
        "track": "professional",
        "created_by": people.applicant,
    }
    return Dossier.objects.create(**values | fields)


def submit(dossier: Dossier, *, actor, content=None) -> Dossier:
    """Freeze a revision and send it on its way."""
    dossier = route.lock_dossier(dossier)
    number = dossier.revisions.count() + 1
    content = content or {"form": {"community": dossier.community.name}, "case_report": {}}
    revision = Revision.objects.create(
        dossier=dossier,
        number=number,
        content=content,
        sha256=audit.sha256(audit.canonical([content, str(dossier.pk), number])),
        receipt=f"{dossier.number}-{number}",
        submitted_by=actor,
        submitted_at=now(),
    )
    start = route.start_route if number == 1 else route.resume_route
    start(dossier, revision, actor=actor)
    return dossier


def submitted(people, campaign, **fields) -> Dossier:
    return submit(make_dossier(people, campaign, **fields), actor=people.applicant)


def officer_of(people, level: str):
    return {
        "owners_committee": people.committee_officer,
        "neighbourhood": people.neighbourhood_officer,
        "street": people.street_officer,
        "county": people.county_officer,
        "city": people.city_officer,
    }[level]


def sign(dossier: Dossier, *, actor, outcome=Outcome.AGREE, **fields) -> SignOff:
    """Sign the step at which the dossier waits."""
    dossier = Dossier.objects.select_related("version", "revision").get(pk=dossier.pk)
    step = dossier.version.definition.step(dossier.step)
    values = {
        "step": dossier.step,
        "opinion": "经审核，材料属实，同意推荐。",
        "attestations": {
            key: True
            for key, _, _ in dossier.version.definition.attestable(step.level, dossier.track)
        },
        "revision_sha256": dossier.revision.sha256,
    }
    return sign_off(dossier, actor=actor, outcome=outcome, **values | fields)


def pass_checks(dossier: Dossier, *, actor) -> None:
    """The county's desk check with nothing missing, and a finished visit without defects."""
    pass_desk_check(dossier, actor=actor)
    visit = site_visits.open_site_visit(
        dossier, actor=actor, visited_on=today(), participants="县区住建局物业科两人"
    )
    site_visits.close_site_visit(visit, actor=actor, summary="现场与材料相符。")


def pass_desk_check(dossier: Dossier, *, actor) -> None:
    dossier = Dossier.objects.select_related("version", "revision").get(pk=dossier.pk)
    rows = desk_checks.check_rows(dossier.version.definition, dossier.track)
    desk_checks.record_desk_check(
        dossier,
        actor=actor,
        checks={row["code"]: {"ok": True, "note": ""} for row in rows},
        revision_sha256=dossier.revision.sha256,
    )


def pass_to(dossier: Dossier, code: str, people) -> Dossier:
    """Agree at every step until the dossier waits at step ``code``."""
    dossier = Dossier.objects.select_related("version").get(pk=dossier.pk)
    while dossier.step != code:
        step = dossier.version.definition.step(dossier.step)
        actor = officer_of(people, step.level)
        if step.requires:
            pass_checks(dossier, actor=actor)
        sign(dossier, actor=actor)
        dossier.refresh_from_db()
    return dossier


def photo(name="现场.jpg", size=(640, 480), colour="#6a8") -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")

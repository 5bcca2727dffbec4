"""The officers' way with a submitted dossier, through the services."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from core.clock import now, today
from reviews.enums import Outcome
from reviews.models import Dossier, SignOff
from reviews.selectors.desk_checks import check_rows
from reviews.selectors.returns import open_parts
from reviews.services.desk_checks import record_desk_check
from reviews.services.dossiers import save_draft
from reviews.services.sign_offs import sign_off
from reviews.services.site_visits import (
    add_finding,
    close_site_visit,
    correct_site_visit,
    open_site_visit,
)
from tests.factories import files
from tests.factories.dossiers import (
    make_campaign,
    make_community,
    make_dossier,
    make_submitted,
    qinhuangdao,
    set_clock,
    submit_dossier,
)

__all__ = [
    "add_finding", "correct_site_visit", "make_campaign", "make_community", "make_dossier", "make_submitted", "now", "qinhuangdao",
    "set_clock", "submit_dossier", "today",
]  # fmt: skip


def officer_of(people, level: str):
    return {
        "owners_committee": people.committee_officer,
        "neighbourhood": people.neighbourhood_officer,
        "street": people.street_officer,
        "county": people.county_officer,
        "city": people.city_officer,
    }[level]


def fresh(dossier: Dossier) -> Dossier:
    return Dossier.objects.select_related("version", "revision").get(pk=dossier.pk)


def attested(dossier: Dossier, step: str, value: bool = True) -> dict[str, bool]:
    """Every attestation the step asks for."""
    definition = dossier.version.definition
    asked = definition.attestable(definition.step(step).level, dossier.track)
    return {key: value for key, _, _ in asked}


def sign(dossier: Dossier, *, actor, outcome=Outcome.AGREE, **fields) -> SignOff:
    """Sign the step at which the dossier waits."""
    dossier = fresh(dossier)
    step = fields.get("step", dossier.step)
    values = {
        "step": step,
        "opinion": "经审核，材料属实，同意推荐。",
        "attestations": attested(dossier, step),
        "revision_sha256": dossier.revision.sha256,
        "scan_checked": "scan" in fields,
    }
    return sign_off(dossier, actor=actor, outcome=outcome, **values | fields)


def all_in_order(dossier: Dossier) -> dict[str, dict]:
    rows = check_rows(dossier.version.definition, dossier.track)
    return {row["code"]: {"ok": True, "note": ""} for row in rows}


def pass_desk_check(dossier: Dossier, *, actor) -> None:
    dossier = fresh(dossier)
    record_desk_check(
        dossier,
        actor=actor,
        checks=all_in_order(dossier),
        revision_sha256=dossier.revision.sha256,
    )


def pass_checks(dossier: Dossier, *, actor) -> None:
    """The county's desk check with nothing missing, and a finished visit without defects."""
    pass_desk_check(dossier, actor=actor)
    visit = open_site_visit(
        dossier, actor=actor, visited_on=today(), participants="县区住建局物业科两人"
    )
    close_site_visit(visit, actor=actor, summary="现场与材料相符。")


def pass_to(dossier: Dossier, code: str, people) -> Dossier:
    """Agree at every step until the dossier waits at step ``code``."""
    dossier = fresh(dossier)
    while dossier.step != code:
        step = dossier.version.definition.step(dossier.step)
        actor = officer_of(people, step.level)
        if step.requires:
            pass_checks(dossier, actor=actor)
        sign(dossier, actor=actor)
        dossier = fresh(dossier)
    return dossier


def correct(dossier: Dossier, *, actor) -> Dossier:
    """Change the form of a returned dossier, where the return opens it, and submit it again."""
    dossier = fresh(dossier)
    if open_parts(dossier).opens("form"):
        form = dossier.draft["form"] | {"address": f"更正后的地址 {dossier.lock_version}"}
        save_draft(dossier, "form", form, lock_version=dossier.lock_version, actor=actor)
    submit_dossier(dossier, actor=actor)
    return fresh(dossier)


def photo(name="现场.jpg", seed: int = 1) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, files.photo(1000 + seed, 750), "image/jpeg")

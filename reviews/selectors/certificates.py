"""Certificates that the notice asks of the bodies of the ladder, and what they have written."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Membership
from campaigns.definition import Definition
from reviews.enums import DossierState
from reviews.models import Certificate, Dossier
from reviews.permissions.sign_offs import LEVEL_OF, is_office_at
from reviews.selectors.parts import material_slot

ISSUABLE = {DossierState.IN_REVIEW, DossierState.RETURNED}


@dataclass(frozen=True)
class Asked:
    """One certificate that the notice asks of a level: ``title`` of the paper, ``about`` the item
    or material it belongs to, ``criterion`` what is judged there. ``certificate``: what stands."""

    slot: str
    level: str
    body: str
    title: str
    about: str
    criterion: str = ""
    certificate: Certificate | None = None


def asked_certificates(
    definition: Definition, track: str, given: dict[tuple[str, str], Certificate] | None = None
) -> list[Asked]:
    """In the order of the notice; several papers of one level for one item are one certificate.
    ``given``: (slot, level) → what was issued."""
    asked: dict[tuple[str, str], list] = {}
    for material in definition.materials(track):
        key = material_slot(material.code), material.issued_by
        asked[key] = [material.title, [material.title], material.help]
    for item in definition.items(track):
        for evidence in item.evidence:
            row = asked.setdefault(
                (item.code, evidence.issued_by), [f"{item.code} {item.title}", [], item.criterion]
            )
            row[1].append(evidence.title)
    bodies = {level.code: level.body for level in definition.levels}
    return [
        Asked(slot, level, bodies[level], "、".join(titles), about, criterion, (given or {}).get((slot, level)))
        for (slot, level), (about, titles, criterion) in asked.items()
        if level in bodies
    ]  # fmt: skip


def certificates_of(dossier: Dossier) -> list[Asked]:
    """What the dossier's definition asks for, each with what stands."""
    rows = dossier.certificates.filter(withdrawn_at=None).select_related(
        "organisation", "issued_by__user", "scan"
    )
    given = {(row.slot, row.level): row for row in rows}
    return asked_certificates(dossier.version.definition, dossier.track, given)


def certificates_by_slot(dossier: Dossier) -> dict[str, list[Asked]]:
    found: dict[str, list[Asked]] = {}
    for asked in certificates_of(dossier):
        found.setdefault(asked.slot, []).append(asked)
    return found


def asked_of(member: Membership, dossier: Dossier) -> list[Asked]:
    """What the member's office has to certify for the dossier."""
    level = LEVEL_OF.get(member.role, "")
    if not is_office_at(member, dossier, level):
        return []
    return [asked for asked in certificates_of(dossier) if asked.level == level]


def withdrawn_certificates(dossier: Dossier, asked: Asked) -> list[Certificate]:
    """What stood before in its place, newest first."""
    rows = dossier.certificates.filter(
        slot=asked.slot, level=asked.level, withdrawn_at__isnull=False
    )
    return list(
        rows.select_related("organisation", "issued_by__user", "withdrawn_by__user").order_by(
            "-withdrawn_at"
        )
    )

"""What an office has signed, what it was asked to do again, and what was found on the way."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from accounts.models import Membership
from reviews.models import DeskCheck, Dossier, OpinionTemplate, SignOff, SiteVisit


def done_by(member: Membership) -> QuerySet[SignOff]:
    """已办: what the member's office has signed, newest first."""
    return (
        given_by(member)
        .select_related(
            "signed_by__user",
            "signed_by__acts_for__user",
            "dossier__campaign",
            "dossier__version",
            "dossier__community__county",
            "dossier__applicant",
            "revision",
        )
        .defer("dossier__draft", "dossier__version__body", "revision__content")
        .order_by("-signed_at", "-pk")
    )


def count_done(member: Membership) -> int:
    """How many opinions the member's office has given."""
    return given_by(member).count()


def given_by(member: Membership) -> QuerySet[SignOff]:
    """What the member's office has signed; what was carried over is not signed again."""
    return SignOff.objects.filter(organisation_id=member.organisation_id, carried_from=None)


def returned_here(dossier: Dossier) -> SignOff | None:
    """The return by which a later level sent the dossier to the step at which it waits, as long
    as it is the last word on the present revision."""
    last = (
        SignOff.objects.filter(revision=dossier.revision_id)
        .select_related("organisation", "signed_by__user")
        .order_by("-signed_at", "-pk")
        .first()
    )
    return last if last and last.target and last.target == dossier.step else None


def has_desk_check(dossier: Dossier) -> bool:
    """Whether the present revision was checked at the desk."""
    return DeskCheck.objects.filter(revision=dossier.revision_id).exists()


def last_closed_visit(dossier: Dossier) -> SiteVisit | None:
    """The latest finished site visit. It holds for later revisions too: papers are corrected, the
    estate stays; the county may visit again."""
    return (
        SiteVisit.objects.filter(dossier=dossier, closed_at__isnull=False)
        .order_by("-closed_at")
        .first()
    )


def defects_by_item(dossier: Dossier) -> dict[str, dict]:
    """Item code → ``{"defects": number, "places": [text]}`` of the latest finished visit, the
    shape of a ``per_defect`` mark."""
    visit = last_closed_visit(dossier)
    found: dict[str, dict] = {}
    if visit is None:
        return found
    for finding in visit.findings.filter(removed_at=None).order_by("recorded_at", "pk"):
        row = found.setdefault(finding.item, {"defects": 0, "places": []})
        row["defects"] += 1
        row["places"].append(f"{finding.place}：{finding.description}")
    return found


def attestations_by_dossier(dossiers: Collection[Dossier]) -> dict[Any, dict[str, bool]]:
    """dossier id → gate key → whether the body confirmed it, from the signatures of the present
    revisions. One query for all."""
    by_revision: dict[Any, dict[str, bool]] = {d.revision_id: {} for d in dossiers}
    given = SignOff.objects.filter(revision__in=list(by_revision), superseded_at=None)
    given = given.order_by("signed_at", "pk")
    for revision_id, attestations in given.values_list("revision_id", "attestations"):
        by_revision[revision_id] |= attestations
    return {dossier.pk: by_revision[dossier.revision_id] for dossier in dossiers}


def attestations_of(dossier: Dossier) -> dict[str, bool]:
    """The same for one dossier: gate key → whether the body confirmed it."""
    return attestations_by_dossier([dossier])[dossier.pk]


def templates_at(level: str, outcomes: Collection[str] | None = None) -> list[OpinionTemplate]:
    """The tenant's wordings for a level, those for agreeing first."""
    rows = OpinionTemplate.objects.filter(level__in=("", level))
    if outcomes is not None:
        rows = rows.filter(outcome__in=outcomes)
    return list(rows.order_by("outcome", "created_at", "pk"))

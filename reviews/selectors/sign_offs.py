"""What waits for an office, what it has done, and what was found on the way."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Membership
from campaigns.models import CampaignVersion
from reviews.enums import DossierState
from reviews.models import DeskCheck, Dossier, SignOff, SiteVisit
from reviews.permissions.sign_offs import LEVEL_OF
from reviews.selectors.dossiers import visible_dossiers

LIST_FIELDS = ("campaign", "version", "community__county", "applicant", "revision")
HEAVY_FIELDS = ("draft", "version__body", "revision__content")
OFFICE_STEPS = {"sign_off", "desk_check", "site_visit"}


def waiting_for(member: Membership) -> QuerySet[Dossier]:
    """待办: the dossiers that wait at a step of the member's office, oldest first."""
    return (
        visible_dossiers(member)
        .filter(_at_steps_of(member), state=DossierState.IN_REVIEW)
        .select_related(*LIST_FIELDS)
        .defer(*HEAVY_FIELDS)
        .order_by("waiting_since", "pk")
    )


def count_todo(member: Membership) -> int:
    """How many dossiers wait for the member's office."""
    return waiting_for(member).order_by().count()


def next_waiting(member: Membership, after: Dossier) -> Dossier | None:
    """The dossier that has waited longest for the member's office, ``after`` left out."""
    return waiting_for(member).exclude(pk=after.pk).first()


def done_by(member: Membership) -> QuerySet[SignOff]:
    """已办: what the member's office has signed, newest first."""
    return (
        SignOff.objects.filter(organisation_id=member.organisation_id)
        .select_related(
            "signed_by__user",
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
    return SignOff.objects.filter(organisation_id=member.organisation_id).count()


def _at_steps_of(member: Membership) -> Q:
    """Condition: the dossier is at a step of the member's level, in whichever version."""
    level = LEVEL_OF.get(member.role)
    mine = Q(pk__in=[])
    if level is None:
        return mine
    for version in CampaignVersion.objects.defer("body"):
        codes = [
            step.code
            for step in version.definition.route
            if step.level == level and step.type in OFFICE_STEPS
        ]
        if codes:
            mine |= Q(version=version, step__in=codes)
    return mine


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
    given = SignOff.objects.filter(revision__in=list(by_revision)).order_by("signed_at", "pk")
    for revision_id, attestations in given.values_list("revision_id", "attestations"):
        by_revision[revision_id] |= attestations
    return {dossier.pk: by_revision[dossier.revision_id] for dossier in dossiers}


def attestations_of(dossier: Dossier) -> dict[str, bool]:
    """The same for one dossier: gate key → whether the body confirmed it."""
    return attestations_by_dossier([dossier])[dossier.pk]

"""Which dossiers a member sees, and what the pages read of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.enums import Role
from accounts.models import Membership
from campaigns.definition import Definition
from campaigns.models import Campaign, CampaignVersion
from communities.models import Community
from communities.selectors import claimable_by
from reviews.enums import DossierState
from reviews.models import Collaborator, Dossier

SUBTREE_ROLES = {Role.NEIGHBOURHOOD_OFFICER, Role.STREET_OFFICER, Role.COUNTY_OFFICER}
TENANT_ROLES = {Role.CITY_OFFICER, Role.AUDITOR}


def visible_dossiers(member: Membership) -> QuerySet[Dossier]:
    """The dossiers that ``member`` may see; everything else does not exist for it.

    - An applicant sees those of its own organisation and those it helps with, drafts included.
    - The owners' committee sees those of its community once they were submitted.
    - Neighbourhood, street and county see those of their subtree once submitted.
    - City bureau and auditor see all once submitted.
    - Experts see their assigned ones through scoring only; the others see none.
    """
    every = Dossier.objects.all()
    if member.role == Role.APPLICANT:
        helped = Collaborator.objects.filter(member=member, removed_at=None)
        return every.filter(
            Q(applicant_id=member.organisation_id) | Q(pk__in=helped.values("dossier_id"))
        )
    submitted = every.filter(revision__isnull=False)
    if member.role == Role.COMMITTEE_OFFICER:
        return submitted.filter(community__owners_committee_id=member.organisation_id)
    if member.role in SUBTREE_ROLES:
        return submitted.filter(in_subtree(member))
    if member.role in TENANT_ROLES:
        return submitted
    return every.none()


def in_subtree(member: Membership) -> Q:
    """Condition: the dossier's community lies in the member's subtree of divisions."""
    return Q(community__division__path__startswith=member.division_path)


def present_collaborators(dossier: Dossier) -> list[Collaborator]:
    """Who of other organisations helps to write the dossier now."""
    present = dossier.collaborators.filter(removed_at=None).order_by("added_at")
    return list(present.select_related("member__user", "member__organisation", "added_by__user"))


# ---- lists -----------------------------------------------------------------------------------

WITH_APPLICANT = {DossierState.DRAFT: "申报单位填报", DossierState.RETURNED: "申报单位补正"}
ON_ROUTE = {
    DossierState.IN_REVIEW,
    DossierState.SCORING,
    DossierState.DECISION,
    DossierState.LISTED,
}


def waiting_for(state: str, step: str, definition: Definition) -> str:
    """Who or what a dossier waits for, in words; empty when it waits for nothing any more."""
    if state in WITH_APPLICANT:
        return WITH_APPLICANT[state]
    if state not in ON_ROUTE or not step:
        return ""
    place = definition.step(step)
    bodies = {level.code: level.body for level in definition.levels}
    return f"{place.title}（{bodies[place.level]}）" if place.level in bodies else place.title


def filter_dossiers(
    dossiers: QuerySet[Dossier], *, state="", step="", county=None, search=""
) -> QuerySet[Dossier]:
    """``county`` is the id of a division, ``search`` part of a number or of a community's name."""
    if state:
        dossiers = dossiers.filter(state=state)
    if step:
        dossiers = dossiers.filter(step=step)
    if county:
        dossiers = dossiers.filter(community__county_id=county)
    if word := search.strip():
        dossiers = dossiers.filter(Q(number__icontains=word) | Q(community__name__icontains=word))
    return dossiers


def list_rows(dossiers: QuerySet[Dossier]) -> QuerySet:
    """Named tuples for a list: pk, number, community_name, county_name, applicant_name, track,
    state, step, waiting_since, created_at, version_id, receipt, submitted_at."""
    names = {
        "community_name": "community__name",
        "county_name": "community__county__name",
        "applicant_name": "applicant__name",
        "receipt": "revision__receipt",
        "submitted_at": "revision__submitted_at",
    }
    return dossiers.annotate(**{name: F(path) for name, path in names.items()}).values_list(
        "pk", "number", "track", "state", "step", "waiting_since", "created_at", "version_id",
        *names, named=True,
    )  # fmt: skip


def definitions_of(version_ids: Iterable) -> dict[Any, Definition]:
    """The definitions that rows name, in one query."""
    versions = CampaignVersion.objects.filter(pk__in=set(version_ids))
    return {version.pk: version.definition for version in versions}


def step_choices() -> list[tuple[str, str]]:
    """Every step of the routes in use: (code, title)."""
    versions = CampaignVersion.objects.order_by("campaign", "-number").distinct("campaign")
    return list(
        {step.code: step.title for version in versions for step in version.definition.route}.items()
    )


def applicable_communities(member: Membership, campaign: Campaign) -> QuerySet[Community]:
    """Communities that the member's organisation may apply for and that have not applied yet."""
    applied = Dossier.objects.filter(campaign=campaign).exclude(state=DossierState.WITHDRAWN)
    return (
        Community.objects.filter(claimable_by(member.organisation_id))
        .exclude(pk__in=applied.values("community_id"))
        .select_related("county")
        .order_by("name")
    )

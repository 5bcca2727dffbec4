"""Who is told of what happens to a dossier."""

from __future__ import annotations

from django.db.models import Q

from accounts.enums import Role
from accounts.models import Membership
from campaigns.definition.route import Step
from campaigns.models import Campaign, Extension
from core.clock import today
from reviews.enums import DossierState
from reviews.models import Collaborator, Dossier
from reviews.permissions.sign_offs import ROLE_AT, acts_at

PEOPLE = ("user", "organisation__division", "acts_for__user")


def active_members():
    return Membership.objects.filter(is_active=True, user__is_active=True).select_related(*PEOPLE)


def applicants_of(dossier: Dossier) -> list[Membership]:
    """The applicant's people and those who help to write."""
    helpers = Collaborator.objects.filter(dossier=dossier, removed_at=None).values("member")
    own = Q(organisation=dossier.applicant_id, role=Role.APPLICANT, acts_for=None)
    return list(active_members().filter(own | Q(pk__in=helpers)).order_by("created_at", "pk"))


def officers_at(dossier: Dossier, step: Step) -> list[Membership]:
    """The people of the office that acts at the step, and who stands in for them today."""
    role = ROLE_AT.get(step.level)
    if role is None:
        return []
    day = today()
    officers = active_members().filter(role=role).order_by("created_at", "pk")
    return [one for one in officers if one.holds_on(day) and acts_at(one, dossier, step)]


def people_of_extension(extension: Extension) -> list[Membership]:
    """Whom an extension concerns: of one organisation its people, of one community its applicant;
    of the whole campaign everybody who applies in it or acts on its route."""
    if extension.organisation_id:
        people = active_members().filter(organisation=extension.organisation_id)
        return list(people.order_by("created_at", "pk"))
    dossiers = Dossier.objects.filter(campaign=extension.campaign_id).exclude(
        state=DossierState.WITHDRAWN
    )
    if extension.community_id:
        dossiers = dossiers.filter(community=extension.community_id)
    applicants = Q(organisation__in=dossiers.values("applicant"), role=Role.APPLICANT)
    helpers = Q(
        pk__in=Collaborator.objects.filter(dossier__in=dossiers, removed_at=None).values("member")
    )
    whom = applicants | helpers
    if extension.community_id is None:
        whom |= Q(role__in=levels_of(extension.campaign))
    return list(active_members().filter(whom).order_by("created_at", "pk"))


def levels_of(campaign: Campaign) -> set[str]:
    """The roles that act on the campaign's route."""
    version = campaign.versions.order_by("-number").defer("body").first()
    return {ROLE_AT[step.level] for step in version.definition.route if step.level in ROLE_AT}

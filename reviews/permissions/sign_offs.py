"""Who acts at a step of the route."""

from __future__ import annotations

from django.db.models import Q

from accounts.enums import Role
from accounts.models import Membership
from campaigns.definition.route import Step
from reviews.models import Collaborator, Dossier

# level of a step → the role that acts there
ROLE_AT = {
    "owners_committee": Role.COMMITTEE_OFFICER,
    "neighbourhood": Role.NEIGHBOURHOOD_OFFICER,
    "street": Role.STREET_OFFICER,
    "county": Role.COUNTY_OFFICER,
    "city": Role.CITY_OFFICER,
}
LEVEL_OF = {role: level for level, role in ROLE_AT.items()}


def acts_at(member: Membership, dossier: Dossier, step: Step) -> bool:
    """Whether the member's office is the one that acts at the step.

    - The role is the one of the step's level.
    - The owners' committee is the community's own.
    - For the others the community lies in the member's subtree of divisions.
    """
    return is_office_at(member, dossier, step.level)


def is_office_at(member: Membership, dossier: Dossier, level: str) -> bool:
    """Whether the member's office is the dossier's at the level, as ``acts_at`` says."""
    if member.role != ROLE_AT.get(level):
        return False
    if level == "owners_committee":
        return dossier.community.owners_committee_id == member.organisation_id
    return dossier.community.division.path.startswith(member.division_path)


def acts_on(member: Membership, dossier: Dossier) -> bool:
    """Whether the member's office acts at some step of the dossier's route."""
    steps = dossier.version.definition.steps(dossier.track)
    return any(acts_at(member, dossier, step) for step in steps)


def can_receive_papers(member: Membership, dossier: Dossier) -> bool:
    """- Every office on the dossier's route counts the originals that it holds itself."""
    return acts_on(member, dossier)


def can_manage_templates(member: Membership) -> bool:
    """- The city bureau and the tenant's administrator keep the common wordings."""
    return member.role in (Role.CITY_OFFICER, Role.TENANT_ADMIN)


def is_applicant_itself(member: Membership, dossier: Dossier) -> bool:
    """Whether the member, as this or another membership, belongs to the applicant or has helped
    to write the dossier."""
    if member.organisation_id == dossier.applicant_id:
        return True
    helpers = Collaborator.objects.filter(
        dossier=dossier
    )  # removed ones too: what they wrote stays
    belongs = Q(organisation_id=dossier.applicant_id) | Q(pk__in=helpers.values("member_id"))
    return Membership.objects.filter(belongs, user_id=member.user_id, is_active=True).exists()


def can_sign(member: Membership, dossier: Dossier, step: Step) -> bool:
    """Whether the member may sign the step, turn and deadline apart.

    - Its office acts at the step.
    - Nobody signs the dossier of an organisation to which he belongs.
    """
    return acts_at(member, dossier, step) and not is_applicant_itself(member, dossier)

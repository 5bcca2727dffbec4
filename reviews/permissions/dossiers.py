"""Who may do what with a dossier on the applicant's side."""

from accounts.enums import Role
from accounts.models import Membership
from reviews.enums import DossierState
from reviews.models import Collaborator, Dossier

EDITABLE_STATES = (DossierState.DRAFT, DossierState.RETURNED)


def can_create_dossier(member: Membership) -> bool:
    """- Applicants only; which communities is a matter of the service."""
    return member.role == Role.APPLICANT


def is_own_dossier(member: Membership, dossier: Dossier) -> bool:
    """- An applicant of the organisation that applies."""
    return member.role == Role.APPLICANT and dossier.applicant_id == member.organisation_id


def helps_with(member: Membership, dossier: Dossier) -> bool:
    """- An applicant of another organisation whom the dossier's own has named."""
    return (
        member.role == Role.APPLICANT
        and Collaborator.objects.filter(dossier=dossier, member=member, removed_at=None).exists()
    )


def can_write_dossier(member: Membership, dossier: Dossier) -> bool:
    """- Its applicant and whoever helps; submitting and withdrawing are the applicant's alone."""
    return is_own_dossier(member, dossier) or helps_with(member, dossier)


def can_edit_dossier(member: Membership, dossier: Dossier) -> bool:
    """- Who writes it, while it is a draft or was returned for correction."""
    return dossier.state in EDITABLE_STATES and can_write_dossier(member, dossier)


def can_withdraw_dossier(member: Membership, dossier: Dossier) -> bool:
    """- Its applicant, as a draft or while nobody has signed the present revision."""
    if not is_own_dossier(member, dossier):
        return False
    if dossier.state == DossierState.DRAFT:
        return True
    return dossier.state == DossierState.IN_REVIEW and not is_signed(dossier)


def can_request_papers(member: Membership) -> bool:
    """- Whoever sees the dossier; the auditor reads and asks for nothing."""
    return member.role != Role.AUDITOR


def is_signed(dossier: Dossier) -> bool:
    """Whether a body has given its opinion on the dossier (steps passed over do not count)."""
    return dossier.sign_offs.exclude(signed_by=None).exists()


def can_move_dossiers(member: Membership) -> bool:
    """- The city bureau takes dossiers over into a newer version of the definition."""
    return member.role == Role.CITY_OFFICER

"""Who draws, scores, ranks and decides."""

from accounts.enums import Role
from accounts.models import Membership
from campaigns.definition.route import Step
from reviews.permissions.sign_offs import ROLE_AT
from scoring.enums import AssignmentState
from scoring.models import Assignment, Scorecard


def can_manage_pool(member: Membership) -> bool:
    """- City bureau and tenant administrators keep the pool of experts."""
    return member.role in {Role.CITY_OFFICER, Role.TENANT_ADMIN}


def can_see_pool(member: Membership) -> bool:
    """- Who keeps the pool, and the auditor."""
    return can_manage_pool(member) or member.role == Role.AUDITOR


def can_manage_panel(member: Membership) -> bool:
    """- Only the city bureau draws panels and assigns."""
    return member.role == Role.CITY_OFFICER


def can_see_results(member: Membership) -> bool:
    """- City bureau and auditor see panels, rankings and explanations."""
    return member.role in {Role.CITY_OFFICER, Role.AUDITOR}


def can_decide(member: Membership) -> bool:
    """- Only the city bureau confirms a ranking and decides."""
    return member.role == Role.CITY_OFFICER


def can_select(member: Membership, step: Step) -> bool:
    """- The office of the step's level, for what lies in its own division."""
    return step.type == "selection" and member.role == ROLE_AT.get(step.level)


def can_see_selection(member: Membership, step: Step) -> bool:
    """- The office that picks, city bureau and auditor."""
    return can_select(member, step) or can_see_results(member)


def can_score(member: Membership) -> bool:
    """- Experts."""
    return member.role == Role.EXPERT


def is_own_assignment(member: Membership, assignment: Assignment) -> bool:
    """- An expert acts on the assignments of its own membership only."""
    return member.role == Role.EXPERT and assignment.expert.membership_id == member.pk


def can_open_sheet(member: Membership, scorecard: Scorecard) -> bool:
    """- The expert it is assigned to, unless recused."""
    assignment = scorecard.assignment
    return is_own_assignment(member, assignment) and assignment.state != AssignmentState.RECUSED


def can_mark(member: Membership, scorecard: Scorecard) -> bool:
    """- The expert it is assigned to, until it is submitted and while not recused."""
    assignment = scorecard.assignment
    return (
        is_own_assignment(member, assignment)
        and assignment.state == AssignmentState.ASSIGNED
        and scorecard.submitted_at is None
    )

"""Who may set up and move campaigns."""

from accounts.enums import Role
from accounts.models import Membership
from campaigns.enums import CampaignState
from campaigns.models import Campaign

ORGANISERS = {Role.CITY_OFFICER, Role.TENANT_ADMIN}


def can_create_campaign(member: Membership) -> bool:
    """- city officers and administrators."""
    return member.role in ORGANISERS


def can_edit_campaign(member: Membership, campaign: Campaign) -> bool:
    """- city officers and administrators, as long as the campaign is not over."""
    return member.role in ORGANISERS and campaign.state in (
        CampaignState.DRAFT,
        CampaignState.OPEN,
    )


def can_see_drafts(member: Membership) -> bool:
    """- those who set them up, and auditors."""
    return member.role in ORGANISERS or member.role == Role.AUDITOR


def can_edit_drafts(member: Membership) -> bool:
    """- those who set up campaigns."""
    return member.role in ORGANISERS


def can_see_imports(member: Membership) -> bool:
    """- those who set up campaigns, and auditors."""
    return can_see_drafts(member)


def can_import_notice(member: Membership) -> bool:
    """- those who set up campaigns."""
    return member.role in ORGANISERS


def can_extend_deadlines(member: Membership, campaign: Campaign) -> bool:
    """- the city bureau, while the campaign is open."""
    return member.role == Role.CITY_OFFICER and campaign.state == CampaignState.OPEN

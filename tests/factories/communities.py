"""Communities around the fixed cast, made through the services."""

from communities.enums import CommunityKind
from communities.services import create_community
from core import audit


def make_community(people, *, county: str = "north", code: str = "C-001", **values):
    """A community of the north (or south) county; the applicant's company manages it."""
    values = {
        "name": "和顺家园",
        "address": "和顺路 1 号",
        "kind": CommunityKind.PROFESSIONAL,
        "managed_by": people.applicant.organisation,
        "households": 820,
    } | values
    return create_community(
        actor=audit.SYSTEM, code=code, division=getattr(people.tree, county).hood, **values
    )

"""The visit on the spot and its findings."""

from __future__ import annotations

from campaigns.definition import Definition
from campaigns.rubric import Item
from reviews.models import Dossier, Finding, SiteVisit


def visited_items(definition: Definition, track: str) -> list[Item]:
    """The items whose defects are counted on the spot."""
    return [item for item in definition.items(track) if item.kind == "per_defect"]


def visit_of(dossier: Dossier) -> SiteVisit | None:
    """The visit of the present revision, open or closed."""
    return (
        SiteVisit.objects.filter(revision=dossier.revision_id)
        .select_related("visited_by__user", "visited_by__organisation", "revision")
        .first()
    )


def findings_by_item(visit: SiteVisit) -> dict[str, list[Finding]]:
    """Item code → findings in the order of recording, removed ones included."""
    found: dict[str, list[Finding]] = {}
    rows = visit.findings.select_related("photo", "recorded_by__user", "removed_by__user")
    for finding in rows.order_by("recorded_at", "pk"):
        found.setdefault(finding.item, []).append(finding)
    return found

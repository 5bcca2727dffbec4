"""The visit on the spot and its findings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts.models import Membership
from campaigns.definition import Definition
from campaigns.rubric import Item
from reviews.models import Dossier, Finding, SiteVisit, VisitPlan
from reviews.selectors.work_list import waiting_for


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


def plan_of(dossier: Dossier) -> VisitPlan | None:
    return VisitPlan.objects.filter(dossier=dossier).select_related("planned_by__user").first()


@dataclass(frozen=True)
class ToVisit:
    """A dossier that waits for the visit of the office; ``plan`` and ``visit`` where there is one."""

    dossier: Dossier
    plan: VisitPlan | None
    visit: SiteVisit | None
    is_overdue: bool

    @property
    def status(self) -> str:
        if self.visit:
            return "已完成" if self.visit.closed_at else "核查中"
        if self.plan is None:
            return "待安排"
        return "已过计划日期" if self.is_overdue else "已安排"

    @property
    def tone(self) -> str:
        return {"已过计划日期": "bad", "已安排": "info"}.get(self.status, "")


def dossiers_to_visit(member: Membership, today: date) -> list[ToVisit]:
    """What waits at a step of the member's office that asks for a visit: planned ones by their
    day, then those without a plan. The latest finished visit counts for later revisions too."""
    waiting = [d for d in waiting_for(member) if asks_visit(d)]
    plans = {p.dossier_id: p for p in VisitPlan.objects.filter(dossier__in=waiting)}
    present = {dossier.revision_id for dossier in waiting}
    visits = {
        visit.dossier_id: visit
        for visit in SiteVisit.objects.filter(dossier__in=waiting).order_by("visited_on", "pk")
        if visit.closed_at or visit.revision_id in present
    }
    rows = []
    for dossier in waiting:
        plan = plans.get(dossier.pk)
        is_overdue = plan is not None and plan.planned_on < today
        rows.append(ToVisit(dossier, plan, visits.get(dossier.pk), is_overdue))
    return sorted(rows, key=lambda row: row.plan.planned_on if row.plan else date.max)


def asks_visit(dossier: Dossier) -> bool:
    """Whether the step at which the dossier waits asks for a visit."""
    step = dossier.version.definition.step(dossier.step)
    return step.type == "site_visit" or "site_visit" in step.requires


def findings_by_item(visit: SiteVisit) -> dict[str, list[Finding]]:
    """Item code → findings in the order of recording, removed ones included."""
    found: dict[str, list[Finding]] = {}
    rows = visit.findings.select_related("photo", "recorded_by__user", "removed_by__user")
    for finding in rows.order_by("recorded_at", "pk"):
        found.setdefault(finding.item, []).append(finding)
    return found

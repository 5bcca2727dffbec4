"""What is read of rankings and sheets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from accounts.models import Membership
from campaigns.models import Campaign
from core.enums import JobState
from core.models import Job
from reviews.models import Dossier
from scoring.enums import AssignmentState
from scoring.models import Mark, Panel, Ranking, RankingRow, Scorecard
from scoring.permissions import can_see_results


def latest_ranking(campaign: Campaign) -> Ranking | None:
    return Ranking.objects.filter(campaign=campaign).order_by("-number").first()


def ranking_job(campaign: Campaign) -> Job | None:
    """The newest computation that was asked for."""
    jobs = Job.objects.filter(kind="scoring.compute_ranking", payload__campaign=str(campaign.pk))
    return jobs.order_by("-created_at", "-pk").first()


def open_ranking_job(campaign: Campaign) -> Job | None:
    """The computation that is waiting or running, if there is one."""
    job = ranking_job(campaign)
    return job if job and job.state in (JobState.QUEUED, JobState.RUNNING) else None


def submitted_sheets(dossiers: Iterable[Dossier]) -> dict[Any, list[dict]]:
    """dossier id → its counting sheets ``{rater, scorecard, total, sections}`` by the expert's
    number. Sheets that are not submitted, or whose expert is recused, are not there."""
    numbers = rater_numbers()
    sheets: dict[Any, list[dict]] = {}
    cards = Scorecard.objects.filter(
        assignment__dossier__in=list(dossiers),
        assignment__state=AssignmentState.SUBMITTED,
        submitted_at__isnull=False,
    ).values_list("assignment__dossier_id", "assignment__expert_id", "pk", "total", "sections")
    for dossier_id, expert_id, pk, total, sections in cards:
        sheets.setdefault(dossier_id, []).append(
            {"rater": numbers[expert_id], "scorecard": pk, "total": total, "sections": sections}
        )
    for found in sheets.values():
        found.sort(key=lambda card: card["rater"])
    return sheets


def rater_numbers() -> dict[Any, str]:
    """expert id → 专家01 …: how experts are named in results, by their place in the draw."""
    seats = Panel.objects.values_list("seats__expert_id", "seats__position")
    return {expert: f"专家{position:02d}" for expert, position in seats if expert}


def visible_rows(member: Membership) -> QuerySet[RankingRow]:
    """Ranking rows for city bureau and auditor; nobody else sees a mark before it is published."""
    rows = RankingRow.objects.select_related(
        "ranking__version", "ranking__campaign", "dossier__community__county", "dossier__applicant"
    )
    return rows if can_see_results(member) else rows.none()


def marks_of_row(row: RankingRow) -> dict[str, dict[str, Mark]]:
    """item code → rater → mark, of all sheets the row was computed from. One query."""
    raters = {rater["scorecard"]: rater["rater"] for rater in row.explanation["raters"]}
    table: dict[str, dict[str, Mark]] = {}
    for mark in Mark.objects.filter(scorecard_id__in=raters):
        table.setdefault(mark.item, {})[raters[str(mark.scorecard_id)]] = mark
    return table

"""What is read of rankings and sheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet

from accounts.models import Membership
from campaigns.models import Campaign
from core.enums import JobState
from core.models import Job
from reviews.enums import DossierState
from reviews.models import Dossier
from scoring.engine import score_sheet
from scoring.enums import AssignmentState
from scoring.models import Decision, Mark, Panel, Ranking, RankingRow, Scorecard
from scoring.permissions import can_see_results
from scoring.selectors.facts import measured_facts


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
    dossiers = list(dossiers)
    numbers = rater_numbers({dossier.campaign_id for dossier in dossiers})
    sheets: dict[Any, list[dict]] = {}
    cards = Scorecard.objects.filter(
        assignment__dossier__in=dossiers,
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


def vetoes_by_sheet(
    dossiers: Iterable[Dossier], facts: Mapping[Any, Mapping]
) -> dict[Any, tuple[str, ...]]:
    """sheet id → items whose veto its marks name. No query where the notice knows no veto, else
    one."""
    dossiers = {dossier.pk: dossier for dossier in dossiers}
    first = next(iter(dossiers.values()), None)
    codes = [i.code for i in first.version.definition.items() if i.veto] if first else []
    if not codes:
        return {}
    cards: dict[Any, tuple[Any, dict]] = {}
    rows = Mark.objects.filter(
        item__in=codes, scorecard__assignment__dossier__in=list(dossiers.values())
    ).values_list("scorecard_id", "scorecard__assignment__dossier_id", "item", "raw")
    for card, dossier, item, raw in rows:
        cards.setdefault(card, (dossier, {}))[1][item] = raw
    return {
        card: score_sheet(
            first.version.definition, dossiers[dossier].track, marks, facts.get(dossier, {})
        ).vetoes
        for card, (dossier, marks) in cards.items()
    }


def rater_numbers(campaigns: Iterable[Any]) -> dict[Any, str]:
    """expert id → 专家01 …: how experts are named in results, by their place in the draw."""
    panels = Panel.objects.filter(campaign__in=list(campaigns))
    seats = panels.values_list("seats__expert_id", "seats__position")
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


def ranking_history(campaign: Campaign) -> list[Ranking]:
    """Every ranking that was computed, newest first."""
    return list(
        Ranking.objects.filter(campaign=campaign)
        .select_related("version", "computed_for__user", "computed_for__organisation")
        .defer("version__body")
        .order_by("-number")
    )


def ranking_rows(ranking: Ranking) -> list[RankingRow]:
    """The rows in the order of their ranks, unranked last. One query."""
    return list(
        RankingRow.objects.filter(ranking=ranking)
        .select_related("dossier__community__county", "dossier__applicant")
        .defer("dossier__draft")
        .order_by("group", F("rank").asc(nulls_last=True), "dossier__number")
    )


def decisions_of(campaign: Campaign) -> dict[Any, Decision]:
    """dossier id → the city's decision."""
    return {d.dossier_id: d for d in Decision.objects.filter(dossier__campaign=campaign)}


def ranking_stage(campaign: Campaign) -> str:
    """``scoring``: experts are at it; ``decision``: confirmed, to be decided; ``decided``;
    ``empty``: nothing has come to the experts yet."""
    states = set(
        Dossier.objects.filter(
            campaign=campaign, state__in=[DossierState.SCORING, DossierState.DECISION]
        )
        .values_list("state", flat=True)
        .distinct()
    )
    if DossierState.SCORING in states:
        return "scoring"
    if Decision.objects.filter(dossier__campaign=campaign).exists():
        return "decided"
    return "decision" if states else "empty"


@dataclass(frozen=True)
class RaterSheet:
    """One expert's sheet in a result. ``text``: how its total came about; ``agrees``: whether the
    marks, computed anew, give the total that was ranked."""

    rater: str
    total: Decimal
    use: str
    lines: tuple[str, ...]
    agrees: bool


@dataclass(frozen=True)
class MarksTable:
    """``sections``: ``[{code, title, items: [{code, title, maximum, cells: [{rater, points, text,
    comment}]}]}]`` with one cell per rater in the order of ``raters``."""

    raters: tuple[RaterSheet, ...]
    sections: list[dict]


def explain_marks(row: RankingRow) -> MarksTable:
    """Every mark behind a row, and each sheet computed anew from them. Two queries."""
    definition, dossier = row.ranking.version.definition, row.dossier
    table = marks_of_row(row)
    facts = measured_facts(definition, dossier)
    raters, results = [], {}
    for stored in row.explanation["raters"]:
        name = stored["rater"]
        raw = {code: marks[name].raw for code, marks in table.items() if name in marks}
        result = score_sheet(definition, dossier.track, raw, facts)
        results[name] = result
        total = Decimal(stored["total"])
        agrees = result.complete and result.total == total
        raters.append(RaterSheet(name, total, stored["use"], result.explanation, agrees))
    sections = []
    for section in definition.sections(dossier.track):
        items = []
        for item in section.items_for(dossier.track):
            if not any(item.code in result.items for result in results.values()):
                continue
            cells = []
            for name, result in results.items():
                mark = table.get(item.code, {}).get(name)
                one = result.items[item.code]
                comment = mark.comment if mark else ""
                cells.append(
                    {"rater": name, "points": one.points, "text": one.text, "comment": comment}
                )
            items.append(
                {"code": item.code, "title": item.title, "maximum": item.points, "cells": cells}
            )
        sections.append({"code": section.code, "title": section.title, "rows": items})
    return MarksTable(tuple(raters), sections)

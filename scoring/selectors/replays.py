"""What replaying a ranking reads, and what is kept of it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.models import Membership
from campaigns.definition import Definition
from campaigns.enums import CampaignState
from campaigns.models import Campaign
from core.models import Job
from reviews.selectors.sign_offs import attestations_by_dossier
from scoring.enums import DecisionOutcome
from scoring.models import Decision, Mark, Ranking, Replay
from scoring.permissions import can_see_results
from scoring.replay import Entrant
from scoring.selectors.facts import facts_for_gates
from scoring.selectors.rankings import decisions_of, ranking_rows


def is_finished(campaign: Campaign) -> bool:
    """Whether nothing can be influenced any more: decided, closed or archived."""
    return (
        campaign.state in (CampaignState.CLOSED, CampaignState.ARCHIVED)
        or Decision.objects.filter(dossier__campaign=campaign).exists()
    )


def visible_replays(member: Membership) -> QuerySet[Replay]:
    """Replays, newest first, for those who may see results."""
    replays = (
        Replay.objects.select_related(
            "ranking__campaign", "ranking__version", "created_by__user", "created_by__organisation"
        )
        .defer("body", "ranking__version__body")
        .order_by("-created_at", "-pk")
    )
    return replays if can_see_results(member) else replays.none()


def replay_job(replay: Replay) -> Job | None:
    return Job.objects.filter(kind="scoring.replay", payload__replay=str(replay.pk)).first()


def entrants_of(ranking: Ranking, definition: Definition) -> list[Entrant]:
    """The dossiers of a ranking with all that a replay under ``definition`` needs: the marks of
    the sheets the ranking was computed from, facts, attestations."""
    rows = ranking_rows(ranking)
    dossiers = [row.dossier for row in rows]
    raters = {
        rater["scorecard"]: (row.dossier_id, rater["rater"])
        for row in rows
        for rater in row.explanation["raters"]
    }
    sheets: dict[Any, dict[str, dict]] = {}
    for dossier_id, rater in raters.values():
        sheets.setdefault(dossier_id, {})[rater] = {}
    marks = Mark.objects.filter(scorecard__in=list(raters))
    for card, item, raw in marks.values_list("scorecard_id", "item", "raw").iterator():
        dossier_id, rater = raters[str(card)]
        sheets[dossier_id][rater][item] = raw
    facts, given = facts_for_gates(definition, dossiers), attestations_by_dossier(dossiers)
    decided = decisions_of(ranking.campaign)
    labels = dict(DecisionOutcome.choices)
    return [
        Entrant(
            key=str(row.dossier_id),
            number=row.dossier.number,
            name=row.dossier.community.name,
            track=row.dossier.track,
            facts=facts[row.dossier_id],
            attestations=given[row.dossier_id],
            sheets=sheets.get(row.dossier_id, {}),
            rank=row.rank,
            total=row.total,
            is_proposed=row.is_proposed,
            outcome=labels[decided[row.dossier_id].outcome] if row.dossier_id in decided else "",
        )
        for row in rows
    ]

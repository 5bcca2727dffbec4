"""Replaying the marks of a finished campaign under another definition; the result stays as it is."""

from __future__ import annotations

import json

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Membership
from campaigns.definition import Definition
from campaigns.models import Campaign
from core import audit
from core.errors import Refused
from core.jobs import enqueue_job
from scoring.models import Replay
from scoring.permissions import can_see_results
from scoring.selectors.rankings import latest_ranking
from scoring.selectors.replays import is_finished

MOST_REPLAYS = 200


@transaction.atomic
def request_replay(
    campaign: Campaign, definition: Definition, *, title: str, actor: Membership
) -> Replay:
    """Have a worker replay the newest ranking; ``title`` says which definition it is.

    Raises PermissionDenied, Refused (not finished, never ranked, nothing to replay)."""
    if not can_see_results(actor):
        raise PermissionDenied
    if not is_finished(campaign):
        raise Refused(
            "评审还没有结束，不能重放：先看到另一套标准的结果会影响评审。审定或结束后再试。"
        )
    ranking = latest_ranking(campaign)
    if ranking is None:
        raise Refused("这项活动没有计算过排名，没有可以重放的评分。")
    if not definition.items():
        raise Refused("所选方案没有评选标准，不能重放评分。")
    if Replay.objects.filter(ranking__campaign=campaign).count() >= MOST_REPLAYS:
        raise Refused(f"这项活动已重放 {MOST_REPLAYS} 次，不能再增加。")
    replay = Replay.objects.create(
        ranking=ranking,
        title=title[:200],
        body=json.loads(definition.canonical_json()),
        sha256=definition.sha256(),
        created_by=actor,
    )
    audit.record(
        actor, "replay.requested", replay, campaign=campaign.key, ranking=ranking.number,
        title=replay.title, sha256=replay.sha256,
    )  # fmt: skip
    enqueue_job(
        "scoring.replay",
        {"replay": str(replay.pk)},
        actor=actor,
        label=f"用“{replay.title}”重放《{campaign.title}》的评分"[:200],
        key=f"replay:{replay.pk}",
    )
    return replay

"""The ranking: computed by a job from submitted sheets, confirmed and decided by the city."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import Membership
from campaigns.models import Campaign
from campaigns.selectors import current_version
from core import audit, clock
from core.errors import Conflict, Refused
from core.jobs import enqueue_job
from core.models import Job
from documents.enums import DocumentKind
from reviews.enums import DossierState
from reviews.models import Dossier
from reviews.selectors.sign_offs import attestations_by_dossier
from reviews.services.papers import request_papers
from reviews.services.route import enter_step, lock_dossiers
from reviews.services.sign_offs import record_office_sign_off
from scoring.engine import (
    Candidate,
    Choice,
    RankedRow,
    StoredSheet,
    award_bands,
    choose_winners,
    combine_raters,
    evaluate_gates,
    rank,
)
from scoring.enums import DecisionOutcome
from scoring.models import Decision, Ranking, RankingRow
from scoring.permissions import can_decide
from scoring.selectors.facts import facts_for_gates
from scoring.selectors.rankings import (
    latest_ranking,
    open_ranking_job,
    submitted_sheets,
    vetoes_by_sheet,
)
from scoring.selectors.standings import standings
from scoring.services.quotas import check_quotas

LEAST_REASON, MOST_REASON = 5, 300  # characters
RANKABLE = (DossierState.SCORING, DossierState.DECISION)


@transaction.atomic
def request_ranking(campaign: Campaign, *, actor: Membership) -> Job:
    """Have a worker compute facts, gates, panel results and the ranking."""
    if not can_decide(actor):
        raise PermissionDenied("only the city bureau ranks")
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    is_scored = current_version(campaign).definition.is_scored
    state = DossierState.SCORING if is_scored else DossierState.DECISION
    if not Dossier.objects.filter(campaign=campaign, state=state).exists():
        where = "专家评审" if is_scored else "审定"
        raise Refused(f"没有处于{where}环节的材料，不能计算。")
    running = open_ranking_job(campaign)
    if running is not None:
        return running
    return enqueue_job(
        "scoring.compute_ranking",
        {"campaign": str(campaign.pk), "member": str(actor.pk)},
        actor=actor,
        label=f"{'计算' if is_scored else '核验'}《{campaign.title}》{'排名' if is_scored else '原则要求'}",
    )


def compute_rows(dossiers: list[Dossier]) -> list[dict]:
    """The fields of every RankingRow, best first. Reads only; all numbers come from the engine."""
    if not dossiers:
        return []
    definition = dossiers[0].version.definition
    sheets = submitted_sheets(dossiers)
    facts = facts_for_gates(definition, dossiers)
    attestations = attestations_by_dossier(dossiers)
    vetoes = vetoes_by_sheet(dossiers, facts)
    panels, gates, candidates = {}, {}, []
    for dossier in dossiers:
        cards = sheets.get(dossier.pk, [])
        stored = [
            StoredSheet(
                card["rater"],
                card["total"],
                {code: Decimal(points) for code, points in card["sections"].items()},
                vetoes=vetoes.get(card["scorecard"], ()),
            )
            for card in cards
        ]
        panels[dossier.pk] = combine_raters(definition, stored, facts[dossier.pk])
        gates[dossier.pk] = evaluate_gates(
            definition, dossier.track, facts[dossier.pk], attestations[dossier.pk]
        )
        candidates.append(
            Candidate.of(
                str(dossier.pk), dossier.track, facts[dossier.pk], panels[dossier.pk],
                gates[dossier.pk],
            )
        )  # fmt: skip
    ranked = rank(definition, candidates)
    choices, awards = choose_winners(definition, ranked), award_bands(definition, ranked)
    by_key = {str(dossier.pk): dossier for dossier in dossiers}
    rows = []
    for row in ranked:
        fields = _row(by_key[row.key], row, choices[row.key], panels, gates, sheets)
        if award := awards.get(row.key):
            fields["explanation"]["band"] = {
                "code": award.band, "title": award.title, "lines": list(award.explanation),
            }  # fmt: skip
        rows.append(fields)
    return rows


def _row(dossier: Dossier, row: RankedRow, choice: Choice, panels, gates, sheets) -> dict:
    panel, gate = panels[dossier.pk], gates[dossier.pk]
    used, dropped = set(panel.used), set(panel.dropped)
    return {
        "dossier_id": dossier.pk,
        "group": row.group,
        "rank": row.rank,
        "is_tied": row.tied,
        "total": panel.total,
        "sections": {code: str(points) for code, points in panel.sections.items()},
        "gates": gate.as_json(),
        "gates_passed": gate.passed,
        "is_proposed": choice.proposed,
        "explanation": {
            "panel": panel.explanation,
            "rank": list(row.explanation),
            "tie_rule": row.tie_rule,
            "choice": choice.reason,
            "is_undecided": choice.undecided,
            "spread": str(panel.spread),
            "needs_review": panel.needs_review,
            "raters": [
                {
                    "rater": card["rater"],
                    "scorecard": str(card["scorecard"]),
                    "total": str(card["total"]),
                    "use": "used"
                    if card["rater"] in used
                    else "dropped"
                    if card["rater"] in dropped
                    else "unused",
                }
                for card in sheets.get(dossier.pk, [])
            ],
        },
    }


class Disagreement(RuntimeError):
    """The second computation differs: something changed in between, or one of the two is wrong.
    A job that raises it is tried again."""


def check_rows(campaign: Campaign, rows: list[dict]) -> None:
    """Compare totals and ranks with those that one SQL statement gives (``standings``)."""
    definition = (
        Dossier.objects.select_related("version").get(pk=rows[0]["dossier_id"]).version.definition
    )
    if not definition.is_scored:
        return
    second = {s.dossier_id: (s.total, s.rank) for s in standings(campaign, definition)}
    for row in rows:
        total, place = second.get(row["dossier_id"], (None, None))
        if (row["total"], row["rank"]) != (total, place):
            raise Disagreement(
                f"dossier {row['dossier_id']}: {row['total']} / {row['rank']} and {total} / {place}"
            )


@transaction.atomic
def store_ranking(campaign: Campaign, rows: list[dict], *, actor) -> Ranking:
    """Keep a computed ranking as the newest one. The same marks and facts give the same hash.

    Raises Disagreement when the second computation gives other totals or ranks."""
    check_rows(campaign, rows)
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    last = latest_ranking(campaign)
    version = Dossier.objects.select_related("version").get(pk=rows[0]["dossier_id"]).version
    ranking = Ranking.objects.create(
        campaign=campaign,
        version=version,
        number=last.number + 1 if last else 1,
        sha256=audit.sha256(audit.canonical(rows)),
        computed_at=clock.now(),
        computed_for_id=actor.id,
    )
    RankingRow.objects.bulk_create(RankingRow(ranking=ranking, **row) for row in rows)
    if version.definition.is_scored:
        enqueue_job(
            "scoring.render_summary",
            {"ranking": str(ranking.pk)},
            actor=actor,
            label=f"生成第 {ranking.number} 次排名的评分汇总表",
            key=f"summary:{ranking.pk}",
        )
    audit.record(
        actor, "ranking.computed", ranking, number=ranking.number, sha256=ranking.sha256,
        rows=len(rows), version=version.sha256,
    )  # fmt: skip
    return ranking


@transaction.atomic
def confirm_ranking(ranking: Ranking, *, actor: Membership) -> Ranking:
    """Move every ranked dossier to the city's decision; scoring is over with it."""
    if not can_decide(actor):
        raise PermissionDenied("only the city bureau confirms")
    ranking = (
        Ranking.objects.select_for_update(of=("self",), no_key=True)
        .select_related("version")
        .get(pk=ranking.pk)
    )
    if latest_ranking(ranking.campaign).pk != ranking.pk:
        raise Conflict("已有更新的排名，请在最新的排名上确认。")
    definition = ranking.version.definition
    waiting = lock_dossiers(
        Dossier.objects.filter(campaign_id=ranking.campaign_id, state=DossierState.SCORING)
    )
    if not waiting:
        raise Conflict("这份排名已经确认，请刷新页面。")
    rows = {row.dossier_id: row for row in ranking.rows.all()}
    unranked = [d.number for d in waiting if d.pk not in rows or rows[d.pk].rank is None]
    if unranked:
        raise Refused(
            f"{'、'.join(unranked)} 的有效评分不足，还没有名次。请催评或补派专家后重新计算。"
        )
    _check_fresh(ranking)
    step = definition.steps_of_type("decision")[0]
    for dossier in waiting:
        enter_step(dossier, step.code, DossierState.DECISION, actor=actor)
    audit.record(actor, "ranking.confirmed", ranking, dossiers=len(waiting))
    return ranking


@transaction.atomic
def decide(
    ranking: Ranking, *, actor: Membership, choices: Mapping[str, tuple[str, str]], opinion: str
) -> list[Decision]:
    """Decide every dossier of a confirmed ranking in one act and sign the city's box.

    ``choices``: dossier id → (outcome, reason). A decision that departs from the rule's proposal
    needs a reason; a tie the rule left open needs one as well.
    """
    if not can_decide(actor):
        raise PermissionDenied("only the city bureau decides")
    rows = list(
        ranking.rows.select_related("dossier__community__county", "dossier__version").order_by(
            "rank", "dossier__number"
        )
    )
    if latest_ranking(ranking.campaign).pk != ranking.pk:
        raise Conflict("已有更新的排名，请在最新的排名上审定。")
    errors = {}
    for row in rows:
        outcome, reason = choices.get(str(row.dossier_id), ("", ""))
        if outcome not in DecisionOutcome.values:
            errors[str(row.dossier_id)] = f"请选择 {row.dossier.community.name} 的审定结论。"
            continue
        reason = reason.strip()
        if _needs_reason(ranking, row, outcome) and not reason:
            errors[str(row.dossier_id)] = (
                f"{row.dossier.community.name} 的结论与规则不同或规则没有定论，请写明理由。"
            )
        elif reason and not LEAST_REASON <= len(reason) <= MOST_REASON:
            errors[str(row.dossier_id)] = (
                f"{row.dossier.community.name} 的理由应为 {LEAST_REASON} 至 {MOST_REASON} 个字，"
                f"现有 {len(reason)} 个字。"
            )
        if outcome == DecisionOutcome.WINNER and not row.gates_passed:
            errors[str(row.dossier_id)] = (
                f"{row.dossier.community.name} 的原则要求未全部满足，不能入选。"
            )
    if errors:
        raise ValidationError(errors)
    definition = ranking.version.definition
    step = definition.steps_of_type("decision")[0]
    winners = {key for key, (outcome, _) in choices.items() if outcome == DecisionOutcome.WINNER}
    picked = [row.dossier for row in rows if str(row.dossier_id) in winners]
    lock_dossiers(Dossier.objects.filter(pk__in=[row.dossier_id for row in rows]))
    check_quotas(ranking.campaign, definition, step, picked)
    if not definition.is_scored:
        _check_fresh(ranking)
    moment = clock.now()
    decisions = []
    for row in rows:
        outcome, reason = choices[str(row.dossier_id)]
        is_winner = outcome == DecisionOutcome.WINNER
        record_office_sign_off(
            row.dossier,
            actor=actor,
            step=step.code,
            outcome="agree" if is_winner else "refuse",
            opinion=opinion if is_winner else reason.strip() or row.explanation["choice"],
        )
        request_papers(row.dossier, actor=actor, kinds=[DocumentKind.APPLICATION_FORM])
        decisions.append(
            Decision.objects.create(
                dossier=row.dossier,
                ranking_row=row,
                outcome=outcome,
                reason=reason.strip(),
                decided_by=actor,
                decided_at=moment,
            )
        )
    audit.record(
        actor, "ranking.decided", ranking,
        decisions={d.dossier.number: [d.outcome, d.reason] for d in decisions},
    )  # fmt: skip
    return decisions


def _needs_reason(ranking: Ranking, row: RankingRow, outcome: str) -> bool:
    """Whether the rule does not give this outcome. Where the bureau picks among those who meet
    the requirements, leaving one of them out needs a reason, picking needs none."""
    if ranking.version.definition.outcome.winners.type == "chosen":
        return outcome == DecisionOutcome.NOT_SELECTED and row.gates_passed
    departs = (outcome == DecisionOutcome.WINNER) != row.is_proposed
    return departs or row.explanation["is_undecided"]


def _check_fresh(ranking: Ranking) -> None:
    now = audit.sha256(audit.canonical(compute_rows(rankable_dossiers(ranking.campaign))))
    if now != ranking.sha256:
        raise Refused("计算之后评分、认定或实测数据有变化，请重新计算，再确认或审定。")


def rankable_dossiers(campaign: Campaign) -> list[Dossier]:
    return list(
        Dossier.objects.filter(campaign=campaign, state__in=RANKABLE)
        .select_related("version", "community", "applicant")
        .defer("draft", "version__body")
        .order_by("number")
    )

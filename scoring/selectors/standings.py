"""Totals and ranks straight from the stored totals of submitted sheets, in one statement.

The same rules as ``scoring.engine`` said in SQL: combination, rounding, tie rules. Every stored
ranking is checked against it, so that a result stands on two computations that share no code.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from campaigns.definition import Definition
from campaigns.definition.outcome import Combination, RaterRule
from campaigns.models import Campaign
from reviews.enums import DossierState
from scoring.enums import AssignmentState


class Standing(NamedTuple):
    """``total`` and ``rank`` are None while there are too few sheets."""

    dossier_id: Any
    sheets: int
    total: Decimal | None
    rank: int | None


def standings(campaign: Campaign, definition: Definition) -> list[Standing]:
    """Every dossier at the experts or past them, best first within its group. One query."""
    statement, parameters = standings_statement(campaign, definition)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(map(Standing._make, cursor.fetchall()))


def standings_statement(campaign: Campaign, definition: Definition) -> tuple[str, dict]:
    """(SQL, parameters) of ``standings``."""
    rule, outcome = definition.combination, definition.outcome
    only = rule.rule(rule.sources[0])
    low, high = _kept(only)
    parameters: dict[str, Any] = {
        "campaign": str(campaign.pk),
        "submitted": AssignmentState.SUBMITTED,
        "states": [DossierState.SCORING, DossierState.DECISION],
        # Sheets of one source are kept so far: with several sources no dossier has a total.
        "least": only.min_raters if is_ranked_from_sheets(rule) else 2**31 - 1,
    }

    def mean(column: str) -> str:
        return _round(f"avg(s.{column}) FILTER (WHERE {low} AND {high})", rule)

    read, means, joins, order = "", "", "", ["p.total DESC"]
    for number, tie in enumerate(outcome.tie_rules):
        direction = "DESC NULLS LAST" if tie.better == "higher" else "ASC NULLS LAST"
        parameters[f"tie{number}"] = tie.key
        if tie.by == "section":
            read += f", (c.sections ->> %(tie{number})s)::numeric AS tie{number}"
            means += f", {mean(f'tie{number}')} AS tie{number}"
            order.append(f"p.tie{number} {direction}")
        else:
            joins += _fact_join(number)
            order.append(f"f{number}.value {direction}")
    apart = outcome.ranked == "apart"
    statement = f"""
WITH sheet AS (
    SELECT a.dossier_id, c.total{read},
           row_number() OVER (PARTITION BY a.dossier_id ORDER BY c.total, e.position) AS place,
           count(*) OVER (PARTITION BY a.dossier_id) AS many
    FROM scoring_scorecard c
    JOIN scoring_assignment a ON a.id = c.assignment_id
    JOIN reviews_dossier d ON d.id = a.dossier_id
    LEFT JOIN (
        SELECT s.expert_id, s.position FROM scoring_panelseat s
        JOIN scoring_panel p ON p.id = s.panel_id WHERE p.campaign_id = %(campaign)s
    ) e ON e.expert_id = a.expert_id
    WHERE d.campaign_id = %(campaign)s AND a.state = %(submitted)s
      AND c.submitted_at IS NOT NULL AND d.state = ANY(%(states)s)
), panel AS (
    SELECT s.dossier_id, max(s.many) AS many, {mean("total")} AS total{means}
    FROM sheet s GROUP BY s.dossier_id
)
SELECT p.dossier_id, p.many, CASE WHEN p.many >= %(least)s THEN p.total END,
       CASE WHEN p.many >= %(least)s THEN rank() OVER (
           {"PARTITION BY d.track " if apart else ""}
           ORDER BY p.many < %(least)s, {", ".join(order)}) END
FROM panel p
JOIN reviews_dossier d ON d.id = p.dossier_id
{joins}
ORDER BY {"d.track, " if apart else ""}4 NULLS LAST, p.dossier_id
"""  # noqa: S608 - only words and numbers of our own enter the text
    return statement, parameters


def is_ranked_from_sheets(rule: Combination) -> bool:
    """Whether the sheets that are kept are all that the total needs."""
    return len(rule.sources) == 1 and not rule.sources[0].fact


def _kept(rule: RaterRule) -> tuple[str, str]:
    """Conditions on ``place``: which sheets of a dossier, from low to high, count."""
    if rule.method == "trimmed_mean":
        return f"s.place > {rule.drop_low:d}", f"s.place <= s.many - {rule.drop_high:d}"
    if rule.method == "median":
        return "s.place > (s.many - 1) / 2", "s.place <= s.many / 2 + 1"
    return "true", "true"


def _round(value: str, rule: Combination) -> str:
    scale = rule.decimals
    return {
        "half_up": f"round({value}, {scale:d})",
        "up": f"ceil({value} * 10 ^ {scale:d}::numeric) / 10 ^ {scale:d}::numeric",
        "down": f"trunc({value}, {scale:d})",
        "half_even": (
            f"CASE WHEN mod(abs({value}) * 10 ^ {scale:d}::numeric, 2) = 0.5"
            f" THEN trunc({value}, {scale:d}) ELSE round({value}, {scale:d}) END"
        ),
    }[rule.rounding]


def _fact_join(number: int) -> str:
    """The community's present fact of a metric; of several the latest."""
    return f"""
LEFT JOIN (
    SELECT DISTINCT ON (community_id) community_id,
        CASE WHEN text = '' THEN value
             WHEN text ~ '^[0-9]+([.][0-9]+)?$' THEN text::numeric END AS value
    FROM communities_fact WHERE is_current AND metric = %(tie{number:d})s
    ORDER BY community_id, period DESC, entered_at DESC
) f{number:d} ON f{number:d}.community_id = d.community_id
"""  # noqa: S608 - a number of our own

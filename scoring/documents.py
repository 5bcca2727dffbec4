"""评分汇总表: the ranking as a paper."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from core.models import Tenant
from documents.enums import DocumentKind
from documents.services import Draft, render_document
from scoring.models import Ranking

TEMPLATE = "scoring/score_summary_pdf.html"


def summary_context(ranking: Ranking) -> dict:
    """Plain data: one row per dossier with its section points, total and result."""
    definition = ranking.version.definition
    rule = definition.combination
    sections = definition.sections()
    rows = ranking.rows.select_related("dossier__community__county").order_by(
        "group", "rank", "dossier__number"
    )
    return {
        "campaign": ranking.campaign.title,
        "heads": [{"code": section.code, "title": section.title} for section in sections],
        "rows": [
            {
                "rank": row.rank or "—",
                "tied": row.is_tied,
                "number": row.dossier.number,
                "name": row.dossier.community.name,
                "county": row.dossier.community.county.name,
                "sections": [
                    f"{Decimal(row.sections.get(section.code, 0)):.2f}" if row.sections else "—"
                    for section in sections
                ],
                "total": "—" if row.total is None else f"{row.total:.2f}",
                "gates": "符合" if row.gates_passed else "不符合",
                "raters": sum(r["use"] == "used" for r in row.explanation["raters"]),
                "dropped": sum(r["use"] == "dropped" for r in row.explanation["raters"]),
                "result": "拟入选" if row.is_proposed else row.explanation["choice"],
            }
            for row in rows
        ],
        "method": {
            "mean": "全部专家评分的平均分",
            "median": "全部专家评分的中位数",
            "trimmed_mean": f"去掉 {rule.drop_high} 个最高分、{rule.drop_low} 个最低分后的平均分",
        }[rule.method],
        "is_unstated": rule.is_unstated("method"),
        "sha256": ranking.sha256,
        "ranking_number": ranking.number,
    }


def render_summary(ranking: Ranking, context: dict, tenant: Tenant, at: datetime) -> Draft:
    """The PDF; touches no database."""
    return render_document(
        DocumentKind.SCORE_SUMMARY, ranking, context, template=TEMPLATE,
        title=f"{ranking.campaign.title}评分汇总表", tenant=tenant, at=at,
    )  # fmt: skip

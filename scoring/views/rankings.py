"""The ranking: asked for, read down to each mark, confirmed and decided."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.definition import Definition
from campaigns.models import Campaign
from campaigns.rubric import show
from campaigns.selectors import current_version
from core.answers import answer_once
from core.errors import Conflict
from core.forms import answer_form
from documents.enums import DocumentKind
from documents.selectors import current_document
from documents.serving import serve_document
from reviews.selectors.recommendations import places_of
from scoring.engine.gates import STATUS_WORDS
from scoring.engine.numbers import ROUNDING_WORDS
from scoring.engine.panel import UNSCORED
from scoring.forms.outcomes import DecisionForm
from scoring.permissions import can_decide, can_see_results
from scoring.selectors.quotas import quota_groups
from scoring.selectors.rankings import (
    decisions_of,
    explain_marks,
    ranking_history,
    ranking_job,
    ranking_rows,
    ranking_stage,
    visible_rows,
)
from scoring.services.rankings import confirm_ranking, decide, request_ranking

METHODS = {"mean": "平均", "median": "取中位数", "trimmed_mean": "去掉最高分、最低分后平均"}
WINNERS = {
    "all_passing": "达到合格线并满足全部原则要求的都拟入选",
    "count": "按名次取规定的个数",
    "ratio": "按名次取规定的比例",
    "chosen": "由主管部门在合格者中确定",
}


def _load(request, key) -> Campaign:
    if not can_see_results(request.member):
        raise PermissionDenied
    return get_object_or_404(Campaign, key=key)


def _decider(request, key) -> Campaign:
    campaign = _load(request, key)
    if not can_decide(request.member):
        raise PermissionDenied
    return campaign


@require_safe
def ranking(request, key):
    """City bureau and auditor: the newest ranking, or an earlier one (?number=)."""
    campaign = _load(request, key)
    history = ranking_history(campaign)
    wanted = request.GET.get("number", "")
    found = next((r for r in history if str(r.number) == wanted), history[0] if history else None)
    if wanted and (found is None or str(found.number) != wanted):
        raise Http404("no such ranking")
    rows = ranking_rows(found) if found else []
    definition = found.version.definition if found else None
    present = definition or current_version(campaign).definition
    decided = decisions_of(campaign) if found else {}
    heads = definition.sections() if definition else ()
    for row in rows:
        row.decision = decided.get(row.dossier_id)
        row.cells = [{"title": head.title, "points": row.sections.get(head.code)} for head in heads]
    ranked = [row for row in rows if row.rank is not None]
    url = reverse("scoring:ranking", args=[request.tenant.slug, campaign.key])
    job = ranking_job(campaign)
    context = {
        "campaign": campaign,
        "ranking": found,
        "is_latest": found is not None and found.pk == history[0].pk,
        "history": history,
        "ranked": ranked,
        "unranked": [row for row in rows if row.rank is None],
        "heads": heads,
        "rules": rule_rows(definition) if definition else [],
        "stage": ranking_stage(campaign),
        "can_decide": can_decide(request.member),
        "is_scored": present.is_scored,
        "has_bands": bool(present.outcome.tables),
        "rows": rows,
        "quotas": quota_groups(campaign, present, object_="winners", step=""),
        "job": job,
        "job_url": job_url(request, job, url) if job else "",
        "result_url": url,
        "document": current_document(DocumentKind.SCORE_SUMMARY, found.pk) if found else None,
        "stats": [
            {
                "title": "参加排名" if present.is_scored else "参加核验",
                "value": len(ranked if present.is_scored else rows),
                "unit": "卷",
            },
            {
                "title": "按规则拟入选" if present.is_scored else "符合原则要求",
                "value": sum(row.is_proposed for row in ranked)
                if present.is_scored
                else sum(row.gates_passed for row in rows),
                "unit": "卷",
            },
            {
                "title": "原则要求不符",
                "value": sum(not row.gates_passed for row in rows),
                "unit": "卷",
            },
            *(
                [{"title": "没有名次", "value": len(rows) - len(ranked), "unit": "卷"}]
                if present.is_scored
                else []
            ),
        ],
    }
    return render(request, "scoring/ranking.html", context)


def job_url(request, job, result_url: str) -> str:
    base = reverse("documents:job", args=[request.tenant.slug, job.pk])
    return f"{base}?{urlencode({'result': result_url})}"


def rule_rows(definition: Definition) -> list[dict]:
    """How marks become ranks and winners; ``unstated`` is the note where our default holds."""
    c, o = definition.combination, definition.outcome
    if not definition.is_scored:
        note = definition.rubric.unstated_fields.get("sections", "")
        return [
            {"label": "评分", "value": UNSCORED, "unstated": note, "source": ""},
            {
                "label": "拟入选",
                "value": WINNERS[o.winners.type],
                "unstated": o.winners.unstated_fields.get("type", ""),
                "source": o.winners.source,
            },
        ]

    def row(label, value, part, field):
        note = part.unstated_fields.get(field, "")
        return {"label": label, "value": value, "unstated": note, "source": part.source}

    rows = [row("多名专家的合成", METHODS[c.method], c, "method")]
    if c.method == "trimmed_mean":
        dropped = f"最高 {c.drop_high} 个、最低 {c.drop_low} 个"
        rows.append(row("去掉的评分", dropped, c, "drop_high"))
    rows += [
        row("最少评分份数", f"{c.min_raters} 份", c, "min_raters"),
        row("小数与取整", f"{c.decimals} 位，{ROUNDING_WORDS[c.rounding]}", c, "decimals"),
        row(
            "合格线",
            "不设" if o.pass_mark is None else f"{show(o.pass_mark)} 分",
            o,
            "pass_mark",
        ),
        row("拟入选", WINNERS[o.winners.type], o.winners, "type"),
        row(
            "同分时依次比较",
            "、".join(rule.title for rule in o.tie_rules) or "不区分，并列",
            o,
            "tie_rules",
        ),
        row("仍然相同", "并列，由市级主管部门决定", o, "tie_left"),
    ]
    return rows


@require_POST
def ranking_request(request, key):
    """Have the ranking computed."""
    campaign = _decider(request, key)
    request_ranking(campaign, actor=request.member)
    messages.success(request, "已开始计算排名，完成后在本页查看。")
    return redirect("scoring:ranking", request.tenant.slug, campaign.key)


@require_http_methods(["GET", "HEAD", "POST"])
def ranking_confirm(request, key):
    """The newest ranking is taken as the basis of the decision; scoring is over."""
    campaign = _decider(request, key)
    history = ranking_history(campaign)
    if not history:
        raise Http404("no ranking")
    newest = history[0]
    url = reverse("scoring:ranking", args=[request.tenant.slug, campaign.key])
    if request.method == "POST":
        wanted = next((r for r in history if r.sha256 == request.POST.get("ranking")), None)
        if wanted is None:
            raise Conflict("没有说明确认哪一次排名。请回到排名页，重新按“确认排名”。")

        def act():
            confirm_ranking(wanted, actor=request.member)
            return url

        target = answer_once(request, act)
        messages.success(request, "已确认排名，可以审定。")
        return redirect(target)
    return render(
        request,
        "scoring/ranking_confirm.html",
        {
            "campaign": campaign,
            "ranking": newest,
            "hidden": {"ranking": newest.sha256},
            "rows": [
                {"label": "排名", "value": f"第 {newest.number} 次计算"},
                {"label": "校验值", "value": newest.sha256},
                {"label": "参加排名", "value": f"{newest.rows.exclude(rank=None).count()} 卷"},
                {"label": "没有名次", "value": f"{newest.rows.filter(rank=None).count()} 卷"},
            ],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def decision(request, key):
    """The city bureau decides on every dossier of the confirmed ranking in one act."""
    campaign = _decider(request, key)
    history = ranking_history(campaign)
    if not history:
        raise Http404("no ranking")
    newest, stage = history[0], ranking_stage(campaign)
    rows = ranking_rows(newest)
    places = places_of(row.dossier for row in rows)
    for row in rows:
        row.place = places.get(row.dossier_id)
    form = DecisionForm(request.POST or None, rows=rows, request=request)

    def act() -> str:
        with form.beside_rows():
            decide(
                newest,
                actor=request.member,
                choices=form.choices(),
                opinion=form.cleaned_data["opinion"],
            )
        messages.success(request, "审定完成，可以拟公示。")
        return reverse("scoring:ranking", args=[request.tenant.slug, campaign.key])

    url, status = answer_form(request, form, act)
    if url:
        return redirect(url)
    context = {
        "campaign": campaign,
        "ranking": newest,
        "form": form,
        "stage": stage,
        "has_places": bool(places),
        "is_scored": newest.version.definition.is_scored,
    }
    return render(request, "scoring/decision.html", context, status=status)


@require_safe
def ranking_row(request, pk):
    """One dossier's result opened up, down to each mark of each expert."""
    if not can_see_results(request.member):
        raise PermissionDenied
    row = get_object_or_404(visible_rows(request.member), pk=pk)
    definition = row.ranking.version.definition
    sheets = explain_marks(row)
    context = {
        "row": row,
        "ranking": row.ranking,
        "campaign": row.ranking.campaign,
        "dossier": row.dossier,
        "track": definition.track(row.dossier.track).title,
        "rules": rule_rows(definition),
        "is_scored": definition.is_scored,
        "gates": [_gate(gate) for gate in row.gates],
        "sheets": sheets,
        "sections": [
            {
                "code": code,
                "title": definition.section(code).title,
                "points": points,
                "maximum": definition.section(code).full,
            }
            for code, points in row.sections.items()
        ],
        "decision": decisions_of(row.ranking.campaign).get(row.dossier_id),
    }
    return render(request, "scoring/ranking_row.html", context)


def _gate(gate: dict) -> dict:
    tones = {"pass": "ok", "fail": "bad", "unknown": "wait", "not_applicable": "muted"}
    return {
        **gate,
        "word": STATUS_WORDS[gate["status"]],
        "tone": tones[gate["status"]],
        "parts": [_gate(part) for part in gate["parts"]],
    }


@require_safe
def ranking_summary(request, pk):
    """The PDF 评分汇总表 of a ranking."""
    if not can_see_results(request.member):
        raise PermissionDenied
    document = current_document(DocumentKind.SCORE_SUMMARY, pk)
    if document is None:
        raise Http404("not rendered yet")
    return serve_document(request, document)

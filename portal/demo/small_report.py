"""What a smaller campaign of the demo produced, as tables on the screen."""

from __future__ import annotations

from core.models import AuditRecord
from portal.demo.report import accounts, table
from portal.demo.small_run import SmallDemo
from reviews.models import Dossier, ReceivedResult
from scoring.models import Decision
from scoring.selectors.quotas import quota_groups
from scoring.selectors.rankings import latest_ranking


def small_report(demo: SmallDemo, seconds: float) -> list[str]:
    """All tables of a finished run, read inside the tenant's context."""
    campaign, definition = demo.campaign, demo.definition
    lines = [
        "",
        f"#### {campaign.title} · {demo.world.tenant.name}（租户 {demo.world.tenant.slug}）",
    ]
    lines += _entrants(demo)
    for group in quota_groups(campaign, definition):
        rows = [[one.name, one.value, one.text] for one in group.meters]
        lines += table(group.title, ["范围", "数量", "情况"], rows, {1})
    lines += _answers(demo)
    lines.append("")
    lines += [f"不允许的做法得到的答复：{words}" for words in demo.refusals]
    if definition.disclosure == "on_request":
        lines.append("依申请公开：公示、公布不在公开页面显示。")
    lines.append(f"记录链：{AuditRecord.objects.count()} 条")
    lines.append(f"用时：{seconds:.0f} 秒")
    return lines + accounts(demo)


def _entrants(demo: SmallDemo) -> list[str]:
    """Every dossier with its total, requirements and end."""
    ranked = {row.dossier_id: row for row in latest_ranking(demo.campaign).rows.all()}
    winners = set(
        Decision.objects.filter(dossier__campaign=demo.campaign, outcome="winner").values_list(
            "dossier_id", flat=True
        )
    )
    picks = [step.code for step in demo.definition.steps_of_type("selection")]
    rows = []
    dossiers = Dossier.objects.filter(campaign=demo.campaign).select_related(
        "community__county", "applicant", "version"
    )
    for dossier in dossiers.order_by("number"):
        row = ranked.get(dossier.pk)
        signed = dict(dossier.sign_offs.filter(step__in=picks).values_list("step", "outcome"))
        county = "入选" if "agree" in signed.values() else "未入选" if signed else "—"
        gates = "—" if row is None else "是" if row.gates_passed else "否"
        total = "—" if row is None or row.total is None else row.total
        rows.append(
            [
                dossier.community.name, dossier.community.county.name,
                demo.definition.track(dossier.track).title, county, total, gates,
                "入选" if dossier.pk in winners else "未入选",
            ]
        )  # fmt: skip
    heads = ["小区", "县区", "申报类别", "县级", "总分", "原则要求", "结果"]
    return table(f"申报 {len(rows)} 个，入选 {len(winners)} 个", heads, rows, {4})


def _answers(demo: SmallDemo) -> list[str]:
    titles = {step.code: step.title for step in demo.definition.steps_of_type("result_received")}
    found = ReceivedResult.objects.filter(dossier__campaign=demo.campaign, is_current=True)
    rows = [
        [titles[result.step], result.dossier.community.name, result.get_answer_display(),
         result.document_number]
        for result in found.select_related("dossier__community").order_by(
            "recorded_at", "dossier__number"
        )
    ]  # fmt: skip
    if not rows:
        return []
    return table("上级结果", ["环节", "小区", "结果", "文号"], rows, set())

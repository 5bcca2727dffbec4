"""What the demo produced, as a table on the screen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from django.conf import settings
from django.db.models import Sum

from core.models import AuditRecord
from documents.models import RenderedDocument, StoredFile
from portal.demo.run import Demo
from publications.enums import NoticeKind
from publications.models import Notice
from reviews.models import Dossier
from scoring.models import Assignment
from scoring.selectors.rankings import latest_ranking

WIDE = 0x2E7F  # characters beyond are printed two columns wide


def pad(text, width: int, *, right: bool = False) -> str:
    """Pad to ``width`` columns, Chinese characters counting two."""
    text = str(text)
    space = " " * max(0, width - sum(2 if ord(c) > WIDE else 1 for c in text))
    return space + text if right else text + space


def table(title: str, heads: list[str], rows: list[list], rights: set[int]) -> list[str]:
    """Lines of a plain table; the columns in ``rights`` are numbers."""
    cells = [[str(v) for v in row] for row in [heads, *rows]]
    widths = [
        max(sum(2 if ord(c) > WIDE else 1 for c in row[i]) for row in cells)
        for i in range(len(heads))
    ]
    lines = ["", f"== {title} =="]
    for row in cells:
        lines.append(
            "  ".join(
                pad(v, w, right=i in rights)
                for i, (v, w) in enumerate(zip(row, widths, strict=False))
            )
        )
    return lines


def report(demo: Demo, seconds: float) -> list[str]:
    """All tables of a finished run, read inside the tenant's context."""
    campaign = demo.campaign
    dossiers = list(
        Dossier.objects.filter(campaign=campaign)
        .select_related("community__county", "version")
        .order_by("number")
    )
    definition = dossiers[0].version.definition
    lines = [f"{campaign.title} · {demo.world.tenant.name}（租户 {demo.world.tenant.slug}）"]
    lines += _by_county(definition, dossiers)
    lines += _by_state(definition, dossiers)
    lines += _ranking(campaign)
    lines += _files(campaign)
    lines.append("")
    lines.append(f"逾期申报得到的答复：{demo.late}")
    lines.append(f"记录链：{AuditRecord.objects.count()} 条（./dev manage verify_audit 核验）")
    lines.append(f"用时：{seconds:.0f} 秒")
    return lines


def _by_county(definition, dossiers) -> list[str]:
    counts = Counter(d.community.county.name for d in dossiers if d.revision_id)
    rows = []
    for county in sorted({d.community.county.name for d in dossiers}, key=lambda c: -counts[c]):
        quota = definition.quota_for("applications", "county", county)
        fewest = quota.rule.bounds()[0] if quota else 0
        verdict = "达到" if counts[county] >= fewest else f"还差 {fewest - counts[county]}"
        rows.append([county, counts[county], fewest, verdict])
    rows.append(["合计", sum(counts.values()), "", ""])
    return table("各县区申报数", ["县区", "已申报", "最少", "情况"], rows, {1, 2})


def _by_state(definition, dossiers) -> list[str]:
    counts = Counter(
        (d.get_state_display(), definition.step(d.step).title if d.step else "") for d in dossiers
    )
    rows = [[state, step or "—", count] for (state, step), count in sorted(counts.items())]
    return table("各环节", ["状态", "环节", "卷数"], rows, {2})


def _ranking(campaign) -> list[str]:
    ranking = latest_ranking(campaign)
    announced = Notice.objects.get(campaign=campaign, kind=NoticeKind.ANNOUNCEMENT)
    winners = {entry["dossier"] for entry in announced.entries}
    rows = [
        [
            row.rank or "—",
            row.dossier.number,
            row.dossier.community.name,
            row.dossier.community.county.name,
            row.total if row.total is not None else "—",
            "是" if row.gates_passed else "否",
            "入选" if str(row.dossier_id) in winners else row.explanation["choice"],
        ]
        for row in ranking.rows.select_related("dossier__community__county").order_by(
            "rank", "dossier__number"
        )
    ]
    heads = ["名次", "编号", "小区", "县区", "总分", "原则要求", "结果"]
    lines = table(f"排名（入选 {len(winners)} 个）", heads, rows, {0, 4})
    return [*lines, f"排名校验值 {ranking.sha256}"]


def _files(campaign) -> list[str]:
    media = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    kinds = Counter()
    sizes = Counter()
    for kind, size in RenderedDocument.objects.filter(is_current=True).values_list("kind", "size"):
        kinds[kind] += 1
        sizes[kind] += size
    labels = dict(RenderedDocument._meta.get_field("kind").choices)
    rows = [[labels[kind], kinds[kind], f"{sizes[kind] / 1024:.0f} KB"] for kind in sorted(kinds)]
    stored = StoredFile.objects.aggregate(total=Sum("size"))["total"] or 0
    rows.append(["佐证文件", StoredFile.objects.count(), f"{stored / 1024:.0f} KB"])
    first = RenderedDocument.objects.filter(is_current=True).first()
    where = media / first.path.split("/")[0] if first else media
    return [*table("文件", ["种类", "份数", "大小"], rows, {1, 2}), f"存放在 {where}"]


def accounts(demo: Demo) -> list[str]:
    """One account per role, of the experts one that was drawn; the password is of this run only."""
    busy = set(
        Assignment.objects.values_list("expert__membership__user__username", flat=True).distinct()
    )
    shown: dict[str, tuple[str, str]] = {}
    for role, username, organisation in sorted(
        demo.world.accounts, key=lambda account: account[1] not in busy
    ):
        shown.setdefault(role, (username, organisation))
    rows = [[role, username, office] for role, (username, office) in shown.items()]
    lines = table("每种角色一个账号", ["角色", "登录名", "单位"], rows, set())
    return [*lines, f"口令（全部相同，仅本次演示有效）：{demo.world.password}"]

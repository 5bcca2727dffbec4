"""The default words of a notice; the officer edits them before release."""

from __future__ import annotations

from campaigns.definition import Definition
from campaigns.models import Campaign

DAY_KINDS = {"working": "个工作日", "calendar": "日"}


def public_notice(campaign: Campaign, definition: Definition, count: int) -> dict[str, str]:
    """Title and body of the 公示: basis, list, period, channels."""
    publication = definition.publication
    period = f"{publication.notice_days} {DAY_KINDS[publication.day_kind]}"
    body = [
        f"按照《{definition.title}》，经逐级申报、审核、实地核查和专家评审，"
        f"拟确定 {count} 个小区入选（名单附后），现予公示。",
        f"公示期为 {period}，自发布次日起计算。",
    ]
    if publication.objections:
        channels = "、".join(publication.objection_channels)
        body.append(
            f"对名单有异议的，请在公示期内通过以下渠道反映：{channels}。"
            "请写明事实和联系方式，以便核实和答复。"
        )
    return {"title": f"关于{campaign.title}拟入选小区名单的公示", "body": "\n".join(body)}


def announcement(campaign: Campaign, definition: Definition, count: int) -> dict[str, str]:
    """Title and body of the 公布."""
    body = (
        f"按照《{definition.title}》，经逐级申报、审核、专家评审和公示，"
        f"现确定 {count} 个小区入选，予以公布。\n"
        "请入选小区再接再厉，巩固成果；请各县区总结推广经验，发挥示范带动作用。"
    )
    return {"title": f"关于公布{campaign.title}入选小区名单的通知", "body": body}


LABELS = {
    "name": "小区", "county": "县区", "company": "申报单位", "track": "类别", "total": "得分",
    "rank": "名次",
}  # fmt: skip
NUMERIC = {"total", "rank"}


def entry_table(entries: list[dict]) -> dict:
    """The list as ``{"columns": [...], "rows": [[value, …], …]}`` for page and paper alike."""
    keys = [key for key in LABELS if entries and key in entries[0]]
    labels = [("序号", True)] + [(LABELS[key], key in NUMERIC) for key in keys]
    return {
        "columns": [{"label": label, "numeric": numeric} for label, numeric in labels],
        "rows": [
            [number, *(entry.get(key, "") for key in keys)]
            for number, entry in enumerate(entries, 1)
        ],
    }

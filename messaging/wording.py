"""The words of each event until a campaign has its own, and how they are filled: pure functions.

A name in braces stands for a value: ``{小区}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from accounts.enums import OFFICERS
from messaging.enums import Event

_NAME = re.compile(r"\{([^{}\n]{1,20})\}")


@dataclass(frozen=True)
class Words:
    """``sms`` empty: the event goes out by mail only. ``is_digested``: to officers it goes out once
    a day together with the others."""

    title: str
    text: str
    sms: str
    names: tuple[str, ...]
    is_digested: bool = False


_DOSSIER = ("活动", "小区", "编号", "申报单位", "环节", "期限")

WORDS: dict[str, Words] = {
    Event.SUBMITTED: Words(
        "{小区}的申报材料已提交",
        "编号 {编号}，回执号 {回执号}。现在到“{环节}”办理。",
        "",
        (*_DOSSIER, "回执号"),
    ),
    Event.ARRIVED: Words(
        "{小区}待办理：{环节}",
        "{申报单位}申报的 {编号} 已到“{环节}”，请办理。期限：{期限}。",
        "",
        _DOSSIER,
        is_digested=True,
    ),
    Event.RETURNED: Words(
        "{小区}的申报材料被退回补正",
        "编号 {编号}。{办理单位}的意见：{意见}\n请按意见补正后重新提交。期限：{期限}。",
        "{小区}的申报材料（{编号}）被退回补正，请登录家园评查看意见，补正后重新提交。",
        (*_DOSSIER, "办理单位", "意见"),
    ),
    Event.REFUSED: Words(
        "{小区}的申报未获同意",
        "编号 {编号}。{办理单位}的意见：{意见}",
        "{小区}的申报（{编号}）未获同意，请登录家园评查看意见。",
        (*_DOSSIER, "办理单位", "意见"),
    ),
    Event.LISTED: Words(
        "{小区}列入公示名单",
        "“{活动}”名单正在公示，{小区}（{编号}）在名单中。",
        "",
        _DOSSIER,
    ),
    Event.PUBLISHED: Words(
        "“{活动}”结果：{小区}{结果}",
        "编号 {编号}，结果为“{结果}”。",
        "“{活动}”结果：{小区}{结果}，详情请登录家园评查看。",
        (*_DOSSIER, "结果"),
    ),
    Event.NEAR: Words(
        "“{时限}”还有 {天数} 个工作日",
        "“{活动}”的“{时限}”{期限} 截止，您还有 {件数} 件没有完成。",
        "“{时限}”{期限} 截止，您还有 {件数} 件没有完成，请登录家园评办理。",
        ("活动", "时限", "期限", "天数", "件数"),
        is_digested=True,
    ),
    Event.EXTENDED: Words(
        "“{时限}”延期到 {期限}",
        "“{活动}”的“{时限}”（{范围}）延期到 {期限}。理由：{理由}",
        "“{时限}”延期到 {期限}。理由：{理由}",
        ("活动", "时限", "期限", "范围", "理由"),
    ),
}


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its values; a name without a value stands as 〔name〕."""
    return _NAME.sub(lambda found: str(values.get(found[1], f"〔{found[1]}〕")), text)


def unknown_names(event: str, text: str) -> list[str]:
    """The names in braces that the event does not know."""
    return [name for name in _NAME.findall(text) if name not in WORDS[event].names]


def goes_by_digest(event: str, role: str) -> bool:
    return WORDS[event].is_digested and role in OFFICERS

"""The left menu of each role: a table of what it is offered, with the counts of what waits.

A role sees the items that name it, in the order of the table. Items of a campaign lead to the one
whose page is open, else to the current one. The whole menu costs three queries at most.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from django.urls import reverse

from accounts.enums import Role
from accounts.models import Membership
from messaging.selectors import unread_count
from portal.selectors import todo
from portal.selectors.campaigns import current_campaign
from reviews.selectors.work_list import count_todo
from scoring.selectors.assignments import count_open_assignments

OFFICES = {
    Role.COMMITTEE_OFFICER,
    Role.NEIGHBOURHOOD_OFFICER,
    Role.STREET_OFFICER,
    Role.COUNTY_OFFICER,
}
OVERSEERS = {Role.CITY_OFFICER, Role.AUDITOR}
EVERYBODY = set(Role)


@dataclass(frozen=True)
class Item:
    """``of_campaign``: the URL takes the key of a campaign. ``counts``: role → what waits there.
    ``pages``: views that belong here although their address lies elsewhere."""

    title: str
    name: str
    roles: Collection[Role]
    of_campaign: bool = False
    counts: Mapping[Role, Callable[[Membership], int]] = field(default_factory=dict)
    pages: Collection[str] = ()


MENU: tuple[tuple[str, tuple[Item, ...]], ...] = (
    (
        "",
        (
            Item("工作台", "portal:home", EVERYBODY),
            Item(
                "消息", "messaging:inbox", EVERYBODY,
                counts=dict.fromkeys(EVERYBODY, unread_count),
            ),
        ),
    ),
    (
        "办理",
        (
            Item(
                "申报材料", "reviews:dossier_list", OFFICES | OVERSEERS | {Role.APPLICANT},
                counts={Role.APPLICANT: todo.count_corrections},
            ),
            Item(
                "审核",
                "reviews:sign_off_list",
                OFFICES,
                counts=dict.fromkeys(OFFICES, count_todo),
                pages=("reviews:sign_off", "reviews:desk_check", "reviews:paper_originals"),
            ),
            Item("代办", "people:delegation_list", OFFICES | {Role.CITY_OFFICER, Role.TENANT_ADMIN}),
            Item("常用意见", "reviews:template_list", {Role.CITY_OFFICER, Role.TENANT_ADMIN}),
            Item(
                "实地核查", "reviews:visit_list", {Role.COUNTY_OFFICER},
                pages=("reviews:site_visit", "reviews:site_visit_edit"),
            ),
            Item("县区报送", "reviews:filing_list", OVERSEERS | {Role.COUNTY_OFFICER}),
            Item(
                "专家评审",
                "scoring:assignment_list",
                {Role.EXPERT},
                counts={Role.EXPERT: count_open_assignments},
                pages=("scoring:scorecard", "scoring:scorecard_check"),
            ),
            Item(
                "异议", "publications:objection_list", OVERSEERS,
                counts={Role.CITY_OFFICER: todo.count_objections},
            ),
        ),
    ),
    (
        "评选",
        (
            Item("评选活动", "campaigns:campaign_list", EVERYBODY),
            Item(
                "进展总览", "portal:overview", OVERSEERS | {Role.COUNTY_OFFICER}, of_campaign=True
            ),
            Item(
                "推荐次序", "reviews:recommendation_list", OVERSEERS | {Role.COUNTY_OFFICER},
                of_campaign=True,
            ),
            Item("专家组", "scoring:panel", OVERSEERS, of_campaign=True),
            Item("排名与审定", "scoring:ranking", OVERSEERS, of_campaign=True),
            Item("公示公布", "publications:notice_list", OVERSEERS),
            Item("公示公布", "publications:public_home", EVERYBODY - OVERSEERS),
        ),
    ),
    (
        "台账",
        (
            Item("小区", "communities:community_list", EVERYBODY - {Role.EXPERT}),
            Item("物业服务企业", "communities:company_list", EVERYBODY - {Role.EXPERT}),
            Item("专家库", "scoring:expert_list", OVERSEERS | {Role.TENANT_ADMIN}),
        ),
    ),
    (
        "管理",
        (
            Item("人员", "people:member_list", {Role.TENANT_ADMIN}),
            Item("邀请", "people:invitation_list", {Role.TENANT_ADMIN}),
            Item("单位", "people:organisation_list", {Role.TENANT_ADMIN}),
            Item("发件箱", "messaging:outbox", {Role.CITY_OFFICER, Role.TENANT_ADMIN, Role.AUDITOR}),
            Item("操作记录", "people:operation_log", {Role.AUDITOR, Role.TENANT_ADMIN}),
        ),
    ),
)  # fmt: skip


def menu_of(request) -> list[dict]:
    """The sections of ``components/menu.html`` for the member of the request: ``[{title, items:
    [{title, url, count, active}]}]``; empty without a member."""
    member = getattr(request, "member", None)
    if member is None:
        return []
    offered = [
        (title, [item for item in items if member.role in item.roles]) for title, items in MENU
    ]
    key = _campaign_key(request, any(item.of_campaign for _, items in offered for item in items))
    sections = [
        {
            "title": title,
            "items": [_entry(item, request, key) for item in items if _fits(item, key)],
        }
        for title, items in offered
    ]
    _mark_open(request, [entry for section in sections for entry in section["items"]])
    return [section for section in sections if section["items"]]


def _campaign_key(request, is_asked: bool) -> str:
    """The key of the campaign whose page is open, else of the current one; empty without one."""
    match = request.resolver_match
    if match and "key" in match.kwargs:
        return match.kwargs["key"]
    campaign = current_campaign(request.member) if is_asked else None
    return campaign.key if campaign else ""


def _fits(item: Item, key: str) -> bool:
    return bool(key) or not item.of_campaign


def _entry(item: Item, request, key: str) -> dict:
    member = request.member
    count = item.counts.get(member.role)
    values = [request.tenant.slug, *([key] if item.of_campaign else [])]
    return {
        "title": item.title,
        "url": reverse(item.name, args=values),
        "count": count(member) if count else None,
        "active": False,
        "pages": item.pages,
    }


def _mark_open(request, entries: list[dict]) -> None:
    """The open page belongs to the entry that names it, else to the one with the longest address
    that its own begins with; only the page itself belongs to the home page, below which everything
    lies."""
    home, *others = entries
    path, match = request.path, request.resolver_match
    if named := [entry for entry in others if match and match.view_name in entry["pages"]]:
        named[0]["active"] = True
        return
    below = [entry for entry in others if path.startswith(entry["url"])]
    if below:
        max(below, key=lambda entry: len(entry["url"]))["active"] = True
    else:
        home["active"] = path == home["url"]

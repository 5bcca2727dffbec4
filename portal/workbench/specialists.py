"""Home of experts, evaluators and administrators."""

from __future__ import annotations

from django.db.models import Count, Q
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Invitation
from accounts.selectors import visible_invitations, visible_members, visible_organisations
from communities.selectors import metric_title
from core.wording import cn_date, points
from portal.selectors import todo
from portal.workbench.pieces import SHOWN, Bench, Desk, Empty, Entry, Panel, WorkList, meter
from scoring.enums import AssignmentState

# ---- experts ---------------------------------------------------------------------------------


def expert_bench(desk: Desk) -> Bench:
    numbers = todo.assignments_by_state(desk.member)
    progress = todo.scoring_progress(desk.member)

    def listed(code: str, title: str, state: str, empty: Empty, **options) -> WorkList:
        cards = list(todo.own_cards(desk.member, state)[:SHOWN])
        return WorkList(
            code, title, numbers.get(state, 0), [_card(desk, card) for card in cards], empty,
            url=desk.url("scoring:assignment_list"), unit="份", **options,
        )  # fmt: skip

    return Bench(
        [
            listed(
                "todo", "待办", AssignmentState.ASSIGNED,
                Empty("没有等待您评分的材料", "市住建局抽取专家组并分派后会出现在这里。"),
                hint="等待评分", is_waiting=True,
            ),
            listed(
                "done", "已办", AssignmentState.SUBMITTED,
                Empty("还没有提交的评分表", "评完全部指标后提交。"),
                hint="已提交评分表",
            ),
            listed(
                "started", "我发起的", AssignmentState.RECUSED,
                Empty("没有申请回避", "与申报单位有利害关系的，请在评分前申请回避。"),
                hint="申请回避",
            ),
        ],
        side=[
            Panel(
                "progress", "评分进度",
                meters=[meter("已评指标", progress["marked"], unit="项", total=progress["due"])] if progress["due"] else [],
                text="还没有分派给您的材料。",
            )
        ],
    )  # fmt: skip


def _card(desk: Desk, card) -> Entry:
    assignment = card.assignment
    dossier = assignment.dossier
    is_open = assignment.state == AssignmentState.ASSIGNED
    at = assignment.assigned_at if is_open else card.submitted_at or assignment.assigned_at
    is_recused = assignment.state == AssignmentState.RECUSED
    return Entry(
        title=dossier.community.name,
        url="" if is_recused else desk.url("scoring:scorecard", card.pk),
        note=f"{dossier.number} · {dossier.community.county.name} · "
        f"已评 {card.marked_items}/{card.due_items} 项",
        status=assignment.get_state_display(),
        at=at,
        days=desk.days_since(at) if is_open else None,
        **(desk.due(card.version.definition, dossier.step) if is_open else {}),
    )


# ---- evaluator -------------------------------------------------------------------------------


def evaluator_bench(desk: Desk) -> Bench:
    waiting = todo.dossiers_to_measure(desk.member)
    facts = todo.facts_by(desk.member)
    listed = desk.url("communities:community_list")
    return Bench(
        [
            WorkList(
                "todo", "待办", waiting.count(),
                [_unmeasured(desk, dossier) for dossier in waiting[:SHOWN]],
                Empty("没有等待录入的小区", "申报小区的实测数据都已录入。"),
                unit="个", hint="申报小区还没有实测数据", is_waiting=True,
            ),
            WorkList(
                "done", "已办", facts.count(), [_fact(desk, fact) for fact in facts[:SHOWN]],
                Empty("还没有录入实测数据", "打开小区，录入满意度等数据和来源。", listed, "查找小区"),
                url=listed, unit="项", hint="本机构录入的实测数据",
            ),
        ]
    )  # fmt: skip


def _unmeasured(desk: Desk, dossier) -> Entry:
    at = dossier.revision.submitted_at
    return Entry(
        title=dossier.community.name,
        url=desk.url("communities:community_detail", dossier.community_id),
        note=f"{dossier.community.county.name} · {dossier.community.code}",
        status="待录入",
        at=at,
        days=desk.days_since(at),
    )


def _fact(desk: Desk, fact) -> Entry:
    value = f"{points(fact.value)}{fact.unit}" if fact.value is not None else fact.text
    return Entry(
        title=fact.community.name,
        url=desk.url("communities:community_detail", fact.community_id),
        note=f"{metric_title(fact.metric)} {value} · {fact.period}",
        status="已录入",
        at=fact.entered_at,
    )


# ---- administrator ---------------------------------------------------------------------------


def admin_bench(desk: Desk) -> Bench:
    """Invitations that ran out are to be sent again; open ones wait for their receivers. Their
    links run by the real clock, also in training."""
    pending = Q(accepted_at=None, revoked_at=None)
    invitations = visible_invitations(desk.member)
    expired = invitations.filter(pending, expires_at__lte=timezone.now()).order_by("expires_at")
    waiting = invitations.filter(pending, expires_at__gt=timezone.now()).order_by("created_at")
    accepted = invitations.filter(accepted_at__isnull=False).order_by("-accepted_at")
    listed = desk.url("people:invitation_list")
    dead = list(todo.dead_jobs()[:SHOWN])
    invite = desk.url("people:invitation_create")
    return Bench(
        [
            WorkList(
                "todo", "待办", expired.count(),
                [_invitation(desk, row, "已过期") for row in expired[:SHOWN]],
                Empty("没有过期的邀请", "过期没有接受的邀请会出现在这里，可以重新发出。"),
                url=listed, hint="邀请过期，待重发", is_waiting=True,
            ),
            WorkList(
                "started", "我发起的", waiting.count(),
                [_invitation(desk, row, "待接受") for row in waiting[:SHOWN]],
                Empty("没有等待接受的邀请", "为各单位的经办人发出邀请。", invite, "邀请人员"),
                url=listed, hint="邀请已发，待接受", is_waiting=True,
            ),
            WorkList(
                "done", "已办", accepted.count(),
                [_invitation(desk, row, "已接受") for row in accepted[:SHOWN]],
                Empty("还没有人接受邀请", "对方接受后会出现在这里。"),
                url=listed, hint="邀请已接受",
            ),
        ],
        side=[_people(desk), _dead_jobs(dead)],
    )  # fmt: skip


def _invitation(desk: Desk, row: Invitation, status: str) -> Entry:
    at = row.accepted_at or row.created_at
    return Entry(
        title=row.name,
        url=desk.url("people:invitation_detail", row.pk),
        note=f"{row.organisation.name} · {row.get_role_display()}",
        status=status,
        at=at,
        days=None if row.accepted_at else desk.days_since(at),
        due=None if row.accepted_at else row.expires_at.date(),
        is_overdue=status == "已过期",
    )


def _people(desk: Desk) -> Panel:
    members: dict[str, int] = dict(
        visible_members(desk.member)
        .filter(is_active=True)
        .order_by()
        .values_list("role")
        .annotate(number=Count("pk"))
    )
    rows = [
        {"label": role.label, "value": f"{members[role]} 人"} for role in Role if role in members
    ]
    organisations = visible_organisations(desk.member).filter(is_active=True).count()
    rows.append({"label": "单位", "value": f"{organisations} 个"})
    return Panel("people", "人员", desk.url("people:member_list"), "管理人员", rows=rows)


def _dead_jobs(jobs) -> Panel:
    tasks = [
        {"title": job.label, "status": "未完成", "hint": cn_date(job.created_at)} for job in jobs
    ]
    return Panel("jobs", "未完成的任务", tasks=tasks, text="没有未完成的后台任务。")

"""Experts, panels, scorecards, marks, rankings and the city's decisions."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Membership
from campaigns.models import Campaign, CampaignVersion
from core.tenancy import TenantForeignKey, TenantModel
from reviews.models import Dossier, Revision
from scoring.enums import AssignmentState, DecisionOutcome, SeatState


class Expert(TenantModel):
    """A member of the city's expert pool."""

    membership = TenantForeignKey(Membership, related_name="expert_entries")
    field = models.CharField("专业", max_length=60)
    employer = models.CharField("工作单位", max_length=100)
    is_active = models.BooleanField("在库", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "评审专家"
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "membership"], name="scoring_expert_once")
        ]


class Panel(TenantModel):
    """A drawn panel: the frozen pool, the commitment made before, and what the draw gave."""

    campaign = TenantForeignKey(Campaign, related_name="panels")
    size = models.IntegerField("人数")
    pool = models.JSONField("抽取名册", default=list)
    exclusions = models.JSONField("排除及理由", default=list)
    commitment = models.CharField("承诺值", max_length=64)
    commitment_text = models.TextField("承诺内容", default="")
    nonce = models.CharField(max_length=64)
    source_text = models.CharField("公开随机源", max_length=200)
    seed = models.CharField("种子", max_length=64, blank=True, default="")
    committed_at = models.DateTimeField("承诺时间")
    drawn_at = models.DateTimeField("抽取时间", null=True)
    created_by = TenantForeignKey(Membership)

    class Meta:
        verbose_name = verbose_name_plural = "专家组"
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "campaign"], name="scoring_panel_once")
        ]


class PanelSeat(TenantModel):
    panel = TenantForeignKey(Panel, related_name="seats")
    expert = TenantForeignKey(Expert, related_name="seats")
    position = models.IntegerField("顺位")
    state = models.CharField("状态", max_length=12, choices=SeatState)

    class Meta:
        verbose_name = verbose_name_plural = "专家席位"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "panel", "expert"], name="scoring_seat_once"
            )
        ]


class Assignment(TenantModel):
    """One expert scores one dossier; marks of a recused expert are kept and never counted."""

    dossier = TenantForeignKey(Dossier, related_name="assignments")
    expert = TenantForeignKey(Expert, related_name="assignments")
    state = models.CharField(
        "状态", max_length=12, choices=AssignmentState, default=AssignmentState.ASSIGNED
    )
    recusal_reason = models.CharField("回避理由", max_length=200, blank=True, default="")
    assigned_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "评审分派"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "dossier", "expert"], name="scoring_assignment_once"
            )
        ]


class Scorecard(TenantModel):
    """One expert's sheet. Totals are stored with every save; ``submitted_at`` freezes it."""

    assignment = TenantForeignKey(Assignment, related_name="scorecards")
    revision = TenantForeignKey(Revision)
    version = TenantForeignKey(CampaignVersion)
    total = models.DecimalField("总分", max_digits=6, decimal_places=2, default=Decimal(0))
    sections = models.JSONField("类别得分", default=dict)
    marked_items = models.IntegerField("已评项数", default=0)
    due_items = models.IntegerField("应评项数")
    updated_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField("提交时间", null=True)

    is_locked = False  # read under the row's lock in this transaction

    class Meta:
        verbose_name = verbose_name_plural = "评分表"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "assignment"], name="scoring_scorecard_once"
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | Q(marked_items=F("due_items")),
                name="scoring_scorecard_complete",
                violation_error_message="还有指标没有评分，不能提交。",
            ),
        ]


class Mark(TenantModel):
    """The mark of one item: ``raw`` as entered (kind-specific), ``points`` as computed from it."""

    scorecard = TenantForeignKey(Scorecard, related_name="marks")
    item = models.CharField("指标", max_length=20)
    raw = models.JSONField()
    points = models.DecimalField("得分", max_digits=6, decimal_places=2)
    max_points = models.DecimalField("满分", max_digits=6, decimal_places=2)
    comment = models.CharField("评语", max_length=500, blank=True, default="")
    marked_at = models.DateTimeField("评分时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "指标得分"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "scorecard", "item"], name="scoring_mark_once"
            ),
            models.CheckConstraint(
                condition=Q(points__gte=F("max_points") * -1) & Q(points__lte=F("max_points")),
                name="scoring_mark_range",
                violation_error_message="得分超出范围。",
            ),
        ]


class Ranking(TenantModel):
    """A computed ranking; a new computation is a new row, the newest one counts."""

    campaign = TenantForeignKey(Campaign, related_name="rankings")
    version = TenantForeignKey(CampaignVersion)
    number = models.IntegerField("次序")
    sha256 = models.CharField("校验值", max_length=64)
    computed_at = models.DateTimeField("计算时间")
    computed_for = TenantForeignKey(Membership, null=True)

    class Meta:
        verbose_name = verbose_name_plural = "排名"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "campaign", "number"], name="scoring_ranking_number"
            )
        ]


class RankingRow(TenantModel):
    """One dossier in a ranking. No ``rank``: not ranked, ``explanation`` says why."""

    ranking = TenantForeignKey(Ranking, related_name="rows")
    dossier = TenantForeignKey(Dossier, related_name="ranking_rows")
    group = models.CharField("分组", max_length=40, blank=True, default="")
    rank = models.IntegerField("名次", null=True)
    is_tied = models.BooleanField("并列", default=False)
    total = models.DecimalField("总分", max_digits=6, decimal_places=2, null=True)
    sections = models.JSONField("类别得分", default=dict)
    gates = models.JSONField("原则要求", default=list)
    gates_passed = models.BooleanField("原则要求全部满足", default=False)
    is_proposed = models.BooleanField("按规则拟入选", default=False)
    explanation = models.JSONField("计算过程", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "排名结果"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "ranking", "dossier"], name="scoring_rankingrow_once"
            )
        ]


class Replay(TenantModel):
    """What the marks of a ranking would have given under another definition. Nothing of the real
    result depends on it. ``result`` is empty until a worker has computed it."""

    ranking = TenantForeignKey(Ranking, related_name="replays")
    title = models.CharField("所用方案", max_length=200)
    body = models.JSONField()
    sha256 = models.CharField("方案校验值", max_length=64)
    result = models.JSONField("结果", null=True)
    created_by = TenantForeignKey(Membership)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "重放"


class Decision(TenantModel):
    """The city's decision on one dossier; it departs from the rule only with a reason."""

    dossier = TenantForeignKey(Dossier, related_name="decisions")
    ranking_row = TenantForeignKey(RankingRow)
    outcome = models.CharField("决定", max_length=12, choices=DecisionOutcome)
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    decided_by = TenantForeignKey(Membership)
    decided_at = models.DateTimeField("决定时间")

    class Meta:
        verbose_name = verbose_name_plural = "审定"
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "dossier"], name="scoring_decision_once")
        ]

from django.db.models import TextChoices


class SeatState(TextChoices):
    SEATED = "seated", "入选"
    ALTERNATE = "alternate", "候补"
    RECUSED = "recused", "回避"


class AssignmentState(TextChoices):
    ASSIGNED = "assigned", "待评分"
    SUBMITTED = "submitted", "已提交"
    RECUSED = "recused", "回避"


class DecisionOutcome(TextChoices):
    WINNER = "winner", "拟入选"
    NOT_SELECTED = "not_selected", "不入选"

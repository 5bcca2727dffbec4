from django.db.models import TextChoices


class DossierState(TextChoices):
    """Where a dossier is in its life; inside IN_REVIEW the route's step says where it waits."""

    DRAFT = "draft", "填报中"
    IN_REVIEW = "in_review", "审核中"
    RETURNED = "returned", "退回补正"
    REFUSED = "refused", "未通过"
    WITHDRAWN = "withdrawn", "已撤回"
    SCORING = "scoring", "专家评审"
    DECISION = "decision", "待市级审定"
    LISTED = "listed", "公示中"
    AWARDED = "awarded", "已公布入选"
    NOT_AWARDED = "not_awarded", "未入选"


class Answer(TextChoices):
    """What a higher level outside the system decided."""

    SELECTED = "selected", "入选"
    NOT_SELECTED = "not_selected", "未入选"


class Outcome(TextChoices):
    """The outcome of one sign-off."""

    AGREE = "agree", "同意"
    RETURN = "return", "退回补正"
    REFUSE = "refuse", "不同意"
    SKIPPED = "skipped", "依方案跳过"

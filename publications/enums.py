from django.db.models import TextChoices


class NoticeKind(TextChoices):
    PUBLIC_NOTICE = "public_notice", "公示"
    ANNOUNCEMENT = "announcement", "公布"


class NoticeState(TextChoices):
    DRAFT = "draft", "拟稿"
    RELEASED = "released", "已发布"


class ObjectionState(TextChoices):
    RECEIVED = "received", "待处理"
    UPHELD = "upheld", "异议成立"
    DISMISSED = "dismissed", "异议不成立"

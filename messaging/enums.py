from django.db.models import TextChoices


class Event(TextChoices):
    """What people are told of."""

    SUBMITTED = "submitted", "材料已提交"
    ARRIVED = "arrived", "材料待办理"
    RETURNED = "returned", "退回补正"
    REFUSED = "refused", "不同意申报"
    LISTED = "listed", "列入公示"
    PUBLISHED = "published", "结果公布"
    NEAR = "near", "临近截止"
    EXTENDED = "extended", "延期"


class Channel(TextChoices):
    """Ways out of the system; every message is also on the page of messages."""

    EMAIL = "email", "邮件"
    SMS = "sms", "短信"


class DeliveryState(TextChoices):
    WAITING = "waiting", "待发送"
    HELD = "held", "已暂停"
    SENDING = "sending", "发送中"
    SENT = "sent", "已发送"
    FAILED = "failed", "发送失败"
    UNCLEAR = "unclear", "结果不明"
    DROPPED = "dropped", "不再发送"

"""How numbers, moments and states are said on the screen and on paper: pure functions."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

# The colour of a state follows from its word; the first match counts.
_TONES = [
    (
        "bad",
        ("退回", "不同意", "不予", "未通过", "不符合", "逾期", "失败", "未完成", "驳回", "锁定"),
    ),
    ("muted", ("草稿", "未开始", "不适用", "停用", "过期", "已撤回", "已归档", "未到", "跳过")),
    (
        "wait",
        ("待", "等待", "进行中", "审核中", "核查中", "评审中", "排队", "补正", "填写中", "异议"),
    ),
    (
        "ok",
        (
            "通过",
            "已接受",
            "同意",
            "完成",
            "公布",
            "符合",
            "已签",
            "已备案",
            "入选",
            "成立",
            "启用",
        ),
    ),
]

TIMELINE = {
    "done": {"word": "已完成", "tone": "ok"},
    "current": {"word": "正在办理", "tone": "wait"},
    "todo": {"word": "未到", "tone": "muted"},
    "returned": {"word": "退回补正", "tone": "bad"},
    "refused": {"word": "不同意", "tone": "bad"},
    "skipped": {"word": "不适用", "tone": "muted"},
}


def tone_of(word: str) -> str:
    """Return the tone of a state's word: bad, wait, ok, muted, or info."""
    for tone, parts in _TONES:
        if any(part in word for part in parts):
            return tone
    return "info"


def points(value) -> str:
    """Return a mark without trailing zeros: ``86.50`` → ``86.5``; nothing → ``—``."""
    if value is None or value == "":
        return "—"
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value, digits=1) -> str:
    """Return a percentage that is already in per cent: ``95.60`` → ``95.6%``."""
    if value is None or value == "":
        return "—"
    return f"{points(round(Decimal(str(value)), int(digits)))}%"


def cn_date(value) -> str:
    """``2023年8月30日``."""
    if not value:
        return "—"
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return f"{value.year}年{value.month}月{value.day}日"


def cn_datetime(value) -> str:
    """``2023年8月30日 14:32`` in the local time zone; a day alone stays a day."""
    if not value:
        return "—"
    if not isinstance(value, datetime):
        assert isinstance(value, date)
        return cn_date(value)
    if timezone.is_aware(value):
        value = timezone.localtime(value)
    return f"{cn_date(value)} {value:%H:%M}"


def file_size(size) -> str:
    """``1.4 MB``."""
    if size in (None, ""):
        return "—"
    size = Decimal(size)
    for unit in ("B", "KB", "MB"):
        if size < 1024 or unit == "MB":
            return f"{points(round(size, 0 if unit in ('B', 'KB') else 1))} {unit}"
        size /= 1024
    raise AssertionError


def short_hash(digest) -> str:
    """The first sixteen characters in groups of four, for comparing by eye."""
    text = str(digest)[:16]
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def meter_of(value, minimum=None, maximum=None, total=None) -> dict:
    """Return how a quota stands: bar lengths in per cent of the drawing, tone and words. With a
    ``total`` it is a part of a whole instead."""
    if total is not None:
        share = value * 100 / max(total, 1)
        is_all = bool(total) and value >= total
        return {
            "fill": f"{min(share, 100):.1f}%",
            "mark": "",
            "tone": "ok" if is_all else "info",
            "words": "全部完成" if is_all else f"{int(share)}%",
        }
    scale = max(value, minimum or 0, maximum or 0, 1)
    bar = {"fill": f"{value * 100 / scale:.1f}%", "mark": ""}
    limit = maximum if maximum is not None else minimum
    if limit is not None:
        bar["mark"] = f"{limit * 100 / scale:.1f}%"
    if maximum is not None and value > maximum:
        return {**bar, "tone": "bad", "words": f"超出 {value - maximum}"}
    if minimum is not None and value < minimum:
        return {**bar, "tone": "wait", "words": f"还差 {minimum - value}"}
    if maximum is not None:
        return {
            **bar,
            "tone": "ok",
            "words": f"还可 {maximum - value}" if maximum > value else "已满",
        }
    return {
        **bar,
        "tone": "ok" if minimum is not None else "info",
        "words": "已达到" if minimum is not None else "",
    }

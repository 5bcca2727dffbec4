"""Lists cut by key: a deep page costs as much as the first one.

``WHERE (a, b) > (last a, last b) ORDER BY a, b LIMIT n`` walks an index; ``OFFSET`` would read
everything before. The token in the URL is the key of the edge row; it carries no rights, and a
broken one leads to the first page.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.requests import plain_text

PAGE_SIZE = 50
COUNT_LIMIT = 3_000
PARAMETER = "page"
STALE = "页码无效，已回到第一页。"


class BadToken(ValueError):
    """A page token that nobody was given."""


@dataclass(frozen=True)
class Page:
    """One page: rows in order, tokens of its neighbours (empty when there is none)."""

    rows: list
    next_token: str = ""
    previous_token: str = ""
    is_stale: bool = False
    """The asked page could not be found; this is the first one."""
    next_url: str = ""
    previous_url: str = ""


def page_of(
    request, queryset: QuerySet, *, order: Sequence[str] = ("pk",), size: int = PAGE_SIZE
) -> Page:
    """The page that ``?page=`` asks for, with the URLs of its neighbours.

    The other parameters of the address (filters) are kept. One query.
    """
    page = page_by_key(queryset, order=order, token=request.GET.get(PARAMETER, ""), size=size)
    if page.is_stale:
        messages.info(request, STALE)
    return Page(
        page.rows,
        page.next_token,
        page.previous_token,
        page.is_stale,
        _url(request, page.next_token),
        _url(request, page.previous_token),
    )


def _url(request, token: str) -> str:
    if not token:
        return ""
    parameters = request.GET.copy()
    parameters[PARAMETER] = token
    return f"?{parameters.urlencode()}"


def count_up_to(queryset: QuerySet, limit: int = COUNT_LIMIT) -> int | str:
    """The number of rows, exact up to ``limit``; beyond it ``"3000+"``, for counting all of a long
    list costs more than showing a page of it."""
    number = queryset.order_by().values("pk")[: limit + 1].count()
    return number if number <= limit else f"{limit}+"


def page_by_key(
    queryset: QuerySet, *, order: Sequence[str], token: str = "", size: int = PAGE_SIZE
) -> Page:
    """Up to ``size`` rows after (or before) the row the token names.

    ``queryset`` yields model instances, ``.values()`` or ``.values_list(named=True)`` rows that
    contain the fields of ``order``. ``order`` names columns that are never NULL and together
    unique, ``-`` for falling; an index should start with them. An empty or unusable token gives
    the first page, the latter with ``is_stale``.
    """
    try:
        key, is_back = _read(token, queryset, order) if token else (None, False)
    except BadToken:
        return _first(queryset, order, size, is_stale=True)
    if key is None:
        return _first(queryset, order, size)
    direction = [_turned(name) for name in order] if is_back else list(order)
    rows = list(queryset.filter(_beyond(direction, key)).order_by(*direction)[: size + 1])
    if not rows:
        return _first(queryset, order, size)
    has_more, rows = len(rows) > size, rows[:size]
    if is_back:
        rows.reverse()
        return Page(rows, _token(rows[-1], order), _token(rows[0], order, "<") if has_more else "")
    return Page(rows, _token(rows[-1], order) if has_more else "", _token(rows[0], order, "<"))


def _first(queryset: QuerySet, order: Sequence[str], size: int, is_stale: bool = False) -> Page:
    rows = list(queryset.order_by(*order)[: size + 1])
    token = _token(rows[size - 1], order) if len(rows) > size else ""
    return Page(rows[:size], token, is_stale=is_stale)


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order: Sequence[str], key: Sequence[Any]) -> Q:
    """Rows that come after ``key``; the first column alone bounds the index scan."""
    condition = Q()
    for name, value in reversed(list(zip(order, key, strict=True))):
        column, strict = (name[1:], "lt") if name.startswith("-") else (name, "gt")
        after = Q(**{f"{column}__{strict}": value})
        if condition:
            within = Q(**{f"{column}__{strict}e": value})
            condition = within & (after | condition)
        else:
            condition = after
    return condition


def _token(row: Any, order: Sequence[str], direction: str = ">") -> str:
    key = [direction, *(_value(row, name.lstrip("-")) for name in order)]
    text = json.dumps(key, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _value(row: Any, name: str) -> Any:
    if isinstance(row, dict):
        return row[name]
    if hasattr(row, name):
        return getattr(row, name)
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _read(token: str, queryset: QuerySet, order: Sequence[str]) -> tuple[list, bool]:
    try:
        text = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        direction, *key = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        raise BadToken(token) from None
    if direction not in ("<", ">") or len(key) != len(order):
        raise BadToken(token)
    fields = [_field(queryset, name.lstrip("-")) for name in order]
    return [_typed(f, v) for f, v in zip(fields, key, strict=True)], direction == "<"


def _field(queryset: QuerySet, name: str):
    annotation = queryset.query.annotations.get(name)
    if annotation is not None:
        return annotation.output_field
    meta = queryset.model._meta
    *parts, last = name.split("__")
    for part in parts:
        meta = meta.get_field(part).related_model._meta
    return meta.pk if last == "pk" else meta.get_field(last)


def _typed(field, raw: Any) -> Any:
    """The value as the column's type, so that a forged token is refused here, not in SQL."""
    if not isinstance(raw, str | int | float) or plain_text(str(raw)) != str(raw):
        raise BadToken(raw)
    try:
        value = field.to_python(raw)
        field.run_validators(value)
    except (ValidationError, ValueError, TypeError, ArithmeticError):
        raise BadToken(raw) from None
    if value is None or (isinstance(value, datetime) and timezone.is_naive(value)):
        raise BadToken(raw)
    return value

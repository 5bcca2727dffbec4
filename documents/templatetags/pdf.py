"""Pieces of printed documents."""

from django import template
from django.utils.html import format_html

register = template.Library()

LINE_WIDTH = 442  # points: the 156 mm of the 版心


@register.simple_tag
def fitted(text: str, largest: float, width: float = LINE_WIDTH) -> str:
    """`text` on one line: `largest` points high, or smaller when `width` points would not hold it.
    A Latin letter or digit counts as 0.6 of a Chinese character."""
    units = sum(0.6 if ord(character) < 0x2E80 else 1 for character in text) or 1
    size = min(largest, int(width / units * 10) / 10)
    return format_html('<span style="font-size: {}pt">{}</span>', size, text)


@register.simple_tag
def tick(is_ticked: bool) -> str:
    """A box with √ or an empty one."""
    return format_html('<span class="tick">{}</span>', "√" if is_ticked else "\xa0")

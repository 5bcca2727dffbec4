"""Places within a population: how many are better than one. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Mapping
from decimal import Decimal


def places(values: Mapping[Hashable, Decimal], best: str) -> dict[Hashable, int]:
    """Key → place from 1. ``best``: ``highest`` or ``lowest`` values come first; equal values
    share the better place."""
    sign = -1 if best == "highest" else 1
    ordered = sorted(sign * value for value in values.values())
    return {key: bisect_left(ordered, sign * value) + 1 for key, value in values.items()}

"""Figures of speed: ratios of medians, both sides interleaved in one run on one machine.

``./dev bench`` runs all, ``./dev bench NAME`` one; each prints one JSON line. A figure is a
function decorated with ``@figure`` in a module of this package; it returns ``Measured`` values.
"""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

FIGURES: dict[str, Callable[[], list[Measured]]] = {}


@dataclass(frozen=True)
class Measured:
    """One ratio: ``ours`` against ``other`` (seconds, one value per round).

    ``at_most`` / ``at_least`` bound ours / other or, for ``is_faster``, other / ours.
    """

    name: str
    ours: list[float]
    other: list[float]
    other_is: str
    at_most: float | None = None
    at_least: float | None = None
    extra: dict | None = None
    extra_ok: bool = True

    @property
    def ratio(self) -> float:
        ours, other = statistics.median(self.ours), statistics.median(self.other)
        return other / ours if self.at_least is not None else ours / other

    @property
    def is_reached(self) -> bool:
        if self.at_least is not None:
            return self.extra_ok and self.ratio >= self.at_least
        return self.extra_ok and self.ratio <= self.at_most

    def line(self) -> str:
        def shown(values: list[float]) -> dict:
            return {
                "median_ms": round(statistics.median(values) * 1000, 3),
                "min_ms": round(min(values) * 1000, 3),
                "max_ms": round(max(values) * 1000, 3),
            }

        goal = f">= {self.at_least}" if self.at_least is not None else f"<= {self.at_most}"
        return json.dumps(
            {
                "figure": self.name,
                "ratio": round(self.ratio, 2),
                "goal": goal,
                "reached": self.is_reached,
                "ours": shown(self.ours),
                "other": shown(self.other) | {"is": self.other_is},
                "n": len(self.ours),
            }
            | (self.extra or {}),
            ensure_ascii=False,
        )


def figure(name: str):
    """Register a figure under the name that ``./dev bench NAME`` takes."""

    def register(function: Callable[[], list[Measured]]):
        FIGURES[name] = function
        return function

    return register


def interleave(
    ours: Callable[[], object], other: Callable[[], object], *, rounds: int = 15, warmup: int = 2
) -> tuple[list[float], list[float]]:
    """Seconds of each round of ours and of the other, taken in turn after warming both up."""
    for _ in range(warmup):
        ours()
        other()
    taken: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    for number in range(rounds):
        # Whoever comes first in a round is changed: neither always finds a warm or cold cache.
        pair = ((0, ours), (1, other)) if number % 2 else ((1, other), (0, ours))
        for side, run in pair:
            started = time.perf_counter()
            run()
            taken[side].append(time.perf_counter() - started)
    return taken

"""The requirements of the notice as far as they can be judged while a dossier is written.

Gates are judged by the app that scores, which stands above this one: it registers its judge here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reviews.models import Dossier


@dataclass(frozen=True)
class RequirementLine:
    """One requirement and what is known of it. ``status``: pass, fail or unknown; ``text`` says
    from what it follows, ``consequence`` what failing it means."""

    code: str
    title: str
    status: str
    label: str
    text: str
    source: str
    consequence: str
    bars_submission: bool

    @property
    def tone(self) -> str:
        return {"pass": "ok", "fail": "bad"}.get(self.status, "wait")


Judge = Callable[[Dossier], list[RequirementLine]]
_judges: list[Judge] = []


def judges_requirements(judge: Judge) -> Judge:
    """Register what judges requirements; a decorator."""
    _judges.append(judge)
    return judge


def requirement_lines(dossier: Dossier) -> list[RequirementLine]:
    """Every requirement of the dossier's track by the facts known now, in the notice's order."""
    return [line for judge in _judges for line in judge(dossier)]


def barring(lines: list[RequirementLine]) -> list[RequirementLine]:
    """Requirements that are not fulfilled and without which nobody may submit. What is not known
    yet bars nobody: it is measured or attested later."""
    return [line for line in lines if line.bars_submission and line.status == "fail"]

"""How far the dossiers of a campaign are: the figures of the overview, each one query.

The functions take the dossiers that the member may see, so a county's figures are its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, QuerySet

from campaigns.definition import Definition
from reviews.enums import DossierState
from reviews.models import Dossier
from reviews.selectors.dossiers import ON_ROUTE, list_rows, waiting_for
from scoring.models import Ranking, RankingRow

SUBMITTED = "已提交"
BAND = 5  # points
UNFINISHED = {*ON_ROUTE, DossierState.RETURNED}
LONGEST = 10


@dataclass(frozen=True)
class Place:
    """The dossiers at one step in one state, and since when the oldest of them waits."""

    version_id: Any
    track: str
    state: str
    step: str
    count: int
    oldest: datetime

    @property
    def is_waiting(self) -> bool:
        return self.state in UNFINISHED


def places_of(dossiers: QuerySet[Dossier]) -> list[Place]:
    """Where the dossiers are; withdrawn ones do not count. One query."""
    rows = (
        dossiers.exclude(state=DossierState.WITHDRAWN)
        .values_list("version_id", "track", "state", "step")
        .annotate(Count("pk"), Min("waiting_since"))
        .order_by()
    )
    return [Place(*row) for row in rows]


def funnel(
    definition: Definition, places: Iterable[Place], definitions: dict[Any, Definition],
    refused: Iterable[tuple[str, int]] = (),
) -> list[list]:  # fmt: skip
    """``[title, number]`` from submission on: how many dossiers have finished each step.

    ``definition`` gives the steps; a dossier under an older version is placed by its own route.
    A step that does not apply to it counts as finished. ``refused``: step → dossiers refused
    there, whose own row no longer tells how far they came.
    """
    passed: Counter[str] = Counter()
    for place in places:
        route = [step.code for step in definitions[place.version_id].route]
        passed[SUBMITTED] += place.count
        if place.state == DossierState.AWARDED:
            done = route
        elif place.state == DossierState.NOT_AWARDED:
            theirs = definitions[place.version_id]
            is_left_out = not place.step and theirs.steps_of_type("selection")
            done = _before_type(theirs, "selection" if is_left_out else "decision")
        elif place.step:
            done = route[: route.index(place.step)]
        else:
            done = []
        passed.update(dict.fromkeys(done, place.count))
    for step, count in refused:
        route = [one.code for one in definition.route]
        if step in route:
            done = route[: route.index(step)]
            passed.update(dict.fromkeys(done, count))
    return [
        [SUBMITTED, passed[SUBMITTED]],
        *(
            [step.title, passed[step.code]]
            for step in definition.route
            if step.type != "result_received"
        ),
    ]


def _before_type(definition: Definition, type_: str) -> list[str]:
    codes = []
    for step in definition.route:
        if step.type == type_:
            break
        codes.append(step.code)
    return codes


def refused_at(dossiers: QuerySet[Dossier]) -> list[tuple[str, int]]:
    """Step → dossiers that were refused there. One query."""
    return list(
        dossiers.filter(state=DossierState.REFUSED, sign_offs__outcome="refuse")
        .values_list("sign_offs__step")
        .annotate(number=Count("pk", distinct=True))
        .order_by()
    )


@dataclass(frozen=True)
class Waiting:
    """A place where dossiers wait, in words."""

    where: str
    count: int
    oldest: datetime


def waiting_places(
    places: Iterable[Place], definitions: dict[Any, Definition]
) -> list[Waiting]:  # fmt: skip
    """Where dossiers wait now, the longest wait first."""
    found: dict[str, Waiting] = {}
    for place in places:
        if not place.is_waiting:
            continue
        where = waiting_for(place.state, place.step, definitions[place.version_id])
        known = found.get(where)
        found[where] = Waiting(
            where,
            place.count + (known.count if known else 0),
            min(place.oldest, known.oldest) if known else place.oldest,
        )
    return sorted(found.values(), key=lambda waiting: waiting.oldest)


def longest_waiting(dossiers: QuerySet[Dossier], number: int = LONGEST) -> list:
    """The rows (see ``reviews.selectors.dossiers.list_rows``) that wait longest. One query."""
    waiting = dossiers.filter(state__in=UNFINISHED).order_by("waiting_since", "pk")
    return list(list_rows(waiting)[:number])


def totals_of(ranking: Ranking) -> list[tuple[Decimal, int | None]]:
    """(total, rank) of every dossier that has a total. One query."""
    rows = RankingRow.objects.filter(ranking=ranking, total__isnull=False)
    return list(rows.values_list("total", "rank").order_by("-total"))


def bands_of(totals: Iterable[Decimal], width: int = BAND) -> list[tuple[int, int]]:
    """(lowest whole point of the band, number) from the lowest total to the highest: pure."""
    counts = Counter(int(total // width) * width for total in totals)
    if not counts:
        return []
    return [(low, counts[low]) for low in range(min(counts), max(counts) + width, width)]

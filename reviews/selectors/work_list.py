"""The work list of an office: what waits for it, the most urgent first."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import (
    Case,
    DateField,
    DateTimeField,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Greatest, TruncDate
from django.utils import timezone

from accounts.models import Division, Membership
from campaigns.definition.route import Step
from campaigns.models import CampaignVersion, Extension
from core.working_days import WorkingDays
from reviews.enums import DossierState
from reviews.models import Dossier
from reviews.permissions.sign_offs import LEVEL_OF
from reviews.selectors.dossiers import visible_dossiers

LIST_FIELDS = ("campaign", "version", "community__county", "applicant", "revision")
HEAVY_FIELDS = ("draft", "version__body", "revision__content")
OFFICE_STEPS = {"sign_off", "desk_check", "site_visit"}
ORDER = ("due_on", "waiting_since", "pk")
NO_DUE = date(9999, 12, 31)
NEAR_DAYS = 3


def waiting_for(member: Membership) -> QuerySet[Dossier]:
    """待办: the dossiers that wait at a step of the member's office, the next deadline first, then
    the oldest. Annotated with ``due_on``, the last day of the step (``NO_DUE``: none)."""
    places = _steps_of(member)
    at = Q(pk__in=[])
    for version, step in places:
        at |= Q(version=version, step=step.code)
    due = [
        When(version=version, step=step.code, then=_due_on(version, step, member))
        for version, step in places
        if step.deadline
    ]
    return (
        visible_dossiers(member)
        .filter(at, state=DossierState.IN_REVIEW)
        .annotate(due_on=Case(*due, default=Value(NO_DUE), output_field=DateField()))
        .select_related(*LIST_FIELDS)
        .defer(*HEAVY_FIELDS)
        .order_by(*ORDER)
    )


def _steps_of(member: Membership) -> list[tuple[CampaignVersion, Step]]:
    level = LEVEL_OF.get(member.role)
    if level is None:
        return []
    return [
        (version, step)
        for version in CampaignVersion.objects.defer("body")
        for step in version.definition.route
        if step.level == level and step.type in OFFICE_STEPS
    ]


def _due_on(version: CampaignVersion, step: Step, member: Membership) -> Greatest:
    """The last day by the definition, or the one to which it was extended for the dossier."""
    extended = Extension.objects.filter(
        Q(organisation=None, community=None)
        | Q(organisation=member.organisation_id)
        | Q(organisation=OuterRef("applicant"))
        | Q(community=OuterRef("community")),
        campaign=OuterRef("campaign"),
        deadline=step.deadline,
    ).order_by("-until")
    before = ExpressionWrapper(
        Subquery(extended.values("until")[:1]) - Value(timedelta(microseconds=1)),
        output_field=DateTimeField(),
    )
    due = Value(version.definition.deadline(step.deadline).due, output_field=DateField())
    return Greatest(due, TruncDate(before))


def count_todo(member: Membership) -> int:
    """How many dossiers wait for the member's office."""
    return waiting_for(member).order_by().count()


def places_below(member: Membership) -> list[Division]:
    """The divisions right below the member's own, in which its communities lie."""
    division = member.organisation.division
    below = Division.objects.filter(parent=division) if division else _counties()
    return list(below.order_by("code"))


def _counties() -> QuerySet[Division]:
    return Division.objects.filter(level="county")


def narrow_work(
    waiting: QuerySet[Dossier], moment: datetime, *, campaign="", place="", due="", q=""
) -> QuerySet[Dossier]:
    """``campaign`` and ``place`` are ids; ``due``: ``over`` or ``near``; ``q`` part of a number or
    of a community's name."""
    today = timezone.localdate(moment)
    if campaign:
        waiting = waiting.filter(campaign=campaign)
    if place:
        paths = Division.objects.filter(pk=UUID(place)).values_list("path", flat=True)
        waiting = waiting.filter(community__division__path__startswith=paths[0] if paths else "?")
    if due == "over":
        waiting = waiting.filter(due_on__lt=today)
    elif due == "near":
        waiting = waiting.filter(due_on__gte=today, due_on__lte=last_near_day(today))
    if word := q.strip():
        waiting = waiting.filter(Q(number__icontains=word) | Q(community__name__icontains=word))
    return waiting


def last_near_day(today: date) -> date:
    """The last day that is at most ``NEAR_DAYS`` working days away."""
    span = today + timedelta(days=30)
    days = WorkingDays(today, span)
    last = today
    while last < span and days.between(today, last + timedelta(days=1)) <= NEAR_DAYS:
        last += timedelta(days=1)
    return last


def next_waiting(waiting: QuerySet[Dossier], after: Dossier) -> Dossier | None:
    """The dossier of the list that comes after ``after``; from the end, or when ``after`` waits no
    more, the first one."""
    others = waiting.exclude(pk=after.pk)
    here = waiting.filter(pk=after.pk).first()
    if here is None:
        return others.first()
    later = (
        Q(due_on__gt=here.due_on)
        | Q(due_on=here.due_on, waiting_since__gt=here.waiting_since)
        | Q(due_on=here.due_on, waiting_since=here.waiting_since, pk__gt=here.pk)
    )
    return others.filter(later).first() or others.first()

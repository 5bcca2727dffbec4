"""What is published and what still waits."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from accounts.models import Membership
from core import clock
from documents.models import RenderedDocument
from publications.enums import NoticeKind, NoticeState, ObjectionState
from publications.models import Notice, Objection
from publications.permissions import can_read_notices
from scoring.enums import DecisionOutcome
from scoring.models import Decision


def visible_notices(member: Membership) -> QuerySet[Notice]:
    """Drafts and released notices for city bureau and auditor; for others the public ones."""
    notices = Notice.objects.select_related("campaign").order_by("-created_at")
    if can_read_notices(member):
        return notices.annotate(
            open_objections=Count("objections", filter=Q(objections__state=ObjectionState.RECEIVED))
        )
    return notices.none()


def public_notices() -> QuerySet[Notice]:
    """What anybody may read: released notices of campaigns that are not 依申请公开."""
    return (
        Notice.objects.filter(state=NoticeState.RELEASED, is_public=True)
        .select_related("campaign")
        .order_by("-released_at")
    )


def visible_objections(member: Membership) -> QuerySet[Objection]:
    objections = Objection.objects.select_related("notice", "dossier__community")
    if not can_read_notices(member):
        return objections.none()
    return objections.order_by("-received_at")


def open_objection_count() -> int:
    return Objection.objects.filter(state=ObjectionState.RECEIVED).count()


def winning_decisions(campaign) -> QuerySet[Decision]:
    """The winners in the order of the ranking."""
    return (
        Decision.objects.filter(dossier__campaign=campaign, outcome=DecisionOutcome.WINNER)
        .select_related(
            "ranking_row", "dossier__community__county", "dossier__applicant", "dossier__version"
        )
        .order_by("ranking_row__rank", "dossier__number")
    )


def upheld_dossier_ids(notice: Notice) -> set[str]:
    """The dossiers that an upheld objection takes off the list."""
    return {
        str(pk)
        for pk in notice.objections.filter(state=ObjectionState.UPHELD).values_list(
            "dossier_id", flat=True
        )
        if pk
    }


def is_open_for_objections(notice: Notice) -> bool:
    """Within the notice period, by the tenant's clock; the last day counts to its end."""
    return (
        notice.kind == NoticeKind.PUBLIC_NOTICE
        and notice.state == NoticeState.RELEASED
        and notice.takes_objections
        and notice.starts_on <= clock.today() <= notice.ends_on
    )


def notice_document(notice: Notice) -> RenderedDocument | None:
    return RenderedDocument.objects.filter(subject_id=notice.pk, is_current=True).first()

"""Marks and scorecards. Totals are stored with every save; only a submitted sheet counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import Membership
from campaigns.models import known_version
from campaigns.rubric import MarkError
from core import audit, clock
from core.errors import Conflict, Refused
from reviews.enums import DossierState
from reviews.services.deadlines import check_deadline
from scoring.engine import SheetResult, score_sheet
from scoring.enums import AssignmentState
from scoring.models import Mark, Scorecard
from scoring.permissions import can_mark, is_own_assignment
from scoring.selectors.facts import measured_facts

MOST_COMMENT = 500
MARKING_FIELDS = (
    "assignment__dossier__community_id", "assignment__dossier__state", "assignment__dossier__step",
    "assignment__dossier__track", "assignment__dossier__applicant_id",
    "assignment__dossier__version_id", "assignment__expert__membership_id",
    "assignment__state", "marked_items", "sections", "submitted_at", "total", "updated_at",
    "version_id",
)  # fmt: skip


def save_marks(
    scorecard: Scorecard, *, actor: Membership, marks: Mapping[str, Mapping]
) -> SheetResult:
    """Save the marks of some items and the sheet's totals with them.

    ``marks``: item code → ``{"mark": raw, "comment": text}``, raw as the item's kind takes it.
    All or none: raises ValidationError by item code for a mark out of range or step. Every check
    comes before the first write, so that it needs no savepoint of its own.
    """
    moment = clock.now()
    card = scorecard if scorecard.is_locked else lock_scorecard(scorecard.pk)
    check_markable(card, actor, moment)
    definition, dossier = card.version.definition, card.assignment.dossier
    rows, errors = [], {}
    for code, given in marks.items():
        try:
            rows.append(_mark(card, code, given, moment))
        except (MarkError, KeyError) as error:
            errors[code] = str(error) if isinstance(error, MarkError) else "没有这个指标。"
    if errors:
        raise ValidationError(errors)
    known = dict(Mark.objects.filter(scorecard=card).values_list("item", "raw"))
    known |= {row.item: row.raw for row in rows}
    sheet = score_sheet(definition, dossier.track, known, measured_facts(definition, dossier))
    not_owed = [row.item for row in rows if not sheet.owes(row.item)]
    if not_owed:
        raise ValidationError({code: f"{code} 不适用于本卷，不用评分。" for code in not_owed})
    Mark.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["tenant_id", "scorecard", "item"],
        update_fields=["raw", "points", "max_points", "comment", "marked_at"],
    )
    card.total = sheet.total
    card.sections = {code: str(points) for code, points in sheet.section_points.items()}
    card.marked_items, card.due_items = sheet.marked_count, sheet.due_count
    card.updated_at = moment
    card.save(update_fields=["total", "sections", "marked_items", "due_items", "updated_at"])
    audit.record(
        actor, "scorecard.marked", card,
        marks={row.item: [row.raw, str(row.points), row.comment] for row in rows},
        total=str(sheet.total),
    )  # fmt: skip
    return sheet


def _mark(card: Scorecard, code: str, given: Mapping, moment) -> Mark:
    definition = card.version.definition
    item = definition.item(code)
    if not item.applies(card.assignment.dossier.track):
        raise MarkError(f"{code} 不适用于本卷的申报类别，不用评分。")
    if item.is_measured:
        raise MarkError(f"{code} 由实测数据计分，不用评分。")
    comment = str(given.get("comment", "")).strip()
    if len(comment) > MOST_COMMENT:
        raise MarkError(f"{code} 的评语最多 {MOST_COMMENT} 个字，现有 {len(comment)} 个字。")
    raw = definition.parse_mark(code, given.get("mark"))
    return Mark(
        scorecard=card, item=code, raw=raw, points=item.score(raw), max_points=item.points,
        comment=comment, marked_at=moment,
    )  # fmt: skip


@transaction.atomic
def submit_scorecard(scorecard: Scorecard, *, actor: Membership) -> Scorecard:
    """Freeze a complete sheet; a partial one is refused and never counts.

    Locks the assignment against a recusal and the dossier against the end of the scoring."""
    card = lock_scorecard(scorecard.pk, "assignment", "assignment__dossier")
    check_markable(card, actor)
    definition, dossier = card.version.definition, card.assignment.dossier
    marks = dict(Mark.objects.filter(scorecard=card).values_list("item", "raw"))
    sheet = score_sheet(definition, dossier.track, marks, measured_facts(definition, dossier))
    if not sheet.complete:
        raise Refused(
            f"还有 {len(sheet.missing)} 项没有评分：{'、'.join(sheet.missing)}。评完后再提交。"
        )
    card.submitted_at = clock.now()
    card.save(update_fields=["submitted_at"])
    card.assignment.state = AssignmentState.SUBMITTED
    card.assignment.save(update_fields=["state"])
    audit.record(
        actor, "scorecard.submitted", card, total=str(card.total), sections=card.sections,
        revision=card.revision.sha256, version=card.version.sha256,
    )  # fmt: skip
    return card


def check_markable(card: Scorecard, member: Membership, moment: datetime | None = None) -> None:
    """Refuse who may not mark the sheet, or not now: Conflict, Refused or PermissionDenied.

    ``moment`` is the tenant's now, if known."""
    assignment = card.assignment
    if not is_own_assignment(member, assignment):
        raise PermissionDenied("not the expert's own scorecard")
    if card.submitted_at:
        raise Conflict("这份评分表已经提交，不能再改。")
    if not can_mark(member, card):
        raise Refused("这卷材料您已经回避，不能评分。")
    dossier = assignment.dossier
    if dossier.state != DossierState.SCORING:
        raise Refused("这卷材料已不在专家评审环节，不能评分。")
    check_deadline(dossier, dossier.version.definition.step(dossier.step), member, moment)


def lock_scorecard(pk, *also: str) -> Scorecard:
    """The sheet as it stands, locked, and ``also`` what it belongs to; of these only what marking
    asks for. Raises Scorecard.DoesNotExist."""
    card = (
        Scorecard.objects.select_for_update(of=("self", *also), no_key=True)
        .select_related("assignment__expert", "assignment__dossier")
        .only(*MARKING_FIELDS)
        .get(pk=pk)
    )
    dossier = card.assignment.dossier
    card.version, dossier.version = (
        known_version(card.version_id),
        known_version(dossier.version_id),
    )
    card.is_locked = True
    return card

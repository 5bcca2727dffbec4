"""The visit on the spot: opened, defects recorded place by place, closed with a conclusion."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Membership
from core import audit
from core.clock import now, today
from core.errors import Conflict, Refused
from core.wording import cn_date
from documents.enums import MediaKind
from documents.services import store_file
from reviews.models import Dossier, Finding, SiteVisit, VisitPlan
from reviews.selectors.site_visits import visited_items
from reviews.services import route
from reviews.services.deadlines import claim_in_time
from reviews.services.desk_checks import checking_step

LEAST_WORDS = 5  # characters of a reason or a conclusion
MOST_PARTICIPANTS, MOST_PLACE, MOST_DESCRIPTION, MOST_REASON = 200, 100, 200, 200
MOST_SUMMARY = 1000
MOST_PHOTO_BYTES = 20 * 1024 * 1024


@transaction.atomic
def plan_site_visits(
    dossiers: Iterable[Dossier], *, actor: Membership, planned_on: date, participants: str
) -> int:
    """Plan one day of visits, or change the plan; all of the dossiers or none. Returns how many.

    Raises PermissionDenied, ValidationError by field, Refused with the dossier's name.
    """
    participants = participants.strip()
    errors = _participants_errors(participants)
    if planned_on < today():
        errors["planned_on"] = "计划日期不能早于今天。"
    if errors:
        raise ValidationError(errors)
    # In one order: two plans at once wait for each other, and none deadlocks.
    locked = [route.lock_dossier(d) for d in sorted(dossiers, key=lambda d: d.pk)]
    if not locked:
        raise ValidationError({"dossiers": "请勾选要核查的小区。"})
    for dossier in locked:
        claim_in_time(dossier, checking_step(dossier, actor, "site_visit"), actor=actor)
        if SiteVisit.objects.filter(revision=dossier.revision_id).exists():
            raise Refused(f"{dossier.number} {dossier.community.name} 已经开始核查，不用再安排。")
        former = VisitPlan.objects.filter(dossier=dossier).first()
        plan, _ = VisitPlan.objects.update_or_create(
            dossier=dossier,
            defaults={
                "planned_on": planned_on,
                "participants": participants,
                "planned_by": actor,
                "planned_at": now(),
            },
        )
        audit.record(
            actor, "site_visit.planned", plan, dossier=dossier.number, planned_on=planned_on,
            participants=participants,
            before=former and {"planned_on": former.planned_on, "participants": former.participants},
        )  # fmt: skip
    return len(locked)


def _participants_errors(participants: str) -> dict[str, str]:
    if not participants:
        return {"participants": "请填写参加人员。"}
    if len(participants) > MOST_PARTICIPANTS:
        return {"participants": f"参加人员最多 {MOST_PARTICIPANTS} 个字。"}
    return {}


@transaction.atomic
def open_site_visit(
    dossier: Dossier, *, actor: Membership, visited_on: date, participants: str
) -> SiteVisit:
    """Open the visit of the present revision; one per revision."""
    dossier = route.lock_dossier(dossier)
    step = checking_step(dossier, actor, "site_visit")
    claim_in_time(dossier, step, actor=actor)
    visit = SiteVisit(
        dossier=dossier,
        revision=dossier.revision,
        visited_by=actor,
        **_clean_visit(dossier, visited_on, participants),
    )
    try:
        with transaction.atomic():
            visit.save(force_insert=True)
    except IntegrityError:
        raise Conflict("本版材料的实地核查已经由同事开始，请刷新页面继续记录。") from None
    audit.record(
        actor,
        "site_visit.opened",
        visit,
        dossier=dossier.number,
        visited_on=visited_on,
        participants=visit.participants,
    )
    return visit


@transaction.atomic
def correct_site_visit(
    visit: SiteVisit, *, actor: Membership, visited_on: date, participants: str
) -> SiteVisit:
    """Put day and participants right while the visit is open."""
    visit = _lock_open_visit(visit, actor)
    before = {"visited_on": visit.visited_on, "participants": visit.participants}
    cleaned = _clean_visit(visit.dossier, visited_on, participants)
    if cleaned == before:
        return visit
    visit.visited_on, visit.participants = cleaned["visited_on"], cleaned["participants"]
    visit.save(update_fields=["visited_on", "participants"])
    audit.record(
        actor,
        "site_visit.corrected",
        visit,
        dossier=visit.dossier.number,
        before=before,
        **cleaned,
    )
    return visit


def _clean_visit(dossier: Dossier, visited_on: date, participants: str) -> dict:
    submitted_at = dossier.revisions.order_by("number").values_list("submitted_at", flat=True)[0]
    first_day = timezone.localdate(submitted_at)
    participants = participants.strip()
    errors = _participants_errors(participants)
    if visited_on > today():
        errors["visited_on"] = "核查日期不能晚于今天。"
    elif visited_on < first_day:
        errors["visited_on"] = f"核查日期不能早于材料首次提交的日期（{cn_date(first_day)}）。"
    if errors:
        raise ValidationError(errors)
    return {"visited_on": visited_on, "participants": participants}


@transaction.atomic
def add_finding(
    visit: SiteVisit,
    *,
    actor: Membership,
    item: str,
    place: str,
    description: str,
    photo: UploadedFile | None = None,
) -> Finding:
    """Record one defect at one place for an item that counts defects."""
    visit = _lock_open_visit(visit, actor)
    definition = visit.dossier.version.definition
    errors = {}
    if item not in {part.code for part in visited_items(definition, visit.dossier.track)}:
        errors["item"] = "请选择逐处扣分的指标。"
    for name, value, most in (
        ("place", place, MOST_PLACE),
        ("description", description, MOST_DESCRIPTION),
    ):
        if not value.strip():
            errors[name] = "请填写。"
        elif len(value.strip()) > most:
            errors[name] = f"最多 {most} 个字，现在有 {len(value.strip())} 个字。"
    if errors:
        raise ValidationError(errors)
    stored = None
    if photo is not None:
        try:
            stored = store_file(
                photo, actor=actor, allowed_kinds=(MediaKind.IMAGE,), max_bytes=MOST_PHOTO_BYTES
            )
        except ValidationError as error:
            raise ValidationError({"photo": error.messages}) from error
    finding = Finding.objects.create(
        visit=visit,
        item=item,
        place=place.strip(),
        description=description.strip(),
        photo=stored,
        recorded_by=actor,
        recorded_at=now(),
    )
    audit.record(
        actor,
        "finding.added",
        finding,
        dossier=visit.dossier.number,
        item=item,
        place=finding.place,
        description=finding.description,
        photo=stored and stored.sha256,
    )
    return finding


@transaction.atomic
def remove_finding(finding: Finding, *, actor: Membership, reason: str) -> Finding:
    """Take back a defect recorded by mistake; the row and the reason stay."""
    _lock_open_visit(finding.visit, actor)
    finding = Finding.objects.select_for_update(no_key=True).get(pk=finding.pk)
    if finding.removed_at:
        raise Conflict("这处问题已经撤销。")
    if not LEAST_WORDS <= len(reason.strip()) <= MOST_REASON:
        raise ValidationError({"reason": f"请写明撤销理由，{LEAST_WORDS} 至 {MOST_REASON} 个字。"})
    finding.removed_at, finding.removed_by = now(), actor
    finding.removed_reason = reason.strip()
    finding.save(update_fields=["removed_at", "removed_by", "removed_reason"])
    audit.record(
        actor, "finding.removed", finding, place=finding.place, reason=finding.removed_reason
    )
    return finding


@transaction.atomic
def close_site_visit(visit: SiteVisit, *, actor: Membership, summary: str) -> SiteVisit:
    """Finish the visit; its findings count from now on and cannot be changed."""
    visit = _lock_open_visit(visit, actor)
    summary = summary.strip()
    if len(summary) < LEAST_WORDS:
        raise ValidationError({"summary": f"请填写核查结论，不少于 {LEAST_WORDS} 个字。"})
    if len(summary) > MOST_SUMMARY:
        raise ValidationError(
            {"summary": f"核查结论最多 {MOST_SUMMARY} 个字，现在有 {len(summary)} 个字。"}
        )
    visit.summary, visit.closed_at = summary, now()
    visit.save(update_fields=["summary", "closed_at"])
    count = visit.findings.filter(removed_at=None).count()
    audit.record(
        actor,
        "site_visit.closed",
        visit,
        dossier=visit.dossier.number,
        summary=summary,
        findings=count,
    )
    dossier = visit.dossier
    if dossier.step and dossier.version.definition.step(dossier.step).type == "site_visit":
        route.advance(dossier, actor=actor)
    return visit


def _lock_open_visit(visit: SiteVisit, actor: Membership) -> SiteVisit:
    """The visit, open, in time and of the present revision, with its dossier locked."""
    dossier = route.lock_dossier(visit.dossier)
    claim_in_time(dossier, checking_step(dossier, actor, "site_visit"), actor=actor)
    visit = SiteVisit.objects.select_for_update(no_key=True).get(pk=visit.pk)
    visit.dossier = dossier
    if visit.closed_at:
        raise Refused("实地核查已经结束，不能再改。")
    if visit.revision_id != dossier.revision_id:
        raise Refused("这是对以前版本的核查，请为现行版本重新开始核查。")
    return visit

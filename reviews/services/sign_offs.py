"""Signing a step of the route: agree, return for correction, refuse.

Two officers at once: the dossier's row lock orders them, the unique key on (revision, step)
decides, and the second one is told who was faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image, ImageStat

from accounts.models import Membership
from campaigns.definition.route import Step
from core import audit
from core.clock import now
from core.errors import Conflict, Refused
from documents.enums import MediaKind
from documents.models import StoredFile
from documents.services import store_file
from reviews.enums import DossierState, Outcome
from reviews.models import Dossier, SignOff
from reviews.permissions.sign_offs import acts_at, is_applicant_itself
from reviews.selectors.parts import dossier_parts
from reviews.selectors.route import earlier_levels
from reviews.selectors.sign_offs import has_desk_check, last_closed_visit
from reviews.services import route
from reviews.services.deadlines import check_deadline, claim_in_time

LEAST_REASON = 5  # characters
MOST_OPINION = 500
MOST_COMMENT = 200
MOST_SCAN_BYTES = 20 * 1024 * 1024
MOST_SCAN_PAGES = 4
LEAST_SCAN_PIXELS = 1000  # long side: an A4 page of fewer is not read
LEAST_CONTRAST = 2  # standard deviation of grey 0..255; a page without ink has less
SCAN_KINDS = (MediaKind.IMAGE, MediaKind.PDF)

_VERBS = {Outcome.AGREE: "同意", Outcome.RETURN: "退回", Outcome.REFUSE: "不同意"}


@transaction.atomic
def sign_off(
    dossier: Dossier,
    *,
    actor: Membership,
    step: str,
    outcome: str,
    opinion: str,
    flags: Iterable[Mapping[str, str]] = (),
    attestations: Mapping[str, bool] | None = None,
    scan: UploadedFile | None = None,
    scan_checked: bool = False,
    revision_sha256: str,
    target: str = "",
) -> SignOff:
    """Sign ``step`` (its code) of the revision that was read, whose hash is ``revision_sha256``.

    outcome: agree, return or refuse. flags: for a return, ``{"code": part, "comment": text}`` with
    codes of ``dossier_parts``; target: the earlier step (``earlier_levels``) it is returned to,
    empty for the applicant. attestations: gate key → confirmed or not, all that the
    definition asks of the level (``definition.attestable``); needed to agree.
    scan: the sealed page, an image or a PDF; scan_checked: the signer looked at it and found it
    to be the page of this revision.
    Raises PermissionDenied, ValidationError by field, Conflict when somebody was faster or the
    content changed, Refused when it is not the step's turn, too late, or a check is missing.
    """
    dossier = route.lock_dossier(dossier)
    part = _step(dossier, step)
    if not acts_at(actor, dossier, part):
        raise PermissionDenied("not this office's step")
    check_not_own(actor, dossier)
    _check_turn(dossier, part, revision_sha256)
    claim_in_time(dossier, part, actor=actor)
    cleaned = _clean(dossier, part, outcome, opinion, flags)
    cleaned["attestations"] = _attested(dossier, part, outcome, attestations or {})
    if scan is not None and not scan_checked:
        raise ValidationError({"scan_checked": "请打开扫描件核对，确认后勾选。"})
    earlier = _earlier(dossier, part, outcome, target)
    if outcome == Outcome.AGREE:
        _check_required(dossier, part)
    signature = _write(
        dossier, part, actor=actor, scan=store_scan(scan, actor),
        target=earlier.code if earlier else "", **cleaned,
    )  # fmt: skip
    if outcome == Outcome.AGREE:
        route.advance(dossier, actor=actor)
    elif earlier:
        route.send_back(dossier, part, earlier, actor=actor)
    elif outcome == Outcome.RETURN:
        route.enter_step(dossier, "", DossierState.RETURNED, actor=actor)
    else:
        route.enter_step(dossier, "", DossierState.REFUSED, actor=actor)
    return signature


@transaction.atomic
def record_office_sign_off(
    dossier: Dossier,
    *,
    actor: Membership,
    step: str,
    opinion: str,
    outcome: str = Outcome.AGREE,
    scan: UploadedFile | None = None,
) -> SignOff:
    """An office's opinion on one of many, given with its decision or selection on all of them.

    ``step`` is a step of type decision or selection; the caller moves the dossier on (``route.enter_step``).
    """
    dossier = route.lock_dossier(dossier)
    part = _step(dossier, step)
    if part.type not in ("decision", "selection") or not acts_at(actor, dossier, part):
        raise PermissionDenied("not this office's decision")
    check_not_own(actor, dossier)
    if dossier.step != part.code:
        raise Conflict(_already(dossier, part) or not_its_turn(dossier, part))
    cleaned = _clean(dossier, part, outcome, opinion, ())
    return _write(dossier, part, actor=actor, scan=store_scan(scan, actor), **cleaned)


def check_not_own(member: Membership, dossier: Dossier) -> None:
    """Refuse an officer who belongs to the applicant."""
    if is_applicant_itself(member, dossier):
        raise Refused(
            f"您同时是申报单位「{dossier.applicant.name}」的人员，不能办理本单位的申报，"
            "请由本部门其他人员办理。"
        )


def not_its_turn(dossier: Dossier, step: Step) -> str:
    """Chinese: where the dossier is instead of waiting at the step."""
    where = dossier.get_state_display()
    if dossier.step:
        where = dossier.version.definition.step(dossier.step).title
    return f"还没有轮到或已经过了「{step.title}」：{dossier.number} 现在在「{where}」。"


def _step(dossier: Dossier, code: str) -> Step:
    try:
        return dossier.version.definition.step(code)
    except KeyError:
        raise Refused("方案中没有这个环节，请刷新页面。") from None


def _already(dossier: Dossier, step: Step) -> str:
    """Chinese: who signed the step of the present revision; empty when nobody did."""
    former = (
        SignOff.objects.filter(revision=dossier.revision_id, step=step.code)
        .select_related("organisation", "signed_by__user")
        .order_by("-signed_at")
        .first()
    )
    if former is None or former.signed_by is None:
        return ""
    at, today = timezone.localtime(former.signed_at), timezone.localtime(now())
    when = f"{at:%H:%M}" if at.date() == today.date() else f"{at.month}月{at.day}日 {at:%H:%M}"
    return (
        f"{former.organisation.name} {former.signed_by.who} 已于 {when} "
        f"签署「{_VERBS[Outcome(former.outcome)]}」，不用再签。"
    )


def _check_turn(dossier: Dossier, step: Step, revision_sha256: str) -> None:
    if step.type != "sign_off":
        raise Refused(f"「{step.title}」不是签署意见的环节。")
    if dossier.revision is not None and dossier.revision.sha256 != revision_sha256:
        raise Conflict(
            f"您阅读期间申报单位提交了第 {dossier.revision.number} 版，请阅读这一版后再签署。"
        )
    if dossier.state != DossierState.IN_REVIEW or dossier.step != step.code:
        raise Conflict(_already(dossier, step) or not_its_turn(dossier, step))


def _clean(dossier: Dossier, step: Step, outcome: str, opinion: str, flags) -> dict:
    """The checked fields of the signature, or every error at once."""
    errors: dict[str, str] = {}
    opinion = opinion.strip()
    if outcome not in step.actions:
        errors["outcome"] = "请选择办理结论。"
    if outcome in step.reason_required_for and len(opinion) < LEAST_REASON:
        errors["opinion"] = f"{_VERBS[Outcome(outcome)]}须写明理由，不少于 {LEAST_REASON} 个字。"
    if len(opinion) > MOST_OPINION:
        errors["opinion"] = f"意见最多 {MOST_OPINION} 个字，现在有 {len(opinion)} 个字。"
    parts = {p.code: p.title for p in dossier_parts(dossier.version.definition, dossier.track)}
    kept = []
    for flag in flags if outcome == Outcome.RETURN else ():
        code, comment = flag.get("code", ""), flag.get("comment", "").strip()
        if code not in parts:
            errors["flags"] = f"没有「{code}」这项内容，请重新选择。"
        elif len(comment) > MOST_COMMENT:
            errors["flags"] = f"「{parts[code]}」的说明最多 {MOST_COMMENT} 个字。"
        kept.append({"code": code, "title": parts.get(code, ""), "comment": comment})
    if errors:
        raise ValidationError(errors)
    opinion = opinion or f"{_VERBS[Outcome(outcome)]}。"
    return {"outcome": outcome, "opinion": opinion, "flags": kept}


def _earlier(dossier: Dossier, step: Step, outcome: str, target: str) -> Step | None:
    """The earlier level a return goes to; None for the applicant."""
    if outcome != Outcome.RETURN or not target:
        return None
    for earlier in earlier_levels(dossier, step):
        if earlier.code == target:
            return earlier
    raise ValidationError({"target": "只能退回给已经签署同意的前面各级，请重新选择。"})


def _attested(dossier: Dossier, step: Step, outcome: str, given: Mapping[str, bool]) -> dict:
    """What the level confirms or denies; to agree, nothing may be left open."""
    asked = dossier.version.definition.attestable(step.level, dossier.track)
    open_ = [requirement.title for key, requirement, _ in asked if key not in given]
    if outcome == Outcome.AGREE and open_:
        raise ValidationError(
            {"attestations": f"还有 {len(open_)} 条没有认定：{'、'.join(open_)}。"}
        )
    return {key: bool(given[key]) for key, _, _ in asked if key in given}


def _check_required(dossier: Dossier, step: Step) -> None:
    if "desk_check" in step.requires and not has_desk_check(dossier):
        raise Refused("请先完成本版材料的初审，再签署同意。")
    if "site_visit" in step.requires and last_closed_visit(dossier) is None:
        raise Refused("请先完成实地核查（填写核查结论并结束核查），再签署同意。")


def store_scan(scan: UploadedFile | None, actor: Membership) -> StoredFile | None:
    if scan is None:
        return None
    try:
        file = store_file(scan, actor=actor, allowed_kinds=SCAN_KINDS, max_bytes=MOST_SCAN_BYTES)
        check_page(file)
    except ValidationError as error:
        raise ValidationError({"scan": error.messages}) from error
    return file


def check_page(file: StoredFile) -> None:
    """Refuse what cannot be a readable sealed page: too small, too many pages, blank."""
    if file.page_count and file.page_count > MOST_SCAN_PAGES:
        raise ValidationError(
            f"「{file.name}」有 {file.page_count} 页。"
            f"只上传签字盖章的意见页，不超过 {MOST_SCAN_PAGES} 页。"
        )
    if file.kind != MediaKind.IMAGE:
        return
    longest = max(file.width or 0, file.height or 0)
    if longest < LEAST_SCAN_PIXELS:
        raise ValidationError(
            f"「{file.name}」长边只有 {longest} 像素，字和印章看不清。"
            f"请重新扫描或拍摄，长边不少于 {LEAST_SCAN_PIXELS} 像素。"
        )
    with default_storage.open(file.thumbnail_path or file.path) as handle:
        image = Image.open(handle).convert("L")
        if ImageStat.Stat(image).stddev[0] < LEAST_CONTRAST:
            raise ValidationError(f"「{file.name}」看起来是空白页，请检查后重新上传。")


def _write(dossier: Dossier, step: Step, *, actor: Membership, **fields) -> SignOff:
    """Insert the signature; the unique key lets the second of two through the door know."""
    signature = SignOff(
        dossier=dossier,
        revision=dossier.revision,
        revision_sha256=dossier.revision.sha256,
        step=step.code,
        organisation=actor.organisation,
        signed_by=actor,
        signed_at=now(),
        **fields,
    )
    try:
        with transaction.atomic():
            signature.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_already(dossier, step) or "这一环节已经签署。") from None
    audit.record(
        actor,
        "dossier.signed",
        dossier,
        step=step.code,
        outcome=signature.outcome,
        opinion=signature.opinion,
        flags=signature.flags,
        target=signature.target,
        attestations=signature.attestations,
        revision=dossier.revision.number,
        sha256=signature.revision_sha256,
        scan=signature.scan and signature.scan.sha256,
    )
    return signature


def why_not(dossier: Dossier, step: Step, member: Membership) -> str:
    """Chinese: why the member could not agree to the dossier now; empty when nothing is in the way."""
    try:
        check_not_own(member, dossier)
        check_deadline(dossier, step, member)
        _check_required(dossier, step)
    except Refused as error:
        return error.message
    return ""


@dataclass(frozen=True)
class Agreed:
    """What became of one dossier of a batch: ``message`` is empty when it was signed."""

    dossier: Dossier
    message: str


@transaction.atomic
def agree_to_all(read: Mapping, *, actor: Membership, opinion: str) -> list[Agreed]:
    """Agree to many dossiers with one opinion, everything that is asked of the level confirmed.

    ``read``: dossier id → hash of the revision that was read. What somebody else was faster with,
    what changed or lacks a check is left out and told; the others are signed.
    """
    results = []
    for dossier in route.lock_dossiers(Dossier.objects.filter(pk__in=list(read))):
        try:
            _agree(dossier, actor, opinion, read[dossier.pk])
            results.append(Agreed(dossier, ""))
        except Refused as error:
            results.append(Agreed(dossier, error.message))
    return results


def _agree(dossier: Dossier, actor: Membership, opinion: str, sha256: str) -> None:
    definition = dossier.version.definition
    mine = [s for s in definition.steps_of_type("sign_off") if acts_at(actor, dossier, s)]
    if not mine:
        raise Conflict("不在本单位办理的范围。")
    step = next((s for s in mine if s.code == dossier.step), mine[0])
    asked = definition.attestable(step.level, dossier.track)
    sign_off(
        dossier,
        actor=actor,
        step=step.code,
        outcome=Outcome.AGREE,
        opinion=opinion,
        attestations={key: True for key, _, _ in asked},
        revision_sha256=sha256,
    )

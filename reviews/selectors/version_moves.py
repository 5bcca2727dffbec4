"""What it does to a dossier to be taken over into a newer version of its campaign's definition.

The effect is computed before anything happens, shown, and computed again under lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from campaigns.definition import Definition
from campaigns.models import Campaign, CampaignVersion
from campaigns.rubric import MarkError
from core import audit
from reviews.enums import DossierState, Outcome
from reviews.models import DeskCheck, Dossier, Evidence, SignOff
from reviews.permissions.dossiers import EDITABLE_STATES
from reviews.selectors.case_answers import day_key, keys_of, section_of
from reviews.selectors.completeness import completeness, count_characters
from reviews.selectors.desk_checks import check_rows
from reviews.selectors.parts import dossier_parts, dossier_slots

MOVABLE = (*EDITABLE_STATES, DossierState.IN_REVIEW)
ENDED = (DossierState.WITHDRAWN, DossierState.REFUSED)
MOST_NAMED = 6
_OUTCOMES = dict(Outcome.choices)


@dataclass(frozen=True)
class MoveEffect:
    """What changes for one dossier, in Chinese lines.

    ``blockers``: why it cannot be moved honestly, empty when it can. ``missing``: what is asked
    for now and was not before. ``gone``: parts that no longer apply. ``lost_marks``: items whose
    self-assessment can no longer be used; ``lost_form``, ``lost_case``: codes of answers that have
    no place; ``lost_slots``: files that have none. ``sign_offs``: opinions given already."""

    dossier: Dossier
    blockers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    lost_marks: tuple[str, ...] = ()
    lost_form: tuple[str, ...] = ()
    lost_case: tuple[str, ...] = ()
    lost_slots: tuple[str, ...] = ()
    sign_offs: tuple[str, ...] = ()

    @property
    def is_possible(self) -> bool:
        return not self.blockers

    @property
    def is_submitted(self) -> bool:
        return self.dossier.revision_id is not None

    @property
    def lines(self) -> list[tuple[str, str]]:
        """(heading, words) of all that changes."""
        rows = (
            ("变为缺少", self.missing),
            ("不再适用", self.gone),
            ("自评不能沿用", self.lost_marks),
            ("填写内容没有位置", (*self.lost_form, *self.lost_case)),
            ("文件没有位置", self.lost_slots),
            ("已签署的意见", self.sign_offs),
        )
        return [(heading, _named(words)) for heading, words in rows if words]

    def digest(self, version: CampaignVersion) -> str:
        """A short name of the dossier as it was looked at, and of what would happen."""
        d = self.dossier
        seen = [
            str(d.pk), str(d.version_id), d.state, d.step, d.lock_version, str(d.revision_id),
            str(version.pk), self.blockers, self.missing, self.gone, self.lost_marks,
            self.lost_form, self.lost_case, self.lost_slots, self.sign_offs,
        ]  # fmt: skip
        return audit.sha256(audit.canonical(seen))[:20]


def _named(words: tuple[str, ...]) -> str:
    shown = "、".join(words[:MOST_NAMED])
    return f"{shown} 等 {len(words)} 处" if len(words) > MOST_NAMED else shown


def dossiers_behind(campaign: Campaign, version: CampaignVersion):
    """The dossiers under an earlier version, those that can never be moved included."""
    return (
        Dossier.objects.filter(campaign=campaign, version__number__lt=version.number)
        .select_related("version", "revision", "community__county", "applicant")
        .defer("version__body", "revision__content")
        .order_by("number")
    )


def move_effects(dossiers: Iterable[Dossier], version: CampaignVersion) -> list[MoveEffect]:
    """The effect for each dossier; three queries however many there are."""
    dossiers = list(dossiers)
    files: dict = {}
    counted = Evidence.objects.filter(dossier__in=dossiers, removed_at=None)
    for pk, slot, number in counted.values_list("dossier_id", "slot").annotate(number=Count("pk")):
        files.setdefault(pk, {})[slot] = number
    revisions = [d.revision_id for d in dossiers if d.state == DossierState.IN_REVIEW]
    signed: dict = {}
    given = SignOff.objects.filter(revision__in=revisions, superseded_at=None)
    given = given.order_by("signed_at", "pk")
    for sign_off in given:
        signed.setdefault(sign_off.revision_id, []).append(sign_off)
    checked = dict(
        DeskCheck.objects.filter(revision__in=revisions).values_list("revision_id", "checks")
    )
    return [
        move_effect(
            dossier,
            version,
            files.get(dossier.pk, {}),
            signed.get(dossier.revision_id, []),
            checked.get(dossier.revision_id),
        )
        for dossier in dossiers
    ]


def move_effect(
    dossier: Dossier,
    version: CampaignVersion,
    files: dict[str, int],
    sign_offs: list[SignOff],
    desk_check: list[dict] | None,
) -> MoveEffect:
    """The effect for one dossier, from what has been read."""
    old, new, track = dossier.version.definition, version.definition, dossier.track
    if dossier.state not in MOVABLE:
        why = f"评审和决定按第 {dossier.version.number} 版作出，不能迁移"
        if dossier.state in ENDED:
            why = "不再办理，不需要迁移"
        return MoveEffect(dossier, blockers=(f"{dossier.get_state_display()}，{why}",))
    if track not in {t.code for t in new.tracks}:
        return MoveEffect(dossier, blockers=(f"新版没有申报类别“{old.track(track).title}”",))
    draft = dossier.draft
    kept = {part.code for part in dossier_parts(new, track)} | dossier_slots(new, track).keys()
    effect = {
        "missing": _missing(old, new, track, draft, files),
        "gone": tuple(
            part.title for part in dossier_parts(old, track) if part.code not in kept
        ),
        "lost_marks": _lost_marks(new, track, draft.get("self_assessment", {})),
        "lost_form": _lost_form(new, track, draft.get("form", {})),
        "lost_case": _lost_case(new, draft.get("case_report", {})),
        "lost_slots": tuple(slot for slot in files if slot not in dossier_slots(new, track)),
        "sign_offs": tuple(
            f"{_step_title(old, s.step)}：{_OUTCOMES[s.outcome]}（按第 {dossier.version.number} 版）"
            for s in sign_offs
        ),
    }  # fmt: skip
    blockers: tuple[str, ...] = ()
    if dossier.state == DossierState.IN_REVIEW:
        blockers = _in_review(dossier, new, effect, sign_offs, desk_check)
    return MoveEffect(dossier, blockers=blockers, **effect)


def _missing(old: Definition, new: Definition, track, draft, files) -> tuple[str, ...]:
    """What blocks submission under the new version and did not under the old one."""
    known = {gap.message for gap in completeness(old, track, draft, files).blocking}
    usable = draft | {
        "self_assessment": {
            code: mark
            for code, mark in draft.get("self_assessment", {}).items()
            if not _lost_marks(new, track, {code: mark})
        }
    }
    gaps = completeness(new, track, usable, files).blocking
    found = [gap.message for gap in gaps if gap.message not in known]
    for part in new.fields(track):
        text = draft.get("form", {}).get(part.code)
        if part.max_chars and isinstance(text, str) and count_characters(text) > part.max_chars:
            found.append(f"“{part.title}”超过 {part.max_chars} 字")
    return tuple(found)


def _lost_marks(new: Definition, track: str, marks: dict) -> tuple[str, ...]:
    """Items of the marks that the new version does not have, or marks in another way."""
    known = {item.code for item in new.items(track)}
    lost = []
    for code, mark in marks.items():
        try:
            if code not in known or new.parse_mark(code, mark) != mark:
                lost.append(code)
        except MarkError:
            lost.append(code)
    return tuple(lost)


def _lost_form(new: Definition, track: str, values: dict) -> tuple[str, ...]:
    fields = {field.code: field for field in new.fields(track)}
    return tuple(
        code
        for code, value in values.items()
        if value not in (None, "")
        and (
            code not in fields
            or (fields[code].choices and value not in {c.code for c in fields[code].choices})
        )
    )


def _lost_case(new: Definition, values: dict) -> tuple[str, ...]:
    sections = {section.code: section for section in new.case_sections()}
    lost = []
    for code, value in values.items():
        section = sections.get(section_of(code))
        if section and code == day_key(section):
            if not section.is_dated:
                lost.append(code)
            continue
        if (
            section is None
            or isinstance(value, dict) != bool(section.parts)
            or isinstance(value, dict)
            and set(value) - keys_of(section)
        ):
            lost.append(code)
    return tuple(lost)


def _step_title(definition: Definition, code: str) -> str:
    return definition.step(code).title


def _in_review(dossier: Dossier, new: Definition, effect, sign_offs, desk_check):
    """What was submitted is frozen and perhaps signed: nothing of it may need to change."""
    old, track, found = dossier.version.definition, dossier.track, []
    if effect["missing"]:
        found.append(f"按新版还缺 {len(effect['missing'])} 处，须先退回补正")
    unusable = [code for code in effect["lost_marks"] if code in {i.code for i in new.items(track)}]
    if unusable or effect["lost_form"] or effect["lost_case"]:
        found.append("提交的内容按新版不能沿用，须先退回补正")
    if _walked(old, dossier) != _walked(new, dossier):
        found.append("已经走过的环节与新版不同")
    given = {key for s in sign_offs for key in s.attestations}
    for level in dict.fromkeys(
        old.step(s.step).level for s in sign_offs if s.outcome == Outcome.AGREE
    ):
        open_ = [r.title for key, r, _ in new.attestable(level, track) if key not in given]
        if open_:
            found.append(
                f"{old.level(level).title}已经签署，新版另要求认定：{_named(tuple(open_))}"
            )
    if desk_check is not None:
        rows = {row["code"] for row in check_rows(new, track)}
        if rows - {row["code"] for row in desk_check}:
            found.append("材料初审没有查过新版要求的材料")
    return tuple(found)


def _walked(definition: Definition, dossier: Dossier) -> list[tuple]:
    """The steps up to the one where the dossier waits."""
    walked = []
    for step in definition.steps(dossier.track):
        walked.append((step.code, step.level, step.type, step.skip_when))
        if step.code == dossier.step:
            return walked
    return []


def definition_of_content(dossier: Dossier, content: dict) -> Definition:
    """The definition under which a content was submitted: a dossier may have been moved since."""
    sha256 = content["campaign"]["definition_sha256"]
    if sha256 == dossier.version.sha256:
        return dossier.version.definition
    versions = CampaignVersion.objects.filter(campaign=dossier.campaign_id, sha256=sha256)
    return versions.earliest("number").definition

"""What is still missing in a draft: pure functions over definition, draft and counted files.

A missing required part blocks submission; missing evidence only warns, for the notice lets the
reviewer deduct (资料不全酌情扣分) unless its definition says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from campaigns.definition import Definition
from reviews.selectors.case_answers import day_key, day_problem, figure_key, figure_title
from reviews.selectors.parts import FORM, SELF_ASSESSMENT, Slot, case_slot, dossier_slots

MOST_LISTED = 5  # missing marks are named one by one up to here

# Fields of these types are filled from the registry, not typed.
REGISTRY_TYPES = {"community", "organisation", "track"}


@dataclass(frozen=True)
class Gap:
    """Something missing. ``part`` is a code of ``reviews.selectors.parts``; ``field`` within it.
    ``count``: how many pieces of the task it stands for."""

    part: str
    title: str
    message: str
    is_blocking: bool
    field: str = ""
    count: int = 1


@dataclass
class Task:
    """One line of the task list: ``form``, ``materials``, ``evidence``, ``case_report``,
    ``self_assessment``. ``done`` of ``total`` pieces are there."""

    code: str
    title: str
    done: int = 0
    total: int = 0
    gaps: list[Gap] = field(default_factory=list)

    @property
    def blocking(self) -> list[Gap]:
        return [gap for gap in self.gaps if gap.is_blocking]

    @property
    def warnings(self) -> list[Gap]:
        return [gap for gap in self.gaps if not gap.is_blocking]

    @property
    def status(self) -> str:
        if self.blocking:
            return "未完成" if self.done else "未开始"
        return "可提交，有缺项" if self.gaps else "已完成"

    @property
    def tone(self) -> str:
        if self.blocking:
            return "wait" if self.done else "muted"
        return "info" if self.gaps else "ok"

    @property
    def hint(self) -> str:
        words = [f"{self.done} / {self.total}"]
        if self.blocking:
            words.append(f"还缺 {_pieces(self.blocking)} 项必填")
        if self.warnings:
            words.append(f"{_pieces(self.warnings)} 项没有材料，可能扣分")
        return "，".join(words)


@dataclass(frozen=True)
class Completeness:
    tasks: tuple[Task, ...]

    @property
    def blocking(self) -> list[Gap]:
        return [gap for task in self.tasks for gap in task.blocking]

    @property
    def warnings(self) -> list[Gap]:
        return [gap for task in self.tasks for gap in task.warnings]

    @property
    def missing(self) -> int:
        """How many required pieces are missing, as the tasks count them."""
        return _pieces(self.blocking)

    def task(self, code: str) -> Task:
        return next(task for task in self.tasks if task.code == code)


def _pieces(gaps: list[Gap]) -> int:
    return sum(gap.count for gap in gaps)


def count_characters(text: str) -> int:
    """Characters without blanks, as the notices count 字."""
    return len("".join(text.split()))


def completeness(
    definition: Definition, track: str, draft: dict, counts: dict[str, int]
) -> Completeness:
    """``counts``: files per slot."""
    slots = dossier_slots(definition, track)
    tasks = [
        _form_task(definition, track, draft.get("form", {})),
        _files_task(
            "materials",
            "申报材料附件",
            [s for s in slots.values() if s.group == "material"],
            counts,
        ),
        _files_task(
            "evidence", "佐证材料", [s for s in slots.values() if s.group == "item"], counts
        ),
        _case_task(definition, draft.get("case_report", {}), counts),
        _marks_task(definition, track, draft.get("self_assessment", {})),
    ]
    return Completeness(tuple(task for task in tasks if task.total))


def _form_task(definition: Definition, track: str, values: dict) -> Task:
    task = Task("form", definition.form.title)
    for part in definition.fields(track):
        if part.type in REGISTRY_TYPES:
            continue
        task.total += 1
        if long := _too_long(part, values.get(part.code)):
            task.gaps.append(Gap(FORM, part.title, long, True, part.code))
        elif _is_filled(values.get(part.code)):
            task.done += 1
        elif part.required:
            task.gaps.append(Gap(FORM, part.title, f"“{part.title}”还没有填写", True, part.code))
    return task


def _is_filled(value) -> bool:
    return value is not None and value is not False and str(value).strip() != ""


def _too_long(piece, text) -> str:
    """Chinese: that a text has more characters than the notice lets it have; else empty."""
    most = piece.max_chars
    if not most or not isinstance(text, str) or (count := count_characters(text)) <= most:
        return ""
    return f"“{piece.title}”最多 {most} 字，现在有 {count} 字"


def _files_task(code: str, title: str, slots: list[Slot], counts: dict[str, int]) -> Task:
    task = Task(code, title)
    for slot in slots:
        if slot.is_issued:
            continue  # other bodies write it
        task.total += 1
        have = counts.get(slot.code, 0)
        if have:
            task.done += 1
        if have >= slot.min_count:
            continue
        name = f"{slot.code} {slot.title}" if slot.group == "item" else slot.title
        message = f"“{name}”还没有上传" if not have else f"“{name}”至少要 {slot.min_count} 个文件"
        task.gaps.append(Gap(slot.code, name, message, slot.is_required))
    return task


def _case_task(definition: Definition, values: dict, counts: dict[str, int]) -> Task:
    report = definition.form.case_report
    task = Task("case_report", report.title if report else "")
    for section in definition.case_sections():
        part, given = case_slot(section.code), values.get(section.code)
        pieces = section.parts or (section,)
        for piece in pieces:
            task.total += 1
            text = (given or {}).get(piece.code) if section.parts else given
            is_required = section.required and piece.required
            if long := _too_long(piece, text):
                task.gaps.append(Gap(part, piece.title, long, True, piece.code))
            elif _is_filled(text):
                task.done += 1
            elif is_required:
                _add_missing(task, part, piece.title, piece.code)
            if section.parts and piece.figure:
                task.total += 1
                if _is_filled((given or {}).get(figure_key(piece))):
                    task.done += 1
                elif is_required:
                    _add_missing(task, part, figure_title(piece), piece.code)
        if section.is_dated:
            task.total += 1
            day = values.get(day_key(section))
            if problem := day_problem(section, day):
                task.gaps.append(Gap(part, section.title, problem, True, section.code))
            elif day:
                task.done += 1
            elif section.required:
                _add_missing(task, part, f"{section.title}：时间", section.code)
        if not section.min_images:
            continue
        task.total += 1
        if counts.get(part, 0) >= section.min_images:
            task.done += 1
        else:
            task.gaps.append(
                Gap(
                    part,
                    section.title,
                    f"“{section.title}”至少要 {section.min_images} 张图片",
                    True,
                )
            )
    return task


def _add_missing(task: Task, part: str, title: str, code: str) -> None:
    task.gaps.append(Gap(part, title, f"“{title}”还没有填写", True, code))


def _marks_task(definition: Definition, track: str, marks: dict) -> Task:
    items = [item for item in definition.items(track) if not item.is_bonus]
    missing = [item for item in items if item.code not in marks]
    task = Task("self_assessment", "自评", len(items) - len(missing), len(items))
    if len(missing) > MOST_LISTED:
        words = f"还有 {len(missing)} 项没有自评"
        first = missing[0].code
        task.gaps = [Gap(SELF_ASSESSMENT, "自评", words, True, first, count=len(missing))]
        return task
    task.gaps = [
        Gap(SELF_ASSESSMENT, item.title, f"{item.code} {item.title} 还没有自评", True, item.code)
        for item in missing
    ]
    return task

"""What the applicant fills in: fields, material slots, case report, pledge."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from campaigns.rubric.base import MediaKind
from campaigns.schema import Code, Part, Title, policy


class Choice(Part):
    code: Code
    title: Title


class Tracked(Part):
    """A part that may be limited to some tracks; empty means all."""

    tracks: tuple[str, ...] = ()

    def applies(self, track: str) -> bool:
        return not self.tracks or track in self.tracks


class FormField(Tracked):
    """One field of the application form; `max_chars` counts characters, blanks left out."""

    code: Code
    title: Title
    type: Literal[
        "text",
        "longtext",
        "choice",
        "boolean",
        "number",
        "date",
        "community",
        "organisation",
        "track",
    ]
    required: bool = True
    max_chars: int | None = Field(None, ge=1, le=100_000)
    choices: tuple[Choice, ...] = ()
    help: str = ""

    @model_validator(mode="after")
    def _choice_has_choices(self) -> FormField:
        if self.type == "choice" and not self.choices:
            raise ValueError("选择字段须写 choices")
        return self


class Material(Tracked):
    """A slot for files besides the evidence of single items."""

    code: Code
    title: Title
    kinds: tuple[MediaKind, ...] = Field(min_length=1)
    required: bool = True
    min_count: int = policy(1, "方案未规定份数，系统默认至少 1 份", ge=0, le=200)
    max_count: int = policy(1, "方案未规定份数，系统默认至多 1 份", ge=1, le=500)
    max_seconds: int | None = Field(None, ge=1)
    max_megabytes: int = policy(20, "方案未规定文件大小，系统默认", ge=1, le=2048)
    issued_by: str = "applicant"
    help: str = ""

    @model_validator(mode="after")
    def _counts_in_order(self) -> Material:
        if self.min_count > self.max_count:
            raise ValueError("min_count 大于 max_count")
        return self


class Figure(Part):
    """A number that an answer must name beside its words, e.g. the satisfaction in per cent."""

    title: Title
    unit: str = ""


class CasePart(Part):
    """A numbered part answered on its own, e.g. one of the eight principles. `requirement`: code
    of the requirement it answers."""

    code: Code
    title: Title
    guidance: str = ""
    requirement: str = ""
    figure: Figure | None = None
    required: bool = True
    max_chars: int = policy(1000, "方案未规定字数，系统默认上限", ge=1, le=100_000)


class CaseSection(Part):
    """One heading of the case report. `since`: only events from this day on count. `is_dated`: it
    tells of an event whose day is asked for."""

    code: Code
    title: Title
    guidance: str = ""
    since: date | None = None
    is_dated: bool = False
    required: bool = True
    min_images: int = Field(0, ge=0, le=100)
    max_images: int = policy(12, "方案未规定图片数量，系统默认上限", ge=0, le=200)
    max_chars: int = policy(3000, "方案未规定字数，系统默认上限", ge=1, le=100_000)
    parts: tuple[CasePart, ...] = ()

    @model_validator(mode="after")
    def _counts_in_order(self) -> CaseSection:
        if self.min_images > self.max_images:
            raise ValueError("min_images 大于 max_images")
        return self


class CaseReport(Part):
    title: Title = "典型案例经验材料"
    sections: tuple[CaseSection, ...] = ()


class Pledge(Part):
    """Pledge of truthfulness, ticked at submission."""

    text: str = Field(min_length=1)
    required: bool = True


class Form(Part):
    title: Title
    fields: tuple[FormField, ...] = ()
    materials: tuple[Material, ...] = ()
    case_report: CaseReport | None = None
    pledge: Pledge | None = None
    missing_evidence: Literal["warns", "bars_submission"] = policy(
        "warns", "方案规定资料不全酌情扣分、未规定不予受理，系统默认缺少佐证只提示"
    )
    evidence_max_count: int = policy(10, "方案未规定每项佐证份数，系统默认上限", ge=1, le=200)
    evidence_max_megabytes: int = policy(20, "方案未规定佐证文件大小，系统默认上限", ge=1, le=2048)

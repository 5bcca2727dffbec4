"""graded: named grades, each a share of the points or an amount; one or several criteria."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from campaigns.rubric.base import (
    DEFAULT_STEP,
    Item,
    Mark,
    MarkError,
    read_mapping,
    read_pairs,
    show,
)
from campaigns.schema import Code, Part, Title, policy


class Grade(Part):
    """Exactly one of `share` (0..1 of the item's points) and `points`."""

    code: Code
    title: Title
    share: Decimal | None = Field(None, ge=0, le=1)
    points: Decimal | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _one_measure(self) -> Grade:
        if (self.share is None) == (self.points is None):
            raise ValueError("等次须写 share（比例）或 points（分值）之一")
        return self


class GradedCriterion(Part):
    code: Code
    title: Title
    weight: Decimal = Field(Decimal(1), gt=0)


USUAL_GRADES = tuple(
    Grade(code=code, title=title, share=Decimal(share))
    for code, title, share in (
        ("A", "优秀", "1"),
        ("B", "良好", "0.8"),
        ("C", "一般", "0.6"),
        ("D", "较差", "0"),
    )
)


class Graded(Item):
    """Mark: `{"grade": "A"}`; with several criteria `{"grades": {"c1": "A", "c2": "B"}}`."""

    kind: Literal["graded"]
    grades: tuple[Grade, ...] = policy(
        USUAL_GRADES,
        "方案未规定评分等次，系统默认优秀计全部、良好计八成、一般计六成、较差不计",
        min_length=2,
    )
    criteria: tuple[GradedCriterion, ...] = ()

    mark_key: ClassVar[str] = "grade"
    widget: ClassVar[str] = "grade"
    kind_title: ClassVar[str] = "分等评定"

    @model_validator(mode="after")
    def _codes_differ(self) -> Graded:
        for parts, what in ((self.grades, "等次"), (self.criteria, "要点")):
            codes = [part.code for part in parts]
            if len(set(codes)) != len(codes):
                raise ValueError(f"{what}代码重复")
        if any(grade.points is not None and grade.points > self.points for grade in self.grades):
            raise ValueError("等次的分值超过本项分值")
        return self

    def _grade(self, code: Any) -> Grade:
        for grade in self.grades:
            if grade.code == code:
                return grade
        allowed = "、".join(f"{grade.code}（{grade.title}）" for grade in self.grades)
        raise MarkError(f"{self.code} 没有等次“{str(code)[:20]}”，可选：{allowed}。")

    def parse_mark(self, raw: Any, *, step: Decimal = DEFAULT_STEP) -> Mark:
        if not self.criteria:
            return {"grade": self._grade(read_mapping(self, raw, "grade").get("grade")).code}
        given = read_mapping(self, raw, "grades").get("grades")
        codes = [criterion.code for criterion in self.criteria]
        if not isinstance(given, dict) or set(given) != set(codes):
            raise MarkError(f"{self.code} 请为每个要点选择等次：{'、'.join(codes)}。")
        return {"grades": {code: self._grade(given[code]).code for code in codes}}

    def _amount(self, code: str) -> Decimal:
        grade = self._grade(code)
        return self.points * grade.share if grade.share is not None else grade.points

    def from_cell(self, text: str) -> Any:
        return {"grades": read_pairs(text)} if self.criteria else {"grade": text}

    def points_for(self, mark: Mark) -> Decimal:
        if not self.criteria:
            return self._amount(mark["grade"])
        weights = sum((criterion.weight for criterion in self.criteria), Decimal(0))
        earned = sum(
            (c.weight * self._amount(mark["grades"][c.code]) for c in self.criteria), Decimal(0)
        )
        return earned / weights

    def rule_text(self, *, step: Decimal = DEFAULT_STEP) -> str:
        grades = "、".join(f"{g.title} {show(self._amount(g.code))} 分" for g in self.grades)
        if not self.criteria:
            return f"分等评定：{grades}"
        criteria = "、".join(criterion.title for criterion in self.criteria)
        return f"对{criteria}分别评定后按权重平均：{grades}"

    def explain(self, mark: Mark) -> str:
        if not self.criteria:
            grade = self._grade(mark["grade"])
            return f"评为“{grade.title}”，计 {show(self.points_for(mark))} 分。"
        parts = "，".join(
            f"{c.title}“{self._grade(mark['grades'][c.code]).title}”" for c in self.criteria
        )
        return f"{parts}，按权重平均计 {show(round(self.points_for(mark), 4))} 分。"

    def input_schema(self, *, step: Decimal = DEFAULT_STEP) -> dict[str, Any]:
        return {
            **super().input_schema(step=step),
            "grades": [
                {"code": g.code, "title": g.title, "points": show(self._amount(g.code))}
                for g in self.grades
            ],
            "criteria": [{"code": c.code, "title": c.title} for c in self.criteria],
        }

    def full_mark(self) -> Mark:
        best = max(self.grades, key=lambda grade: self._amount(grade.code)).code
        if not self.criteria:
            return {"grade": best}
        return {"grades": {criterion.code: best for criterion in self.criteria}}

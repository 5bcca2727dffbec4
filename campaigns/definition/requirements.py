"""Gates: what an entrant must fulfil apart from points. One class per kind of gate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from campaigns.definition.form import Tracked
from campaigns.rubric.base import Evidence
from campaigns.schema import Code, Title, policy


class GateBase(Tracked):
    """`code` names the gate inside a composite; a requirement's own gate may leave it out and is
    then known under the requirement's code."""

    code: str = ""
    title: str = ""


class Attested(GateBase):
    """A body confirms it: key of the attestation is the gate's code."""

    kind: Literal["attested"]
    by: str = Field(description="认定单位的层级代码")
    evidence: tuple[Evidence, ...] = ()


class MetricGate(GateBase):
    """A measured fact compared with a threshold."""

    kind: Literal["metric"]
    metric: Code
    op: Literal[">=", ">", "<=", "<", "=="]
    threshold: Decimal
    unit: str = ""


class RankGate(GateBase):
    """Place of a fact among all communities of the same county or city that have it (前 5 %).

    `best` says which end is good: with complaints 位于后 5 % means the lowest. `metric` is a rate,
    `count_metric` the number to compare when the `measure` is a count. Equal values share the
    better place. Fewer than `min_population` measured communities leave the gate unknown."""

    kind: Literal["rank"]
    metric: Code
    count_metric: Code | None = Field(None, description="按件数比较时的数据名称")
    population: Literal["county", "city"] = Field(description="比较范围：同县区或全市的小区")
    best: Literal["highest", "lowest"] = "highest"
    share: Decimal = Field(gt=0, le=1, description="前百分之几，写作 0.05")
    measure: Literal["rate", "count"] = policy("rate", "方案未规定按比率还是按件数，系统默认按比率")
    rounding: Literal["up", "down", "half_up"] = policy("up", "方案未规定名额取整，系统默认进一")
    min_population: int = policy(1, "方案未规定最少样本，系统默认不限", ge=1)

    @property
    def compared(self) -> str:
        """The name of the fact that is compared."""
        return (self.measure == "count" and self.count_metric) or self.metric

    @property
    def place_key(self) -> str:
        """The name under which the place in this population stands among the facts."""
        return f"{self.compared}@{self.population}"


class RegisterGate(GateBase):
    """An entry in a register: nothing since a day, or a grade at least as good as one."""

    kind: Literal["register"]
    register_name: Code = Field(alias="register")
    rule: Literal["none_since", "grade_at_least"]
    since: date | None = None
    until: date | None = None
    grade: str = ""
    grades: tuple[str, ...] = Field((), description="等级从高到低")

    @model_validator(mode="after")
    def _rule_has_its_parameters(self) -> RegisterGate:
        if self.rule == "none_since" and not self.since:
            raise ValueError("须写 since（自哪天起）")
        if self.rule == "grade_at_least" and self.grade not in self.grades:
            raise ValueError("grade 须在 grades（从高到低）之中")
        return self


class TitleGate(GateBase):
    """A title that must be held already. `award` names the fact that carries its day or days."""

    kind: Literal["title"]
    award: Code
    since: date | None = None
    until: date | None = None


class AllOf(GateBase):
    kind: Literal["all_of"]
    gates: tuple[Gate, ...] = Field(min_length=1)


class AnyOf(GateBase):
    kind: Literal["any_of"]
    gates: tuple[Gate, ...] = Field(min_length=1)


Gate = Annotated[
    Attested | MetricGate | RankGate | RegisterGate | TitleGate | AllOf | AnyOf,
    Field(discriminator="kind"),
]
AllOf.model_rebuild()
AnyOf.model_rebuild()


class Requirement(Tracked):
    """A requirement of the notice (原则要求) with the gate that decides it."""

    code: Code
    title: Title
    text: str = ""
    gate: Gate
    consequence: Literal["bars_submission", "bars_award", "warns"] = policy(
        "bars_award", "方案未规定不符合的后果，系统默认不得入选"
    )


def gate_key(requirement: Requirement, gate: GateBase) -> str:
    """The key under which an attestation of this gate is stored."""
    return gate.code or requirement.code


def leaves(requirement: Requirement) -> list[GateBase]:
    """The single gates of a requirement, composites taken apart, in order."""
    found: list[GateBase] = []
    waiting: list[GateBase] = [requirement.gate]
    while waiting:
        gate = waiting.pop(0)
        if isinstance(gate, AllOf | AnyOf):
            waiting[:0] = gate.gates
        else:
            found.append(gate)
    return found

"""The whole definition of one campaign and the look-ups that everybody needs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from pydantic import Field

from campaigns.definition.form import CaseSection, Form, FormField, Material
from campaigns.definition.head import Deadline, Level, Note, Parent, Refinement, Track, Window
from campaigns.definition.outcome import (
    Combination,
    Document,
    Obligation,
    Outcome,
    Publication,
    Quota,
    ScoreSource,
)
from campaigns.definition.requirements import Attested, Requirement, gate_key, leaves
from campaigns.definition.route import Step
from campaigns.definition.rubric import Family, Rubric, Section
from campaigns.rubric import Item, Mark, show
from campaigns.rubric.base import read_bool
from campaigns.schema import Code, Part, Title


class Definition(Part):
    """One notice as data. Codes are unique in their list; parts are addressed by code."""

    key: Code
    title: Title
    year: int = Field(ge=2000, le=2100)
    authorities: tuple[Title, ...] = Field(min_length=1)
    disclosure: Literal["public", "on_request"]
    evidence_window: Window = Window()
    notes: tuple[Note, ...] = ()
    levels: tuple[Level, ...] = Field(min_length=1)
    tracks: tuple[Track, ...] = Field(min_length=1)
    calendar: tuple[Deadline, ...] = ()
    form: Form
    requirements: tuple[Requirement, ...] = ()
    rubric: Rubric
    route: tuple[Step, ...] = Field(min_length=1)
    combination: Combination = Combination()
    outcome: Outcome
    quotas: tuple[Quota, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    publication: Publication
    documents: tuple[Document, ...] = ()
    parent: Parent | None = Field(None, title="上级方案")
    refinement: Refinement | None = Field(None, title="下级可以细化的内容")

    # ---- look-ups; a code that does not exist is a KeyError -----------------------------------

    @cached_property
    def _by_code(self) -> dict[str, dict[str, Any]]:
        lists: dict[str, Any] = {
            "level": self.levels,
            "track": self.tracks,
            "deadline": self.calendar,
            "step": self.route,
            "section": self.rubric.sections,
            "item": [item for section in self.rubric.sections for item in section.items],
            "requirement": [*self.requirements, *self.outcome.conditions],
            "field": self.form.fields,
            "material": self.form.materials,
            "case_section": self.case_sections(),
            "document": self.documents,
            "obligation": self.obligations,
            "source": self.combination.sources,
            "family": self.rubric.families,
        }
        return {name: {part.code: part for part in parts} for name, parts in lists.items()}

    def level(self, code: str) -> Level:
        return self._by_code["level"][code]

    def track(self, code: str) -> Track:
        return self._by_code["track"][code]

    def deadline(self, code: str) -> Deadline:
        return self._by_code["deadline"][code]

    def step(self, code: str) -> Step:
        return self._by_code["step"][code]

    def section(self, code: str) -> Section:
        return self._by_code["section"][code]

    def item(self, code: str) -> Item:
        return self._by_code["item"][code]

    def requirement(self, code: str) -> Requirement:
        return self._by_code["requirement"][code]

    def field(self, code: str) -> FormField:
        return self._by_code["field"][code]

    def material(self, code: str) -> Material:
        return self._by_code["material"][code]

    def case_section(self, code: str) -> CaseSection:
        return self._by_code["case_section"][code]

    def document(self, code: str) -> Document:
        return self._by_code["document"][code]

    def obligation(self, code: str) -> Obligation:
        return self._by_code["obligation"][code]

    def source_of_scores(self, code: str) -> ScoreSource:
        return self._by_code["source"][code]

    def family(self, code: str) -> Family:
        return self._by_code["family"][code]

    def section_of(self, item_code: str) -> Section:
        """The section an item stands in."""
        for section in self.rubric.sections:
            if any(item.code == item_code for item in section.items):
                return section
        raise KeyError(item_code)

    # ---- per track ----------------------------------------------------------------------------

    def items(self, track: str | None = None) -> tuple[Item, ...]:
        """All items in order; with a track only those it is scored on."""
        every = self._by_code["item"].values()
        return tuple(item for item in every if track is None or item.applies(track))

    def sources_of(self, item: Item) -> tuple[str, ...]:
        """Codes of the sources whose sheets owe this item."""
        raters = (source.code for source in self.combination.sources if not source.fact)
        return tuple(code for code in raters if not item.marked_by or code in item.marked_by)

    def sections(self, track: str | None = None) -> tuple[Section, ...]:
        """Sections in order; with a track only those that have an item for it."""
        return tuple(
            section for section in self.rubric.sections if track is None or section.items_for(track)
        )

    def fields(self, track: str) -> tuple[FormField, ...]:
        return tuple(field for field in self.form.fields if field.applies(track))

    def materials(self, track: str) -> tuple[Material, ...]:
        return tuple(slot for slot in self.form.materials if slot.applies(track))

    def case_sections(self) -> tuple[CaseSection, ...]:
        return self.form.case_report.sections if self.form.case_report else ()

    def gates(self, track: str) -> tuple[Requirement, ...]:
        """Requirements and award conditions that apply to the track, in order."""
        every = (*self.requirements, *self.outcome.conditions)
        return tuple(requirement for requirement in every if requirement.applies(track))

    def attestable(self, level: str, track: str) -> list[tuple[str, Requirement, Attested]]:
        """What this level has to confirm: (attestation key, requirement, gate)."""
        return [
            (gate_key(requirement, gate), requirement, gate)
            for requirement in self.gates(track)
            for gate in leaves(requirement)
            if isinstance(gate, Attested) and gate.by == level and gate.applies(track)
        ]

    def parse_mark(self, item_code: str, raw: Any) -> Mark:
        """A mark for an item in stored form; MarkError (Chinese) when it cannot be accepted."""
        item, is_vetoed = self.item(item_code), False
        if item.has_tick and isinstance(raw, dict) and "veto" in raw:
            raw = dict(raw)
            is_vetoed = read_bool(item, raw.pop("veto"), "是否一票否决")
        mark = item.parse_mark(raw, step=self.rubric.mark_step)
        return {**mark, "veto": True} if is_vetoed else mark

    def input_schema(self, item_code: str) -> dict[str, Any]:
        """What the scorecard page needs to draw the input of an item."""
        return self.item(item_code).input_schema(step=self.rubric.mark_step)

    # ---- route --------------------------------------------------------------------------------

    def steps(self, track: str, conditions: frozenset[str] | set[str] = frozenset()) -> list[Step]:
        """The steps a dossier goes through; `conditions` are facts such as
        `no_owners_committee` that let a step be passed over."""
        return [
            step
            for step in self.route
            if step.applies(track) and (not step.skip_when or step.skip_when not in conditions)
        ]

    def next_step(
        self,
        code: str | None,
        track: str,
        conditions: frozenset[str] | set[str] = frozenset(),
    ) -> Step | None:
        """The step after `code` (None: the first one), or None at the end."""
        start = 0 if code is None else self.route.index(self.step(code)) + 1
        wanted = {step.code for step in self.steps(track, conditions)}
        return next((step for step in self.route[start:] if step.code in wanted), None)

    @property
    def is_scored(self) -> bool:
        """Whether the notice has a rubric. Without one the decision is by requirements and quota."""
        return bool(self.rubric.sections)

    @property
    def boxes(self) -> tuple[Step, ...]:
        """The steps that have a box on the application form, in order."""
        return tuple(step for step in self.route if step.box)

    def steps_of_type(self, type_: str) -> tuple[Step, ...]:
        return tuple(step for step in self.route if step.type == type_)

    # ---- quotas -------------------------------------------------------------------------------

    def quota_for(
        self, object_: str, level: str, name: str, step: str | None = None
    ) -> Quota | None:
        """The quota of one division: the one that names it, else the one for all others. `step`:
        only quotas that are counted at this step ("" for the last decision)."""
        here = [
            quota
            for quota in self.quotas
            if quota.object == object_
            and quota.scope.level == level
            and (step is None or quota.step == step)
        ]
        for quota in here:
            if name in quota.scope.names:
                return quota
        return next((q for q in here if q.scope.others or not q.scope.names), None)

    # ---- as data ------------------------------------------------------------------------------

    def unstated(self) -> list[tuple[str, Any, str]]:
        """Everything the notice does not say: (path, value in force, note)."""
        return [
            (f"{path}.{name}" if path else name, getattr(part, name), text)
            for path, part in walk(self)
            for name in type(part).model_fields
            if (text := part.unstated_fields.get(name)) is not None
        ]

    def canonical_json(self) -> str:
        """The definition as one canonical line: sorted keys, no blanks, defaults written out,
        numbers without superfluous zeros (2.50 and 2.5 are one number)."""
        return json.dumps(
            self.model_dump(by_alias=True),
            default=_canonical,
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )

    def sha256(self) -> str:
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()


def _canonical(value: Any) -> str:
    return show(value) if isinstance(value, Decimal) else value.isoformat()


def walk(part: Part, path: str = "") -> Iterator[tuple[str, Part]]:
    """Every part with its path; list members are named by their code where they have one."""
    yield path, part
    for name in type(part).model_fields:
        value = getattr(part, name)
        here = f"{path}.{name}" if path else name
        if isinstance(value, Part):
            yield from walk(value, here)
        elif isinstance(value, tuple):
            for index, member in enumerate(value):
                if isinstance(member, Part):
                    label = getattr(member, "code", "") or index
                    yield from walk(member, f"{here}[{label}]")

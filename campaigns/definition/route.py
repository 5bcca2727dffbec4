"""The way of a dossier: ordered steps from the first signature to the announcement."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from campaigns.definition.form import Tracked
from campaigns.schema import Code, Title, policy

StepType = Literal[
    "sign_off", "desk_check", "site_visit", "selection", "scoring", "decision", "public_notice",
    "announcement", "result_received",
]  # fmt: skip
Action = Literal["agree", "return", "refuse"]
Condition = Literal["no_owners_committee", "no_management_committee", "no_property_company"]


class Step(Tracked):
    """`box`: title of the step's box on the application form, empty when it has none.
    `skip_when`: the step is passed over when the community has this condition.
    `selection`: the level picks, within its quota, who goes on; its pick is a title of its own.
    `result_received`: a higher level outside the system decides; its answer is recorded.
    `resume`: who signs again after a return from this step: every level from the one it was
    returned to (the applicant: the first), or this step at once, what stood before it standing.
    `scores`: whoever acts here hands in a sheet of this source together with the signature."""

    code: Code
    title: Title
    type: StepType
    level: str
    actions: tuple[Action, ...] = ("agree", "return", "refuse")
    reason_required_for: tuple[Action, ...] = ("return", "refuse")
    resume: Literal["first_step", "returner"] = policy(
        "first_step", "方案未规定补正后从哪一级重新审核，系统默认从第一级重新签署"
    )
    requires: tuple[Literal["desk_check", "site_visit"], ...] = ()
    box: str = ""
    scores: Code | None = Field(None, description="本步同时评分：评分来源代码")
    skip_when: Condition | None = None
    deadline: str = Field("", description="日程代码；空为没有时限")
    instructions: str = ""

"""The main job, start to end: notice → definition → dossiers → signatures → panel → list.

Every step goes through the services, in the tenant's transaction, at the notice's own dates
(training clock). Jobs are done by the real worker: the run waits for their rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from campaigns.definition import load_definition, shipped_definitions
from campaigns.models import Campaign
from campaigns.services import create_campaign, open_campaign
from core import audit
from core.enums import JobState
from core.jobs import unfinished_jobs
from core.tenancy import tenant_context
from core.training import set_clock
from portal.demo.dossiers import Applicants, Officers, is_late, try_late
from portal.demo.plan import Plan, expert_mark, make_plan
from portal.demo.world import World, at, build_world
from publications.services import (
    file_objection,
    handle_objection,
    prepare_announcement,
    prepare_notice,
    release_notice,
)
from scoring.enums import AssignmentState, DecisionOutcome, SeatState
from scoring.models import Assignment, Scorecard
from scoring.selectors.rankings import latest_ranking
from scoring.services.panels import commit_panel, draw_panel, recuse
from scoring.services.rankings import confirm_ranking, decide, request_ranking
from scoring.services.scorecards import save_marks, submit_scorecard

DEFINITION = "qinhuangdao_2023"
PANEL_SIZE = 7
JOB_SECONDS = 600
DECIDED = "经专家集中审核，符合评选标准，同意确定为市级“美好家园”小区。"


class Demo:
    """One run. ``say`` gets progress lines; ``late`` is what the late applicant was told."""

    def __init__(self, seed: int, say: Callable[[str], None]):
        self.plan: Plan = make_plan(seed)
        self.say = say
        self.world: World | None = None
        self.campaign: Campaign | None = None
        self.late = ""

    def run(self) -> None:
        self.say("建立租户、行政区划、单位、人员、小区台账")
        self.world = build_world(self.plan)
        with self._inside():
            self.campaign = create_campaign(
                load_definition(shipped_definitions()[DEFINITION]), actor=self.world.city
            )
            self.campaign = open_campaign(self.campaign, actor=self.world.city)
        self._apply_and_sign()
        self._score()
        self._decide()
        self._publish()
        self.say("等待后台生成全部文书")
        self.wait_for_jobs()
        self._clock("2023-12-05 09:00")

    def _inside(self):
        return tenant_context(self.world.tenant.pk)

    def _clock(self, moment: str) -> None:
        with self._inside():
            set_clock(at(moment), actor=audit.SYSTEM)

    def _apply_and_sign(self) -> None:
        applicants = Applicants(self.plan, self.world, self.campaign)
        officers = Officers(self.plan, self.world, applicants)
        entrants = self.plan.entrants
        late = []
        for number, one in enumerate(entrants, 1):
            self.say(f"申报与逐级审核 {number}/{len(entrants)}：{one.county} {one.name}")
            day = 1 + number % 27
            self._clock(f"2023-09-{day:02d} 10:00")
            dossier = applicants.open_and_fill(one)
            if is_late(one):
                late.append((one, dossier))
                continue
            applicants.submit(dossier, applicants.applicant_of(one))
            self._clock(f"2023-10-{min(day, 26):02d} 15:00")
            officers.walk(one, dossier)
        for one, dossier in late:
            self.late = try_late(applicants, one, dossier)

    def _score(self) -> None:
        self.say("抽取专家组")
        self._clock("2023-11-06 09:00")
        with self._inside():
            panel = commit_panel(
                self.campaign, actor=self.world.city, size=PANEL_SIZE,
                source="双色球 2023 年 11 月 7 日开奖号码",
            )  # fmt: skip
        self._clock("2023-11-08 09:00")
        with self._inside():
            panel = draw_panel(panel, actor=self.world.city, source_text="03 08 14 19 25 31 + 06")
            seats = {seat.expert_id: seat.position for seat in panel.seats.all()}
            first = panel.seats.get(position=1, state=SeatState.SEATED)
            conflicted = (
                Assignment.objects.filter(expert=first.expert).order_by("dossier__number").first()
            )
            recuse(
                conflicted, actor=self._member(first.expert.membership_id),
                reason="近三年为该物业服务企业提供过咨询。",
            )  # fmt: skip
        self._clock("2023-11-14 09:00")
        by_code = {one.code: one for one in self.plan.entrants}
        with self._inside():
            cards = list(
                Scorecard.objects.filter(assignment__state=AssignmentState.ASSIGNED)
                .select_related("assignment__expert", "assignment__dossier__community", "version")
                .order_by("assignment__dossier__number", "assignment__expert_id")
            )
        for number, card in enumerate(cards, 1):
            if number % 20 == 1:
                self.say(f"专家评分 {number}/{len(cards)}")
            assignment = card.assignment
            dossier = assignment.dossier
            one = by_code[dossier.community.code]
            position = seats[assignment.expert_id]
            with self._inside():
                actor = self._member(assignment.expert.membership_id)
                items = card.version.definition.items(dossier.track)
                marks = {
                    item.code: {"mark": expert_mark(self.plan, one, position, item, dossier.track)}
                    for item in items
                    if not item.is_measured
                }
                save_marks(card, actor=actor, marks=marks)
                submit_scorecard(card, actor=actor)

    def _member(self, pk):
        return self.world.experts[str(pk)]

    def _decide(self) -> None:
        self.say("计算实测数据、原则要求、合成总分和排名")
        self._clock("2023-11-17 09:00")
        with self._inside():
            request_ranking(self.campaign, actor=self.world.city)
        self.wait_for_jobs()
        self.say("确认排名，审定名单")
        with self._inside():
            ranking = latest_ranking(self.campaign)
            confirm_ranking(ranking, actor=self.world.city)
            choices = {
                str(row.dossier_id): (
                    DecisionOutcome.WINNER if row.is_proposed else DecisionOutcome.NOT_SELECTED,
                    "",
                )
                for row in ranking.rows.all()
            }
            decide(ranking, actor=self.world.city, choices=choices, opinion=DECIDED)

    def _publish(self) -> None:
        self.say("公示、受理异议、公布")
        self._clock("2023-11-20 10:00")
        with self._inside():
            notice = release_notice(
                prepare_notice(self.campaign, actor=self.world.city), actor=self.world.city
            )
        self._clock("2023-11-22 16:00")
        with self._inside():
            objection = file_objection(
                notice, name="一位业主", contact="owner@example.com",
                text="小区南门外的非机动车停放比较乱，希望核实后再公布。",
                dossier_id=notice.entries[-1]["dossier"],
            )  # fmt: skip
            handle_objection(
                objection, actor=self.world.city, is_upheld=False,
                reply="经核实，南门外为市政道路，已转请街道整治，不影响评选结论。",
            )  # fmt: skip
        self._clock("2023-11-29 10:00")
        with self._inside():
            release_notice(
                prepare_announcement(self.campaign, actor=self.world.city), actor=self.world.city
            )

    def wait_for_jobs(self) -> None:
        wait_for_jobs(self.world.tenant.pk)


def wait_for_jobs(tenant_id) -> None:
    """Until the worker has finished every job of the tenant; a dead one ends the run with its
    reason."""
    ends = time.monotonic() + JOB_SECONDS
    while True:
        with tenant_context(tenant_id):
            jobs = list(unfinished_jobs().order_by("created_at"))
        dead = [job for job in jobs if job.state == JobState.DEAD]
        if dead:
            raise RuntimeError(f"任务“{dead[0].label}”未完成：{dead[0].error}")
        if not jobs:
            return
        if time.monotonic() > ends:
            raise RuntimeError(f"等待任务超时，还有 {len(jobs)} 项。后台任务进程是否在运行？")
        time.sleep(0.2)

"""A smaller campaign, start to end: whatever its notice asks for, through the services.

The route decides what happens: counties check and pick where it says so, experts score where there
is a rubric, cases go up where there is a quota, results come back from levels outside.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Membership
from campaigns.definition import Definition, load_definition, shipped_definitions
from campaigns.models import Campaign
from campaigns.services import create_campaign, open_campaign
from core import audit
from core.errors import Refused
from core.tenancy import tenant_context
from core.training import set_clock
from portal.demo import media
from portal.demo.dossiers import with_facts
from portal.demo.plan import expert_mark
from portal.demo.small_plans import Entrant, SmallPlan
from portal.demo.small_world import SmallWorld, build_small_world
from portal.demo.world import at
from publications.services import prepare_announcement, prepare_notice, release_notice
from reviews.enums import Answer, DossierState
from reviews.models import Dossier
from reviews.selectors.cases import case_quota
from reviews.selectors.desk_checks import check_rows
from reviews.selectors.parts import dossier_slots
from reviews.services.cases import forward_case
from reviews.services.desk_checks import record_desk_check
from reviews.services.dossiers import create_dossier, save_draft
from reviews.services.evidence import add_evidence
from reviews.services.results import record_result
from reviews.services.sign_offs import sign_off
from reviews.services.submissions import submit_dossier
from scoring.enums import AssignmentState, DecisionOutcome
from scoring.models import Scorecard
from scoring.selectors.rankings import latest_ranking
from scoring.selectors.selections import waiting_at
from scoring.services.panels import commit_panel, draw_panel
from scoring.services.rankings import confirm_ranking, decide, request_ranking
from scoring.services.scorecards import save_marks, submit_scorecard
from scoring.services.selections import select_dossiers

WIN, OUT = DecisionOutcome.WINNER, DecisionOutcome.NOT_SELECTED
SCENES = ("gate", "board", "garden", "bins", "meeting", "party")


class SmallDemo:
    """One run. ``refusals``: what the system did not let pass, in its own words."""

    def __init__(self, plan: SmallPlan, say: Callable[[str], None], password: str = ""):
        self.plan, self.say, self.password = plan, say, password
        self.refusals: list[str] = []
        self.world: SmallWorld | None = None
        self.campaign: Campaign | None = None

    def run(self, wait: Callable[[], None]) -> None:
        """``wait``: until the worker has done every job of this tenant."""
        self.say(f"建立{self.plan.tenant}的区划、单位、小区台账和实测数据")
        self.world = build_small_world(self.plan, self.password)
        self.definition = load_definition(shipped_definitions()[self.plan.key])
        with self._inside():
            campaign = create_campaign(self.definition, actor=self.world.city)
            self.campaign = open_campaign(campaign, actor=self.world.city)
        self._enter()
        self._select()
        self._forward_cases()
        if self.definition.is_scored:
            self._score()
        self._decide(wait)
        self._publish()
        self._receive()
        self.say("等待后台生成文书")
        wait()

    # ---- pieces --------------------------------------------------------------------------------

    def _inside(self):
        return tenant_context(self.world.tenant.pk)

    def _clock(self, stage: str) -> None:
        with self._inside():
            set_clock(at(self.plan.days[stage]), actor=audit.SYSTEM)

    def _dossiers(self) -> dict[str, Dossier]:
        rows = Dossier.objects.filter(campaign=self.campaign).select_related(
            "community__county", "community__division", "version", "revision", "campaign"
        )
        return {row.community.name: row for row in rows}

    def _county_officer(self, dossier: Dossier) -> Membership:
        return self.world.members[f"county/{dossier.community.county.code}"]

    # ---- entering ------------------------------------------------------------------------------

    def _enter(self) -> None:
        self.say(f"{len(self.plan.entrants)} 个小区申报")
        self._clock("apply")
        for entrant in self.plan.entrants:
            community, actor = self.world.entered[entrant.name]
            with self._inside():
                dossier = create_dossier(self.campaign, community, entrant.track, actor=actor)
            self._fill(dossier, entrant, actor)
            self._submit(dossier, actor)
        self.say("县级初审")
        self._clock("check")
        with self._inside():
            dossiers = self._dossiers()
        for dossier in dossiers.values():
            self._check(dossier)

    def _fill(self, dossier: Dossier, entrant: Entrant, actor: Membership) -> None:
        definition = dossier.version.definition
        marks = {
            item.code: item.full_mark()
            for item in definition.items(entrant.track)
            if not item.is_measured
        }
        parts = {
            "form": self._form(definition, entrant),
            "case_report": with_facts(
                definition,
                {
                    section.code: {part.code: self._words(part.title) for part in section.parts}
                    or self._words(section.title)
                    for section in definition.case_sections()
                },
                day=f"{self.plan.year}-04-20",
                figure=str(entrant.satisfaction),
            ),
            "self_assessment": marks,
        }
        for part, values in parts.items():
            with self._inside():
                dossier = save_draft(
                    dossier, part, values, lock_version=dossier.lock_version, actor=actor
                )
        for upload, slot in self._uploads(definition, entrant):
            with self._inside():
                add_evidence(dossier, slot, upload, actor=actor, caption="现场情况")

    def _form(self, definition: Definition, entrant: Entrant) -> dict:
        values = {"address": self.world.entered[entrant.name][0].address}
        words = (
            f"{entrant.name}坚持党建引领，建立联席会议制度，公开收费和公共收益，"
            f"整治消防通道，增设充电设施，{self.plan.year} 年业主满意度 {entrant.satisfaction}%。"
        )
        for field in definition.fields(entrant.track):
            if field.type == "longtext":
                values[field.code] = words
        return values

    def _words(self, title: str) -> str:
        return f"{self.plan.year} 年，{title}方面制度齐全、责任到人，有记录、有照片，运行正常。"

    def _uploads(self, definition: Definition, entrant: Entrant):
        """What the notice requires: pictures where it asks for them, a paper where it takes one."""
        for slot in dossier_slots(definition, entrant.track).values():
            for number in range(slot.min_count if slot.is_required else 0):
                if "pdf" in slot.kinds:
                    content = media.paper(
                        slot.title, ["经查询，没有行政处罚记录。"], issuer="物业服务企业",
                        on=date(self.plan.year, 7, 1),
                    )  # fmt: skip
                    yield SimpleUploadedFile("核实证明.pdf", content, "application/pdf"), slot.code
                    continue
                seed = sum(map(ord, f"{entrant.name}{slot.code}{number}"))
                scene = SCENES[seed % len(SCENES)]
                content = media.photo(scene, entrant.name, seed=seed, note=slot.title)
                yield SimpleUploadedFile(f"照片{number + 1}.jpg", content, "image/jpeg"), slot.code

    def _submit(self, dossier: Dossier, actor: Membership) -> None:
        """Submit; the first one is tried with a highlight that is too long, where there is one."""
        highlights = [
            field
            for field in dossier.version.definition.fields(dossier.track)
            if field.code == "highlight"
        ]
        if highlights and not self.refusals:
            self._submit_too_long(dossier, actor, highlights[0])
        with self._inside():
            dossier.refresh_from_db()
            submit_dossier(dossier, pledged=True, lock_version=dossier.lock_version, actor=actor)

    def _submit_too_long(self, dossier: Dossier, actor: Membership, field) -> None:
        with self._inside():
            dossier.refresh_from_db()
            good = dossier.draft["form"]
            long = good | {field.code: "优" * (field.max_chars + 1)}
            dossier = save_draft(
                dossier, "form", long, lock_version=dossier.lock_version, actor=actor
            )
        self._refused(
            lambda: submit_dossier(
                dossier, pledged=True, lock_version=dossier.lock_version, actor=actor
            )
        )
        with self._inside():
            save_draft(dossier, "form", good, lock_version=dossier.lock_version, actor=actor)

    def _refused(self, act: Callable[[], object]) -> None:
        """Do what must be refused and keep the words."""
        try:
            with self._inside():
                act()
        except Refused as refused:
            self.refusals.append(refused.message)
        else:
            raise AssertionError("what the notice does not allow was accepted")

    def _check(self, dossier: Dossier) -> None:
        """The county's desk check and signature with its findings on the requirements."""
        definition = dossier.version.definition
        officer = self._county_officer(dossier)
        sha256 = dossier.revision.sha256
        checks = {
            r["code"]: {"ok": True, "note": ""} for r in check_rows(definition, dossier.track)
        }
        asked = definition.attestable("county", dossier.track)
        with self._inside():
            record_desk_check(dossier, actor=officer, revision_sha256=sha256, checks=checks)
        with self._inside():
            sign_off(
                dossier, actor=officer, step=dossier.step, outcome="agree",
                opinion="经初审，材料属实，同意推荐。", revision_sha256=sha256,
                attestations={key: True for key, _, _ in asked},
            )  # fmt: skip

    # ---- levels --------------------------------------------------------------------------------

    def _select(self) -> None:
        for step in self.definition.steps_of_type("selection"):
            self.say("县级选树")
            self._clock("select")
            for _, code, _ in self.plan.counties:
                self._select_in(self.world.members[f"county/{code}"], step)

    def _select_in(self, officer: Membership, step) -> None:
        with self._inside():
            waiting = list(waiting_at(officer, self.campaign, step))
            county = officer.organisation.division.name
            quota = self.definition.quota_for("winners", "county", county, step.code)
        most = quota.rule.bounds()[1] if quota else None
        opinion = "经活动效果评价，同意选树为县级“美好家园”小区。"
        if most is not None and len(waiting) > most:
            every = {str(dossier.pk): (WIN, "") for dossier in waiting}
            self._refused(
                lambda: select_dossiers(
                    self.campaign, step, actor=officer, choices=every, opinion=opinion
                )
            )
        choices = {
            str(dossier.pk): (OUT, self.plan.left_out[dossier.community.name])
            if dossier.community.name in self.plan.left_out
            else (WIN, "")
            for dossier in waiting
        }
        with self._inside():
            select_dossiers(self.campaign, step, actor=officer, choices=choices, opinion=opinion)

    def _forward_cases(self) -> None:
        """Each county its case, then the city one of them; one more is refused."""
        if not self.plan.cases:
            return
        self.say("推荐典型案例")
        self._clock("case")
        with self._inside():
            dossiers = self._dossiers()
        for name in self.plan.cases:
            self._forward(dossiers[name], self._county_officer(dossiers[name]))
        self._forward(dossiers[self.plan.city_case], self.world.city)
        second = dossiers[next(n for n in self.plan.cases if n != self.plan.city_case)]
        self._refused(lambda: self._forwarded(second, self.world.city))

    def _forward(self, dossier: Dossier, actor: Membership) -> None:
        with self._inside():
            assert case_quota(self.definition, actor) is not None
            self._forwarded(dossier, actor)

    def _forwarded(self, dossier: Dossier, actor: Membership):
        return forward_case(
            self.campaign, dossier, actor=actor, reason="做法具体、成效明显，可以复制推广。"
        )

    # ---- experts -------------------------------------------------------------------------------

    def _score(self) -> None:
        self.say("抽取专家并评分")
        self._clock("draw")
        with self._inside():
            panel = commit_panel(
                self.campaign, actor=self.world.city, size=self.plan.panel,
                source="双色球下一期开奖号码",
            )  # fmt: skip
            panel = draw_panel(panel, actor=self.world.city, source_text="02 07 11 18 26 30 + 09")
            seats = {seat.expert_id: seat.position for seat in panel.seats.all()}
            cards = list(
                Scorecard.objects.filter(assignment__state=AssignmentState.ASSIGNED)
                .select_related("assignment__expert", "assignment__dossier__community", "version")
                .order_by("assignment__dossier__number", "assignment__expert_id")
            )
        self._clock("score")
        entrants = {entrant.name: entrant for entrant in self.plan.entrants}
        for card in cards:
            assignment = card.assignment
            entrant = entrants[assignment.dossier.community.name]
            one = SimpleNamespace(code=entrant.name, quality=entrant.quality)
            items = card.version.definition.items(entrant.track)
            position = seats[assignment.expert_id]
            marks = {
                item.code: {"mark": expert_mark(self.plan, one, position, item, entrant.track)}
                for item in items
                if not item.is_measured
            }
            actor = self.world.experts[str(assignment.expert.membership_id)]
            with self._inside():
                save_marks(card, actor=actor, marks=marks)
                submit_scorecard(card, actor=actor)

    # ---- the bureau ----------------------------------------------------------------------------

    def _decide(self, wait: Callable[[], None]) -> None:
        self.say("核验、审定" if not self.definition.is_scored else "计算排名、审定")
        self._clock("rank")
        with self._inside():
            request_ranking(self.campaign, actor=self.world.city)
        wait()
        with self._inside():
            ranking = latest_ranking(self.campaign)
            if self.definition.is_scored:
                confirm_ranking(ranking, actor=self.world.city)
            rows = ranking.rows.select_related("dossier__community")
            choices = {str(row.dossier_id): self._choice(row) for row in rows}
            decide(
                ranking, actor=self.world.city, choices=choices,
                opinion=f"同意选树为{self.definition.outcome.title}。",
            )  # fmt: skip

    def _choice(self, row) -> tuple[str, str]:
        if row.explanation["is_undecided"]:
            reason = self.plan.passed_over.get(row.dossier.community.name, "")
            return (OUT, reason) if reason else (WIN, "")
        return (WIN if row.is_proposed else OUT), ""

    def _publish(self) -> None:
        self.say("公示、公布")
        for stage, prepare in (("notice", prepare_notice), ("announce", prepare_announcement)):
            self._clock(stage)
            with self._inside():
                release_notice(prepare(self.campaign, actor=self.world.city), actor=self.world.city)

    def _receive(self) -> None:
        """Results of the levels above, recorded as they come in."""
        for step, answers in self.plan.answers.items():
            self.say(f"记录{self.definition.step(step).title}")
            if step in self.plan.days:
                self._clock(step)
            with self._inside():
                dossiers = self._dossiers()
            for name, is_selected in answers.items():
                if dossiers[name].state != DossierState.AWARDED:
                    continue
                with self._inside():
                    record_result(
                        dossiers[name], actor=self.world.city, step=step,
                        answer=Answer.SELECTED if is_selected else Answer.NOT_SELECTED,
                        decided_on=at(self.plan.days.get(step, self.plan.days["province"])).date(),
                        document_number=f"{self.plan.year} 年公布名单",
                    )  # fmt: skip

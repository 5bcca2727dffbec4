"""The applicants' and officers' part of the demo: from the empty form to the county's signature."""

from __future__ import annotations

import hashlib
from datetime import date
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Membership
from campaigns.models import Campaign
from core import clock
from core.errors import Refused
from core.training import set_clock
from portal.demo import media
from portal.demo.plan import (
    LATE,
    REFUSED,
    RETURNED_AND_CORRECTED,
    STILL_RETURNED,
    CommunityPlan,
    Plan,
)
from portal.demo.world import World, at
from reviews.enums import DossierState, Outcome
from reviews.models import Dossier
from reviews.selectors.case_answers import day_key, figure_key
from reviews.selectors.desk_checks import check_rows
from reviews.selectors.parts import Slot, dossier_slots
from reviews.services.desk_checks import record_desk_check
from reviews.services.dossiers import create_dossier, save_draft
from reviews.services.evidence import add_evidence
from reviews.services.sign_offs import sign_off
from reviews.services.site_visits import add_finding, close_site_visit, open_site_visit
from reviews.services.submissions import submit_dossier

PHOTOS = (
    ("gate", "小区东门改造后"), ("board", "信息公示栏"), ("garden", "中心绿地补植"),
    ("bins", "垃圾分类投放点"), ("meeting", "联席会议"), ("party", "党员活动室"),
)  # fmt: skip
AGREED = {
    "owners_committee": "情况属实，业主反映良好，同意申报。",
    "neighbourhood": "经核实，材料与实际相符，同意推荐。",
    "street": "经研究，同意推荐上报。",
    "county": "经初审和实地核查，符合申报条件，同意上报。",
}
RETURNED = "联席会议记录只有封面，请补充会议内容后重新提交。"
REFUSED_WORDS = "小区消防通道长期被占用，尚未完成整治，不同意推荐。"


def with_facts(definition, answers: dict, *, day: str, figure: str) -> dict:
    """A case report with the day and the figures that its outline asks for."""
    for section in definition.case_sections():
        if section.is_dated:
            answers[day_key(section)] = day
        for part in section.parts:
            if part.figure:
                answers[section.code][figure_key(part)] = figure
    return answers


class Applicants:
    """Fills and submits one dossier after the other."""

    def __init__(self, plan: Plan, world: World, campaign: Campaign):
        self.plan, self.world, self.campaign = plan, world, campaign

    def applicant_of(self, one: CommunityPlan) -> Membership:
        community = self.world.communities[one.code]
        return self.world.applicants[str(community.managed_by_id)]

    def open_and_fill(self, one: CommunityPlan) -> Dossier:
        """A complete draft with evidence, case report and self-assessment."""
        actor = self.applicant_of(one)
        community = self.world.communities[one.code]
        with self.world.inside():
            track = self._track("self_managed" if one.is_self_managed else "professional")
            dossier = create_dossier(self.campaign, community, track, actor=actor)
            definition = dossier.version.definition
        for part, values in (
            ("form", self._form(one)),
            ("case_report", self._case_report(one, definition)),
            ("self_assessment", self._self_assessment(one, definition, track)),
        ):
            with self.world.inside():
                dossier = save_draft(
                    dossier, part, values, lock_version=dossier.lock_version, actor=actor
                )
        self._add_evidence(one, dossier, actor)
        return dossier

    def _track(self, wanted: str) -> str:
        """The definition's own code of the track."""
        definition = self.campaign.versions.order_by("-number").first().definition
        codes = [track.code for track in definition.tracks]
        return wanted if wanted in codes else codes[0 if wanted == "professional" else 1]

    def submit(self, dossier: Dossier, actor: Membership):
        with self.world.inside():
            dossier.refresh_from_db()
            return submit_dossier(
                dossier, pledged=True, lock_version=dossier.lock_version, actor=actor
            )

    def _form(self, one: CommunityPlan) -> dict:
        return {
            "address": self.world.communities[one.code].address,
            "statement": (
                f"{one.name}建成于 {one.built_year} 年，共 {one.households} 户，"
                f"建筑面积 {one.floor_area} 平方米。2023 年 3 月以来，小区在社区党组织领导下，"
                "建立联席会议制度，公开公共收益和维修资金，整治消防通道，增设充电车棚，"
                f"开展志愿服务和文化活动，业主满意度 {one.satisfaction}%。"
            ),
            "remarks": "",
        }

    def _case_report(self, one: CommunityPlan, definition) -> dict:
        words = {
            "basics": f"{one.name}位于{self.world.communities[one.code].address}，建筑面积 "
            f"{one.floor_area} 平方米，{one.households} 户，曾获县区文明小区称号。",
            "activities": "3 月启动创建，成立工作专班；4 月完成问题清单；5 月至 9 月逐项整改，"
            "每月召开一次联席会议，结果在公示栏公开。",
            "results": "道路、绿化、照明明显改善，楼道杂物全部清理，电动自行车集中充电，投诉量下降一半。",
            "good_deed": "2023 年 6 月，为 12 栋楼加装无障碍坡道和扶手，方便老人出行。",
            "media": "2023 年 7 月，县区融媒体中心报道了小区垃圾分类的做法。",
        }
        answers = {
            section.code: {part.code: self._principle(one, part) for part in section.parts}
            if section.parts
            else words.get(section.code, f"{section.title}：已落实。")
            for section in definition.case_sections()
        }
        return with_facts(definition, answers, day="2023-06-15", figure=str(one.satisfaction))

    @staticmethod
    def _principle(one: CommunityPlan, part) -> str:
        figures = {
            "p6": f"按约定标准收费，2022 年度收费率 {one.fee_rate}%。",
            "p7": f"2023 年上半年第三方调查，业主满意度 {one.satisfaction}%。",
        }
        return figures.get(part.code, f"{part.title}方面，制度齐全，责任到人，运行正常。")

    def _self_assessment(self, one: CommunityPlan, definition, track: str) -> dict:
        return {
            item.code: item.full_mark() for item in definition.items(track) if not item.is_measured
        }

    def _add_evidence(self, one: CommunityPlan, dossier: Dossier, actor: Membership) -> None:
        definition = dossier.version.definition
        slots = dossier_slots(definition, dossier.track)
        photos = self._photos(one)
        papers = self._papers(one)
        random = Random(f"{self.plan.seed}/{one.code}/evidence")
        for slot in slots.values():
            for upload, caption in self._uploads(slot, photos, papers, one, random):
                with self.world.inside():
                    add_evidence(dossier, slot.code, upload, actor=actor, caption=caption)

    def _uploads(self, slot: Slot, photos, papers, one: CommunityPlan, random: Random):
        """What goes into a slot; a few optional ones stay empty, as in life."""
        if "video" in slot.kinds:
            seed = _seed(self.plan.seed, one.code, "video")
            clip = media.clip("gate", f"{one.name}创建纪实", seed=seed, seconds=3)
            yield SimpleUploadedFile(f"{one.name}宣传片.mp4", clip, "video/mp4"), "宣传视频"
            return
        if slot.is_issued or (not slot.is_required and not slot.min_count):
            return
        if not slot.is_required and random.random() > float(one.quality) + 0.1:
            return
        for number in range(max(1, slot.min_count)):
            if "pdf" not in slot.kinds or number or random.random() < 0.75:
                caption, content = photos[(_seed(slot.code) + number) % len(photos)]
                yield SimpleUploadedFile(f"{caption}.jpg", content, "image/jpeg"), caption
            else:
                title, content = random.choice(papers)
                yield SimpleUploadedFile(f"{title}.pdf", content, "application/pdf"), title

    def _photos(self, one: CommunityPlan) -> list[tuple[str, bytes]]:
        return [
            (
                caption,
                media.photo(
                    scene,
                    caption,
                    seed=_seed(self.plan.seed, one.code, scene),
                    note=f"{one.name}　2023 年 {4 + number} 月",
                    taken_at=at(f"2023-0{4 + number}-12 10:30"),
                    place=(39.9, 119.6),
                ),
            )
            for number, (scene, caption) in enumerate(PHOTOS[:5])
        ]

    def _papers(self, one: CommunityPlan) -> list[tuple[str, bytes]]:
        lines = [
            "一、每月召开一次联席会议。",
            "二、会议由社区党组织召集。",
            "三、议定事项张榜公布。",
        ]
        return [
            (
                "联席会议制度",
                media.paper(
                    "物业管理联席会议制度", lines, issuer=f"{one.name}联席会议", on=date(2023, 4, 6)
                ),
            )
        ]


class Officers:
    """Signs level by level as the plan says."""

    def __init__(self, plan: Plan, world: World, applicants: Applicants):
        self.plan, self.world, self.applicants = plan, world, applicants

    def walk(self, one: CommunityPlan, dossier: Dossier) -> None:
        """Until the dossier leaves the signing levels, or stays returned or refused."""
        community = self.world.communities[one.code]
        corrected = False
        while True:
            with self.world.inside():
                dossier = _read(dossier)
                if dossier.state != DossierState.IN_REVIEW:
                    return
                step = dossier.version.definition.step(dossier.step)
                officer = self.world.officer(step.level, community)
            if STILL_RETURNED.get(one.order) == step.code:
                self._return(dossier, officer)
                return
            if REFUSED.get(one.order) == step.code:
                self._sign(dossier, officer, Outcome.REFUSE, REFUSED_WORDS)
                return
            if RETURNED_AND_CORRECTED.get(one.order) == step.code and not corrected:
                self._return(dossier, officer)
                corrected = True
                self._correct(one, dossier)
                continue
            if "desk_check" in step.requires:
                self._desk_check(dossier, officer)
            if "site_visit" in step.requires:
                self._site_visit(one, dossier, officer)
            self._sign(dossier, officer, Outcome.AGREE, AGREED[step.code])

    def _sign(self, dossier: Dossier, officer: Membership, outcome: str, opinion: str, flags=()):
        definition = dossier.version.definition
        level = definition.step(dossier.step).level
        asked = definition.attestable(level, dossier.track)
        with self.world.inside():
            sign_off(
                dossier, actor=officer, step=dossier.step, outcome=outcome, opinion=opinion,
                flags=flags, attestations={key: True for key, _, _ in asked},
                revision_sha256=dossier.revision.sha256,
            )  # fmt: skip

    def _return(self, dossier: Dossier, officer: Membership) -> None:
        flags = [{"code": "1.4", "comment": RETURNED}]
        self._sign(dossier, officer, Outcome.RETURN, RETURNED, flags)

    def _correct(self, one: CommunityPlan, dossier: Dossier) -> None:
        actor = self.applicants.applicant_of(one)
        minutes = media.paper(
            "联席会议记录", ["时间：2023 年 9 月 5 日", "议题：停车秩序、公共收益公示", "结论：一致通过。"],
            issuer=f"{one.name}联席会议", on=date(2023, 9, 5),
        )  # fmt: skip
        upload = SimpleUploadedFile("联席会议记录.pdf", minutes, "application/pdf")
        with self.world.inside():
            dossier = _read(dossier)
            add_evidence(dossier, "1.4", upload, actor=actor, caption="补充的会议记录")
        self.applicants.submit(dossier, actor)

    def _desk_check(self, dossier: Dossier, officer: Membership) -> None:
        rows = check_rows(dossier.version.definition, dossier.track)
        with self.world.inside():
            record_desk_check(
                dossier, actor=officer, revision_sha256=dossier.revision.sha256,
                checks={row["code"]: {"ok": True, "note": ""} for row in rows},
            )  # fmt: skip

    def _site_visit(self, one: CommunityPlan, dossier: Dossier, officer: Membership) -> None:
        with self.world.inside():
            visit = open_site_visit(
                dossier, actor=officer, visited_on=clock.today(), participants="物业股 2 人"
            )
        random = Random(f"{self.plan.seed}/{one.code}/visit")
        places = (("7.1", "3 号楼北侧", "草坪有裸露"), ("7.2", "南门内", "车辆压线停放"))
        for item, place, words in places:
            if random.random() > float(one.quality):
                content = media.photo(
                    "road", words, seed=_seed(self.plan.seed, one.code, item), note=place
                )
                with self.world.inside():
                    add_finding(
                        visit, actor=officer, item=item, place=place, description=words,
                        photo=SimpleUploadedFile("现场.jpg", content, "image/jpeg"),
                    )  # fmt: skip
        with self.world.inside():
            close_site_visit(
                visit, actor=officer, summary="环境整洁，设施运行正常，发现的问题已当场交办。"
            )


def try_late(applicants: Applicants, one: CommunityPlan, dossier: Dossier) -> str:
    """Submit after the deadline; return what the applicant is told."""
    with applicants.world.inside():
        set_clock(at("2023-10-31 08:30"), actor=applicants.world.city)
    try:
        applicants.submit(dossier, applicants.applicant_of(one))
    except Refused as refused:
        return refused.message
    raise AssertionError("a late dossier was accepted")


def is_late(one: CommunityPlan) -> bool:
    return one.order in LATE


def _read(dossier: Dossier) -> Dossier:
    return Dossier.objects.select_related("version", "revision", "campaign").get(pk=dossier.pk)


def _seed(*parts) -> int:
    return int(hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:8], 16)

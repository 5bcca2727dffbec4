"""Every fact and sum of the Qinhuangdao 2023 notice, read back from the shipped definition."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from campaigns.definition import leaves, load_definition, shipped_definitions
from campaigns.definition.model import walk

D = Decimal
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def notice():
    return load_definition(shipped_definitions()["qinhuangdao_2023"])


SECTIONS = {
    "1": (10, [3, 2, 3, 2]),
    "2": (10, [3, 2, 2, 3]),
    "3": (5, [1, 1, 3]),
    "4": (5, [2, 3]),
    "5": (5, [2, 2, 1]),
    "6": (15, [3, 5, 2, 3, 2]),
    "7": (15, [2, 2, 3, 3, 5]),
    "8": (10, [5, 5]),
    "9": (10, [6, 4]),
    "10": (15, [2, 2, 2, 4, 3, 2]),
}

KINDS = {
    "judged": "1.1 1.2 1.3 1.4 2.1 2.2 2.3 2.4 4.1 4.2 5.1 5.2 6.2 6.4 9.1 9.2",
    "all_or_nothing": "3.1 3.2 3.3 5.3 6.1 6.3 6.5 8.1 8.2 10.2 10.3 10.4 10.5 10.6",
    "per_defect": "7.1 7.2 7.3 7.4 7.5",
    "components": "10.1",
}

EVIDENCE_COUNT = {
    "1.1": 1, "1.2": 3, "1.3": 3, "1.4": 2, "2.1": 1, "2.2": 1, "2.3": 4, "2.4": 1, "3.1": 2,
    "3.2": 2, "3.3": 1, "4.1": 2, "4.2": 2, "5.1": 3, "5.2": 1, "5.3": 1, "6.1": 2, "6.2": 1,
    "6.3": 0, "6.4": 0, "6.5": 0, "7.1": 2, "7.2": 2, "7.3": 2, "7.4": 2, "7.5": 2, "8.1": 2,
    "8.2": 2, "9.1": 2, "9.2": 2, "10.1": 2, "10.2": 2, "10.3": 2, "10.4": 2, "10.5": 2,
    "10.6": 2,
}  # fmt: skip


def test_sections_and_items_sum_to_one_hundred(notice):
    found = {
        section.code: (section.points, [item.points for item in section.items])
        for section in notice.rubric.sections
    }
    assert found == SECTIONS
    assert all(sum(items) == points for points, items in found.values())
    assert sum(points for points, _ in found.values()) == notice.rubric.total == 100
    assert len(notice.items()) == 36


def test_item_codes_number_the_items_within_their_section(notice):
    for section in notice.rubric.sections:
        expected = [f"{section.code}.{n}" for n in range(1, len(section.items) + 1)]
        assert [item.code for item in section.items] == expected


@pytest.mark.parametrize(
    ("kind", "count", "points"),
    [("judged", 16, 47), ("all_or_nothing", 14, 36), ("per_defect", 5, 15), ("components", 1, 2)],
)
def test_kinds_tally(notice, kind, count, points):
    items = [item for item in notice.items() if item.kind == kind]
    assert [item.code for item in items] == KINDS[kind].split()
    assert (len(items), sum(item.points for item in items)) == (count, points)


def test_per_defect_items_reach_zero_where_the_notice_does(notice):
    reach = {
        item.code: notice.input_schema(item.code)["defects_to_floor"]
        for item in notice.items()
        if item.kind == "per_defect"
    }
    assert reach == {"7.1": 4, "7.2": 4, "7.3": 6, "7.4": 6, "7.5": 10}
    assert {notice.item(code).deduction for code in reach} == {D("0.5")}


def test_missing_shed_or_charging_costs_one_point_each(notice):
    item = notice.item("10.1")
    assert [(part.title, part.points) for part in item.components] == [
        ("自行车停车棚", 1),
        ("电动自行车充电设施", 1),
    ]


def test_evidence_per_item(notice):
    assert {item.code: len(item.evidence) for item in notice.items()} == EVIDENCE_COUNT
    for code in ("6.2", "6.3", "6.4", "6.5"):
        assert notice.item(code).is_unstated("evidence")


def test_certificates_come_from_street_and_county(notice):
    issued = {
        (item.code, evidence.title): evidence.issued_by
        for item in notice.items()
        for evidence in item.evidence
        if evidence.issued_by != "applicant"
    }
    assert issued == {
        ("3.3", "街道证明材料"): "street",
        ("8.2", "县区级物业主管部门证明材料"): "county",
    }


def test_two_tracks_of_the_form(notice):
    assert [track.code for track in notice.tracks] == ["professional", "self_managed"]


def test_company_items_do_not_apply_to_self_managed_estates_and_say_so(notice):
    dropped = {item.code for item in notice.items()} - {
        item.code for item in notice.items("self_managed")
    }
    assert dropped == {"1.2", "3.2", "6.1", "6.3", "8.1"}
    for code in dropped:
        item = notice.item(code)
        assert item.not_applicable_rule == "rescale_section"
        assert item.is_unstated("not_applicable_in")
        assert item.is_unstated("not_applicable_rule")
    assert len(notice.items("professional")) == 36


@pytest.mark.parametrize(
    ("code", "due", "owner"),
    [
        ("plan", date(2023, 8, 30), "county"),
        ("application", date(2023, 10, 30), "county"),
        ("case_materials", date(2023, 10, 30), "county"),
        ("review", date(2023, 11, 20), "city"),
    ],
)
def test_deadlines(notice, code, due, owner):
    deadline = notice.deadline(code)
    assert (deadline.due, deadline.owner_level) == (due, owner)


def test_application_deadline_ends_with_its_day(notice):
    deadline = notice.deadline("application")
    cutoff = datetime(2023, 10, 31, tzinfo=SHANGHAI)
    assert deadline.cutoff(SHANGHAI) == cutoff
    assert deadline.is_open(cutoff - timedelta(seconds=1))
    assert not deadline.is_open(cutoff)


def test_late_filings_are_taken_because_the_notice_does_not_refuse_them(notice):
    late = datetime(2023, 12, 1, tzinfo=SHANGHAI)
    assert notice.deadline("plan").is_open(late)
    assert notice.deadline("plan").is_unstated("enforce")


def test_minimum_applications_of_the_nine_counties(notice):
    names = notice.level("county").names
    assert len(names) == 9
    fewest = {
        name: notice.quota_for("applications", "county", name).rule.bounds()[0] for name in names
    }
    assert fewest.pop("海港区") == 10
    assert fewest.pop("秦皇岛经济技术开发区") == 5
    assert set(fewest.values()) == {3}
    assert not [quota for quota in notice.quotas if quota.object == "winners"]


def test_text_and_video_limits(notice):
    assert notice.field("statement").max_chars == 500
    video = notice.material("video")
    assert (video.kinds, video.max_seconds) == (("video",), 5 * 60)
    assert video.is_unstated("max_megabytes") and not video.is_unstated("max_seconds")


def test_case_report_has_six_sections_with_their_windows(notice):
    sections = notice.case_sections()
    assert [section.title for section in sections] == [
        "基本情况",
        "活动开展情况",
        "工作成效和亮点",
        "八项原则要求满足情况",
        "为群众办实事",
        "媒体报道情况",
    ]
    march = date(2023, 3, 1)
    assert [s.since for s in sections] == [None, march, march, None, march, march]
    assert len(notice.case_section("principles").parts) == 8
    assert notice.case_section("results").min_images >= 2
    assert all(section.is_unstated("max_chars") for section in sections)


def test_eight_requirements_and_their_thresholds(notice):
    assert [r.code for r in notice.requirements] == [f"R{n}" for n in range(1, 9)]
    gates = {
        gate.code or requirement.code: gate
        for requirement in notice.requirements
        for gate in leaves(requirement)
    }
    assert (gates["R7"].metric, gates["R7"].op, gates["R7"].threshold) == (
        "satisfaction_rate",
        ">=",
        90,
    )
    assert (gates["R6.rate"].op, gates["R6.rate"].threshold) == (">=", 95)
    assert gates["R4.credit"].grade == "B"
    penalty = gates["R4.penalty"]
    assert (penalty.since, penalty.until) == (date(2022, 10, 31), date(2023, 10, 30))
    assert penalty.is_unstated("since")


def test_winners_have_two_further_conditions_besides_the_standard(notice):
    assert [condition.code for condition in notice.outcome.conditions] == ["C2", "C3"]


def test_route_has_five_boxes_in_the_order_of_the_form(notice):
    assert [step.level for step in notice.boxes] == [
        "owners_committee",
        "neighbourhood",
        "street",
        "county",
        "city",
    ]
    assert notice.step("county").requires == ("desk_check", "site_visit")
    assert [step.type for step in notice.route] == [
        *["sign_off"] * 4,
        "scoring",
        "decision",
        "public_notice",
        "announcement",
    ]


def test_route_passes_over_a_missing_owners_committee(notice):
    assert notice.next_step(None, "professional").code == "owners_committee"
    assert notice.next_step(None, "self_managed", {"no_owners_committee"}).code == "neighbourhood"
    assert notice.next_step("county", "professional").code == "scoring"
    assert notice.next_step("announcement", "professional") is None
    assert notice.step("owners_committee").is_unstated("skip_when")


def test_two_copies_of_the_form(notice):
    form = notice.document("application_form")
    assert (form.copies, form.recipients) == (2, ("区住建局", "市住建局"))


def test_county_obligations(notice):
    assert [o.code for o in notice.obligations] == ["plan", "work_report", "introductions"]
    assert notice.obligation("work_report").outline == (
        "活动开展情况",
        "主要做法",
        "取得成效",
        "工作亮点",
        "存在问题",
        "下步工作建议",
    )


def test_every_contradiction_is_noted_where_it_bites(notice):
    assert [note.code for note in notice.notes][:10] == list("abcdefghij")
    assert all(note.where and note.source for note in notice.notes)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("rubric.mark_step", D("0.5")),
        ("combination.method", "trimmed_mean"),
        ("combination.drop_high", 1),
        ("combination.drop_low", 1),
        ("combination.min_raters", 5),
        ("combination.rounding", "half_up"),
        ("outcome.pass_mark", 80),
        ("outcome.winners.type", "all_passing"),
        ("publication.notice_days", 5),
        ("rubric.sections[7].items[7.1].floor", 0),
        ("form.evidence_max_megabytes", 20),
    ],
)
def test_what_the_notice_does_not_say_is_flagged(notice, path, value):
    flagged = {place: (found, note) for place, found, note in notice.unstated()}
    assert flagged[path][0] == value
    assert flagged[path][1]


def test_what_the_notice_says_is_not_flagged(notice):
    flagged = {place for place, _, _ in notice.unstated()}
    assert "form.fields[statement].max_chars" not in flagged
    assert "calendar[application].due" not in flagged
    assert not any(place.endswith((".points", ".threshold", ".value")) for place in flagged)


def test_every_fact_names_its_place_in_the_notice(notice):
    parts = [
        *notice.calendar, *notice.tracks, *notice.form.fields, *notice.form.materials,
        *notice.case_sections(), *notice.requirements, *notice.outcome.conditions,
        *notice.rubric.sections, *notice.items(), *notice.quotas, *notice.obligations,
        *[level for level in notice.levels if level.code != "city"],
    ]  # fmt: skip
    assert [part.code for part in parts if not part.source] == []
    unsourced = [step.code for step in notice.route if not step.source]
    assert unsourced == ["public_notice"]


def test_attestations_are_named_once(notice):
    keys = [key for key, _, _ in notice.attestable("county", "professional")]
    assert keys == [
        "R1", "R2", "R3", "R4.service", "R4.system", "R4.revenue", "R5", "R6.fees", "R8", "C2",
        "C3",
    ]  # fmt: skip
    assert Counter(keys).most_common(1)[0][1] == 1
    own = [key for key, _, _ in notice.attestable("county", "self_managed")]
    assert set(keys) - set(own) == {"R4.service", "R4.system"}


def test_paths_of_all_parts_differ(notice):
    paths = [path for path, _ in walk(notice)]
    assert len(set(paths)) == len(paths)

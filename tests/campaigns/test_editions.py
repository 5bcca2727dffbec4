"""Next year's edition, and a county's refinement of a city's definition."""

import json
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.definition import (
    Definition,
    DefinitionError,
    check_definition,
    dump_definition,
    dump_json,
    load_definition,
    read_definition,
    shipped_definitions,
)
from campaigns.definition.model import walk
from campaigns.derivation import derive, move_day
from campaigns.models import Campaign
from campaigns.refinement import refined, refinement_problems
from campaigns.selectors import current_version, refining_campaigns
from campaigns.services import add_version, create_campaign, derive_campaign, refine_definition
from core.errors import Refused
from core.models import AuditRecord
from tests.campaigns.test_pages import text, url
from tests.campaigns.test_services import OTHERS
from tests.factories.campaigns import SHIPPED, make_campaign
from tests.factories.definitions import days, definitions
from tests.factories.forms import read_form
from tests.standing import standing


def shipped() -> Definition:
    return load_definition(shipped_definitions()[SHIPPED])


def changed(definition: Definition, change) -> Definition:
    data = json.loads(definition.canonical_json())
    change(data)
    return read_definition(data)


def all_days(definition):
    return [
        value
        for _, part in walk(definition)
        for name in type(part).model_fields
        if isinstance(value := getattr(part, name), date)
    ]


# ---- next year's edition ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        ("2023-10-30", 1, "2024-10-30"),
        ("2024-02-29", 1, "2025-02-28"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2023-02-28", 1, "2024-02-28"),
        ("2023-12-31", 2, "2025-12-31"),
    ],
)
def test_day_moves_by_years(day, years, expected):
    assert move_day(date.fromisoformat(day), years) == date.fromisoformat(expected)


@given(days, st.integers(1, 10))
def test_moved_days_keep_their_order(day, years):
    later = date.fromordinal(day.toordinal() + 1)
    assert move_day(day, years) <= move_day(later, years)


def test_every_day_of_the_definition_moves_and_nothing_else():
    edition = derive(shipped(), 2024)
    new = edition.definition
    assert all_days(new) == [move_day(day, 1) for day in all_days(shipped())]
    assert (new.key, new.year) == ("qinhuangdao_2024", 2024) and new.title.startswith("2024 年度")
    assert new.evidence_window.since == date(2024, 3, 1)
    assert new.requirement("R4").gate.gates[3].since == date(2023, 10, 31)
    assert new.rubric == shipped().rubric and new.route == shipped().route
    assert len(edition.days) == len(all_days(new))
    assert not [p for p in check_definition(dump_definition(new)) if p.severity == "error"]


def test_notes_are_kept_and_wait_for_confirmation():
    new = derive(shipped(), 2024).definition
    assert len(new.notes) == len(shipped().notes) + 1 and all(n.to_confirm for n in new.notes)
    assert "2023 年度方案推导" in new.notes[0].title
    again = derive(new, 2025).definition
    assert [n.code for n in again.notes] == [n.code for n in new.notes]
    assert "2024 年度方案推导" in again.notes[0].title


def test_what_to_look_at_is_told():
    def change(data):
        data["calendar"][0] |= {"due": "2024-02-29", "opens": "2024-02-28"}
        data["calendar"][1]["due"] = "2024-10-01"
        data["year"] = 2024

    edition = derive(changed(shipped(), change), 2025)
    remarks = {day.remark for day in edition.days}
    assert (
        "该年没有 2 月 29 日，改为 2 月 28 日" in remarks and "当天不上班，请确认截止日" in remarks
    )
    leap = derive(changed(shipped(), lambda d: d["calendar"][0].update(due="2023-02-28")), 2024)
    assert any("2 月 29 日" in day.remark for day in leap.days)
    assert any("尚未公布" in day.remark for day in derive(shipped(), 2033).days)
    texts = [row.text for row in derive(shipped(), 2024).texts]
    assert any("2023 年 3 月以来" in text for text in texts) and len(texts) > 5


@given(definitions())
@settings(max_examples=20, deadline=None)
def test_any_definition_has_a_next_edition(definition):
    if definition.year < 2100:
        new = derive(definition, definition.year + 1).definition
        assert new.year == definition.year + 1 and len(new.items()) == len(definition.items())


def test_edition_is_a_new_campaign_in_draft(people):
    campaign = make_campaign()
    version = current_version(campaign)
    new = derive_campaign(version, 2024, actor=people.city_officer)
    assert (new.key, new.year, new.state) == ("qinhuangdao_2024", 2024, "draft")
    record = AuditRecord.objects.order_by("-seq").first().body
    assert record["base_sha256"] == version.sha256
    campaign.refresh_from_db()
    assert campaign.state == "open" and campaign.versions.count() == 1
    with pytest.raises(ValidationError, match="已经存在"):
        derive_campaign(version, 2024, actor=people.city_officer)
    for year in (2023, 2022, 2034):
        with pytest.raises(ValidationError, match="年度应在"):
            derive_campaign(version, year, actor=people.city_officer)


@pytest.mark.parametrize("role", OTHERS)
def test_others_neither_derive_nor_refine(people, role):
    version = current_version(make_campaign())
    with pytest.raises(PermissionDenied):
        derive_campaign(version, 2024, actor=getattr(people, role))
    version = current_version(create_campaign(city(), actor=people.city_officer, key="city"))
    with pytest.raises(PermissionDenied):
        refine(version, getattr(people, role))


def test_page_shows_what_moves_and_sets_up_once(people, sign_in):
    campaign = make_campaign()
    client = sign_in(people.city_officer)
    page = url("campaign_derive", campaign.key)
    assert page in text(client.get(url("campaign_detail", campaign.key)))
    answer = client.get(page)
    assert "2024-10-30（星期三）" in text(answer) and "2023 年 3 月以来" in text(answer)
    assert "2026-10-30" in text(client.get(page, {"year": "2026"}))
    for odd in ("x", "1", "99999999", "²"):
        assert client.get(page, {"year": odd}).status_code == 200
    data = read_form(answer).filled()
    for _ in range(2):
        assert client.post(page, data).url == url("campaign_detail", "qinhuangdao_2024")
    assert Campaign.objects.count() == 2
    shown = text(client.get(url("definition", "qinhuangdao_2024")))
    assert "待确认" in shown
    data = read_form(client.get(page)).filled(year="2024")
    assert "已经存在" in text(client.post(page, data))
    assert "年度应在" in text(client.post(page, data | {"year": "2020", "key": "x"}))


# ---- refinement ------------------------------------------------------------------------------

ALLOWS = ["items", "points", "criteria", "evidence", "calendar"]


def city(allows=ALLOWS) -> Definition:
    """The shipped definition as a city's that lets its counties refine."""
    rule = {"level": "county", "allows": list(allows), "source": "附件 注"}
    return changed(shipped(), lambda data: data.update(refinement=rule, key="city_2023"))


def refine(version, actor):
    return refine_definition(
        version, actor=actor, key="county_2023", title="某县细则", authorities=["某县住建局"]
    )


@standing
def child(people):
    parent = create_campaign(city(), actor=people.city_officer)
    return refine(current_version(parent), people.city_officer)


def own(data, change):
    change(data, data["rubric"]["sections"])


def add(child, change, actor):
    data = json.loads(current_version(child).definition.canonical_json())
    own(data, change)
    return add_version(child, read_definition(data), actor=actor, reason="本级细化")


GOOD = {
    "an item within the section's points": lambda d, s: (
        s[0]["items"][0].update(points="2"),
        s[0]["items"].append({"kind": "judged", "code": "1.9", "title": "本县事项", "points": "1"}),
    ),
    "points moved within a section": lambda d, s: (
        s[0]["items"][0].update(points="2"),
        s[0]["items"][1].update(points="3"),
    ),
    "a criterion": lambda d, s: s[0]["items"][0].update(criterion="社区建立党组织，并有活动记录。"),
    "more evidence": lambda d, s: s[0]["items"][0]["evidence"].append({"title": "活动记录"}),
    "a further deadline": lambda d, s: d["calendar"].append(
        {"code": "own", "title": "本县初评", "due": "2023-09-30", "owner_level": "county"}
    ),
    "an earlier deadline": lambda d, s: d["calendar"][2].update(due="2023-10-15"),
    "a note": lambda d, s: d["notes"].append({"code": "own", "title": "本县说明", "text": "说明"}),
}
BAD = {
    "a later deadline": (
        lambda d, s: d["calendar"][2].update(due="2023-11-15"), "calendar[2].due", "锁定",
    ),
    "an item removed": (lambda d, s: s[0]["items"].pop(), "rubric.sections[0].items[3]", "删除"),
    "an item renamed": (
        lambda d, s: s[0]["items"][0].update(title="别的"),
        "rubric.sections[0].items[0].title", "锁定",
    ),
    "points from elsewhere": (
        lambda d, s: s[0]["items"][0].update(points="9"), "rubric.sections[0].items", "须与上级方案",
    ),
    "the pass mark": (lambda d, s: d["outcome"].update(pass_mark="10"), "outcome.pass_mark", "锁定"),
    "a gate": (
        lambda d, s: d["requirements"][6]["gate"].update(threshold="50"),
        "requirements[6].gate.threshold", "锁定",
    ),
    "a requirement removed": (lambda d, s: d["requirements"].pop(), "requirements[7]", "删除"),
    "what the city does not allow": (
        lambda d, s: d["requirements"].append(
            {"code": "R9", "title": "另加", "gate": {"kind": "attested", "by": "county"}}
        ),
        "requirements[8]", "没有允许下级增加原则要求",
    ),
    "items swapped": (lambda d, s: s[0]["items"].reverse(), "rubric.sections[0].items[0]", "移动"),
    "another parent": (
        lambda d, s: d["parent"].update(sha256="0" * 64), "parent.sha256", "找不到这一版上级方案",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_allowed_refinement_becomes_a_version(people, child, name):
    assert add(child, GOOD[name], people.city_officer).number == 2


@pytest.mark.parametrize("name", BAD)
def test_locked_part_is_refused_with_its_path(people, child, name):
    change, path, words = BAD[name]
    with pytest.raises(DefinitionError) as caught:
        add(child, change, people.city_officer)
    assert any(p.path == path and words in p.message for p in caught.value.problems), (
        caught.value.problems
    )
    assert child.versions.count() == 1


def test_file_that_touches_a_locked_part_is_told_its_line(people, child):
    definition = current_version(child).definition
    for dump in (dump_definition, dump_json):
        broken = dump(definition).replace("2023-10-30", "2023-11-15", 1)
        with pytest.raises(DefinitionError) as caught:
            add_version(child, broken, actor=people.city_officer, reason="改期")
        (problem,) = caught.value.problems
        assert "2023-11-15" in broken.split("\n")[problem.line - 1]


def test_definition_that_allows_nothing_is_not_refined(people):
    version = current_version(make_campaign())
    with pytest.raises(Refused, match="没有写明"):
        refine(version, people.city_officer)


def test_refinement_of_a_refinement_is_not_allowed(people, child):
    with pytest.raises(Refused):
        refine(current_version(child), people.city_officer)


def test_child_of_another_tenants_parent_finds_no_parent(people, other_people=None):
    child = changed(
        city(), lambda d: d.update(parent={"key": "x", "title": "别处", "sha256": "1" * 64})
    )
    with pytest.raises(DefinitionError, match="找不到"):
        create_campaign(child, actor=people.city_officer, key="lost")


def test_pages_mark_the_child_and_list_it_with_its_parent(people, child, sign_in):
    add(child, GOOD["an item within the section's points"], people.city_officer)
    client = sign_in(people.city_officer)
    shown = text(client.get(url("definition", child.key)))
    assert "本级增加" in shown and "本级细化" in shown and "由上级方案锁定" in shown
    assert "某县细则" in text(client.get(url("campaign_detail", "city_2023")))
    assert "细化自" in text(client.get(url("campaign_detail", child.key)))
    parent = Campaign.objects.get(key="city_2023")
    assert list(refining_campaigns(people.city_officer, current_version(parent))) == [child]
    assert not refining_campaigns(people.applicant, current_version(parent))


def test_refinement_is_set_up_by_its_page_once(people, sign_in):
    create_campaign(city(), actor=people.city_officer)
    client = sign_in(people.city_officer)
    page = url("campaign_refine", "city_2023")
    answer = client.get(page)
    assert "在本类总分之内调整各项分值" in text(answer) and "附件 注" in text(answer)
    data = read_form(answer).filled(key="county", title="某县细则", authorities="某县住建局\n")
    for _ in range(2):
        assert client.post(page, data).url == url("campaign_detail", "county")
    assert current_version(Campaign.objects.get(key="county")).definition.parent.key == "city_2023"
    data = read_form(client.get(page)).filled(key="county2", authorities="\n".join("甲" * 11))
    assert "至多 10 个" in text(client.post(page, data))


def test_jiangmen_lets_its_counties_refine_within_the_weights():
    parent = load_definition(shipped_definitions()["jiangmen_2023"])
    child = refined(parent, key="county", title="某区细则", authorities=["某区住建局"])
    assert refinement_problems(parent, child) == []
    section = parent.rubric.sections[0]
    more = changed(
        child,
        lambda d: d["rubric"]["sections"][0]["items"][0]["evidence"].append({"title": "照片"}),
    )
    assert refinement_problems(parent, more) == []
    light = changed(child, lambda d: d["rubric"]["sections"][0]["items"].pop())
    assert any(section.items[-1].title in p.message for p in refinement_problems(parent, light))


def test_fujian_without_a_rubric_lets_its_counties_write_one():
    parent = load_definition(shipped_definitions()["fujian_2024"])
    child = refined(parent, key="county", title="某县细则", authorities=["某县住建局"])
    item = {"kind": "judged", "code": "1.1", "title": "本县指标", "points": "100"}
    rubric = [{"code": "1", "title": "本县标准", "points": "100", "items": [item]}]
    own = changed(child, lambda d: d["rubric"].update(sections=rubric))
    assert refinement_problems(parent, own) == []

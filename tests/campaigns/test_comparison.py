"""Two definitions side by side: every kind of difference, matched by code or by what is said."""

import json
from urllib.parse import quote

import pytest

from campaigns.comparison import compare
from campaigns.definition import load_definition, read_definition, shipped_definitions
from campaigns.services import add_version
from campaigns.services.drafts import create_draft
from tests.campaigns.test_pages import text, url
from tests.factories.campaigns import SHIPPED, changed_text, make_campaign
from tests.factories.forms import read_forms


def shipped():
    return load_definition(shipped_definitions()[SHIPPED])


def data():
    return json.loads(shipped().canonical_json())


def differences(change):
    changed = data()
    change(changed, changed["rubric"]["sections"])
    return compare(shipped(), read_definition(changed))


def told(comparison):
    return [(c.verb, c.aspect, c.where, c.label, c.old, c.new) for c in comparison.changes]


def test_equal_definitions_have_no_difference():
    assert compare(shipped(), shipped()).changes == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda d, s: d["outcome"].update(pass_mark="85"),
            ("changed", "threshold", "", "合格线", "80", "85"),
        ),
        (
            lambda d, s: s[0]["items"][0].update(points="4"),
            ("changed", "points", "1 党组织健全，作用显著 · 1.1 社区党组织", "分值", "3", "4"),
        ),
        (
            lambda d, s: s[0]["items"][0].update(title="党支部"),
            ("changed", "text", "1 党组织健全，作用显著 · 1.1 党支部", "名称", "社区党组织", "党支部"),
        ),
        (
            lambda d, s: d["calendar"][2].update(due="2023-11-05"),
            ("changed", "threshold", "申报、材料初审与实地核查", "截止日期", "2023-10-30", "2023-11-05"),
        ),
        (
            lambda d, s: d["requirements"][6]["gate"].update(threshold="92"),
            ("changed", "threshold", "R7 业主满意度 90% 以上 · 认定办法", "要求的数值", "90", "92"),
        ),
        (
            lambda d, s: d["calendar"][2].update(owner_level="city"),
            ("changed", "rule", "申报、材料初审与实地核查", "负责层级", "县区", "市"),
        ),
        (
            lambda d, s: s[1]["items"].insert(0, s[0]["items"].pop(2)),
            ("moved", "rule", "2 业主大会规范运行 · 1.3 党员教育活动室", "位置",
             "1 党组织健全，作用显著 第 3 项", "2 业主大会规范运行 第 1 项"),
        ),
        (
            lambda d, s: s.insert(9, s.pop(0)),
            ("moved", "rule", "1 党组织健全，作用显著", "顺序", "第 1 位", "第 10 位"),
        ),
    ],
)  # fmt: skip
def test_single_change_is_the_only_one_told(change, expected):
    assert told(differences(change)) == [expected]


def test_added_and_removed_parts_say_what_they_are():
    def change(d, s):
        s[5]["items"].pop(1)
        s[6]["items"].append({"kind": "judged", "code": "7.9", "title": "新指标", "points": "2"})
        d["requirements"].pop()

    comparison = differences(change)
    assert comparison.counts == {"added": 1, "removed": 2}
    gone, item, new = comparison.changes
    assert gone.where == "R8 氛围和谐，便民服务" and "县区住建局认定" in gone.old
    assert item.where.endswith("6.2 着装礼仪与教育培训") and item.old.startswith("5 分；酌情评分")
    assert (new.where, new.new) == ("7 环境整洁，设施完好 · 7.9 新指标", "2 分；酌情评分")
    assert new.place == ("rubric", "sections", 6, "items", 5)
    assert [name for name, _, _ in comparison.groups()] == ["requirements", "rubric"]


def test_reversing_a_list_moves_as_few_as_can_be():
    comparison = differences(lambda d, s: s[6]["items"].reverse())
    assert {c.verb for c in comparison.changes} == {"moved"} and len(comparison.changes) == 4


def test_change_of_kind_and_of_what_is_unstated_are_told():
    def change(d, s):
        item = s[0]["items"][0]
        item.pop("step", None)
        item["kind"] = "all_or_nothing"
        d["outcome"]["unstated"].pop("pass_mark")

    words = [(c.label, c.old, c.new) for c in differences(change).changes]
    assert ("种类", "酌情评分", "达到计分，否则不计") in words
    assert any(label == "方案未规定：合格线" and new == "方案有规定" for label, _, new in words)


def test_another_city_is_matched_by_what_it_says():
    """The same items under other codes and in another order: nothing is added or removed."""

    def change(d, s):
        s.reverse()
        for number, section in enumerate(s):
            for place, item in enumerate(section["items"]):
                item["code"] = f"{number}.{place + 50}"
            section["code"] = f"S{number}"
        d["outcome"]["tie_rules"] = []

    comparison = differences(change)
    rubric = [c for c in comparison.changes if c.group == "rubric"]
    assert not {"added", "removed"} & {c.verb for c in rubric}
    assert sum(c.label == "编号" for c in rubric) == 46
    # codes that mean something else are not taken for the same
    clash = data()
    items = [item for section in clash["rubric"]["sections"] for item in section["items"]]
    codes = [item["code"] for item in items]
    for item, code in zip(items, reversed(codes), strict=True):
        item["code"] = code
    comparison = compare(shipped(), read_definition(clash))
    assert comparison.by_text


# ---- the page --------------------------------------------------------------------------------


def compare_url(old, new):
    return f"{url('compare')}?old={quote(old)}&new={quote(new)}"


def test_page_compares_two_versions_and_links_from_the_campaign(people, sign_in):
    campaign = make_campaign()
    add_version(campaign, changed_text(), actor=people.city_officer, reason="提高合格线")
    client = sign_in(people.applicant)
    page = text(client.get(url("campaign_detail", campaign.key)))
    assert "与第 1 版对照" in page
    shown = text(client.get(compare_url(f"version:{SHIPPED}@1", f"version:{SHIPPED}@2")))
    assert "标准与期限有更改" in shown and "合格线" in shown and ">85<" in shown
    same = text(client.get(compare_url(f"version:{SHIPPED}@1", f"version:{SHIPPED}@1")))
    assert "完全相同" in same


def test_page_offers_only_what_the_member_may_read(people, sign_in):
    make_campaign()
    make_campaign(is_open=False, key="prepared", title="筹备的活动")
    draft = create_draft(data() | {"title": "我的草稿"}, actor=people.city_officer)
    broken = create_draft({"title": "没有写完"}, actor=people.city_officer)
    secret = ["version:prepared@1", f"draft:{draft.pk}", f"shipped:{SHIPPED}"]
    for role, sees in (("applicant", 0), ("auditor", 2), ("city_officer", 3)):
        client = sign_in(getattr(people, role))
        (form,) = [f for f in read_forms(client.get(url("compare"))) if "old" in f.options]
        offered = set(form.options["old"]) & set(secret)
        assert len(offered) == sees, role
        for ref in secret:
            shown = text(client.get(compare_url(f"version:{SHIPPED}@1", ref)))
            assert ("处不同" in shown or "完全相同" in shown) == (ref in offered)
    shown = text(client.get(compare_url(f"version:{SHIPPED}@1", f"draft:{broken.pk}")))
    assert "没有写完" in shown and "还有错误" in shown
    for ref in ("version:x@9999999", "version:x", "draft:1", "shipped:../x", "", "\0"):
        assert client.get(compare_url(ref, ref)).status_code == 200


@pytest.mark.parametrize("number", [1, 12])
def test_page_costs_the_same_queries(people, sign_in, django_assert_num_queries, number):
    for n in range(number):
        make_campaign(key=f"c-{n}", title=f"活动{n}")
    client = sign_in(people.city_officer)
    address = compare_url("version:c-0@1", f"shipped:{SHIPPED}")
    client.get(address)
    with django_assert_num_queries(13):
        client.get(address)

"""The rubric as a table, and two editors of one draft."""

import pytest

from campaigns.definition import tree
from campaigns.services.drafts import create_draft, set_piece
from tests.factories.drafts import body, form_of, shipped_body, text, url
from tests.factories.forms import read_form
from tests.standing import standing


@pytest.fixture
def officer(people, client):
    client.force_login(
        people.city_officer.user, backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


@standing
def draft(people):
    return create_draft(shipped_body(), actor=people.city_officer)


# The rubric


def table(officer, draft):
    return form_of(officer, draft, "rubric", field="table")


def post_table(officer, draft, **changes):
    data = table(officer, draft).filled(**changes)
    return officer.post(url(draft, "part", "rubric"), data)


def test_rubric_table_changes_cells_and_shows_the_sums(officer, draft):
    shown = text(officer.get(url(draft, "part", "rubric")))
    assert "各项合计 <strong data-sum-total>100</strong>" in shown
    answer = post_table(
        officer, draft, **{"s0.i0.points": "4", "s0.i0.title": "党组织", "s0.title": "党建"}
    )
    assert answer.status_code == 302
    section = body(draft)["rubric"]["sections"][0]
    assert (section["title"], section["items"][0]["title"], section["items"][0]["points"]) == (
        "党建",
        "党组织",
        "4",
    )
    assert len(section["items"][0]["evidence"]) == 1
    shown = text(officer.get(answer.url))
    assert "<strong data-sum-total>101</strong>" in shown and "不符" in shown
    assert "“党建”各项合计 11 分，方案写 10 分" in shown


def test_rubric_table_keeps_wrong_cells(officer, draft):
    before = body(draft)
    answer = post_table(
        officer, draft, **{"s0.i0.points": "三", "s1.code": "", "s2.title": "长" * 121}
    )
    shown = text(answer)
    assert answer.status_code == 200 and body(draft) == before
    for words in ("应为数字", "请填写编号", "文字过长", 'value="三"'):
        assert words in shown


def test_rubric_rows_move_within_and_across_sections_with_what_was_typed(officer, draft):
    def codes():
        return [[item["code"] for item in s["items"]] for s in body(draft)["rubric"]["sections"]]

    before = codes()
    post_table(officer, draft, act="down:s0.i0", **{"s0.i0.title": "改名"})
    assert codes()[0][:2] == [before[0][1], before[0][0]]
    assert body(draft)["rubric"]["sections"][0]["items"][1]["title"] == "改名"
    answer = post_table(officer, draft, act="up:s1.i0")
    assert codes()[0][-1] == before[1][0] and codes()[1] == before[1][1:]
    button = answer.url.partition("#")[2]
    assert button == f"s0.i{len(before[0])}-up" and f'id="{button}"' in text(
        officer.get(answer.url)
    )
    post_table(officer, draft, act="down:s0")
    assert codes()[0] == before[1][1:]
    post_table(officer, draft, act="copy:s0.i0")
    assert codes()[0][1] == f"{before[1][1]}-2"
    form = table(officer, draft)
    rows = form.values["order"]
    assert rows[0] == "s0"
    dragged = [*rows[:1], *rows[2:], rows[1]]
    officer.post(url(draft, "part", "rubric"), {**form.filled(), "order": dragged})
    assert codes()[-1][-1] == before[1][1]


def test_order_of_another_rubric_is_refused(officer, draft):
    form = table(officer, draft)
    for order in (["s0.i0", "s0"], ["s0"], ["x"], form.values["order"] * 2):
        answer = officer.post(url(draft, "part", "rubric"), {**form.filled(), "order": order})
        assert answer.status_code == 200 and "请刷新页面后重试" in text(answer)


# Two editors


def test_second_editor_is_told_and_loses_nothing(people, officer, draft):
    late = form_of(officer, draft, "levels/0").filled(title="第二人写的", body="第二人的单位")
    first = {**body(draft)["levels"][0], "title": "第一人写的"}
    set_piece(
        draft,
        ("levels", 0),
        first,
        actor=people.tenant_admin,
        seen=tree.digest(draft.body["levels"][0]),
    )
    answer = officer.post(url(draft, "part", "levels/0"), late)
    shown = text(answer)
    assert answer.status_code == 409 and people.tenant_admin.user.name in shown
    assert "现在是“第一人写的”，您填写的是“第二人写的”" in shown
    assert body(draft)["levels"][0]["title"] == "第一人写的"
    again = read_form(answer, "was", 409).filled()
    assert again["title"] == ["第二人写的"]
    assert officer.post(url(draft, "part", "levels/0"), again).status_code == 302
    level = body(draft)["levels"][0]
    assert (level["title"], level["body"]) == ("第二人写的", "第二人的单位")


def test_editor_finds_the_member_again_after_others_were_moved(people, officer, draft):
    late = form_of(officer, draft, "levels/2").filled(title="街镇")
    levels = body(draft)["levels"]
    set_piece(draft, ("levels",), levels[1:], actor=people.tenant_admin, seen=tree.digest(levels))
    assert officer.post(url(draft, "part", "levels/2"), late).status_code == 302
    assert body(draft)["levels"][1]["title"] == "街镇"
    gone = form_of(officer, draft, "levels/1").filled(title="没有了")
    set_piece(
        draft,
        ("levels",),
        levels[3:],
        actor=people.tenant_admin,
        seen=tree.digest(body(draft)["levels"]),
    )
    answer = officer.post(url(draft, "part", "levels/1"), gone)
    assert answer.status_code == 409 and "刚刚被别人删除" in text(answer)
    again = read_form(answer, "was", 409).filled()
    assert officer.post(url(draft, "add", "levels"), again).status_code == 302
    assert body(draft)["levels"][-1]["title"] == "没有了"


def test_lists_in_a_part_are_no_conflict_with_its_fields(people, officer, draft):
    place = ("rubric", "sections", 0, "items", 0)
    late = form_of(officer, draft, tree.place_text(place)).filled(title="新名称")
    evidence = (*place, "evidence")
    set_piece(
        draft,
        evidence,
        [],
        actor=people.tenant_admin,
        seen=tree.digest(tree.piece(draft.body, evidence)),
    )
    assert officer.post(url(draft, "part", tree.place_text(place)), late).status_code == 302
    item = tree.piece(body(draft), place)
    assert (item["title"], item["evidence"]) == ("新名称", [])


def test_two_editors_of_the_rubric_table(people, officer, draft):
    late = table(officer, draft).filled(**{"s0.i0.title": "第二人"})
    place = ("rubric", "sections", 0, "title")
    set_piece(
        draft,
        place,
        "第一人",
        actor=people.tenant_admin,
        seen=tree.digest(tree.piece(draft.body, place)),
    )
    answer = officer.post(url(draft, "part", "rubric"), late)
    assert answer.status_code == 409 and "草稿现在是“第一人”" in text(answer)
    again = read_form(answer, "table", 409).filled(**{"s0.title": "第一人"})
    assert again["s0.i0.title"] == ["第二人"]
    assert officer.post(url(draft, "part", "rubric"), again).status_code == 302
    section = body(draft)["rubric"]["sections"][0]
    assert (section["title"], section["items"][0]["title"]) == ("第一人", "第二人")


def test_removing_what_somebody_changed_is_asked_again(people, officer, draft):
    data = read_form(officer.get(url(draft, "remove", "levels/0")), "seen").filled()
    level = {**body(draft)["levels"][0], "title": "改过"}
    set_piece(
        draft,
        ("levels", 0),
        level,
        actor=people.tenant_admin,
        seen=tree.digest(draft.body["levels"][0]),
    )
    answer = officer.post(url(draft, "remove", "levels/0"), data)
    assert answer.status_code == 409 and "改过" in text(answer)
    assert len(body(draft)["levels"]) == 5

"""The pages on which a definition is written, filled in as they are rendered."""

import re

import pytest
from django.urls import reverse

from campaigns.definition import load_definition, shipped_definitions, tree
from campaigns.definition.shape import members, walk_data
from campaigns.designer import unsaid
from campaigns.models import Campaign, CampaignVersion, DefinitionDraft
from campaigns.services.drafts import create_draft
from core.models import AuditRecord
from tests.factories.campaigns import SHIPPED, make_campaign
from tests.factories.drafts import body, form_of, save, shipped_body, text, url
from tests.factories.forms import read_form, read_forms
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


# Every part


def test_every_part_opens_and_saving_it_unchanged_changes_nothing(officer, draft):
    """A page of every class of part in the shipped definition; the same content afterwards."""
    before = tree.digest(draft.body)
    pages = [here for here in walk_data(draft.body) if not (here.member and here.member.is_inline)]
    assert len(pages) > 200
    kinds = set()
    for here in pages:
        if here.model in kinds:
            continue
        kinds.add(here.model)
        place = tree.place_text(here.place) or "head"
        answer = save(officer, draft, place)
        assert answer.status_code == 302, (place, re.findall("field-error.*", text(answer))[:3])
        for member in members(here.model):
            if member.kind == "parts":
                inner = f"{place}/{member.key}" if here.place else member.key
                assert officer.get(url(draft, "part", inner)).status_code in (200, 302)
                assert officer.get(url(draft, "add", inner)).status_code == 200
    assert tree.digest(body(draft)) == before
    assert not AuditRecord.objects.filter(verb="draft.changed").exists()


@pytest.mark.parametrize("key", list(shipped_definitions()))
def test_shipped_definition_stored_unchanged_is_the_same(people, officer, key):
    draft = create_draft(shipped_body(key), actor=people.city_officer)
    address = url(draft, "store", "campaign")
    data = read_form(officer.get(address), "lock_version").filled(key="again")
    assert officer.post(address, data).status_code == 302
    expected = load_definition(shipped_definitions()[key]).sha256()
    assert Campaign.objects.get(key="again").versions.get().sha256 == expected


# One part


def test_field_is_changed_and_the_rest_stays(officer, draft):
    before = body(draft)["calendar"][2]
    answer = save(officer, draft, "calendar/2", due="2023-11-05", title="申报截止")
    assert answer.status_code == 302
    after = body(draft)["calendar"][2]
    assert after == {**before, "due": "2023-11-05", "title": "申报截止"}
    assert "已保存" in text(officer.get(answer.url))


@pytest.mark.parametrize(
    ("place", "changes", "message"),
    [
        ("calendar/2", {"due": "2023-13-45"}, "应为日期"),
        ("calendar/2", {"due": ""}, "请填写截止日期"),
        ("calendar/2", {"code": "有空 格"}, "编号只能用字母"),
        ("calendar/2", {"code": ""}, "请填写编号"),
        ("calendar/2", {"grace_minutes": "很多"}, "应为整数"),
        ("calendar/2", {"grace_minutes": "-3"}, "不能小于 0"),
        ("levels/0", {"title": "长" * 121}, "文字过长，至多 120 字"),
        ("levels/0", {"note": "长" * 5001}, "文字过长，至多 5000 字，现在 5001 字"),
        ("levels/3", {"names:unstated": "长" * 301}, "文字过长，至多 300 字"),
        ("rubric", {"total": "一百"}, "应为数字"),
        ("rubric", {"total": "9" * 20}, "数字过大"),
        ("rubric", {"mark_step": "0"}, "应大于 0"),
        ("rubric/sections/0/items/0", {"points": "2.12345"}, "小数位数过多"),
        ("route/0", {"level": "moon"}, "请选择列出的一项"),
        ("route/0", {"type": "moon"}, "请选择列出的一项"),
        ("quotas/0", {"rule.value": "-1"}, "不能小于 0"),
        ("head", {"year": "1999"}, "不能小于 2000"),
        ("head", {"evidence_window.since": "昨天"}, "应为日期"),
        ("head", {"authorities": ""}, "请填写组织单位"),
        ("tracks/0", {"applicant_kinds": []}, "请填写申报主体"),
    ],
)  # fmt: skip
def test_wrong_input_is_told_beside_its_field_and_kept(officer, draft, place, changes, message):
    before = body(draft)
    answer = save(officer, draft, place, **changes)
    shown = text(answer)
    assert answer.status_code == 200 and message in shown
    assert body(draft) == before
    form = read_form(answer, "was")
    for name, typed in changes.items():
        if isinstance(typed, str) and name not in ("level", "type"):
            assert form.values.get(name, [""])[0] == typed
        assert f'id="id_{name}_error"' in shown


def test_what_is_wrong_with_the_whole_part_is_saved_and_told(officer, draft):
    answer = save(officer, draft, "calendar/2", opens="2024-01-01")
    assert answer.status_code == 302
    shown = text(officer.get(answer.url))
    assert "已保存，但还有问题：开始日期晚于截止日期" in shown
    detail = text(officer.get(url(draft, "detail")))
    assert "1 处错误" in detail and "日程 › application" in detail
    assert url(draft, "part", "calendar/2") in detail


def test_note_that_the_notice_says_nothing_is_written_changed_and_cleared(officer, draft):
    save(officer, draft, "outcome", **{"pass_mark:unstated": "由市住建局定"})
    assert body(draft)["outcome"]["unstated"]["pass_mark"] == "由市住建局定"
    save(officer, draft, "outcome", **{"pass_mark:unstated": "", "pass_mark": "85"})
    outcome = body(draft)["outcome"]
    assert "pass_mark" not in outcome["unstated"] and outcome["pass_mark"] == "85"


def test_changing_a_default_no_longer_claims_the_system_set_it(people, officer):
    draft = create_draft(shipped_body(), actor=people.city_officer)
    combination = dict(body(draft)["combination"])
    note = combination["unstated"]["min_raters"]
    save(officer, draft, "combination", min_raters="7")
    changed = body(draft)["combination"]
    assert changed["min_raters"] == 7
    assert "系统默认至少 5 人" in note
    assert changed["unstated"]["min_raters"] == "方案未规定，由本单位设定"


def test_unknown_content_is_told_and_may_be_dropped(people, officer):
    wrong = shipped_body() | {"surprise": 1}
    draft = create_draft(wrong, actor=people.city_officer)
    assert "surprise" in text(officer.get(url(draft, "detail")))
    page = officer.get(url(draft, "part", "head"))
    form = next(form for form in read_forms(page) if form.options.get("act") == ["drop"])
    officer.post(url(draft, "part", "head"), form.filled(act="drop"))
    assert "surprise" not in body(draft)


def test_dropping_where_nothing_is_unknown_does_nothing(officer, draft):
    before = body(draft)
    for place in ("head", "parent", "calendar/0"):
        assert officer.post(url(draft, "part", place), {"act": "drop"}).status_code == 302
    assert body(draft) == before


def test_first_page_tells_only_what_is_mended_there(people, officer):
    draft = create_draft({"title": "新方案"}, actor=people.city_officer)
    shown = text(officer.get(url(draft, "part", "head")))
    assert "概况 › 年度" in shown and "公示</a>：缺少" not in shown
    assert "公示</a>：缺少" in text(officer.get(url(draft, "detail")))


def test_who_marks_an_item_is_chosen_among_the_sources(people, officer):
    draft = create_draft(shipped_body(), actor=people.city_officer)
    source = body(draft)["combination"]["sources"][0]
    shown = text(officer.get(url(draft, "part", "rubric/sections/0/items/0")))
    assert "都不选表示全部来源" in shown and source["title"] in shown
    save(officer, draft, "rubric/sections/0/items/0", marked_by=[source["code"]])
    assert body(draft)["rubric"]["sections"][0]["items"][0]["marked_by"] == [source["code"]]


@pytest.mark.parametrize(
    ("key", "value"),
    [("levels", "x"), ("rubric", None), ("rubric", []), ("form", 3), ("calendar", [1, None, "x"]),
     ("requirements", [{"gate": {"kind": "moon"}}]), ("rubric", {"sections": [{"items": [{}, 5]}, 7]}),
     ("outcome", {"winners": []}), ("evidence_window", "x"), ("title", {"a": 1}), ("tracks", [{"code": []}]),
     ("year", [1]), ("quotas", [{"scope": 1, "rule": {"value": {"x": 1}}}]), ("authorities", {"a": 1}),
     ("rubric", {"sections": [{"weight": 5, "items": [{"kind": []}, {"kind": {}, "unstated": 5}]}]}),
     ("route", [{"type": ["x"], "actions": [{}], "unstated": {"actions": "x", "type": "x"}}])],
)  # fmt: skip
def test_draft_with_nonsense_can_be_looked_at_everywhere(people, officer, key, value):
    draft = create_draft(shipped_body() | {key: value}, actor=people.city_officer)
    for address in (
        url(draft, "detail"), url(draft, "unstated"), url(draft, "store", "campaign"),
        url(draft, "part", "head"), url(draft, "part", key if key not in ("title", "year", "authorities", "evidence_window") else "head"),
        reverse("reviews:draft_preview", args=["yunzhou", draft.pk]),
    ):  # fmt: skip
        assert officer.get(address).status_code == 200
    looked = {here.model: here for here in walk_data(body(draft))}
    broken = [here for here in walk_data(body(draft)) if here.place[:1] == (key,)][:9]
    for here in [*looked.values(), *broken] if key in ("rubric", "requirements") else broken:
        address = url(draft, "part", tree.place_text(here.place) or "head")
        assert officer.get(address).status_code in (200, 302)


# Lists


def test_member_is_added_moved_copied_and_removed(officer, draft):
    place = "obligations"
    codes = [row["code"] for row in body(draft)[place]]
    data = form_of(officer, draft, place, "add").filled(
        code="liaison",
        title="联络员名单",
        owner_level="county",
        deadline="plan",
        outline="姓名\n电话",
    )
    assert officer.post(url(draft, "add", place), data).status_code == 302
    added = body(draft)[place][-1]
    assert (added["code"], added["outline"]) == ("liaison", ["姓名", "电话"])

    def act(value):
        form = form_of(officer, draft, place, field="order")
        assert value in form.options["act"]
        answer = officer.post(url(draft, "part", place), form.filled(act=value))
        assert answer.status_code == 302
        return text(officer.get(answer.url)), [row["code"] for row in body(draft)[place]]

    last = len(codes)
    shown, order = act(f"up:{last}")
    assert order == [*codes[:-1], "liaison", codes[-1]] and 'id="row-obligations-' in shown
    _, order = act(f"down:{last - 1}")
    assert order == [*codes, "liaison"]
    _, order = act("copy:0")
    assert order == [codes[0], f"{codes[0]}-2", *codes[1:], "liaison"]
    asked = officer.get(url(draft, "remove", f"{place}/1"))
    assert "（副本）”吗？" in text(asked)
    gone = officer.post(url(draft, "remove", f"{place}/1"), read_form(asked, "seen").filled())
    assert gone.status_code == 302
    assert [row["code"] for row in body(draft)[place]] == [*codes, "liaison"]


def test_rows_that_were_dragged_come_back_in_their_new_order(officer, draft):
    form = form_of(officer, draft, "route", field="order")
    codes = [row["code"] for row in body(draft)["route"]]
    order = [str(n) for n in (1, 0, *range(2, len(codes)))]
    officer.post(url(draft, "part", "route"), {**form.filled(), "order": order})
    assert [row["code"] for row in body(draft)["route"]] == [codes[1], codes[0], *codes[2:]]
    wrong = {**form_of(officer, draft, "route", field="order").filled(), "order": ["0", "0"]}
    assert "顺序与现在的列表不符" in text(
        officer.post(url(draft, "part", "route"), wrong, follow=True)
    )


def test_gate_becomes_any_of_and_keeps_what_it_was(officer, draft):
    place = "requirements/0/gate"
    page = officer.get(url(draft, "part", place), {"kind": "any_of"})
    data = read_form(page, "was").filled()
    assert officer.post(url(draft, "part", place), data).status_code == 302
    gate = body(draft)["requirements"][0]["gate"]
    assert gate["kind"] == "any_of" and [g["kind"] for g in gate["gates"]] == ["attested"]
    add = officer.get(url(draft, "add", f"{place}/gates"), {"kind": "metric"})
    data = read_form(add, "was").filled(
        code="R1.b", title="收费率", metric="fee_collection_rate", op=">=", threshold="90"
    )
    assert officer.post(url(draft, "add", f"{place}/gates"), data).status_code == 302
    gates = body(draft)["requirements"][0]["gate"]["gates"]
    assert gates[1]["kind"] == "metric" and gates[1]["threshold"] == "90"


def test_item_changes_its_kind_and_keeps_what_it_can(officer, draft):
    place = "rubric/sections/0/items/0"
    before = body(draft)["rubric"]["sections"][0]["items"][0]
    page = officer.get(url(draft, "part", place), {"kind": "per_defect"})
    data = read_form(page, "was").filled(deduction="0.5")
    assert officer.post(url(draft, "part", place), data).status_code == 302
    after = body(draft)["rubric"]["sections"][0]["items"][0]
    assert (after["kind"], after["deduction"], after["evidence"]) == (
        "per_defect",
        "0.5",
        before["evidence"],
    )
    assert "step" not in after and after["unstated"]["floor"].startswith("方案未规定扣到多少")


def test_part_that_may_be_left_out_is_removed_and_written_again(officer, draft):
    asked = officer.get(url(draft, "remove", "form/pledge"))
    officer.post(url(draft, "remove", "form/pledge"), read_form(asked, "seen").filled())
    assert body(draft)["form"]["pledge"] is None
    shown = text(officer.get(url(draft, "part", "form/pledge")))
    assert "方案现在没有这一部分" in shown
    assert save(officer, draft, "form/pledge", text="我承诺。").status_code == 302
    assert body(draft)["form"]["pledge"]["text"] == "我承诺。"


# As a whole


def test_everything_unstated_is_on_one_page_with_its_way(officer, draft):
    definition = load_definition(shipped_definitions()[SHIPPED])
    rows = unsaid(body(draft))
    assert [row.note for row in rows] == [note for _, _, note in definition.unstated()]
    shown = text(officer.get(url(draft, "unstated")))
    assert f"以下 {len(rows)} 处" in shown
    for row in rows:
        assert row.note in shown
        place = tree.place_text(row.page) or "head"
        assert f'{url(draft, "part", place)}#id_{row.field}"' in shown
    for page in {row.page for row in rows}:
        fields = {row.field for row in rows if row.page == page}
        ids = text(officer.get(url(draft, "part", tree.place_text(page) or "head")))
        assert all(f'id="id_{name}"' in ids for name in fields), page


def test_drafts_begin_blank_shipped_or_from_a_campaign(people, officer):
    campaign = make_campaign(key="running")
    address = reverse("campaigns:draft_create", args=["yunzhou"])
    for start, base in (("blank", None), (f"shipped:{SHIPPED}", None), ("campaign:running", 1)):
        answer = officer.post(address, read_form(officer.get(address)).filled(start=start))
        draft = DefinitionDraft.objects.order_by("-created_at").first()
        assert answer.url == url(draft, "detail") and bool(draft.base_id) == bool(base)
    assert draft.campaign == campaign
    save(officer, draft, "outcome", pass_mark="85")
    store = url(draft, "store", "version")
    data = read_form(officer.get(store), "lock_version").filled(reason="合格线提高")
    assert officer.post(store, data).status_code == 302
    version = CampaignVersion.objects.get(campaign=campaign, number=2)
    assert (version.definition.outcome.pass_mark, version.reason) == (85, "合格线提高")
    after = officer.get(url(draft, "detail"), follow=True)
    assert "已经存为第 2 版方案" in text(after)
    late = officer.post(url(draft, "part", "outcome"), {"seen": "x"})
    assert late.status_code in (200, 409)


def test_draft_with_errors_is_not_stored_and_not_previewed(people, officer):
    draft = create_draft({}, actor=people.city_officer)
    shown = text(officer.get(url(draft, "store", "campaign")))
    assert "改正后才能存下" in shown and 'name="lock_version"' not in shown
    answer = officer.post(url(draft, "store", "campaign"), {"lock_version": "0"})
    assert answer.status_code == 200 and not Campaign.objects.exists()
    preview = text(officer.get(reverse("reviews:draft_preview", args=["yunzhou", draft.pk])))
    assert "改正后才能预览" in preview


def test_discarding_asks_first(officer, draft):
    page = officer.get(url(draft, "discard"))
    officer.post(url(draft, "discard"), read_form(page).filled())
    assert not DefinitionDraft.objects.exists()


def test_previews_of_every_actor(officer, draft):
    address = reverse("reviews:draft_preview", args=["yunzhou", draft.pk])
    page = officer.get(address)
    options = read_form(page, "as").options
    assert options["track"] == ["professional", "self_managed"]
    seen = {}
    for role in options["as"]:
        answer = officer.get(address, {"as": role, "track": "professional"}, follow=True)
        assert answer.status_code == 200
        seen[role] = text(answer)
    assert "内容不超过 500 字" in seen["applicant"] and "八项原则要求满足情况" in seen["applicant"]
    assert "多方协调运行机制" in seen["county"] and "材料初审清单" in seen["county"]
    assert seen["expert"].count('class="score-item') == 36
    assert "业委会意见" in seen["paper"] and "签章" in seen["paper"]
    fewer = officer.get(address, {"as": "expert", "track": "self_managed"}, follow=True)
    assert text(fewer).count('class="score-item') == 31
    for query in ({"as": "nobody"}, {"track": "nobody"}):
        assert officer.get(address, query).status_code == 404


@pytest.mark.parametrize("number", [1, 30])
def test_pages_cost_the_same_queries(people, officer, draft, django_assert_num_queries, number):
    for _ in range(number - 1):
        create_draft(shipped_body(), actor=people.city_officer)
    with django_assert_num_queries(11):
        officer.get(reverse("campaigns:draft_list", args=["yunzhou"]))
    for name, args in (
        ("detail", ()),
        ("part", ("rubric",)),
        ("part", ("levels",)),
        ("unstated", ()),
    ):
        with django_assert_num_queries(11):
            officer.get(url(draft, name, *args))


def test_small_definition_goes_from_nothing_to_an_open_campaign_by_its_pages(people, officer):
    """As a clerk does it: every part through the form that its page shows."""
    start = reverse("campaigns:draft_create", args=["yunzhou"])
    officer.post(start, read_form(officer.get(start)).filled(start="blank"))
    draft = DefinitionDraft.objects.get()

    def add(place, kind="", **typed):
        page = officer.get(url(draft, "add", place), {"kind": kind} if kind else {})
        answer = officer.post(url(draft, "add", place), read_form(page, "was").filled(**typed))
        assert answer.status_code == 302, re.findall("field-error.*", text(answer))

    def change(place, kind="", **typed):
        page = officer.get(url(draft, "part", place), {"kind": kind} if kind else {})
        answer = officer.post(url(draft, "part", place), read_form(page, "was").filled(**typed))
        assert answer.status_code == 302, re.findall("field-error.*", text(answer))

    change(
        "head", key="small_2024", title="云州市 2024 年小评选", year="2024",
        authorities="云州市住建局", disclosure="public",
    )  # fmt: skip
    add("levels", code="county", title="县区", body="县区住建局")
    add("levels", code="city", title="市", body="市住建局")
    add("tracks", code="all", title="全部小区", applicant_kinds=["property_company"])
    add("calendar", code="apply", title="申报截止", due="2024-10-30", owner_level="county")
    change("form", title="小评选申报表")
    add("form/fields", code="statement", title="申报材料", type="longtext", max_chars="500")
    add("requirements", code="R1", title="收费率不低于 95%")
    change(
        "requirements/0/gate", "metric", metric="fee_collection_rate", op=">=", threshold="95",
        unit="%",
    )  # fmt: skip
    change("rubric", total="10")
    add("rubric/sections", code="1", title="服务", points="10")
    add("rubric/sections/0/items", "judged", code="1.1", title="服务规范", points="6")
    add("rubric/sections/0/items", "all_or_nothing", code="1.2", title="按时公示", points="4")
    add("rubric/sections/0/items/0/evidence", title="照片")
    add("route", code="county", title="县区审核", type="sign_off", level="county", box="县区意见")
    add("route", code="scoring", title="专家评分", type="scoring", level="expert")
    add("route", code="decision", title="审定", type="decision", level="city")
    add("combination/sources", code="experts", title="专家组", level="expert", weight="100")
    change("combination")
    change("outcome", title="小评选小区", pass_mark="8", **{"winners.type": "all_passing"})
    change("publication", notice_days="5")
    detail = text(officer.get(url(draft, "detail")))
    assert "方案没有错误" in detail, [*re.findall('tag-bad">.*', detail)]
    store = url(draft, "store", "campaign")
    answer = officer.post(store, read_form(officer.get(store), "lock_version").filled())
    assert answer.status_code == 302
    opening = reverse("campaigns:campaign_open", args=["yunzhou", "small_2024"])
    officer.post(opening, read_form(officer.get(opening)).filled())
    campaign = Campaign.objects.get()
    definition = campaign.versions.get().definition
    assert campaign.state == "open" and definition.rubric.total == 10
    assert [item.kind for item in definition.items()] == ["judged", "all_or_nothing"]
    assert definition.unstated()[0][2]

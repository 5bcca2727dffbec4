"""An annex uploaded, decided row by row and taken over: through the pages, as an officer does."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.definition import check_data, load_definition
from campaigns.models import DefinitionDraft, NoticeImport
from campaigns.services.drafts import create_draft
from campaigns.services.imports import decide_item, mend_item, seen, take_over
from core.errors import Conflict, Refused
from core.models import AuditRecord
from core.tenancy import tenant_context
from tests.factories import cast, notices
from tests.factories.campaigns import shipped_text
from tests.factories.forms import read_forms
from tests.factories.notices import make_import
from tests.standing import standing

DOUBTED = {"3.2", "3.3", "6.2", "6.3", "6.4", "6.5", "8.1", "9.2", "10.3"}


def url(name, *args, slug="yunzhou"):
    return reverse(f"campaigns:{name}", args=[slug, *args])


def text(response):
    return response.content.decode()


@pytest.fixture
def officer(people, client):
    client.force_login(
        people.city_officer.user, backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


@standing
def imported(people):
    return make_import(actor=people.city_officer)


def form_of(response):
    """The form of the page; those of the top bar have fewer fields."""
    return max(read_forms(response), key=lambda form: len(form.values) + len(form.files))


def by_code(imported):
    proposal = NoticeImport.objects.get(pk=imported.pk).proposal
    codes = proposal.codes()
    return {codes[item.key]: item for item in proposal.items if item.key in codes}


def upload(name, content):
    return SimpleUploadedFile(name, content)


def test_from_paper_to_draft_through_the_pages(officer):
    page = officer.get(url("import_create"))
    sent = form_of(page).filled(annex=upload("附件2.docx", notices.notice_file("houma", "docx")))
    found = officer.post(url("import_create"), sent, follow=True)
    imported = NoticeImport.objects.get()
    assert "读到 6 类、38 行指标" in text(found) and imported.open_count == 38
    officer.post(url("import_accept", imported.pk))
    imported.refresh_from_db()
    assert imported.open_count == 0
    page = officer.get(url("import_take_over", imported.pk))
    sent = form_of(page).filled(draft="new", title="侯马市 2025 年评选")
    landed = officer.post(url("import_take_over", imported.pk), sent, follow=True)
    draft = DefinitionDraft.objects.get()
    assert landed.redirect_chain[-1][0] == url("draft_detail", draft.pk)
    assert "已写入草稿" in text(landed)
    for page in ("import_list", "draft_list"):
        assert url("draft_detail", draft.pk) in text(officer.get(url(page)))
    assert draft.title == "侯马市 2025 年评选"
    sections = draft.body["rubric"]["sections"]
    assert [len(section["items"]) for section in sections] == [5, 4, 14, 7, 7, 1]
    assert NoticeImport.objects.get().draft == draft
    verbs = set(AuditRecord.objects.values_list("verb", flat=True))
    assert {"notice_import.begun", "notice_import.decided", "notice_import.taken_over"} <= verbs


def test_original_table_and_doubts_stand_beside_the_draft(officer, imported):
    shown = text(officer.get(url("import_detail", imported.pk)))
    for page in notices.QINHUANGDAO:
        for row in page[1:]:
            assert row[2][:12] in shown
    for words in ("没有印序号", "似未印完", "佐证材料是空的", "疑为“2分”之误", "文字在此断开"):
        assert words in shown
    assert "采纳没有疑点的 27 行" in shown and 'id="i36"' in shown


def test_rows_with_doubts_wait_for_the_officer(officer, imported):
    officer.post(url("import_accept", imported.pk))
    waiting = {code for code, item in by_code(imported).items() if item.state == "open"}
    assert waiting == DOUBTED
    page = officer.get(url("import_take_over", imported.pk))
    refused = officer.post(url("import_take_over", imported.pk), form_of(page).filled(draft="new"))
    assert "还有 9 行没有采纳或忽略" in text(refused)
    assert not DefinitionDraft.objects.exists()


def test_one_row_is_mended_beside_what_is_printed(officer, imported):
    key = by_code(imported)["6.2"].key
    address = url("import_item", imported.pk, key)
    page = officer.get(address)
    assert "从业人员日常工" in text(page) and "着装、礼貌、培训" in text(page)
    sent = form_of(page).filled(evidence="培训记录\n着装照片", title="着装与培训", points="4")
    answer = officer.post(address, sent)
    assert answer.status_code == 302 and answer.url.endswith(f"#{key}")
    item = by_code(imported)["6.2"]
    assert (item.evidence, item.points, item.state) == (("培训记录", "着装照片"), 4, "accepted")
    assert "各项合计 14 分，标题印作 15 分" in text(officer.get(url("import_detail", imported.pk)))


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"points": "很多"}, "输入一个数字|数字"),
        ({"points": ""}, "请填写分值"),
        ({"points": "0"}, "大于|0.0001"),
        ({"kind": "per_defect", "deduction": ""}, "请填写每处扣几分"),
        ({"kind": "components", "components": "车棚"}, "没有写明扣几分"),
        ({"kind": "components", "components": "车棚 9"}, "超过本项 3 分"),
        ({"kind": "bonus", "conditions": ""}, "请写明加分条件"),
        ({"title": ""}, "必填|填写"),
        ({"evidence": "长" * 130}, "过长"),
    ],
)
def test_wrong_input_says_what_to_do_and_loses_nothing(officer, imported, changes, words):
    before = by_code(imported)["1.1"]
    address = url("import_item", imported.pk, before.key)
    sent = form_of(officer.get(address)).filled(criterion="改写到一半的考核标准", **changes)
    shown = text(officer.post(address, sent))
    assert re.search(words, shown) and "改写到一半的考核标准" in shown
    assert by_code(imported)["1.1"] == before


def test_two_officers_at_one_row_lose_nothing(officer, imported, people):
    item = by_code(imported)["1.1"]
    address = url("import_item", imported.pk, item.key)
    sent = form_of(officer.get(address)).filled(title="我的名称")
    mend_item(
        imported, item.key, {"title": "别人的名称"}, actor=people.tenant_admin, was=seen(item)
    )
    answer = officer.post(address, sent)
    assert answer.status_code == 409
    assert "刚刚被其他人改动" in text(answer) and "我的名称" in text(answer)
    assert by_code(imported)["1.1"].title == "别人的名称"


def test_section_is_mended(officer, imported):
    address = url("import_section", imported.pk, "s5")
    sent = form_of(officer.get(address)).filled(title="部门职责明确，执法进小区", amount="6")
    officer.post(address, sent)
    shown = text(officer.get(url("import_detail", imported.pk)))
    assert "执法进小区" in shown and "各项合计 5 分，标题印作 6 分" in shown


def test_ignored_rows_do_not_reach_the_draft_and_the_rest_of_it_stays(imported, people):
    body = load_definition(shipped_text()).model_dump(mode="json", by_alias=True)
    draft = create_draft(body, actor=people.city_officer)
    for code, item in by_code(imported).items():
        state = "ignored" if code.startswith("9.") or code == "1.1" else "accepted"
        decide_item(imported, item.key, state, actor=people.city_officer)
    take_over(imported, draft, actor=people.city_officer)
    draft.refresh_from_db()
    sections = draft.body["rubric"]["sections"]
    assert [len(s["items"]) for s in sections] == [3, 4, 3, 2, 3, 5, 5, 2, 6]
    assert sections[0]["items"][0]["code"] == "1.1" and draft.body["route"] == body["route"]
    assert draft.body["rubric"]["total"] == "87"


def test_qinhuangdao_taken_over_is_a_sound_definition(imported, people):
    body = load_definition(shipped_text()).model_dump(mode="json", by_alias=True)
    draft = create_draft(body, actor=people.city_officer)
    for item in by_code(imported).values():
        decide_item(imported, item.key, "accepted", actor=people.city_officer)
    take_over(imported, draft, actor=people.city_officer)
    draft.refresh_from_db()
    definition, problems = check_data(draft.body)
    assert [str(p) for p in problems if p.severity == "error"] == []
    shipped = load_definition(shipped_text())
    assert [(i.code, i.kind, i.points) for i in definition.items()] == [
        (i.code, i.kind, i.points) for i in shipped.items()
    ]


def test_refused_file_is_told_by_name_and_nothing_is_kept(officer):
    for name, content, words in (
        ("附件2.docx", notices.notice_file("fujian", "docx"), "没有表格"),
        ("附件2.pdf", b"%PDF-1.7", "此处不接受"),
        ("附件2.docx", b"PK\x03\x04", "已损坏"),
        ("附件2.docm", b"PK\x03\x04", "宏"),
    ):
        sent = form_of(officer.get(url("import_create"))).filled(annex=upload(name, content))
        shown = text(officer.post(url("import_create"), sent))
        assert f"「{name}」" in shown and words in shown
    assert not NoticeImport.objects.exists()


def test_file_over_the_limit_is_refused(officer):
    sent = {"annex": upload("附件.docx", b"0" * (10 << 20) + b"0"), "form_key": ""}
    assert "超过上限 10.0 MB" in text(officer.post(url("import_create"), sent))


def test_pressed_twice_is_decided_once(imported, people):
    item = by_code(imported)["1.1"]
    for _ in range(2):
        decide_item(imported, item.key, "accepted", actor=people.city_officer)
    assert AuditRecord.objects.filter(verb="notice_import.decided").count() == 1


def test_row_that_cannot_be_scored_is_not_accepted(people, officer):
    pages = [[["类别", "分值", "标准"], ["一、甲（5分）", "3", "1. 有台账，酌情扣分。"],
              ["", "2", "2. 有预案，酌情扣分。"], ["", "", "3. 有演练，酌情扣分。"]]]  # fmt: skip
    sent = {"annex": upload("附件.docx", notices.as_docx(pages, (0,))), "form_key": ""}
    officer.post(url("import_create"), sent)
    imported = NoticeImport.objects.get()
    item = by_code(imported)["1.3"]
    with pytest.raises(Refused, match="还不能计分"):
        decide_item(imported, item.key, "accepted", actor=people.city_officer)
    officer.post(url("import_accept", imported.pk))
    assert {i.state for i in by_code(imported).values()} == {"accepted", "open"}
    assert "不能计分：请填写分值" in text(officer.get(url("import_detail", imported.pk)))


def test_discarded_import_leaves_the_draft(officer, imported, people):
    for item in by_code(imported).values():
        decide_item(imported, item.key, "accepted", actor=people.city_officer)
    take_over(imported, None, actor=people.city_officer, title="草稿")
    officer.post(url("import_discard", imported.pk), {"form_key": ""})
    assert not NoticeImport.objects.exists() and DefinitionDraft.objects.count() == 1
    with pytest.raises(Conflict, match="已经被删除"):
        decide_item(imported, "i1", "open", actor=people.city_officer)


@pytest.mark.parametrize("row", ["i99", "nothing"])
def test_row_that_does_not_exist_is_not_found(officer, imported, row):
    assert officer.get(url("import_item", imported.pk, row)).status_code == 404
    assert officer.post(url("import_item_accept", imported.pk, row)).status_code == 404


def test_imports_of_another_tenant_are_not_found(db, client):
    members, imports = {}, {}
    for slug in ("yunzhou", "haizhou"):
        tenant = cast.make_tenant(slug, f"{slug} 市住建局")
        with tenant_context(tenant.pk):
            members[slug] = cast.make_people().city_officer
            imports[slug] = make_import(actor=members[slug])
    client.force_login(members["yunzhou"].user, backend="django.contrib.auth.backends.ModelBackend")
    foreign = imports["haizhou"].pk
    for name in ("import_detail", "import_take_over", "import_discard"):
        assert client.get(url(name, foreign)).status_code == 404
    assert client.post(url("import_item_ignore", foreign, "i1")).status_code == 404
    assert str(foreign) not in text(client.get(url("import_list")))


@pytest.mark.parametrize("number", [1, 30])
def test_list_and_detail_cost_the_same_queries(officer, people, django_assert_num_queries, number):
    first = make_import(actor=people.city_officer)
    for _ in range(number - 1):
        NoticeImport.objects.create(
            name=first.name, sha256=first.sha256, body=first.body, updated_by=people.city_officer
        )
    with django_assert_num_queries(11):
        officer.get(url("import_list"))
    with django_assert_num_queries(11):
        officer.get(url("import_detail", first.pk))

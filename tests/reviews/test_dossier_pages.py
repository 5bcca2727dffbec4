"""The applicant's pages, filled in as they are rendered."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.enums import OrganisationKind, Role
from accounts.services import create_organisation
from core import audit
from reviews.enums import DossierState
from reviews.models import Dossier
from reviews.services.dossiers import save_draft
from tests.factories import cast, files
from tests.factories import dossiers as make
from tests.factories import sign_offs as officers
from tests.factories.forms import read_form, read_forms


def url(name, *args):
    return reverse(f"reviews:{name}", args=["yunzhou", *args])


def text(response):
    return response.content.decode()


def upload(name, content, media_type):
    return SimpleUploadedFile(name, content, content_type=media_type)


# Starting


def test_a_dossier_is_started_from_the_page(people, sign_in):
    make.make_campaign()
    community = make.make_community(people, "和顺家园")
    client = sign_in(people.applicant)
    form = read_form(client.get(url("dossier_create")))
    answer = client.post(
        url("dossier_create"), form.filled(community=[str(community.pk)], track=["professional"])
    )
    dossier = Dossier.objects.get()
    assert answer.url == url("dossier_detail", dossier.pk)
    assert dossier.number == "2023-130001-0001"
    assert dossier.draft["form"]["address"] == community.address
    again = client.get(url("dossier_create"))
    assert "没有可以申报的小区" in text(again)


def test_only_own_communities_are_offered_and_taken(people, sign_in):
    make.make_campaign()
    make.make_community(people, "本公司小区")
    other = make.make_community(people, "邻家小区", managed_by=people.other_applicant.organisation)
    client = sign_in(people.applicant)
    page = client.get(url("dossier_create"))
    assert "本公司小区" in text(page) and "邻家小区" not in text(page)
    form = read_form(page)
    answer = client.post(
        url("dossier_create"), form.filled(community=[str(other.pk)], track=["professional"])
    )
    assert "不能由本单位申报" in text(answer) and not Dossier.objects.exists()


def test_a_track_that_does_not_fit_is_refused_beside_the_field(people, sign_in):
    make.make_campaign()
    community = make.make_community(people, kind="self_managed")
    client = sign_in(people.applicant)
    form = read_form(client.get(url("dossier_create")))
    assert form.options["track"] == form.values["track"] == ["professional"]
    answer = client.post(url("dossier_create"), form.filled(community=[str(community.pk)]))
    assert answer.status_code == 200
    assert "不适合该小区或本单位" in text(answer) and not Dossier.objects.exists()


def test_without_a_campaign_or_a_community_the_page_says_what_to_do(people, sign_in):
    client = sign_in(people.applicant)
    assert "没有接受申报的评选活动" in text(client.get(url("dossier_create")))
    make.make_campaign()
    assert "县区住建局登记" in text(client.get(url("dossier_create")))
    assert client.get(url("dossier_list")).status_code == 200


# The draft


def test_the_form_is_saved_as_it_is_rendered(people, draft, sign_in):
    client = sign_in(people.applicant)
    page = client.get(url("dossier_form", draft.pk))
    assert draft.community.name in text(page)
    form = read_form(page, "version")
    answer = client.post(
        url("dossier_form", draft.pk),
        form.filled(**{"form-statement": "开展了三项活动。\r\n第二行"}, then="next"),
    )
    assert answer.url == url("dossier_materials", draft.pk)
    draft.refresh_from_db()
    assert draft.draft["form"]["statement"] == "开展了三项活动。\n第二行"
    assert draft.draft["form"]["address"] == draft.community.address
    assert "开展了三项活动" in text(client.get(url("dossier_form", draft.pk)))


def test_too_long_a_text_is_told_and_kept(people, draft, sign_in):
    client = sign_in(people.applicant)
    form = read_form(client.get(url("dossier_form", draft.pk)), "version")
    long_text = "好" * 523
    answer = client.post(
        url("dossier_form", draft.pk), form.filled(**{"form-statement": long_text})
    )
    assert answer.status_code == 200
    assert "最多 500 字，现在 523 字，请删去 23 字" in text(answer)
    assert long_text in text(answer)
    draft.refresh_from_db()
    assert "statement" not in draft.draft["form"]


def test_blanks_and_line_breaks_do_not_count(people, draft, sign_in):
    client = sign_in(people.applicant)
    form = read_form(client.get(url("dossier_form", draft.pk)), "version")
    spaced = ("好" * 50 + " \r\n") * 10
    answer = client.post(url("dossier_form", draft.pk), form.filled(**{"form-statement": spaced}))
    assert answer.status_code == 302


def test_a_zero_byte_is_left_out(people, draft, sign_in):
    client = sign_in(people.applicant)
    form = read_form(client.get(url("dossier_form", draft.pk)), "version")
    answer = client.post(url("dossier_form", draft.pk), form.filled(**{"form-statement": "a\0b"}))
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.draft["form"]["statement"] == "ab"


def test_two_editors_see_both_and_lose_neither(people, draft, sign_in):
    client = sign_in(people.applicant)
    form = read_form(client.get(url("dossier_form", draft.pk)), "version")
    save_draft(draft, "form", {"statement": "同事写的内容"}, lock_version=0, actor=people.applicant)
    answer = client.post(url("dossier_form", draft.pk), form.filled(**{"form-statement": "我写的"}))
    assert answer.status_code == 409
    assert "同事写的内容" in text(answer) and "我写的" in text(answer)
    draft.refresh_from_db()
    assert draft.draft["form"]["statement"] == "同事写的内容"
    mine = next(f for f in read_forms(answer) if "version" in f.values)
    assert mine.values["form-statement"] == ["\n我写的"] or mine.values["form-statement"] == [
        "我写的"
    ]
    assert client.post(url("dossier_form", draft.pk), mine.filled()).status_code == 302
    draft.refresh_from_db()
    assert draft.draft["form"]["statement"] == "我写的"


def test_another_part_saved_meanwhile_is_no_conflict(people, draft, sign_in):
    client = sign_in(people.applicant)
    form = read_form(client.get(url("dossier_form", draft.pk)), "version")
    save_draft(draft, "case_report", {"basics": "概况"}, lock_version=0, actor=people.applicant)
    answer = client.post(url("dossier_form", draft.pk), form.filled(**{"form-statement": "我写的"}))
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.draft["case_report"] == {"basics": "概况"}


def test_autosave_keeps_what_is_right_and_names_what_is_wrong(people, draft, sign_in):
    client = sign_in(people.applicant)
    form = read_form(client.get(url("dossier_form", draft.pk)), "version")
    address = url("dossier_autosave", draft.pk, "form")
    answer = client.post(address, form.filled(**{"form-remarks": "备注一"}))
    saved = answer.json()
    assert (saved["saved_at"], saved["version"]) == ("10:00", 1)
    now = {"version": ["1"], "seen": [saved["seen"]]}
    wrong = form.filled(**{"form-remarks": "备注二", "form-statement": "长" * 501} | now)
    answer = client.post(address, wrong)
    assert answer.status_code == 422 and "申报材料" in answer.json()["message"]
    draft.refresh_from_db()
    assert draft.draft["form"]["remarks"] == "备注二" and not draft.draft["form"]["statement"]
    stale = client.post(address, form.filled(**{"form-remarks": "备注三"}))
    assert stale.status_code == 409 and "没有丢失" in stale.json()["message"]
    assert client.post(url("dossier_autosave", draft.pk, "nothing")).status_code == 404
    assert client.post(address, {"form-remarks": "x"}).status_code == 422


def test_the_case_report_is_saved_by_sections_and_parts(people, draft, sign_in):
    client = sign_in(people.applicant)
    page = client.get(url("dossier_case_report", draft.pk))
    assert "2023年3月1日" in text(page)
    form = read_form(page, "version")
    answer = client.post(
        url("dossier_case_report", draft.pk),
        form.filled(
            **{"case-activities": "三月种树", "case-principles-p7": "满意度 93%"},
            then="case:results",
        ),
    )
    assert answer.url == url("dossier_slot", draft.pk, "case:results")
    draft.refresh_from_db()
    report = draft.draft["case_report"]
    assert report["activities"] == "三月种树" and report["principles"]["p7"] == "满意度 93%"


# Self-assessment


def test_marks_add_up_and_wrong_ones_are_told_beside_the_item(people, draft, sign_in):
    client = sign_in(people.applicant)
    page = url("dossier_self_assessment", draft.pk)
    form = read_form(client.get(page), "version")
    good = {
        "mark-1.1": "2.5",
        "mark-3.1": ["true"],
        "mark-7.1": "3",
        "mark-10.1": [form.options["mark-10.1"][0]],
    }
    answer = client.post(url("dossier_autosave", draft.pk, "self_assessment"), form.filled(**good))
    assert answer.json()["totals"][""] == "5"  # 2.5 + 1 + (2 - 3 x 0.5) + (2 - 1)
    assert answer.json()["totals"]["7"] == "0.5"
    form = read_form(client.get(page), "version")
    assert form.values["mark-1.1"] == ["2.5"] and form.values["mark-3.1"] == ["true"]
    for value, words in (
        ("9", "应在 0 到 3 分之间"),
        ("-1", "应在 0 到 3 分之间"),
        ("1.3", "不在档上"),
        ("很好", "不是数字"),
        ("NaN", "不是可用的数字"),
    ):
        answer = client.post(page, form.filled(**{"mark-1.1": value}))
        assert answer.status_code == 200 and words in text(answer), value
        assert f'value="{value}"' in text(answer)
    draft.refresh_from_db()
    assert draft.draft["self_assessment"]["1.1"] == {"points": "2.5"}
    answer = client.post(page, form.filled(**{"mark-7.1": "2.5"}))
    assert "整数" in text(answer)
    answer = client.post(page, form.filled(**{"mark-10.1": form.options["mark-10.1"]}))
    assert "不能与其它选项同时选择" in text(answer)


def test_a_section_with_items_of_the_other_track_is_rescaled(people, sign_in):
    association = create_organisation(
        actor=audit.SYSTEM, kind=OrganisationKind.SELF_MANAGED, name="和顺自管组织"
    )
    member = cast.make_member(association, Role.APPLICANT, "self-managed")
    community = make.make_community(people, "自管小区", kind="self_managed", managed_by=association)
    dossier = make.make_dossier(people, community=community, track="self_managed", actor=member)
    client = sign_in(member)
    page = text(client.get(url("dossier_self_assessment", dossier.pk)))
    assert "折算到本类满分" in page and 'name="mark-1.2"' not in page
    make.fill_dossier(dossier, actor=member)
    assert make.submit_dossier(dossier, actor=member).content["self_assessment_totals"] == {
        "points": "100",
        "maximum": "100",
        "sections": {
            "1": "10", "2": "10", "3": "5", "4": "5", "5": "5", "6": "15", "7": "15", "8": "10",
            "9": "10", "10": "15",
        },
    }  # fmt: skip


# Files


def test_files_are_taken_shown_described_and_removed(people, draft, sign_in):
    client = sign_in(people.applicant)
    page = url("dossier_slot", draft.pk, "7.1")
    form = read_form(client.get(page), "files")
    good = [
        upload("绿化.jpg", files.photo(), "image/jpeg"),
        upload("方案.pdf", files.pdf(), "application/pdf"),
    ]
    assert client.post(page, form.filled(files=good)).url == page
    photo, paper = draft.evidence.order_by("position")
    shown = client.get(page)
    assert "绿化.jpg" in text(shown) and "拍摄于 2023年9月5日" in text(shown)
    small = client.get(url("evidence_thumbnail", photo.pk))
    assert small.headers["Content-Type"] == "image/jpeg" and small.getvalue()
    assert client.get(url("evidence_thumbnail", paper.pk)).status_code == 404
    served = client.get(url("evidence_file", photo.pk))
    assert served.headers["Content-Type"] == "image/jpeg"
    assert audit.sha256(served.getvalue()) == photo.file.sha256
    about = next(f for f in read_forms(shown) if f.action == url("evidence_change", photo.pk))
    client.post(about.action, about.filled(caption="修剪后的草坪"))
    photo.refresh_from_db()
    assert photo.caption == "修剪后的草坪" and photo.taken_on is None  # the camera's own day
    again = next(f for f in read_forms(client.get(page)) if f.action == about.action)
    too_long = client.post(about.action, again.filled(caption="长" * 101))
    assert "最多 100 字" in text(too_long) and "长" * 101 in text(too_long)


@pytest.mark.parametrize(
    ("slot", "name", "content", "media_type", "words"),
    [
        ("7.1", "假.jpg", files.html_page, "image/jpeg", "假.jpg"),
        ("7.1", "空.jpg", bytes, "image/jpeg", "空文件"),
        ("7.1", "动画.mp4", lambda: files.video(1), "video/mp4", "动画.mp4"),
        ("7.1", "图.svg", files.svg, "image/svg+xml", "图.svg"),
        ("7.1", "加密.pdf", files.encrypted_pdf, "application/pdf", "加密.pdf"),
        ("material:video", "照片.jpg", files.photo, "image/jpeg", "照片.jpg"),
        ("material:video", "列表.mp4", files.playlist, "video/mp4", "列表.mp4"),
        ("case:results", "报告.pdf", files.pdf, "application/pdf", "报告.pdf"),
    ],
)
def test_wrong_files_are_refused_by_name_and_the_good_one_is_kept(
    people, draft, sign_in, slot, name, content, media_type, words
):
    client = sign_in(people.applicant)
    page = url("dossier_slot", draft.pk, slot)
    form = read_form(client.get(page), "files")
    good = upload("好.jpg", files.photo(321, 240), "image/jpeg")
    if slot == "material:video":
        good = upload("好.mp4", files.video(1), "video/mp4")
    wrong = upload(name, content(), media_type)
    answer = client.post(page, form.filled(files=[wrong, good]))
    assert answer.status_code == 200
    if slot == "material:video":  # one film only, and the wrong one took no place
        assert draft.evidence.count() == 1
    assert words in text(answer) and "下面的内容没有保存" in text(answer)
    assert [e.name for e in draft.evidence.all()] == [good.name]


def test_a_film_longer_than_the_notice_allows_is_refused(people, draft, sign_in):
    client = sign_in(people.applicant)
    page = url("dossier_slot", draft.pk, "material:video")
    form = read_form(client.get(page), "files")
    film = upload("长.mp4", files.video(302, sound=False, fps=1), "video/mp4")
    answer = client.post(page, form.filled(files=[film]))
    assert "300 秒" in text(answer) or "5 分" in text(answer)
    assert not draft.evidence.exists()


def test_no_file_a_full_slot_and_the_same_file_twice(people, draft, sign_in):
    client = sign_in(people.applicant)
    page = url("dossier_slot", draft.pk, "material:no_penalty_proof")
    form = read_form(client.get(page), "files")
    assert "请先选择文件" in text(client.post(page, form.filled()))
    for number in range(3):
        for _ in range(2):
            client.post(
                page,
                form.filled(files=[upload("证明.jpg", files.photo(300 + number), "image/jpeg")]),
            )
    assert draft.evidence.count() == 3
    assert "已经放满" in text(client.get(page))
    answer = client.post(
        page, form.filled(files=[upload("四.jpg", files.photo(400), "image/jpeg")])
    )
    assert "最多放 3 个文件" in text(answer) and draft.evidence.count() == 3
    assert client.get(url("dossier_slot", draft.pk, "99.9")).status_code == 404


# Check, submit, afterwards


def test_the_check_page_lists_what_is_missing_with_links(people, draft, sign_in):
    client = sign_in(people.applicant)
    page = text(client.get(url("dossier_check", draft.pk)))
    assert "“申报材料”还没有填写" in page and "“创建工作宣传视频”还没有上传" in page
    assert url("dossier_slot", draft.pk, "material:video") in page
    assert "评审时可能扣分" in page and "1.1 社区党组织" in page
    assert "补齐上面列出的必填内容后" in page
    detail = text(client.get(url("dossier_detail", draft.pk)))
    assert "未开始" in detail and "提交截止" in detail


def test_the_pledge_is_needed_and_the_second_press_gives_the_same_receipt(people, filled, sign_in):
    client = sign_in(people.applicant)
    form = read_form(client.get(url("dossier_check", filled.pk)))
    address = url("dossier_submit", filled.pk)
    answer = client.post(address, form.filled())
    assert answer.status_code == 200 and "请先勾选真实性承诺" in text(answer)
    form = read_form(client.get(url("dossier_check", filled.pk)))
    first = client.post(address, form.filled(pledged="on"))
    second = client.post(address, form.filled(pledged="on"))
    assert first.url == second.url == url("dossier_receipt", filled.pk, 1)
    revision = filled.revisions.get()
    receipt = text(client.get(first.url))
    assert revision.receipt in receipt and revision.sha256 in receipt
    assert "等待业主委员会" in receipt
    assert client.get(url("dossier_form", filled.pk)).status_code == 409
    other_tab = form.filled(pledged="on", form_key=[""])
    assert client.post(address, other_tab).status_code == 409
    shown = text(client.get(url("dossier_detail", filled.pk)))
    assert "审核中" in shown and "撤回申报" in shown


def test_after_the_deadline_the_page_says_until_when_and_what_to_do(people, filled, sign_in):
    client = sign_in(people.applicant)
    form = read_form(client.get(url("dossier_check", filled.pk)))
    make.set_clock(make.AFTER)
    answer = client.post(url("dossier_submit", filled.pk), form.filled(pledged="on"))
    assert answer.status_code == 409
    assert "2023年10月30日 24:00 截止" in text(answer) and "请联系县区住建局" in text(answer)
    assert "已截止" in text(client.get(url("dossier_detail", filled.pk)))
    assert not filled.revisions.exists()


def test_a_returned_dossier_shows_the_flags_and_goes_on_as_revision_2(people, filled, sign_in):
    make.submit_dossier(filled, actor=people.applicant)
    officers.sign(
        filled,
        actor=people.committee_officer,
        outcome="return",
        opinion="请补充绿化照片并改正地址。",
        flags=[{"code": "7.1", "comment": "缺少养护方案"}, {"code": "form", "comment": "地址不对"}],
    )
    client = sign_in(people.applicant)
    detail = text(client.get(url("dossier_detail", filled.pk)))
    assert "请补充绿化照片" in detail and "缺少养护方案" in detail
    assert url("dossier_slot", filled.pk, "7.1") in detail
    assert "缺少养护方案" in text(client.get(url("dossier_slot", filled.pk, "7.1")))
    assert "缺少养护方案" in text(client.get(url("dossier_evidence", filled.pk)))
    assert "缺少养护方案" in text(client.get(url("dossier_self_assessment", filled.pk)))
    page = client.get(url("dossier_form", filled.pk))
    assert "地址不对" in text(page)
    client.post(
        url("dossier_form", filled.pk),
        read_form(page, "version").filled(**{"form-address": "文化路 99 号"}),
    )
    form = read_form(client.get(url("dossier_check", filled.pk)))
    answer = client.post(url("dossier_submit", filled.pk), form.filled(pledged="on"))
    assert answer.url == url("dossier_receipt", filled.pk, 2)
    first, second = filled.revisions.order_by("number")
    assert first.content["form"]["address"] != second.content["form"]["address"] == "文化路 99 号"
    assert first.sha256 != second.sha256
    old = text(client.get(url("dossier_revision", filled.pk, 1)))
    assert "以前提交的版本" in old and first.content["form"]["address"] in old


def test_withdrawn_before_the_first_signature_and_started_again(people, filled, sign_in):
    make.submit_dossier(filled, actor=people.applicant)
    client = sign_in(people.applicant)
    form = read_form(client.get(url("dossier_withdraw", filled.pk)))
    assert client.post(url("dossier_withdraw", filled.pk), form.filled()).status_code == 302
    filled.refresh_from_db()
    assert filled.state == DossierState.WITHDRAWN
    assert client.get(url("dossier_detail", filled.pk)).status_code == 200
    again = make.make_dossier(people, community=filled.community)
    assert again.draft["form"] == filled.draft["form"]
    assert again.evidence.count() == filled.evidence.count()
    make.submit_dossier(again, actor=people.applicant)
    officers.sign(again, actor=people.committee_officer)
    assert "现在不能撤回" in text(client.get(url("dossier_withdraw", again.pk)))
    assert (
        client.post(url("dossier_withdraw", again.pk), form.filled(form_key=[""])).status_code
        == 409
    )


# Who sees what

PAGES = [
    "dossier_form", "dossier_case_report", "dossier_self_assessment", "dossier_materials",
    "dossier_evidence", "dossier_check",
]  # fmt: skip


def test_a_draft_is_its_applicants_alone(people, filled, sign_in):
    evidence = filled.evidence.first()
    member = cast.make_member(people.applicant.organisation, Role.APPLICANT, "colleague")
    client = sign_in(member)
    assert client.get(url("dossier_detail", filled.pk)).status_code == 200
    others = [getattr(people, name) for name in (
        "other_applicant", "committee_officer", "neighbourhood_officer", "street_officer",
        "county_officer", "other_county_officer", "city_officer", "auditor", "evaluator",
        "tenant_admin",
    )]  # fmt: skip
    for other in others:
        client = sign_in(other)
        assert filled.community.name not in text(client.get(url("dossier_list")))
        for name in ["dossier_detail", "dossier_withdraw", *PAGES]:
            assert client.get(url(name, filled.pk)).status_code == 404, (other.role, name)
        for name in ("evidence_file", "evidence_thumbnail"):
            assert client.get(url(name, evidence.pk)).status_code == 404, (other.role, name)
        assert client.post(url("dossier_submit", filled.pk)).status_code == 404


def test_officers_read_what_was_submitted_and_change_nothing(people, filled, sign_in):
    make.submit_dossier(filled, actor=people.applicant)
    submitted = filled.evidence.first()
    for name in (
        "committee_officer",
        "street_officer",
        "county_officer",
        "city_officer",
        "auditor",
    ):
        client = sign_in(getattr(people, name))
        page = text(client.get(url("dossier_detail", filled.pk)))
        assert filled.community.name in page and "自评与佐证材料" in page
        assert client.get(url("evidence_file", submitted.pk)).getvalue()
        assert ("去签署" in page) == (name == "committee_officer")
        assert client.get(url("dossier_receipt", filled.pk, 1)).status_code == 200
        assert client.get(url("dossier_revision", filled.pk, 1)).status_code == 200
        assert client.get(url("dossier_revision", filled.pk, 2)).status_code == 404
        for page in PAGES:
            assert client.get(url(page, filled.pk)).status_code == 403
        assert client.post(url("dossier_withdraw", filled.pk)).status_code == 403
        assert client.get(url("dossier_create")).status_code == 403
    for name in ("other_applicant", "other_county_officer", "evaluator", "tenant_admin"):
        client = sign_in(getattr(people, name))
        assert client.get(url("dossier_detail", filled.pk)).status_code == 404
        assert client.get(url("evidence_file", submitted.pk)).status_code == 404


def test_a_file_added_after_the_return_is_not_yet_the_officers(people, filled, sign_in):
    make.submit_dossier(filled, actor=people.applicant)
    officers.sign(
        filled, actor=people.committee_officer, outcome="return", opinion="请补充绿化照片。"
    )
    filled.refresh_from_db()
    client = sign_in(people.applicant)
    page = url("dossier_slot", filled.pk, "7.1")
    client.post(
        page,
        read_form(client.get(page), "files").filled(
            files=[upload("新.jpg", files.photo(333), "image/jpeg")]
        ),
    )
    new = filled.evidence.get(name="新.jpg")
    assert sign_in(people.committee_officer).get(url("evidence_file", new.pk)).status_code == 404


def test_another_tenant_sees_nothing(people, filled, client):
    make.submit_dossier(filled, actor=people.applicant)
    address = url("dossier_detail", filled.pk)
    evidence = url("evidence_file", filled.evidence.first().pk)
    client.force_login(
        cast.make_user("stranger", "外人"), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.get(address).status_code == client.get(evidence).status_code == 404


# The list


def test_the_list_says_where_each_dossier_waits_and_can_be_narrowed(people, filled, sign_in):
    make.submit_dossier(filled, actor=people.applicant)
    make.set_clock("2023-09-20 09:00")
    south = make.make_community(people, "南边小区", county="south")
    make.make_dossier(people, community=south)
    client = sign_in(people.applicant)
    page = text(client.get(url("dossier_list")))
    assert "业委会签署" in page and "5 天" in page and "申报单位填报" in page
    narrowed = text(
        client.get(url("dossier_list"), {"state": "in_review", "step": "owners_committee"})
    )
    assert filled.community.name in narrowed and "南边小区" not in narrowed
    assert "南边小区" in text(client.get(url("dossier_list"), {"q": "南边"}))
    assert "没有符合条件" in text(client.get(url("dossier_list"), {"q": "没有的"}))
    assert (
        client.get(url("dossier_list"), {"state": "x", "county": "y", "page": "z"}).status_code
        == 200
    )
    county = sign_in(people.city_officer)
    shown = text(county.get(url("dossier_list"), {"county": str(filled.community.county_id)}))
    assert filled.community.name in shown
    sheet = load_workbook(BytesIO(county.get(url("dossier_export")).content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("编号", "小区", "县区") and rows[1][0] == filled.number
    assert len(rows) == 2


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_costs_the_same_with_30_rows(people, sign_in, django_assert_num_queries, rows):
    for _ in range(rows):
        make.make_dossier(people)
    client = sign_in(people.applicant)
    client.get(url("dossier_list"))
    with django_assert_num_queries(LIST_QUERIES):
        client.get(url("dossier_list"))


LIST_QUERIES = 14

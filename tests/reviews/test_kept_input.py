"""What was typed outlives a refusal; what was sent twice, forged or pasted badly gets a sentence."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.enums import OrganisationKind, Role
from accounts.services import create_organisation
from core import audit
from core.errors import STALE_PAGE, Refused
from core.models import AuditRecord
from reviews.enums import DossierState
from reviews.models import DeskCheck, Dossier, Filing, Finding, SiteVisit
from reviews.services.dossiers import save_draft, withdraw_dossier
from tests.factories import cast
from tests.factories import sign_offs as make
from tests.factories.dossiers import fill_dossier
from tests.factories.forms import read_form, read_forms
from tests.standing import standing


def url(name, *args):
    return reverse(f"reviews:{name}", args=["yunzhou", *args])


def text(response):
    return response.content.decode()


def shown_again(response, field_name="form_key"):
    """The form of a page that was refused."""
    assert response.status_code == 409
    return next(f for f in read_forms(response) if field_name in {*f.values, *f.options, *f.files})


@standing
def campaign(people):
    return make.make_campaign(people.city_officer)


@standing
def submitted(people, campaign):
    return make.make_submitted(people)


@standing
def at_county(people, submitted):
    return make.pass_to(submitted, "county", people)


@standing
def visit(people, at_county):
    return make.open_site_visit(
        at_county, actor=people.county_officer, visited_on=make.today(), participants="两人"
    )


# ---- refused, and still there -------------------------------------------------------------------


def test_a_signature_before_the_desk_check_keeps_opinion_and_attestations(
    people, at_county, sign_in
):
    client = sign_in(people.county_officer)
    address = url("sign_off", at_county.pk)
    form = read_form(client.get(address))
    gates = {name: ["yes"] for name in form.options if name.startswith("attest:")}
    answer = client.post(address, form.filled(outcome="agree", opinion="逐条核对无误。", **gates))
    assert "请先完成本版材料的初审" in text(answer)
    again = shown_again(answer)
    assert again.values["opinion"][0].strip() == "逐条核对无误。"
    assert again.values["outcome"] == ["agree"]
    assert {name: again.values[name] for name in gates} == gates


def test_a_signature_over_a_correction_shows_the_new_version_and_can_then_be_given(
    people, submitted, sign_in
):
    client = sign_in(people.committee_officer)
    address = url("sign_off", submitted.pk)
    form = read_form(client.get(address))
    make.sign(
        submitted, actor=people.committee_officer, outcome="return", opinion="请补充会议记录。"
    )
    corrected = make.correct(submitted, actor=people.applicant)
    again = shown_again(client.post(address, form.filled(outcome="agree", opinion="同意推荐。")))
    assert again.values["revision"] == [corrected.revision.sha256]
    assert client.post(address, again.filled()).status_code == 302


def test_a_desk_check_of_an_old_version_keeps_its_notes(people, at_county, sign_in):
    client = sign_in(people.county_officer)
    form = read_form(client.get(url("desk_check", at_county.pk)))
    marks = {name: "yes" for name in form.options if name.startswith("ok:")}
    marks |= {"ok:7.3": "no", "note:7.3": "缺维护方案"}
    answer = client.post(url("desk_check", at_county.pk), form.filled(**marks, revision="0" * 64))
    again = shown_again(answer)
    assert again.values["note:7.3"] == ["缺维护方案"]
    assert not DeskCheck.objects.exists()
    assert client.post(url("desk_check", at_county.pk), again.filled()).status_code == 302


def test_a_finding_after_the_end_of_the_visit_keeps_its_words(people, visit, sign_in):
    client = sign_in(people.county_officer)
    address = url("finding_create", visit.dossier_id)
    form = read_form(client.get(address))
    make.close_site_visit(visit, actor=people.county_officer, summary="现场与材料相符。")
    answer = client.post(address, form.filled(item="7.3", place="西门", description="消火栓无水"))
    assert "实地核查已经结束" in text(answer)
    assert shown_again(answer).values["place"] == ["西门"]
    assert not Finding.objects.exists()


def test_a_draft_that_went_out_meanwhile_keeps_what_was_typed(people, draft, sign_in):
    filled = fill_dossier(draft, actor=people.applicant)
    client = sign_in(people.applicant)
    form = read_form(client.get(url("dossier_form", filled.pk)), "version")
    make.submit_dossier(filled, actor=people.applicant)
    typed = form.filled(**{"form-statement": "还想补充一段"})
    answer = client.post(url("dossier_form", filled.pk), typed)
    assert "审核中" in text(answer) and "不能修改" in text(answer)
    assert "还想补充一段" in shown_again(answer, "version").values["form-statement"][0]
    saved = client.post(url("dossier_autosave", filled.pk, "form"), typed)
    assert saved.status_code == 409 and "不能修改" in saved.json()["message"]


def test_the_bare_page_leads_back_to_a_page_of_ours_only(people, draft, sign_in):
    client = sign_in(people.applicant)
    fill_dossier(draft, actor=people.applicant)
    make.submit_dossier(draft, actor=people.applicant)
    page = url("dossier_detail", draft.pk)
    answer = client.get(
        url("dossier_form", draft.pk), headers={"Referer": f"http://testserver{page}"}
    )
    assert answer.status_code == 409
    assert f'href="{page}">返回上一页' in text(answer) and "就可以恢复" in text(answer)
    answer = client.get(url("dossier_form", draft.pk), headers={"Referer": "http://evil.example/x"})
    assert answer.status_code == 409 and "返回上一页" not in text(answer)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (DossierState.WITHDRAWN, "已经撤回"),
        (DossierState.RETURNED, "已经退回补正"),
        (DossierState.AWARDED, "已公布入选"),
    ],
)
def test_why_a_dossier_cannot_be_withdrawn(people, draft, sign_in, state, words):
    client = sign_in(people.applicant)
    form = read_form(client.get(url("dossier_withdraw", draft.pk)))
    Dossier.objects.filter(pk=draft.pk).update(state=state)
    answer = client.post(url("dossier_withdraw", draft.pk), form.filled())
    assert answer.status_code == 409 and words in text(answer)
    assert "签署意见" not in text(answer)
    with pytest.raises(Refused, match=words):
        withdraw_dossier(draft, actor=people.applicant)


# ---- sent twice ---------------------------------------------------------------------------------


def test_every_step_sent_twice_is_led_to_the_first_answer(people, campaign, sign_in):
    client = sign_in(people.applicant)
    community = make.make_community(people)
    form = read_form(client.get(url("dossier_create")))
    sent = form.filled(community=[str(community.pk)])
    first, second = (client.post(url("dossier_create"), sent) for _ in range(2))
    assert first.url == second.url == url("dossier_detail", Dossier.objects.get().pk)

    dossier = make.pass_to(make.make_submitted(people), "county", people)
    make.pass_desk_check(dossier, actor=people.county_officer)
    client = sign_in(people.county_officer)
    page = url("site_visit", dossier.pk)
    sent = read_form(client.get(page)).filled(participants="物业科\r\n两人")
    assert [client.post(page, sent).status_code for _ in range(2)] == [302, 302]
    assert SiteVisit.objects.get().participants == "物业科 两人"
    page = url("site_visit_close", dossier.pk)
    sent = read_form(client.get(page)).filled(summary="现场与材料相符。")
    assert [client.post(page, sent).status_code for _ in range(2)] == [302, 302]


# ---- forged and pasted --------------------------------------------------------------------------


@pytest.mark.parametrize(("comment", "kept"), [("缺\0方案", "缺方案"), ("缺\n方案", "缺 方案")])
def test_comments_of_a_return_are_read_like_any_text(people, submitted, sign_in, comment, kept):
    client = sign_in(people.committee_officer)
    form = read_form(client.get(url("sign_off", submitted.pk)))
    answer = client.post(
        url("sign_off", submitted.pk),
        form.filled(
            outcome="return", opinion="请补充材料。", flag=["7.3"], **{"comment:7.3": comment}
        ),
    )
    assert answer.status_code == 302
    assert submitted.sign_offs.get().flags[0]["comment"] == kept


def test_a_caption_is_one_line(people, draft, sign_in):
    filled = fill_dossier(draft, actor=people.applicant)
    piece = filled.evidence.first()
    client = sign_in(people.applicant)
    client.post(url("evidence_change", piece.pk), {"caption": "草坪\r\n修剪\0后"})
    piece.refresh_from_db()
    assert piece.caption == "草坪 修剪后"


def test_short_fields_of_the_form_are_one_line(people, draft, sign_in):
    client = sign_in(people.applicant)
    form = read_form(client.get(url("dossier_form", draft.pk)), "version")
    client.post(url("dossier_form", draft.pk), form.filled(**{"form-address": "文化路\n9 号"}))
    draft.refresh_from_db()
    assert draft.draft["form"]["address"] == "文化路 9 号"


def test_a_forged_hidden_field_is_one_sentence(people, filled, sign_in):
    client = sign_in(people.applicant)
    form = read_form(client.get(url("dossier_check", filled.pk)))
    answer = text(
        client.post(url("dossier_submit", filled.pk), form.filled(version="zzz", pledged="on"))
    )
    assert STALE_PAGE in answer and "Version" not in answer


def test_a_forged_community_is_one_sentence(people, campaign, sign_in):
    make.make_community(people)
    client = sign_in(people.applicant)
    form = read_form(client.get(url("dossier_create")))
    answer = text(client.post(url("dossier_create"), form.filled(community=["zzz"])))
    assert STALE_PAGE in answer and "UUID" not in answer


@pytest.mark.parametrize("version", [1, 10**30])
def test_a_version_that_no_page_can_have_is_refused(people, draft, sign_in, version):
    with pytest.raises(Refused, match="页面已过期"):
        save_draft(draft, "form", {"a": "b"}, lock_version=version, actor=people.applicant)
    form = read_form(sign_in(people.applicant).get(url("dossier_form", draft.pk)), "version")
    answer = sign_in(people.applicant).post(
        url("dossier_autosave", draft.pk, "form"),
        form.filled(version=str(version), **{"form-remarks": "x"}),
    )
    assert answer.status_code == 409 and answer.json() == {"message": STALE_PAGE}


def test_an_error_names_its_field_once(people, filled, sign_in):
    client = sign_in(people.applicant)
    page = url("dossier_self_assessment", filled.pk)
    form = read_form(client.get(page), "version")
    answer = text(client.post(page, form.filled(**{"mark-1.1": "9"})))
    assert "：得分应在 0 到 3 分之间" in answer and "1.1 的得分" not in answer
    pledge = filled.version.definition.form.pledge.text
    form = read_form(client.get(url("dossier_check", filled.pk)))
    answer = text(client.post(url("dossier_submit", filled.pk), form.filled()))
    assert "请先勾选真实性承诺" in answer and answer.count(pledge) == 1


# ---- what is offered and counted ----------------------------------------------------------------


def test_an_unknown_campaign_is_not_another_one(people, campaign, sign_in):
    client = sign_in(people.applicant)
    assert client.get(url("dossier_create"), {"campaign": "zzz"}).status_code == 404
    assert client.get(url("dossier_create"), {"campaign": campaign.key}).status_code == 200


def test_tracks_are_those_of_the_kind_of_applicant(people, campaign, sign_in):
    office = create_organisation(
        actor=audit.SYSTEM, kind=OrganisationKind.SELF_MANAGED, name="和顺自管组织"
    )
    make.make_community(people, kind="self_managed", managed_by=office)
    client = sign_in(cast.make_member(office, Role.APPLICANT, "self-managed"))
    form = read_form(client.get(url("dossier_create")))
    assert form.options["track"] == form.values["track"] == ["self_managed"]


def test_the_task_list_counts_what_is_missing_as_it_counts_what_is_there(people, draft, sign_in):
    page = text(sign_in(people.applicant).get(url("dossier_detail", draft.pk)))
    assert "0 / 16，还缺 16 项必填" in page
    assert "0 / 36，还缺 36 项必填" in page


# ---- the visit ----------------------------------------------------------------------------------


def test_a_visit_is_not_before_the_submission_and_can_be_put_right(people, at_county, sign_in):
    first_day = make.today()
    client = sign_in(people.county_officer)
    page = url("site_visit", at_county.pk)
    form = read_form(client.get(page))
    early = form.filled(visited_on="0001-01-01", participants="两人")
    assert "不能早于材料首次提交的日期（2023年9月15日）" in text(client.post(page, early))
    make.set_clock("2023-09-20 10:00")
    client.post(page, form.filled(visited_on="2023-09-20", participants="两人", form_key=""))
    assert url("site_visit_edit", at_county.pk) in text(client.get(page))
    edit = read_form(client.get(url("site_visit_edit", at_county.pk)))
    assert edit.values["participants"] == ["两人"]
    client.post(
        url("site_visit_edit", at_county.pk),
        edit.filled(visited_on="2023-09-19", participants="张工、李工"),
    )
    visit = SiteVisit.objects.get()
    assert (visit.visited_on, visit.participants) == (date(2023, 9, 19), "张工、李工")
    assert AuditRecord.objects.filter(verb="site_visit.corrected").count() == 1
    with pytest.raises(ValidationError, match="首次提交"):
        make.correct_site_visit(
            visit, actor=people.county_officer, visited_on=first_day - timedelta(days=1),
            participants="两人",
        )  # fmt: skip
    make.close_site_visit(visit, actor=people.county_officer, summary="现场与材料相符。")
    assert client.get(url("site_visit_edit", at_county.pk)).status_code == 409
    assert url("site_visit_edit", at_county.pk) not in text(client.get(page))


@pytest.mark.parametrize("page", ["site_visit_close", "finding_remove"])
def test_how_much_must_be_written_is_said_before(people, visit, sign_in, page):
    finding = make.add_finding(
        visit, actor=people.county_officer, item="7.1", place="西门", description="绿地破损"
    )
    pk = finding.pk if page == "finding_remove" else visit.dossier_id
    assert "不少于 5 个字" in text(sign_in(people.county_officer).get(url(page, pk)))


# ---- filings ------------------------------------------------------------------------------------

PLAN = [f"part{number}" for number in range(5)]  # a field per heading of its outline


@standing
def plan(campaign):
    make.set_clock("2023-08-20 10:00")
    return url("filing_create", campaign.key, "plan")


def test_an_outline_alone_is_not_filed(people, plan, sign_in):
    client = sign_in(people.county_officer)
    form = read_form(client.get(plan))
    answer = client.post(plan, form.filled(part0="某某任组长。"))
    assert "请填写「责任领导」，或上传文件" in text(answer)
    assert read_form(answer).values["part0"] == ["某某任组长。"]
    assert not Filing.objects.exists()


def test_a_filing_is_replaced_until_the_deadline_and_the_old_one_kept(people, plan, sign_in):
    client = sign_in(people.county_officer)
    form = read_form(client.get(plan))
    first = form.filled(part0="成立领导小组，明确责任部门。", file=make.photo("方案.jpg"))
    assert client.post(plan, first).status_code == 302
    old = Filing.objects.get()
    page = client.get(plan)
    assert "已经报送" in text(page) and url("filing_detail", old.pk) in text(page)
    assert (
        client.post(plan, read_form(page).filled(part0="改为分管县长任组长。")).status_code == 302
    )
    new = Filing.objects.get(replaced_at=None)
    assert "改为分管县长任组长。" in new.text and new.file_id == old.file_id
    assert "已经更换" in text(client.get(url("filing_detail", old.pk)))
    assert url("filing_detail", old.pk) in text(client.get(url("filing_detail", new.pk)))
    assert url("filing_detail", new.pk) in text(client.get(url("filing_list")))
    assert AuditRecord.objects.filter(verb="obligation.replaced").count() == 1

    late = read_form(client.get(plan))
    make.set_clock("2023-08-31 00:00:05")
    answer = client.post(plan, late.filled(part0="过了期限再改。"))
    assert "已过，不能再更换" in text(answer)
    assert "过了期限再改。" in shown_again(answer).values["part0"][0]
    page = client.get(plan)
    assert "不能再更换" in text(page) and all("part0" not in f.values for f in read_forms(page))
    assert "更换</a>" not in text(client.get(url("filing_detail", new.pk)))
    assert Filing.objects.count() == 2


def test_a_filing_seen_by_nobody_is_not_replaced(people, plan, sign_in):
    client = sign_in(people.county_officer)
    stale = read_form(client.get(plan))
    client.post(plan, stale.filled(**dict.fromkeys(PLAN, "成立领导小组。")))
    mine = stale.filled(**dict.fromkeys(PLAN, "同事写的另一份方案。"), form_key=str(uuid.uuid4()))
    again = shown_again(client.post(plan, mine))
    assert "同事写的另一份方案。" in again.values["part0"][0]
    present = Filing.objects.get()
    assert again.values["replaces"] == [str(present.pk)]
    forged = client.post(plan, again.filled(replaces="zzz"))
    assert STALE_PAGE in text(forged) and Filing.objects.count() == 1

"""The officers' pages, through the forms they render."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from core.models import AuditRecord, Tenant
from core.tenancy import current_tenant_id
from reviews.enums import DossierState
from reviews.models import DeskCheck, Filing, Finding, SignOff, SiteVisit
from reviews.selectors.counties import applications_by_county
from reviews.selectors.timeline import timeline, waiting_words
from reviews.selectors.work_list import count_todo
from tests.factories import cast
from tests.factories import sign_offs as make
from tests.factories.forms import read_form, read_forms
from tests.standing import standing

OFFICERS = ["committee", "neighbourhood", "street", "county", "city"]


def url(name, *args):
    return reverse(f"reviews:{name}", args=["yunzhou", *args])


def text(response):
    return response.content.decode()


@standing
def campaign(people):
    return make.make_campaign(people.city_officer)


@standing
def submitted(people, campaign):
    return make.make_submitted(people)


@standing
def at_county(people, submitted):
    return make.pass_to(submitted, "county", people)


def state_of(dossier):
    fresh = make.fresh(dossier)
    return (fresh.state, fresh.step)


# ---- work list ----------------------------------------------------------------------------------


def test_each_office_has_its_own_work_list(people, submitted, sign_in):
    waiting = {
        name: submitted.community.name in text(sign_in(getattr(people, name)).get(url("sign_off_list")))
        for name in (
            "committee_officer", "neighbourhood_officer", "street_officer", "county_officer",
            "other_county_officer", "city_officer",
        )
    }  # fmt: skip
    assert [name for name, seen in waiting.items() if seen] == ["committee_officer"]
    assert count_todo(people.committee_officer) == 1
    assert count_todo(people.street_officer) == 0


@pytest.mark.parametrize("name", ["applicant", "auditor", "evaluator", "tenant_admin"])
def test_who_signs_nothing_has_no_work_list(people, submitted, sign_in, name):
    assert sign_in(getattr(people, name)).get(url("sign_off_list")).status_code == 403


def test_what_was_signed_moves_to_the_done_list(people, submitted, sign_in):
    make.sign(submitted, actor=people.committee_officer)
    client = sign_in(people.committee_officer)
    assert submitted.community.name not in text(client.get(url("sign_off_list")))
    done = text(client.get(url("sign_off_list"), {"tab": "done"}))
    assert submitted.community.name in done
    assert "同意" in done


def read(response) -> int:
    """The status of an answer whose file was read to its end."""
    if response.streaming:
        assert b"".join(response.streaming_content)
    return response.status_code


@pytest.mark.parametrize("tab", ["", "done"])
def test_lists_cost_the_same_for_one_and_thirty(
    people, submitted, sign_in, django_assert_num_queries, tab
):
    client = sign_in(people.neighbourhood_officer)
    address = f"{url('sign_off_list')}?tab={tab}"

    def wait(dossier):
        make.pass_to(dossier, "street" if tab else "neighbourhood", people)

    wait(submitted)
    client.get(address)
    with django_assert_num_queries(QUERIES[tab]):
        assert text(client.get(address)).count('class="row-title"') == 1
    for _ in range(29):
        wait(make.make_submitted(people))
    with django_assert_num_queries(QUERIES[tab]):
        assert text(client.get(address)).count('class="row-title"') == 30


QUERIES = {"": 19, "done": 15}


def test_oldest_first(people, submitted, sign_in):
    make.set_clock("2023-09-20 10:00")
    later = make.make_submitted(people)
    shown = text(sign_in(people.committee_officer).get(url("sign_off_list")))
    assert shown.index(submitted.community.name) < shown.index(later.community.name)
    assert "3 个工作日" in shown  # Friday to Wednesday


# ---- signing ------------------------------------------------------------------------------------


def test_committee_agrees_and_gets_the_next_dossier(people, submitted, sign_in):
    following = make.make_submitted(people)
    client = sign_in(people.committee_officer)
    page = client.get(url("sign_off", submitted.pk))
    assert submitted.revision.content["form"]["address"] in text(page)
    form = read_form(page)
    answer = client.post(
        url("sign_off", submitted.pk),
        form.filled(outcome="agree", opinion="同意推荐。"),
        follow=True,
    )
    assert "已签署：同意" in text(answer)
    assert url("sign_off", following.pk) in text(answer)
    assert state_of(submitted) == (DossierState.IN_REVIEW, "neighbourhood")


def test_a_double_submit_signs_once(people, submitted, sign_in):
    client = sign_in(people.committee_officer)
    form = read_form(client.get(url("sign_off", submitted.pk)))
    sent = form.filled(outcome="agree", opinion="同意推荐。")
    first = client.post(url("sign_off", submitted.pk), sent)
    second = client.post(url("sign_off", submitted.pk), sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url
    assert SignOff.objects.filter(dossier=submitted).count() == 1


def test_return_names_the_parts_marked_while_reading(people, submitted, sign_in):
    client = sign_in(people.committee_officer)
    form = read_form(client.get(url("sign_off", submitted.pk)))
    sent = form.filled(
        outcome="return",
        opinion="请补充两处材料。",
        flag=["7.3", "material:video"],
        **{"comment:7.3": "缺维护方案", "comment:material:video": "没有声音"},
    )
    assert client.post(url("sign_off", submitted.pk), sent).status_code == 302
    signature = SignOff.objects.get(dossier=submitted)
    assert {(f["code"], f["comment"]) for f in signature.flags} == {
        ("7.3", "缺维护方案"),
        ("material:video", "没有声音"),
    }
    assert state_of(submitted) == (DossierState.RETURNED, "")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"opinion": "同意。"}, "结论"),
        ({"outcome": "return", "opinion": "不行"}, "须写明理由"),
        ({"outcome": "refuse", "opinion": ""}, "须写明理由"),
        ({"outcome": "agree", "opinion": "好" * 501}, "501"),
        ({"outcome": "agree", "flag": ["7.3"]}, "勾选了需补正的内容"),
        ({"outcome": "return", "opinion": "请补充材料。", "flag": ["7.3"], "comment:7.3": "缺" * 201},
         "最多 200 个字"),
    ],
)  # fmt: skip
def test_wrong_input_is_said_and_kept(people, submitted, sign_in, changes, message):
    client = sign_in(people.committee_officer)
    form = read_form(client.get(url("sign_off", submitted.pk)))
    answer = client.post(url("sign_off", submitted.pk), form.filled(**changes))
    assert answer.status_code == 200
    assert message in text(answer)
    kept = read_form(answer)
    assert kept.values["opinion"][0].strip() == changes.get("opinion", "")
    assert kept.values.get("flag", []) == changes.get("flag", [])
    assert SignOff.objects.count() == 0


def test_a_wrong_scan_is_refused_beside_the_field(people, submitted, sign_in):
    client = sign_in(people.committee_officer)
    form = read_form(client.get(url("sign_off", submitted.pk)))
    wrong = make.photo("盖章页.pdf")
    wrong.seek(0)
    wrong.file.truncate(40)
    answer = client.post(
        url("sign_off", submitted.pk),
        form.filled(outcome="agree", opinion="同意。", scan=wrong, scan_checked="on"),
    )
    assert answer.status_code == 200
    assert "盖章页" in text(answer)
    assert SignOff.objects.count() == 0
    right = read_form(answer).filled(
        outcome="agree", scan=make.photo("盖章页.jpg"), scan_checked="on"
    )
    assert client.post(url("sign_off", submitted.pk), right).status_code == 302
    signature = SignOff.objects.get()
    scan = client.get(url("sign_off_scan", signature.pk))
    assert read(scan) == 200
    assert (
        sign_in(people.other_applicant).get(url("sign_off_scan", signature.pk)).status_code == 404
    )


def test_the_second_officer_is_told_who_was_faster(people, submitted, sign_in, client):
    second = cast.make_member(
        people.committee_officer.organisation, Role.COMMITTEE_OFFICER, "committee-2", "副主任"
    )
    form = read_form(sign_in(second).get(url("sign_off", submitted.pk)))
    make.sign(submitted, actor=people.committee_officer)
    answer = client.post(
        url("sign_off", submitted.pk),
        form.filled(outcome="return", opinion="请补充会议记录。"),
    )
    assert answer.status_code == 409
    assert "业委会经办人 已于" in text(answer)
    assert SignOff.objects.filter(dossier=submitted, step="owners_committee").count() == 1


def test_a_page_read_before_a_correction_cannot_be_sent(people, submitted, sign_in):
    client = sign_in(people.committee_officer)
    form = read_form(client.get(url("sign_off", submitted.pk)))
    make.sign(
        submitted, actor=people.committee_officer, outcome="return", opinion="请补充会议记录。"
    )
    make.correct(submitted, actor=people.applicant)
    answer = client.post(url("sign_off", submitted.pk), form.filled(outcome="agree"))
    assert answer.status_code == 409
    assert "第 2 版" in text(answer)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("other_county_officer", 404),
        ("other_applicant", 404),
        ("evaluator", 404),
        ("tenant_admin", 404),
        ("applicant", 403),
        ("auditor", 403),
        ("city_officer", 200),
        ("county_officer", 200),
    ],
)
@pytest.mark.parametrize("page", ["sign_off", "desk_check", "site_visit"])
def test_unseen_is_404_and_not_ones_own_is_403(people, at_county, sign_in, page, name, status):
    expected = 403 if name == "city_officer" and page != "sign_off" else status
    client = sign_in(getattr(people, name))
    assert client.get(url(page, at_county.pk)).status_code == expected
    if expected != 200:
        assert client.post(url(page, at_county.pk), {}).status_code == expected


def test_an_office_out_of_turn_reads_but_has_no_form(people, submitted, sign_in):
    client = sign_in(people.street_officer)
    page = client.get(url("sign_off", submitted.pk))
    assert "现在不在本单位的环节" in text(page)
    assert all("outcome" not in form.options for form in read_forms(page))
    answer = client.post(
        url("sign_off", submitted.pk),
        {"outcome": "agree", "step": "street", "revision": submitted.revision.sha256},
    )
    assert answer.status_code == 409
    assert SignOff.objects.count() == 0


def test_opening_pages_changes_nothing(people, at_county, sign_in):
    client = sign_in(people.county_officer)
    before = AuditRecord.objects.count()
    for page in ("sign_off", "desk_check", "site_visit"):
        assert client.get(url(page, at_county.pk)).status_code == 200
    assert client.get(url("filing_list")).status_code == 200
    assert AuditRecord.objects.count() == before
    assert (DeskCheck.objects.count(), SiteVisit.objects.count()) == (0, 0)


def test_other_tenants_officer_sees_nothing(people, submitted, sign_in):
    here = Tenant.objects.get(pk=current_tenant_id())
    client = sign_in(people.committee_officer)
    with cast.outside(here):
        cast.make_tenant("linzhou", "邻州市住房和城乡建设局")
        address = reverse("reviews:sign_off", args=["linzhou", submitted.pk])
        assert client.get(address).status_code == 404


# ---- county: desk check, visit, signature -------------------------------------------------------


def test_the_county_checks_visits_and_signs_on_its_pages(people, at_county, sign_in):
    client = sign_in(people.county_officer)
    address = url("sign_off", at_county.pk)
    agreed = read_form(client.get(address))
    gates = {name: "yes" for name in agreed.options if name.startswith("attest:")}
    refused = client.post(address, agreed.filled(outcome="agree", **gates))
    assert refused.status_code == 409
    assert "初审" in text(refused)

    form = read_form(client.get(url("desk_check", at_county.pk)))
    marks = {name: "yes" for name in form.options if name.startswith("ok:")}
    wrong = client.post(url("desk_check", at_county.pk), form.filled(**marks | {"ok:7.3": "no"}))
    assert wrong.status_code == 200
    assert "请写明缺什么" in text(wrong)
    marks |= {"ok:7.3": "no", "note:7.3": "缺维护方案"}
    assert client.post(url("desk_check", at_county.pk), form.filled(**marks)).status_code == 302
    assert "7.3" in str(DeskCheck.objects.get().checks)
    again = read_form(client.get(url("desk_check", at_county.pk)))
    assert again.values["ok:7.3"] == ["no"]
    assert again.values["note:7.3"] == ["缺维护方案"]
    returning = read_form(client.get(address, {"desk_check": "1"}))
    assert returning.values["flag"] == ["7.3"]
    assert returning.values["comment:7.3"] == ["缺维护方案"]

    form = read_form(client.get(url("site_visit", at_county.pk)))
    client.post(url("site_visit", at_county.pk), form.filled(participants="物业科两人"))
    visit = SiteVisit.objects.get()
    form = read_form(client.get(url("finding_create", at_county.pk), {"item": "7.3"}))
    assert form.values["item"] == ["7.3"]
    sent = form.filled(place="3 号楼北侧", description="消火栓无水", photo=make.photo())
    assert client.post(url("finding_create", at_county.pk), sent).status_code == 302
    sent["photo"] = make.photo()
    assert client.post(url("finding_create", at_county.pk), sent).status_code == 302
    finding = Finding.objects.get()
    assert read(client.get(url("finding_thumbnail", finding.pk))) == 200
    assert "1 处" in text(client.get(url("site_visit", at_county.pk)))

    form = read_form(client.get(url("finding_remove", finding.pk)))
    short = client.post(url("finding_remove", finding.pk), form.filled(reason="错"))
    assert "5 至 200 个字" in text(short)
    client.post(url("finding_remove", finding.pk), form.filled(reason="记错了楼号"))
    assert "已撤销" in text(client.get(url("site_visit", at_county.pk)))

    form = read_form(client.get(url("site_visit_close", at_county.pk)))
    client.post(url("site_visit_close", at_county.pk), form.filled(summary="现场整洁，无问题。"))
    visit.refresh_from_db()
    assert visit.closed_at
    late = client.post(url("finding_create", at_county.pk), sent | {"form_key": ""})
    assert late.status_code == 409

    form = read_form(client.get(address))
    open_ = client.post(address, form.filled(outcome="agree"))
    assert "请认定是否符合" in text(open_)
    assert client.post(address, form.filled(outcome="agree", **gates)).status_code == 302
    assert state_of(at_county) == (DossierState.SCORING, "scoring")


def test_applicants_do_not_open_photos_of_defects(people, at_county, sign_in):
    visit = make.open_site_visit(
        at_county, actor=people.county_officer, visited_on=make.today(), participants="两人"
    )
    finding = make.add_finding(
        visit, actor=people.county_officer, item="7.1", place="西门", description="绿地破损",
        photo=make.photo(),
    )  # fmt: skip
    for name, status in (
        ("applicant", 403), ("other_county_officer", 404), ("auditor", 200), ("street_officer", 200)
    ):  # fmt: skip
        client = sign_in(getattr(people, name))
        assert read(client.get(url("finding_photo", finding.pk))) == status
    assert sign_in(people.street_officer).get(url("finding_remove", finding.pk)).status_code == 403


# ---- timeline and counts ------------------------------------------------------------------------


def test_timeline_tells_the_whole_way(people, at_county):
    make.sign(
        at_county,
        actor=people.county_officer,
        outcome="return",
        opinion="请补充维修资金公示图片。",
        flags=[{"code": "2.4", "comment": "缺公示"}],
    )
    dossier = make.correct(at_county, actor=people.applicant)
    events = timeline(dossier)
    states = [(event["title"], event["state"]) for event in events]
    assert states[:6] == [
        ("提交第 1 版", "done"),
        ("业委会签署", "done"),
        ("社区审核", "done"),
        ("街道审核", "done"),
        ("县区初审与实地核查", "returned"),
        ("提交第 2 版", "done"),
    ]
    assert states[6] == ("业委会签署", "current")
    assert [state for _, state in states[7:]] == ["todo"] * 7
    assert "缺公示" in events[4]["note"]
    assert "等待业主委员会，自 9月15日" in waiting_words(dossier)


def test_timeline_shows_what_was_skipped(people, campaign):
    community = make.make_community(people, owners_committee=None)
    dossier = make.make_submitted(people, community=community)
    assert timeline(dossier)[1]["state"] == "skipped"


def test_counties_are_counted_once_submitted(people, campaign, submitted):
    make.make_dossier(people)
    counted = [(row.county.name, row.count) for row in applications_by_county(campaign)]
    assert counted == [("海港区", 1), ("昌黎县", 0)]


# ---- filings ------------------------------------------------------------------------------------


def test_the_county_files_its_plan_and_the_city_sees_who_is_late(people, campaign, sign_in):
    make.set_clock("2023-08-20 10:00")
    client = sign_in(people.county_officer)
    page = text(client.get(url("filing_list")))
    address = url("filing_create", campaign.key, "plan")
    assert address in page
    assert "昌黎县住建局" not in page
    form = read_form(client.get(address))
    empty = client.post(address, form.filled(part0="组长一人，成员五人。"))
    assert "请填写「责任领导」，或上传文件" in text(empty)
    assert "组长一人，成员五人。" in text(empty)
    sent = form.filled(part0="成立领导小组，明确责任部门。", file=make.photo("方案.jpg"))
    assert client.post(address, sent).status_code == 302
    filing = Filing.objects.get()
    again = form.filled(part0="成立领导小组，明确责任部门。", form_key="")
    assert client.post(address, again).status_code == 409
    assert Filing.objects.count() == 1
    assert read(client.get(url("filing_file", filing.pk))) == 200

    make.set_clock("2023-08-31 00:00:05")
    client = sign_in(people.other_county_officer)
    assert client.get(url("filing_detail", filing.pk)).status_code == 404
    assert "逾期未报" in text(client.get(url("filing_list")))
    late = read_form(client.get(address))
    client.post(address, late.filled(part0="补报。", file=make.photo("补报.jpg")))
    page = text(sign_in(people.city_officer).get(url("filing_list")))
    assert "逾期报送" in page
    assert "已报送" in page


@pytest.mark.parametrize(
    ("name", "status"),
    [("street_officer", 403), ("city_officer", 403), ("applicant", 403), ("auditor", 403)],
)
def test_only_the_county_files(people, campaign, sign_in, name, status):
    client = sign_in(getattr(people, name))
    address = url("filing_create", campaign.key, "plan")
    assert client.get(address).status_code == status
    assert client.post(address, {"text": "实施方案"}).status_code == status
    assert client.get(url("filing_create", campaign.key, "nothing")).status_code == 404

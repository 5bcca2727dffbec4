"""What the ladder knows beyond one signature: returns to earlier levels and who signs again,
many at once, the password, wordings, originals on paper, people who stand in."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from accounts.confirmation import KEY
from accounts.enums import Role
from accounts.services import add_member
from accounts.services.delegations import delegate, end_delegation
from campaigns.definition import load_definition
from core import audit
from core.errors import Conflict, Refused
from core.models import AuditRecord
from reviews.documents import application_form
from reviews.enums import DossierState, Outcome
from reviews.models import Dossier, OpinionTemplate, PaperOriginal, SignOff
from reviews.selectors.sign_offs import attestations_of, returned_here
from reviews.selectors.timeline import timeline
from reviews.selectors.work_list import count_todo, waiting_for
from reviews.services.dossiers import withdraw_dossier
from reviews.services.opinion_templates import add_template
from reviews.services.paper_originals import receive_papers
from reviews.services.sign_offs import agree_to_all
from tests.factories import campaigns, cast
from tests.factories import sign_offs as make
from tests.factories.files import photo
from tests.factories.forms import read_form

BACK = {"outcome": Outcome.RETURN, "opinion": "街道意见与材料不一致，请核对。"}


def url(name, *args):
    return reverse(f"reviews:{name}", args=["yunzhou", *args])


def text(response):
    return response.content.decode()


@pytest.fixture
def campaign(people):
    return make.make_campaign(people.city_officer)


@pytest.fixture
def at_county(people, campaign):
    dossier = make.pass_to(make.make_submitted(people, campaign=campaign), "county", people)
    make.pass_checks(dossier, actor=people.county_officer)
    return dossier


@pytest.fixture
def resuming(people):
    """A campaign whose levels go on where the dossier was returned."""
    body = campaigns.shipped_text().replace(
        "type: sign_off", "type: sign_off\n    resume: returner"
    )
    definition = load_definition(body)
    assert {s.resume for s in definition.steps_of_type("sign_off")} == {"returner"}
    return make.make_campaign(people.city_officer, definition)


def standing(dossier) -> list[str]:
    rows = SignOff.objects.filter(revision=dossier.revision_id, superseded_at=None)
    return list(rows.order_by("signed_at", "pk").values_list("step", flat=True))


# ---- returns to an earlier level -----------------------------------------------------------------


def test_a_return_to_a_level_makes_all_from_there_sign_again(people, at_county):
    flags = [{"code": "7.3", "comment": "数量不符"}]
    make.sign(at_county, actor=people.county_officer, target="neighbourhood", flags=flags, **BACK)
    dossier = make.fresh(at_county)
    assert (dossier.state, dossier.step) == (DossierState.IN_REVIEW, "neighbourhood")
    assert dossier.revision.number == 1
    assert standing(dossier) == ["owners_committee"]
    assert returned_here(dossier).flags[0]["comment"] == "数量不符"
    make.sign(dossier, actor=people.neighbourhood_officer)
    assert make.fresh(dossier).step == "street"
    assert returned_here(make.fresh(dossier)) is None
    dossier = make.pass_to(dossier, "county", people)
    make.sign(dossier, actor=people.county_officer)
    dossier = make.fresh(dossier)
    assert dossier.state == DossierState.SCORING
    assert standing(dossier) == ["owners_committee", "neighbourhood", "street", "county"]
    assert SignOff.objects.filter(dossier=dossier).count() == 7
    assert "退回社区" in "".join(str(event.get("label")) for event in timeline(dossier))
    assert list(audit.verify()) == []


def test_a_return_goes_only_to_a_level_that_agreed(people, at_county):
    for target in ("county", "decision", "nowhere", "scoring"):
        with pytest.raises(ValidationError, match="只能退回给"):
            make.sign(at_county, actor=people.county_officer, target=target, **BACK)
    assert make.fresh(at_county).step == "county"


def test_the_page_offers_the_levels_and_tells_the_one_it_went_to(people, at_county, sign_in):
    client = sign_in(people.county_officer)
    form = read_form(client.get(url("sign_off", at_county.pk)))
    assert [o for o in form.options["outcome"] if o.startswith("return:")] == [
        "return:owners_committee",
        "return:neighbourhood",
        "return:street",
    ]
    sent = form.filled(outcome="return:street", opinion=BACK["opinion"])
    assert client.post(url("sign_off", at_county.pk), sent).status_code == 302
    page = sign_in(people.street_officer).get(url("sign_off", at_county.pk))
    assert "退回本级重新办理" in text(page)
    assert BACK["opinion"] in text(page)


def test_where_the_definition_says_so_only_the_two_sign_again(people, resuming):
    dossier = make.pass_to(make.make_submitted(people, campaign=resuming), "county", people)
    make.pass_checks(dossier, actor=people.county_officer)
    make.sign(dossier, actor=people.county_officer, target="neighbourhood", **BACK)
    assert standing(dossier) == ["owners_committee", "street"]
    make.sign(dossier, actor=people.neighbourhood_officer)
    assert make.fresh(dossier).step == "county"


def test_a_correction_goes_on_at_the_returner_with_the_opinions_before(people, resuming):
    dossier = make.pass_to(make.make_submitted(people, campaign=resuming), "street", people)
    former = {s.step: s for s in SignOff.objects.filter(dossier=dossier)}
    make.sign(dossier, actor=people.street_officer, **BACK)
    again = make.correct(dossier, actor=people.applicant)
    assert (again.revision.number, again.step) == (2, "street")
    carried = SignOff.objects.filter(revision=again.revision)
    assert {s.step: s.carried_from for s in carried} == former
    assert {s.revision_sha256 for s in carried} == {dossier.revision.sha256}
    assert attestations_of(again) == attestations_of(dossier)
    boxes = application_form(again, again.revision).context["boxes"]
    assert boxes[0]["office"] == people.committee_officer.organisation.name
    make.sign(again, actor=people.street_officer)
    assert make.fresh(again).step == "county"
    with pytest.raises(Refused):
        withdraw_dossier(again, actor=people.applicant)


def test_without_such_a_rule_the_first_level_reads_the_correction(people, campaign):
    dossier = make.pass_to(make.make_submitted(people, campaign=campaign), "street", people)
    make.sign(dossier, actor=people.street_officer, **BACK)
    again = make.correct(dossier, actor=people.applicant)
    assert again.step == "owners_committee"
    assert not SignOff.objects.filter(revision=again.revision).exists()


# ---- many at once --------------------------------------------------------------------------------


@pytest.fixture
def three(people, campaign):
    return [make.make_submitted(people, campaign=campaign) for _ in range(3)]


def test_a_batch_is_listed_and_counted_before_it_is_signed(people, three, sign_in):
    client = sign_in(people.committee_officer)
    assert "没有可以一并同意的材料" in text(client.get(url("batch_agree")))
    page = client.get(url("batch_agree"), {"dossier": [str(d.pk) for d in three]})
    assert "要同意的 3 份" in text(page)
    form = read_form(page)
    assert len(form.values["dossier"]) == 3
    refused = client.post(url("batch_agree"), form.filled(opinion="同意。"))
    assert "请先逐份审阅" in text(refused)
    assert SignOff.objects.count() == 0
    done = client.post(url("batch_agree"), form.filled(is_read="on", opinion="同意。"), follow=True)
    assert "已对 3 份材料签署「同意」" in text(done)
    hashes = {s.dossier_id: s.revision_sha256 for s in SignOff.objects.all()}
    assert hashes == {d.pk: d.revision.sha256 for d in three}


def test_a_batch_leaves_out_and_tells_what_cannot_be_signed(people, three, sign_in):
    client = sign_in(people.committee_officer)
    form = read_form(client.get(url("batch_agree"), {"dossier": [str(d.pk) for d in three]}))
    colleague = cast.make_member(
        people.committee_officer.organisation, Role.COMMITTEE_OFFICER, "second", "副主任"
    )
    make.sign(three[0], actor=colleague)
    make.sign(three[1], actor=colleague, **BACK)
    make.correct(three[1], actor=people.applicant)
    page = text(client.post(url("batch_agree"), form.filled(is_read="on"), follow=True))
    assert "已对 1 份材料签署「同意」" in page
    assert "副主任 已于" in page
    assert "第 2 版" in page
    assert make.fresh(three[1]).step == "owners_committee"


def test_a_batch_reaches_nothing_beyond_the_office(people, three, sign_in):
    stranger = people.other_county_officer
    results = agree_to_all(
        {d.pk: d.revision.sha256 for d in three}, actor=stranger, opinion="同意。"
    )
    assert [bool(r.message) for r in results] == [True] * 3
    assert SignOff.objects.count() == 0
    client = sign_in(stranger)
    asked = {"dossier": [str(d.pk) for d in three]}
    assert three[0].community.name not in text(client.get(url("batch_agree"), asked))
    assert three[0].number not in text(client.get(url("batch_print"), asked))


def test_a_batch_waits_for_desk_check_and_own_applications(people, at_county, sign_in, campaign):
    unchecked = make.pass_to(make.make_submitted(people, campaign=campaign), "county", people)
    officer = people.county_officer
    asked = {"dossier": [str(at_county.pk), str(unchecked.pk)]}
    page = text(sign_in(officer).get(url("batch_agree"), asked))
    assert "要同意的 1 份" in page
    assert "请先完成本版材料的初审" in page
    add_member(
        actor=audit.SYSTEM, user=officer.user, organisation=people.applicant.organisation,
        role=Role.APPLICANT,
    )  # fmt: skip
    assert "您同时是申报单位" in text(sign_in(officer).get(url("batch_agree"), asked))


def test_the_forms_of_many_dossiers_are_printed_with_their_opinions(people, three, sign_in):
    make.sign(three[0], actor=people.committee_officer, opinion="居民一致同意。")
    asked = {"dossier": [str(d.pk) for d in three]}
    page = text(sign_in(people.committee_officer).get(url("batch_print"), asked))
    assert page.count("print-sheet") == 3
    assert "居民一致同意。" in page


# ---- work list -----------------------------------------------------------------------------------


def test_the_nearest_deadline_comes_first_and_filters_narrow(people, campaign, sign_in):
    old = make.make_submitted(people, campaign=campaign)
    body = campaigns.shipped_text()
    body = body.replace("key: qinhuangdao", "key: second", 1)
    body = body.replace("due: 2023-10-30", "due: 2023-09-20")
    definition = load_definition(body)
    urgent_campaign = make.make_campaign(people.city_officer, definition, at="2023-09-18 09:00")
    urgent = make.make_submitted(people, campaign=urgent_campaign)
    for dossier in (old, urgent):
        make.pass_to(dossier, "county", people)
    officer = people.county_officer
    assert [d.pk for d in waiting_for(officer)] == [urgent.pk, old.pk]
    client = sign_in(officer)
    page = text(client.get(url("sign_off_list")))
    assert page.index(urgent.community.name) < page.index(old.community.name)
    assert "还有 2 个工作日" in page
    near = text(client.get(url("sign_off_list"), {"due": "near"}))
    assert urgent.community.name in near and old.community.name not in near
    make.set_clock("2023-09-21 09:00")
    over = text(client.get(url("sign_off_list"), {"due": "over"}))
    assert urgent.community.name in over and "已过期" in over and old.community.name not in over
    query = {"campaign": str(campaign.pk), "q": old.number}
    page = text(client.get(url("sign_off_list"), query))
    assert old.community.name in page and urgent.community.name not in page
    following = text(client.get(url("sign_off", old.pk), query))
    assert urgent.community.name not in following  # the next one is of the narrowed list


def test_the_next_one_is_reached_without_the_list(people, three, sign_in):
    client = sign_in(people.committee_officer)
    order = [d.pk for d in waiting_for(people.committee_officer)]
    for here, following in zip(order, [*order[1:], order[0]], strict=True):
        page = text(client.get(url("sign_off", here)))
        assert f'href="{url("sign_off", following)}"' in page


# ---- the password --------------------------------------------------------------------------------


@pytest.fixture
def session(people):
    """The committee's officer just signed in."""
    client = Client()
    client.force_login(
        people.committee_officer.user, backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def test_signing_asks_for_the_password_and_keeps_what_was_typed(people, three, session):
    address = url("sign_off", three[0].pk)
    form = read_form(session.get(address))
    given = {"outcome": "agree", "opinion": "居民一致同意。"}
    for password, message in (("", "请输入登录密码"), ("wrong", "密码不正确")):
        answer = session.post(address, form.filled(password=password, **given))
        assert message in text(answer)
        form = read_form(answer)
        assert form.values["opinion"][0].strip() == given["opinion"]
        assert form.values["password"] == [""]
    assert SignOff.objects.count() == 0
    assert AuditRecord.objects.filter(verb="person.denied").count() == 1
    sent = form.filled(password=cast.PASSWORD)
    assert session.post(address, sent).status_code == 302
    assert AuditRecord.objects.filter(verb="person.confirmed").count() == 1


def test_the_password_holds_for_a_while_and_no_longer(people, three, session, settings):
    address = url("sign_off", three[0].pk)
    wrong = read_form(session.get(address)).filled(password=cast.PASSWORD, outcome="refuse")
    assert "password" not in read_form(session.post(address, wrong)).values
    assert "password" not in read_form(session.get(url("sign_off", three[1].pk))).values
    stored = session.session
    stored[KEY] = (audit.AuditRecord.objects.last().at - timedelta(minutes=16)).isoformat()
    stored.save()
    page = session.get(url("batch_agree"), {"dossier": str(three[1].pk)})
    assert "password" in read_form(page).values


def test_guessing_the_password_is_locked_like_at_the_door(people, three, session):
    address = url("sign_off", three[0].pk)
    sent = read_form(session.get(address)).filled(outcome="agree", password="guess")
    for _ in range(5):
        answer = session.post(address, sent)
    assert "连续输错" in text(answer)
    answer = session.post(address, sent | {"password": cast.PASSWORD})
    assert "连续输错" in text(answer)
    assert SignOff.objects.count() == 0


# ---- sealed page, wordings, originals ------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [(lambda: photo(640, 480), "长边只有 640 像素"), (lambda: blank(1200, 900), "空白页")],
)
def test_a_page_that_cannot_be_read_is_refused(people, three, content, message):
    scan = make.photo("盖章页.jpg")
    scan.file.seek(0)
    scan.file.truncate()
    scan.file.write(content())
    scan.seek(0)
    with pytest.raises(ValidationError) as caught:
        make.sign(three[0], actor=people.committee_officer, scan=scan)
    assert message in caught.value.message_dict["scan"][0]


def blank(width: int, height: int) -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, "JPEG")
    return out.getvalue()


def test_a_scan_that_nobody_looked_at_is_refused(people, three):
    with pytest.raises(ValidationError) as caught:
        make.sign(three[0], actor=people.committee_officer, scan=make.photo(), scan_checked=False)
    assert "scan_checked" in caught.value.message_dict


def test_a_common_wording_is_offered_and_taken(people, three, sign_in):
    add_template(actor=people.city_officer, outcome="agree", level="", text="情况属实，同意推荐。")
    add_template(actor=people.tenant_admin, outcome="agree", level="street", text="街道同意。")
    with pytest.raises(ValidationError, match="已经有这条"):
        add_template(
            actor=people.city_officer, outcome="agree", level="", text="情况属实，同意推荐。"
        )
    with pytest.raises(PermissionDenied):
        add_template(actor=people.street_officer, outcome="agree", level="", text="同意")
    client = sign_in(people.committee_officer)
    form = read_form(client.get(url("sign_off", three[0].pk)))
    assert form.options["template"] == ["", "情况属实，同意推荐。"]
    sent = form.filled(outcome="agree", template="情况属实，同意推荐。")
    client.post(url("sign_off", three[0].pk), sent)
    assert SignOff.objects.get().opinion == "情况属实，同意推荐。"


def test_wordings_are_kept_on_their_page(people, sign_in):
    client = sign_in(people.city_officer)
    form = read_form(client.get(url("template_list")))
    client.post(url("template_list"), form.filled(outcome="return", text="请补充佐证材料。"))
    row = OpinionTemplate.objects.get()
    assert row.outcome == Outcome.RETURN
    assert "请补充佐证材料。" in text(client.get(url("template_list")))
    client.post(url("template_remove", row.pk))
    assert not OpinionTemplate.objects.exists()


def test_originals_on_paper_are_counted_by_each_office(people, three, sign_in):
    dossier = three[0]
    client = sign_in(people.committee_officer)
    form = read_form(client.get(url("paper_originals", dossier.pk)))
    field = next(name for name in form.values if name.startswith("copies:"))
    code = field.partition(":")[2]
    page = client.post(url("paper_originals", dossier.pk), form.filled(**{field: "2"}), follow=True)
    assert "已登记纸质原件" in text(page)
    receive_papers(dossier, actor=people.street_officer, copies={code: 1})
    receive_papers(dossier, actor=people.committee_officer, copies={code: 3})
    held = {row.organisation_id: row.copies for row in PaperOriginal.objects.all()}
    assert held == {
        people.committee_officer.organisation_id: 3,
        people.street_officer.organisation_id: 1,
    }
    with pytest.raises(PermissionDenied):
        receive_papers(dossier, actor=people.other_county_officer, copies={code: 1})
    with pytest.raises(ValidationError):
        receive_papers(dossier, actor=people.street_officer, copies={"nothing": 1})


# ---- people who stand in -------------------------------------------------------------------------


@pytest.fixture
def stand_in(people, campaign):
    """The street's officer stands in for the neighbourhood's, for three days."""
    day = make.today()
    return delegate(
        people.neighbourhood_officer, to=people.street_officer, starts_on=day,
        ends_on=day + timedelta(days=2), actor=people.neighbourhood_officer,
    )  # fmt: skip


def test_who_stands_in_signs_in_both_names_within_the_dates(people, campaign, stand_in, sign_in):
    dossier = make.pass_to(make.make_submitted(people, campaign=campaign), "neighbourhood", people)
    assert count_todo(stand_in) == 1
    client = sign_in(people.street_officer)
    switch = reverse("people:switch", args=["yunzhou"])
    assert client.post(switch, {"member": str(stand_in.pk)}).status_code == 302
    form = read_form(client.get(url("sign_off", dossier.pk)))
    assert client.post(url("sign_off", dossier.pk), form.filled(outcome="agree")).status_code == 302
    event = next(e for e in timeline(make.fresh(dossier)) if e.get("opinion") and "代" in e["who"])
    assert event["who"] == "一社区 街道（乡镇）经办人（代社区经办人）"
    later = make.pass_to(make.make_submitted(people, campaign=campaign), "neighbourhood", people)
    make.set_clock(f"{make.today() + timedelta(days=3)} 09:00")
    assert client.get(url("sign_off", later.pk)).context["member"].pk == people.street_officer.pk
    assert client.post(switch, {"member": str(stand_in.pk)}).status_code == 404


def test_a_delegation_ends_before_its_time(people, stand_in, sign_in):
    client = sign_in(people.street_officer)
    switch = reverse("people:switch", args=["yunzhou"])
    client.post(switch, {"member": str(stand_in.pk)})
    end_delegation(stand_in, actor=people.neighbourhood_officer)
    assert client.get(url("sign_off_list")).context["member"].pk == people.street_officer.pk


def test_who_stands_in_does_not_sign_for_its_own_organisation(people, campaign, stand_in):
    dossier = make.pass_to(make.make_submitted(people, campaign=campaign), "neighbourhood", people)
    add_member(
        actor=audit.SYSTEM, user=people.street_officer.user,
        organisation=people.applicant.organisation, role=Role.APPLICANT,
    )  # fmt: skip
    with pytest.raises(Refused, match="同时是申报单位"):
        make.sign(dossier, actor=stand_in)


@pytest.mark.parametrize(
    ("to", "days", "error"),
    [
        ("applicant", (0, 2), Refused), ("auditor", (0, 2), Refused),
        ("neighbourhood_officer", (0, 2), Refused), ("other_county_officer", (0, 2), Refused),
        ("county_officer", (2, 0), ValidationError), ("county_officer", (-3, -1), ValidationError),
        ("county_officer", (0, 92), ValidationError), ("county_officer", (0, 1), Refused),
    ],
)  # fmt: skip
def test_a_delegation_that_cannot_be_is_refused(people, stand_in, to, days, error):
    first, last = (make.today() + timedelta(days=n) for n in days)
    with pytest.raises(error):
        delegate(
            people.neighbourhood_officer, to=getattr(people, to), starts_on=first, ends_on=last,
            actor=people.tenant_admin,
        )  # fmt: skip


def test_nobody_hands_over_somebody_elses_work_or_hands_it_on(people, stand_in):
    day = make.today() + timedelta(days=10)
    for principal, actor in (
        (people.neighbourhood_officer, people.street_officer),
        (stand_in, stand_in),
        (people.applicant, people.tenant_admin),
    ):
        with pytest.raises(PermissionDenied):
            delegate(principal, to=people.county_officer, starts_on=day, ends_on=day, actor=actor)
    with pytest.raises(PermissionDenied):
        end_delegation(stand_in, actor=people.county_officer)


def test_a_delegation_is_given_on_its_page(people, campaign, sign_in):
    page = reverse("people:delegation_list", args=["yunzhou"])
    client = sign_in(people.street_officer)
    form = read_form(client.get(page))
    day = make.today()
    sent = form.filled(to=str(people.county_officer.pk), starts_on=str(day), ends_on=str(day))
    assert "代办中" in text(client.post(page, sent, follow=True))


def test_a_conflict_names_the_one_who_was_faster(people, three):
    make.sign(three[0], actor=people.committee_officer)
    with pytest.raises(Conflict):
        make.sign(three[0], actor=people.committee_officer, step="owners_committee")
    assert Dossier.objects.get(pk=three[0].pk).step == "neighbourhood"

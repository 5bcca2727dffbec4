"""Signing: who, when, with which reason, and what cannot be signed."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.enums import OrganisationKind, Role
from accounts.services import add_member, create_organisation
from core import audit
from core.errors import Conflict, Refused
from core.models import AuditRecord
from reviews.enums import DossierState, Outcome
from reviews.models import Finding, SignOff
from reviews.selectors.desk_checks import check_rows
from reviews.selectors.sign_offs import attestations_of, defects_by_item
from reviews.services import desk_checks, route, site_visits
from reviews.services.sign_offs import record_office_sign_off
from tests.factories import cast
from tests.factories import sign_offs as make
from tests.standing import standing


@standing
def campaign(people):
    return make.make_campaign(people.city_officer)


@standing
def dossier(people, campaign):
    """Waits at the county."""
    return make.pass_to(make.make_submitted(people, campaign=campaign), "county", people)


def signatures(dossier) -> int:
    return SignOff.objects.filter(dossier=dossier).count()


def test_each_signature_is_recorded_in_the_chain(people, dossier):
    records = AuditRecord.objects.filter(verb="dossier.signed", object_id=str(dossier.pk))
    assert [r.body["step"] for r in records.order_by("seq")] == [
        "owners_committee",
        "neighbourhood",
        "street",
    ]
    assert list(audit.verify()) == []


def test_the_next_level_cannot_sign_before_its_turn(people, campaign):
    dossier = make.make_submitted(people, campaign=campaign)
    with pytest.raises(Conflict, match="还没有轮到"):
        make.sign(dossier, actor=people.street_officer, step="street")
    assert signatures(dossier) == 0


def test_a_level_cannot_sign_twice_and_is_told_who_signed(people, campaign):
    dossier = make.pass_to(make.make_submitted(people, campaign=campaign), "street", people)
    with pytest.raises(Conflict, match=r"一社区 社区经办人 已于 \d\d:\d\d 签署「同意」"):
        make.sign(dossier, actor=people.neighbourhood_officer, step="neighbourhood")
    assert signatures(dossier) == 2


@pytest.mark.parametrize(
    "name",
    ["other_county_officer", "applicant", "street_officer", "city_officer", "auditor", "evaluator"],
)
def test_only_the_own_county_signs(people, dossier, name):
    with pytest.raises(PermissionDenied):
        make.sign(dossier, actor=getattr(people, name), step="county")
    assert signatures(dossier) == 3


def test_another_committee_does_not_sign(people, campaign):
    other = create_organisation(
        actor=audit.SYSTEM,
        kind=OrganisationKind.OWNERS_COMMITTEE,
        name="邻里业委会",
        division=people.tree.north.hood,
    )
    officer = cast.make_member(other, Role.COMMITTEE_OFFICER, "other-committee")
    with pytest.raises(PermissionDenied):
        make.sign(make.make_submitted(people, campaign=campaign), actor=officer)


def test_an_officer_who_is_also_the_applicant_cannot_sign(people, dossier):
    officer = people.county_officer
    add_member(
        actor=audit.SYSTEM,
        user=officer.user,
        organisation=people.applicant.organisation,
        role=Role.APPLICANT,
    )
    make_checks = check_rows(dossier.version.definition, dossier.track)
    with pytest.raises(Refused, match="同时是申报单位"):
        desk_checks.record_desk_check(
            dossier,
            actor=officer,
            checks={row["code"]: {"ok": True} for row in make_checks},
            revision_sha256=dossier.revision.sha256,
        )
    with pytest.raises(Refused, match="同时是申报单位"):
        make.sign(dossier, actor=officer)
    assert signatures(dossier) == 3


def test_county_signs_only_after_desk_check_and_site_visit(people, dossier):
    officer = people.county_officer
    with pytest.raises(Refused, match="初审"):
        make.sign(dossier, actor=officer)
    make.pass_desk_check(dossier, actor=officer)
    with pytest.raises(Refused, match="实地核查"):
        make.sign(dossier, actor=officer)
    visit = site_visits.open_site_visit(
        dossier, actor=officer, visited_on=make.today(), participants="两人"
    )
    with pytest.raises(Refused, match="实地核查"):
        make.sign(dossier, actor=officer)
    site_visits.close_site_visit(visit, actor=officer, summary="现场与材料相符。")
    make.sign(dossier, actor=officer)
    dossier.refresh_from_db()
    assert dossier.state == DossierState.SCORING


def test_agreeing_needs_every_attestation_and_keeps_it(people, dossier):
    officer = people.county_officer
    make.pass_checks(dossier, actor=officer)
    asked = [key for key, _, _ in dossier.version.definition.attestable("county", dossier.track)]
    assert len(asked) > 3
    with pytest.raises(ValidationError, match="还有 1 条没有认定"):
        make.sign(dossier, actor=officer, attestations=dict.fromkeys(asked[1:], True))
    given = dict.fromkeys(asked, True) | {asked[0]: False}
    make.sign(dossier, actor=officer, attestations=given | {"stranger": True})
    assert attestations_of(dossier) == given


@pytest.mark.parametrize("outcome", ["return", "refuse"])
@pytest.mark.parametrize("opinion", ["", "   ", "不行"])
def test_return_and_refusal_need_a_reason(people, campaign, outcome, opinion):
    dossier = make.make_submitted(people, campaign=campaign)
    with pytest.raises(ValidationError) as caught:
        make.sign(dossier, actor=people.committee_officer, outcome=outcome, opinion=opinion)
    assert "须写明理由" in caught.value.message_dict["opinion"][0]
    assert signatures(dossier) == 0


def test_agreeing_without_words_says_agreed(people, campaign):
    signature = make.sign(
        make.make_submitted(people, campaign=campaign), actor=people.committee_officer, opinion=" "
    )
    assert signature.opinion == "同意。"


@pytest.mark.parametrize("outcome", ["skipped", "", "agreed", "withdrawn"])
def test_an_outcome_that_the_step_does_not_know_is_refused(people, campaign, outcome):
    with pytest.raises(ValidationError):
        make.sign(
            make.make_submitted(people, campaign=campaign),
            actor=people.committee_officer,
            outcome=outcome,
        )


def test_an_opinion_that_is_too_long_is_refused(people, campaign):
    with pytest.raises(ValidationError, match="最多 500 个字，现在有 501 个字"):
        make.sign(
            make.make_submitted(people, campaign=campaign),
            actor=people.committee_officer,
            opinion="好" * 501,
        )


def test_a_flag_of_an_unknown_part_is_refused(people, campaign):
    dossier = make.make_submitted(people, campaign=campaign)
    with pytest.raises(ValidationError, match="没有「99.9」这项内容"):
        make.sign(
            dossier,
            actor=people.committee_officer,
            outcome="return",
            opinion="请补充材料。",
            flags=[{"code": "99.9", "comment": "缺"}],
        )


def test_a_refused_dossier_is_final(people, campaign):
    dossier = make.make_submitted(people, campaign=campaign)
    make.sign(
        dossier, actor=people.committee_officer, outcome="refuse", opinion="小区业主不同意申报。"
    )
    dossier.refresh_from_db()
    assert (dossier.state, dossier.step) == (DossierState.REFUSED, "")
    with pytest.raises(Conflict):
        route.resume_route(dossier, dossier.revision, actor=people.applicant)
    with pytest.raises(Refused):
        route.start_route(dossier, dossier.revision, actor=people.applicant)


def test_a_page_read_before_the_correction_cannot_be_signed(people, campaign):
    dossier = make.make_submitted(people, campaign=campaign)
    read = dossier.revision.sha256
    make.sign(dossier, actor=people.committee_officer, outcome="return", opinion="请补充会议记录。")
    dossier.refresh_from_db()
    make.correct(dossier, actor=people.applicant)
    with pytest.raises(Conflict, match="第 2 版"):
        make.sign(dossier, actor=people.committee_officer, revision_sha256=read)
    assert SignOff.objects.filter(revision__number=2).count() == 0


def test_after_the_deadline_nothing_is_signed(people, dossier):
    make.pass_checks(dossier, actor=people.county_officer)
    make.set_clock("2023-10-30 23:59:00")
    late = dossier.version.definition.deadline("application")
    assert late.enforce
    make.set_clock("2023-10-31 00:00:05")
    with pytest.raises(Refused, match="已于 2023年10月30日 24:00 截止"):
        make.sign(dossier, actor=people.county_officer)
    make.set_clock("2023-10-30 23:59:00")
    make.sign(dossier, actor=people.county_officer)


def test_the_sealed_page_is_kept_and_a_wrong_file_is_refused(people, campaign):
    dossier = make.make_submitted(people, campaign=campaign)
    with pytest.raises(ValidationError) as caught:
        make.sign(
            dossier,
            actor=people.committee_officer,
            scan=SimpleUploadedFile("盖章页.pdf", b"<html>no pdf</html>", "application/pdf"),
        )
    assert "scan" in caught.value.message_dict
    assert signatures(dossier) == 0
    signature = make.sign(dossier, actor=people.committee_officer, scan=make.photo("盖章页.jpg"))
    assert signature.scan.kind == "image"


# ---- desk check ---------------------------------------------------------------------------------


def test_the_check_list_has_the_materials_the_report_and_every_item(people, dossier):
    rows = check_rows(dossier.version.definition, "professional")
    assert [row["code"] for row in rows][:2] == ["material:video", "material:no_penalty_proof"]
    assert "case_report" in [row["code"] for row in rows]
    assert len([row for row in rows if row["group"] == "佐证资料"]) > 30


def test_a_row_not_in_order_needs_a_note(people, dossier):
    rows = check_rows(dossier.version.definition, dossier.track)
    checks = {row["code"]: {"ok": True, "note": ""} for row in rows}
    checks["7.3"] = {"ok": False, "note": " "}
    del checks["1.1"]
    with pytest.raises(ValidationError) as caught:
        desk_checks.record_desk_check(
            dossier,
            actor=people.county_officer,
            checks=checks,
            revision_sha256=dossier.revision.sha256,
        )
    assert set(caught.value.message_dict) == {"7.3", "1.1"}


def test_a_desk_check_is_corrected_until_signed(people, dossier):
    officer = people.county_officer
    rows = check_rows(dossier.version.definition, dossier.track)
    checks = {row["code"]: {"ok": True, "note": ""} for row in rows}
    wrong = checks | {"7.3": {"ok": False, "note": "缺维护方案"}}
    sha256 = dossier.revision.sha256
    first = desk_checks.record_desk_check(
        dossier, actor=officer, checks=wrong, revision_sha256=sha256
    )
    assert not first.is_complete
    second = desk_checks.record_desk_check(
        dossier, actor=officer, checks=checks, revision_sha256=sha256
    )
    assert (second.pk, second.is_complete) == (first.pk, True)
    make.pass_checks(dossier, actor=officer)
    make.sign(dossier, actor=officer)
    with pytest.raises(Refused):
        desk_checks.record_desk_check(dossier, actor=officer, checks=wrong, revision_sha256=sha256)


@pytest.mark.parametrize("name", ["other_county_officer", "street_officer", "applicant", "auditor"])
def test_only_the_county_checks_and_visits(people, dossier, name):
    actor = getattr(people, name)
    with pytest.raises(PermissionDenied):
        make.pass_desk_check(dossier, actor=actor)
    with pytest.raises(PermissionDenied):
        site_visits.open_site_visit(
            dossier, actor=actor, visited_on=make.today(), participants="两人"
        )


# ---- site visit ---------------------------------------------------------------------------------


@standing
def visit(people, dossier):
    return site_visits.open_site_visit(
        dossier, actor=people.county_officer, visited_on=make.today(), participants="两人"
    )


def add(visit, people, **fields):
    values = {"item": "7.3", "place": "3 号楼北侧", "description": "消火栓无水"}
    return site_visits.add_finding(visit, actor=people.county_officer, **values | fields)


def test_findings_count_per_item_once_the_visit_is_closed(people, dossier, visit):
    add(visit, people, photo=make.photo())
    add(visit, people, place="地下车库")
    add(visit, people, item="7.1", place="中心花园", description="绿地破损")
    wrong = add(visit, people, item="7.1", place="西门")
    site_visits.remove_finding(wrong, actor=people.county_officer, reason="不在本小区范围内")
    assert defects_by_item(dossier) == {}
    site_visits.close_site_visit(visit, actor=people.county_officer, summary="共发现三处问题。")
    assert defects_by_item(dossier) == {
        "7.3": {"defects": 2, "places": ["3 号楼北侧：消火栓无水", "地下车库：消火栓无水"]},
        "7.1": {"defects": 1, "places": ["中心花园：绿地破损"]},
    }
    mark = dossier.version.definition.parse_mark("7.3", defects_by_item(dossier)["7.3"])
    assert dossier.version.definition.item("7.3").points_for(mark) == 2


def test_a_removed_finding_stays_with_its_reason(people, visit):
    wrong = add(visit, people)
    with pytest.raises(ValidationError):
        site_visits.remove_finding(wrong, actor=people.county_officer, reason="错")
    site_visits.remove_finding(wrong, actor=people.county_officer, reason="记错了楼号")
    kept = Finding.objects.get(pk=wrong.pk)
    assert kept.removed_reason == "记错了楼号"
    assert AuditRecord.objects.filter(verb="finding.removed", object_id=str(wrong.pk)).exists()
    with pytest.raises(Conflict):
        site_visits.remove_finding(wrong, actor=people.county_officer, reason="记错了楼号")


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"item": "1.1"}, "item"),
        ({"item": ""}, "item"),
        ({"place": " "}, "place"),
        ({"place": "楼" * 101}, "place"),
        ({"description": ""}, "description"),
        ({"photo": SimpleUploadedFile("a.jpg", b"not a picture", "image/jpeg")}, "photo"),
    ],
)
def test_a_finding_with_wrong_input_is_refused(people, visit, fields, key):
    with pytest.raises(ValidationError) as caught:
        add(visit, people, **fields)
    assert key in caught.value.message_dict
    assert Finding.objects.count() == 0


def test_a_closed_visit_is_not_changed(people, visit):
    finding = add(visit, people)
    officer = people.county_officer
    with pytest.raises(ValidationError):
        site_visits.close_site_visit(visit, actor=officer, summary="好")
    site_visits.close_site_visit(visit, actor=officer, summary="共发现一处问题。")
    with pytest.raises(Refused):
        add(visit, people)
    with pytest.raises(Refused):
        site_visits.remove_finding(finding, actor=officer, reason="记错了楼号")
    with pytest.raises(Refused):
        site_visits.close_site_visit(visit, actor=officer, summary="共发现一处问题。")


def test_one_visit_per_revision_and_not_in_the_future(people, dossier, visit):
    officer = people.county_officer
    with pytest.raises(Conflict):
        site_visits.open_site_visit(
            dossier, actor=officer, visited_on=make.today(), participants="两人"
        )


def test_a_visit_lies_not_in_the_future(people, dossier):
    with pytest.raises(ValidationError) as caught:
        site_visits.open_site_visit(
            dossier,
            actor=people.county_officer,
            visited_on=make.today().replace(year=2024),
            participants=" ",
        )
    assert set(caught.value.message_dict) == {"visited_on", "participants"}


def test_a_finished_visit_holds_for_the_corrected_revision(people, dossier):
    officer = people.county_officer
    make.pass_checks(dossier, actor=officer)
    make.sign(dossier, actor=officer, outcome="return", opinion="请补充维修资金公示图片。")
    dossier.refresh_from_db()
    again = make.pass_to(make.correct(dossier, actor=people.applicant), "county", people)
    with pytest.raises(Refused, match="初审"):
        make.sign(again, actor=officer)
    make.pass_desk_check(again, actor=officer)
    make.sign(again, actor=officer)
    again.refresh_from_db()
    assert again.state == DossierState.SCORING


# ---- the city's box -----------------------------------------------------------------------------


def test_the_city_signs_its_box_with_the_decision(people, dossier):
    dossier = make.pass_to(dossier, "scoring", people)
    with pytest.raises(Conflict):
        record_office_sign_off(
            dossier, actor=people.city_officer, step="decision", opinion="同意入选。"
        )
    dossier = route.lock_dossier(dossier)
    route.enter_step(dossier, "decision", DossierState.DECISION, actor=people.city_officer)
    with pytest.raises(PermissionDenied):
        record_office_sign_off(
            dossier, actor=people.county_officer, step="decision", opinion="同意入选。"
        )
    signature = record_office_sign_off(
        dossier, actor=people.city_officer, step="decision", opinion="同意入选。"
    )
    assert signature.outcome == Outcome.AGREE
    with pytest.raises(Conflict):
        record_office_sign_off(
            dossier, actor=people.city_officer, step="decision", opinion="同意入选。"
        )

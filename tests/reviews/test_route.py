"""The way of a dossier through the route of its definition."""

import pytest

from core.errors import Conflict, Refused
from reviews.enums import DossierState, Outcome
from reviews.models import SignOff
from reviews.services import route
from tests.factories import sign_offs as make
from tests.standing import standing


@standing
def campaign(people):
    return make.make_campaign(people.city_officer)


def test_submitted_dossier_waits_at_the_first_step(people, campaign):
    dossier = make.make_submitted(people, campaign=campaign)
    assert (dossier.state, dossier.step) == (DossierState.IN_REVIEW, "owners_committee")
    assert abs((dossier.waiting_since - make.now()).total_seconds()) < 5


def test_community_without_committee_skips_its_step_with_a_reason(people, campaign):
    community = make.make_community(people, owners_committee=None)
    dossier = make.make_submitted(people, campaign=campaign, community=community)
    assert dossier.step == "neighbourhood"
    skipped = SignOff.objects.get(dossier=dossier)
    assert skipped.outcome == Outcome.SKIPPED
    assert skipped.step == "owners_committee"
    assert skipped.signed_by is None
    assert "没有业主委员会" in skipped.opinion


def test_all_five_levels_lead_to_scoring(people, campaign):
    dossier = make.pass_to(make.make_submitted(people, campaign=campaign), "scoring", people)
    assert dossier.state == DossierState.SCORING
    signed = SignOff.objects.filter(dossier=dossier).order_by("signed_at")
    assert [s.step for s in signed] == ["owners_committee", "neighbourhood", "street", "county"]
    assert {s.revision_sha256 for s in signed} == {dossier.revision.sha256}


def test_correction_starts_again_at_the_first_step(people, campaign):
    dossier = make.pass_to(make.make_submitted(people, campaign=campaign), "street", people)
    make.sign(
        dossier,
        actor=people.street_officer,
        outcome="return",
        opinion="7.3 缺少维护方案，请补充。",
        flags=[{"code": "7.3", "comment": "缺维护方案"}],
    )
    dossier.refresh_from_db()
    assert (dossier.state, dossier.step) == (DossierState.RETURNED, "")
    again = make.correct(dossier, actor=people.applicant)
    assert again.revision.number == 2
    assert (again.state, again.step) == (DossierState.IN_REVIEW, "owners_committee")
    passed = make.pass_to(again, "scoring", people)
    assert passed.state == DossierState.SCORING
    assert SignOff.objects.filter(revision=again.revision).count() == 4


def test_only_a_returned_dossier_is_resumed(people, campaign):
    dossier = make.make_submitted(people, campaign=campaign)
    with pytest.raises(Conflict):
        route.resume_route(dossier, dossier.revision, actor=people.applicant)


@pytest.mark.parametrize(
    ("former", "wanted"),
    [("refused", "in_review"), ("awarded", "listed"), ("listed", "scoring"), ("draft", "awarded")],
)
def test_a_move_that_is_not_in_the_table_is_refused(people, campaign, former, wanted):
    dossier = make.make_dossier(people, campaign=campaign)
    dossier.state = former
    dossier.save(update_fields=["state"])
    with pytest.raises(Refused):
        route.enter_step(dossier, "scoring", wanted, actor=people.city_officer)
    dossier.refresh_from_db()
    assert dossier.state == former


def test_separate_check_steps_are_steps_of_their_own(people):
    """A route may have the desk check as a step instead of a condition of the signature."""
    body = make.qinhuangdao().model_dump(mode="python", by_alias=True)
    county = next(i for i, step in enumerate(body["route"]) if step["code"] == "county")
    requires = dict(body["route"][county], requires=())
    body["route"] = [
        *body["route"][:county],
        {"code": "check", "title": "初审", "type": "desk_check", "level": "county"},
        requires,
        *body["route"][county + 1 :],
    ]
    definition = type(make.qinhuangdao()).model_validate(body)
    campaign = make.make_campaign(people.city_officer, definition)
    dossier = make.pass_to(make.make_submitted(people, campaign=campaign), "check", people)
    assert dossier.state == DossierState.IN_REVIEW
    with pytest.raises(Refused):
        make.sign(dossier, actor=people.county_officer)
    make.pass_desk_check(dossier, actor=people.county_officer)
    dossier.refresh_from_db()
    assert dossier.step == "county"

"""State sweep: every move × every state × every role; only what is declared passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.enums import Role
from accounts.models import Membership
from campaigns.enums import CampaignState
from campaigns.models import Campaign
from campaigns.services import TRANSITIONS, archive_campaign, close_campaign, open_campaign
from core.clock import today
from core.errors import Refused
from publications.enums import NoticeKind, NoticeState
from publications.models import Notice
from publications.services import edit_notice, prepare_notice, release_notice
from reviews.enums import DossierState, Outcome
from reviews.models import Dossier
from reviews.services.dossiers import save_draft, withdraw_dossier
from reviews.services.route import MOVES, enter_step, lock_dossier
from reviews.services.site_visits import open_site_visit
from scoring.services.rankings import request_ranking
from tests.factories import dossiers, panels
from tests.factories.cast import make_member
from tests.factories.sign_offs import fresh, pass_desk_check, pass_to, sign

S = DossierState
STEP_AT = {
    S.IN_REVIEW: "owners_committee", S.SCORING: "scoring", S.DECISION: "decision",
    S.LISTED: "public_notice",
}  # fmt: skip


@pytest.fixture
def members(people):
    """One member of every role; the applicant's own comes first."""
    found = [m for m in vars(people).values() if isinstance(m, Membership)]
    missing = set(Role) - {member.role for member in found}
    return found + [make_member(people.evaluator.organisation, role) for role in missing]


def _passes(act: Callable, *arguments, **options) -> bool:
    """Whether the act is done; a refusal must be one of those that the pages tell. Undone."""
    with transaction.atomic():
        try:
            act(*arguments, **options)
            return True
        except (PermissionDenied, Refused, ValidationError):
            return False
        finally:
            transaction.set_rollback(True)


# ---- campaigns -------------------------------------------------------------------------------

CAMPAIGN_MOVES = {
    CampaignState.OPEN: open_campaign,
    CampaignState.CLOSED: close_campaign,
    CampaignState.ARCHIVED: archive_campaign,
}


def test_campaign_moves_only_as_declared(people, members):
    campaign = dossiers.make_campaign(people.city_officer)
    declared = {(t.source, t.target, role) for t in TRANSITIONS for role in t.roles}
    passed = set()
    for state in CampaignState:
        Campaign.objects.filter(pk=campaign.pk).update(state=state)
        for target, service in CAMPAIGN_MOVES.items():
            for member in members:
                if _passes(service, campaign, actor=member):
                    passed.add((state, target, member.role))
    assert passed == declared


# ---- dossiers --------------------------------------------------------------------------------


def test_dossier_enters_only_declared_states(people):
    dossier = dossiers.make_submitted(people)
    passed = set()
    for state in S:
        for target in S:
            Dossier.objects.filter(pk=dossier.pk).update(state=state)
            locked = lock_dossier(dossier)
            step = STEP_AT.get(target, "")
            if _passes(enter_step, locked, step, target, actor=people.city_officer):
                passed.add((state, target))
    assert passed == {(state, target) for state, targets in MOVES.items() for target in targets}


@dataclass(frozen=True)
class Act:
    """Something done with a dossier: who may, in which states, at which step of the route."""

    who: str
    states: frozenset[str]
    do: Callable
    step: str = ""


def _save(dossier, actor):
    form = dossiers.form_answers(dossier) | {"address": "新地址"}
    save_draft(dossier, "form", form, lock_version=dossier.lock_version, actor=actor)


def _sign(outcome):
    flags = [{"code": "form", "comment": "请补充说明。"}] if outcome == Outcome.RETURN else []

    def do(dossier, actor):
        step = "owners_committee"
        sign(dossier, actor=actor, outcome=outcome, step=step, flags=flags)

    return do


def _visit(dossier, actor):
    open_site_visit(dossier, actor=actor, visited_on=today(), participants="两人")


EDITING, REVIEW = frozenset({S.DRAFT, S.RETURNED}), frozenset({S.IN_REVIEW})
ACTS = {
    "save": Act("applicant", EDITING, _save),
    "submit": Act("applicant", EDITING, lambda d, actor: dossiers.submit_dossier(d, actor=actor)),
    "withdraw": Act(
        "applicant", frozenset({S.DRAFT, S.IN_REVIEW}), lambda d, a: withdraw_dossier(d, actor=a)
    ),
    "agree": Act("committee_officer", REVIEW, _sign(Outcome.AGREE), "owners_committee"),
    "return": Act("committee_officer", REVIEW, _sign(Outcome.RETURN), "owners_committee"),
    "refuse": Act("committee_officer", REVIEW, _sign(Outcome.REFUSE), "owners_committee"),
    "desk check": Act("county_officer", REVIEW, lambda d, a: pass_desk_check(d, actor=a), "county"),
    "site visit": Act("county_officer", REVIEW, _visit, "county"),
}


@pytest.mark.parametrize("name", ACTS)
def test_dossier_acts_only_as_declared(people, members, name):
    act = ACTS[name]
    dossier = dossiers.make_submitted(people)
    passed = set()
    for state in S:
        step = (act.step or STEP_AT[state]) if state == S.IN_REVIEW else STEP_AT.get(state, "")
        Dossier.objects.filter(pk=dossier.pk).update(state=state, step=step)
        for member in members:
            if _passes(act.do, fresh(dossier), member):
                passed.add((member.pk, state))
    assert passed == {(getattr(people, act.who).pk, state) for state in act.states}


@pytest.mark.parametrize("step", ["neighbourhood", "street", "county"])
def test_nobody_signs_out_of_turn(people, members, step):
    """At the committee's turn no other office signs its own step."""
    dossier = dossiers.make_submitted(people)
    assert not [m for m in members if _passes(sign, dossier, actor=m, step=step)]


# ---- scoring and publication -----------------------------------------------------------------


def test_only_the_city_bureau_acts_on_results(people, members):
    dossier = pass_to(dossiers.make_submitted(people), "scoring", people)
    panels.make_experts(people)
    campaign = dossier.campaign
    panels.make_panel(people, campaign)
    notice = Notice.objects.create(
        campaign=campaign, kind=NoticeKind.PUBLIC_NOTICE, title="公示", body="公示如下。"
    )
    words = {"title": "公示", "number": "", "body": "公示如下。"}
    for member in members:
        is_city = member.role == Role.CITY_OFFICER
        assert _passes(request_ranking, campaign, actor=member) == is_city
        assert _passes(edit_notice, notice, actor=member, **words) == is_city
    Notice.objects.filter(pk=notice.pk).update(state=NoticeState.RELEASED)
    for member in members:
        assert not _passes(edit_notice, notice, actor=member, **words)
        assert not _passes(release_notice, notice, actor=member)
        assert not _passes(prepare_notice, campaign, actor=member)

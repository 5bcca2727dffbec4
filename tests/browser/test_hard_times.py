"""Without scripts, without a network, with an impatient finger: nothing is lost or doubled."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from reviews.models import Dossier, Revision
from scoring.models import Scorecard
from tests.browser.visitor import PHONE
from tests.factories.dossiers import fill_dossier, make_dossier
from tests.factories.panels import cards_of, expert_member, make_experts, make_panel, make_scoring

pytestmark = pytest.mark.browser


@pytest.fixture
def draft(site):
    """A dossier that could be submitted at once."""
    with site.inside():
        dossier = make_dossier(site.people)
        return fill_dossier(dossier, actor=site.people.applicant)


def _address(dossier, page: str) -> str:
    return f"/yunzhou/dossiers/{dossier.pk}/{page}/"


def test_form_is_saved_and_dossier_submitted_once_without_scripts(site, draft):
    one = site.visitor(site.people.applicant, width=PHONE, javascript=False)
    one.open(_address(draft, "form"))
    one.main.locator("textarea").first.fill("没有脚本也能填写。")
    one.press("保存，回到清单")
    one.follow("核对并提交")
    one.see("没有脚本也能填写。")
    one.main.get_by_role("checkbox").check()
    one.main.get_by_role("button", name="提交").dblclick()
    one.see("已提交")
    with site.inside():
        assert Revision.objects.filter(dossier=draft).count() == 1


def test_an_impatient_finger_submits_once(site, draft):
    one = site.visitor(site.people.applicant)
    one.open(_address(draft, "check"))
    one.main.get_by_role("checkbox").check()
    with one.page.expect_navigation():
        one.main.get_by_role("button", name="提交").dblclick()
    one.see("已提交")
    one.look()
    with site.inside():
        assert Revision.objects.filter(dossier=draft).count() == 1


def test_what_is_typed_without_a_network_is_saved_when_it_is_back(site, draft):
    one = site.visitor(site.people.applicant, width=PHONE)
    one.open(_address(draft, "form"))
    note = one.page.locator("[data-autosave-note]")
    with one.expecting("ERR_INTERNET_DISCONNECTED"):
        one.context.set_offline(True)
        one.main.locator("textarea").first.fill("断网时写的内容。")
        expect(note).to_have_class(re.compile("is-wrong"))
        one.context.set_offline(False)
        expect(note).to_contain_text(re.compile("已于 .* 保存"))
    with site.inside():
        assert Dossier.objects.get().draft["form"]["statement"] == "断网时写的内容。"


def test_a_section_is_marked_without_scripts(site):
    with site.inside():
        dossier = make_scoring(site.people)[0]
        make_experts(site.people)
        make_panel(site.people, dossier.campaign)
        card = cards_of(dossier)[0]
        expert = expert_member(card.assignment)
    one = site.visitor(expert, javascript=False)
    one.open(f"/yunzhou/scorecards/{card.pk}/")
    form = one.page.locator("form.score-section").first
    for group in form.get_by_role("radiogroup").all():
        group.locator("label").last.click()
    one.press("保存本类评分")
    with site.inside():
        assert Scorecard.objects.get(pk=card.pk).marked_items > 0

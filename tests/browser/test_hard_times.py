"""Without scripts, without a network, with an impatient finger: nothing is lost or doubled."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from accounts.enums import Role
from reviews.models import Dossier, Revision
from scoring.models import Scorecard
from tests.browser.visitor import PHONE
from tests.factories import cast
from tests.factories.dossiers import fill_dossier, make_campaign, make_dossier, make_submitted
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


def test_what_was_typed_outlives_the_session(site):
    with site.inside():
        make_campaign(site.people.city_officer)
        dossier = make_submitted(site.people)
    officer = site.people.committee_officer
    one = site.visitor(officer)
    one.open(_address(dossier, "sign-off"))
    long_opinion = "经实地了解，小区管理规范，居民满意，同意推荐。"
    one.fill("意见", long_opinion)
    one.main.get_by_label("同意，转下一环节").check()
    one.fill("登录密码", cast.PASSWORD)
    one.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    one.press("签署")
    one.see("登录已过期，请重新登录")
    one.fill("登录名", officer.user.username)
    one.fill("密码", cast.PASSWORD)
    one.press("登录")
    opinion = one.main.get_by_label("意见").and_(one.main.locator("textarea"))
    expect(opinion).to_have_value("")
    one.main.get_by_role("button", name="恢复刚才填写的内容").click()
    expect(opinion).to_have_value(long_opinion)
    expect(one.main.get_by_label("同意，转下一环节")).to_be_checked()
    expect(one.main.get_by_label("登录密码")).to_have_value("")
    one.fill("登录密码", cast.PASSWORD)
    one.press("签署")
    one.see("已签署：同意")
    assert one.page.evaluate("sessionStorage.getItem('typed')") is None


def test_what_was_refused_is_offered_again_to_the_same_person_only(site):
    with site.inside():
        dossier = make_dossier(site.people)
    one = site.visitor(site.people.applicant)
    page = _address(dossier, "withdraw")
    form = _address(dossier, "form")
    one.open(form)
    one.main.locator("textarea").first.fill("写到一半的内容。")
    one.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    one.press("保存，回到清单")
    one.sign_in(site.people.applicant.user.username, cast.PASSWORD, page)
    one.open(form)
    expect(one.main.get_by_role("button", name="恢复刚才填写的内容")).to_be_visible()
    one.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    with site.inside():
        colleague = cast.make_member(
            site.people.applicant.organisation, Role.APPLICANT, "colleague"
        )
    one.sign_in(colleague.user.username, cast.PASSWORD, form)
    expect(one.main.get_by_role("button", name="恢复刚才填写的内容")).to_have_count(0)
    assert one.page.evaluate("sessionStorage.getItem('typed')") is None

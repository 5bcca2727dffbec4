"""Filling in a dossier: what the scripts save, add up and tell while somebody types."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from reviews.models import Dossier
from reviews.services.dossiers import save_draft
from tests.browser.visitor import PATIENCE, PHONE
from tests.factories import cast
from tests.factories.dossiers import make_dossier

pytestmark = pytest.mark.browser
SAVED = re.compile("已于 .* 保存")


@pytest.fixture
def draft(site):
    with site.inside():
        return make_dossier(site.people)


def page_of(draft, name: str) -> str:
    return f"/yunzhou/dossiers/{draft.pk}/{name}/"


def note_of(one):
    return one.page.locator("[data-autosave-note]")


def test_marks_are_saved_and_added_up_while_they_are_typed(site, draft):
    one = site.visitor(site.people.applicant, width=PHONE)
    one.open(page_of(draft, "self-assessment"))
    one.page.locator('[name="mark-1.1"]').fill("2.5")
    expect(note_of(one)).to_contain_text(SAVED, timeout=PATIENCE)
    expect(one.page.locator('[data-total="1"]')).to_have_text("2.5")
    with one.expecting("422"):
        one.page.locator('[name="mark-1.2"]').fill("7")
        one.page.locator('[name="mark-1.3"]').fill("3")
        expect(note_of(one)).to_contain_text("1.2 物业项目部党组织", timeout=PATIENCE)
    expect(one.page.locator('.running-total [data-total=""]')).to_have_text("5.5")
    one.page.locator('[name="mark-1.2"]').fill("2")
    one.press("保存，回到清单")
    one.see("3 / 36")


def test_a_button_pressed_while_it_saves_is_no_conflict_with_oneself(site, draft):
    one = site.visitor(site.people.applicant)
    one.open(page_of(draft, "form"))
    text = one.page.locator("textarea").first
    held = []
    one.page.route("**/autosave/**", lambda route: held.append(route))
    text.fill("第一句。")
    expect(note_of(one)).to_contain_text("正在保存", timeout=PATIENCE)
    text.fill("第一句。第二句。")
    one.page.get_by_role("button", name="保存，回到清单").click()
    with one.page.expect_navigation():
        held[0].continue_()
    one.see("填写进度")
    with site.inside():
        assert Dossier.objects.get().draft["form"]["statement"] == "第一句。第二句。"


def test_two_people_on_one_page_see_both_texts(site, draft):
    one = site.visitor(site.people.applicant)
    one.open(page_of(draft, "form"))
    with site.inside():
        save_draft(
            draft, "form", {"statement": "同事写的"}, lock_version=0, actor=site.people.applicant
        )
    with one.expecting("409"):
        one.page.locator("textarea").first.fill("我写的")
        expect(note_of(one)).to_contain_text("没有丢失", timeout=PATIENCE)
        one.press("保存，回到清单")
    one.see("同事写的")
    expect(one.page.locator("textarea").first).to_have_value("我写的")
    one.main.get_by_label("两份都留，接在一起").check()
    one.press("保存，回到清单")
    with site.inside():
        assert Dossier.objects.get().draft["form"]["statement"] == "同事写的\n\n我写的"


def test_what_could_not_be_saved_outlives_the_page_and_the_session(site, draft):
    people = site.people
    one = site.visitor(people.applicant, width=PHONE)
    one.open(page_of(draft, "form"))
    with one.expecting("ERR_INTERNET_DISCONNECTED"):
        one.context.set_offline(True)
        one.page.locator("textarea").first.fill("断网时写的。")
        expect(note_of(one)).to_contain_text("网络不通", timeout=PATIENCE)
    one.page.close(run_before_unload=False)
    one.context.set_offline(False)
    one.page = one.context.new_page()
    one.open(page_of(draft, "form"))
    one.main.get_by_role("button", name="恢复刚才填写的内容").click()
    expect(one.page.locator("textarea").first).to_have_value("断网时写的。")
    expect(note_of(one)).to_contain_text(SAVED, timeout=PATIENCE)
    one.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    with one.expecting("Failed to load resource"):
        one.page.locator("textarea").first.fill("登录过期后写的。")
        expect(note_of(one)).to_contain_text("登录已过期", timeout=PATIENCE)
    one.look()
    with one.context.expect_page() as opening:
        one.main.get_by_role("link", name="在新窗口登录").click()
    writing, one.page = one.page, opening.value
    one.fill("登录名", people.applicant.user.username)
    one.fill("密码", cast.PASSWORD)
    one.press("登录")
    one.page.close()
    one.page = writing
    one.page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(note_of(one)).to_contain_text(SAVED, timeout=PATIENCE)
    with site.inside():
        assert Dossier.objects.get().draft["form"]["statement"] == "登录过期后写的。"
    one.open(page_of(draft, "form"))
    expect(one.main.get_by_role("button", name="恢复刚才填写的内容")).to_have_count(0)


def test_everything_essential_works_without_scripts(site, draft):
    one = site.visitor(site.people.applicant, javascript=False)
    one.open(page_of(draft, "form"))
    one.page.locator("textarea").first.fill("好" * 501)
    one.press("保存并继续")
    one.see("最多 500 字，现在 501 字")
    one.page.locator("textarea").first.fill("好" * 500)
    one.press("保存并继续")
    one.see("创建工作宣传视频")

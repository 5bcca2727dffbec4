"""A return answered on a phone: only what was flagged is open, the change is shown before it goes,
and the deadline passes while the last page is open."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import PHONE
from tests.factories import sign_offs as officers
from tests.factories.dossiers import make_submitted, set_clock

pytestmark = pytest.mark.browser


def test_a_return_is_corrected_on_a_phone_and_meets_the_deadline(site):
    people = site.people
    with site.inside():
        dossier = make_submitted(people)
        officers.sign(
            dossier,
            actor=people.committee_officer,
            outcome="return",
            opinion="概况与地址要补正。",
            flags=[
                {"code": "case:basics", "comment": "户数写错了"},
                {"code": "7.1", "comment": "缺少养护方案"},
            ],
        )
    one = site.visitor(people.applicant, width=PHONE)
    home = f"/yunzhou/dossiers/{dossier.pk}/"
    one.open(home)
    one.see("只能修改上面列出的内容")
    one.follow("7.1")
    one.see("缺少养护方案")
    one.open(home)
    one.follow("基本情况")
    one.see("户数写错了")
    basics = one.main.get_by_label("正文").first
    expect(one.main.get_by_label("正文").nth(1)).to_be_disabled()
    basics.fill("共 812 户，2010 年建成。")
    one.press("保存，回到清单")
    one.follow("核对并提交")
    one.see("这次改了什么")
    expect(one.main.locator("ins").first).to_contain_text("812")
    one.main.get_by_role("checkbox").check()
    with site.inside():
        set_clock("2023-10-31 00:00:01")
    with one.expecting("409"):
        one.press("提交")
    one.see("填写的内容都已保留")
    with site.inside():
        set_clock("2023-10-30 23:00")
        dossier.refresh_from_db()
        assert dossier.draft["case_report"]["basics"] == "共 812 户，2010 年建成。"
        assert dossier.revisions.count() == 1
    one.open(f"{home}check/")
    one.main.get_by_role("checkbox").check()
    one.press("提交")
    one.see("已提交")
    one.open(home)
    one.follow("与上一版的差别")
    one.see("1 处不同")

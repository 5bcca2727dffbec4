"""The county's visit on a phone: planned, then done where there is no network."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.clock import today
from reviews.models import Finding, VisitPlan
from tests.browser.visitor import PHONE
from tests.factories.dossiers import make_campaign, make_community, make_submitted
from tests.factories.sign_offs import pass_to, photo

pytestmark = pytest.mark.browser
NAME = "荷风苑"


def test_a_visit_without_network(site):
    people = site.people
    with site.inside():
        make_campaign(people.city_officer)
        dossier = make_submitted(people, community=make_community(people, NAME))
        pass_to(dossier, "county", people)
        day = today().isoformat()
    one = site.visitor(people.county_officer, width=PHONE)
    one.menu("实地核查")
    one.main.get_by_label(NAME, exact=True).check()
    one.main.get_by_label("计划日期").fill(day)
    one.fill("参加人员", "物业科两人")
    one.press("安排")
    one.follow("去核查")
    one.press("开始核查")
    one.page.locator("[data-visit-form]:not([hidden])").wait_for()

    one.context.set_offline(True)
    with one.expecting("ERR_INTERNET_DISCONNECTED"):
        _note(one, "7.3", "3 号楼北侧", "消火栓无水", photo("现场.jpg"))
        _note(one, "7.3", "南门", "消防通道停车", None)
        expect(one.page.locator("[data-visit-state]")).to_contain_text("2 处记在这台手机上")
        expect(one.page.locator("#item-7\\.3 [data-visit-count]")).to_have_text("2 处")
        expect(one.page.locator("[data-visit-kept]")).to_have_count(2)
        one.page.locator("[data-visit-close]").click()
        one.see("联网发送后再结束核查")
    with site.inside():
        assert not Finding.objects.exists()

    other = one.context.new_page()  # the phone has ended the page; later it is opened again
    one.context.set_offline(False)
    one.page.close()
    one.page = other
    other.goto(f"/{site.tenant.slug}/dossiers/{dossier.pk}/site-visit/")
    expect(other.locator("[data-visit-state]")).to_contain_text("都已发送")
    expect(other.locator("[data-visit-kept]")).to_have_count(0)
    expect(other.locator("#item-7\\.3 [data-visit-count]")).to_have_text("2 处")
    one.look()
    with site.inside():
        found = Finding.objects.order_by("place")
        assert {(f.item, f.place, bool(f.photo_id)) for f in found} == {
            ("7.3", "3 号楼北侧", True),
            ("7.3", "南门", False),
        }
        assert VisitPlan.objects.get().participants == "物业科两人"


def _note(one, item, place, words, picture) -> None:
    one.page.locator(f'[data-visit-add="{item}"]').click()
    form = one.page.locator("form[data-visit]")
    form.get_by_label("位置").fill(place)
    form.get_by_label("问题", exact=True).fill(words)
    if picture:
        form.get_by_label("照片").set_input_files(
            {"name": picture.name, "mimeType": "image/jpeg", "buffer": picture.read()}
        )
    form.get_by_role("button", name="记下").click()
    expect(form.get_by_label("位置")).to_have_value("")

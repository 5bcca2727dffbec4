"""The designer of a definition: sums while typing, rows by dragging and by the keyboard."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from campaigns.definition import load_definition, shipped_definitions
from campaigns.models import DefinitionDraft
from campaigns.services.drafts import create_draft
from tests.browser.visitor import PHONE
from tests.factories.campaigns import SHIPPED

pytestmark = pytest.mark.browser


@pytest.fixture
def draft(site):
    body = json.loads(load_definition(shipped_definitions()[SHIPPED]).canonical_json())
    with site.inside():
        return create_draft(body, actor=site.people.city_officer)


def address(draft, place):
    return f"/yunzhou/campaigns/drafts/{draft.pk}/part/{place}/"


def stored(site, draft):
    with site.inside():
        return DefinitionDraft.objects.get(pk=draft.pk).body


def codes(site, draft):
    return [[i["code"] for i in s["items"]] for s in stored(site, draft)["rubric"]["sections"]]


def drag(page, source, target):
    """With the mouse; the second move is what a browser takes for dragging over."""
    source.hover()
    page.mouse.down()
    target.hover()
    target.hover()
    page.mouse.up()


def test_rubric_adds_up_while_typing_and_rows_move_by_mouse_and_keyboard(site, draft):
    one = site.visitor(site.people.city_officer)
    one.open(address(draft, "rubric"))
    page, before = one.page, codes(site, draft)
    page.locator('[name="s0.i0.points"]').fill("3.5")
    expect(page.locator("#s0 [data-sum]")).to_have_text("10.5")
    expect(page.locator("#s0 [data-state]")).to_have_text("不符")
    expect(page.locator("[data-sum-total]")).to_have_text("100.5")
    page.locator('[name="s0.points"]').fill("10.5")
    expect(page.locator("#s0 [data-state]")).to_have_text("相符")
    page.locator("#s0").evaluate("section => section.scrollIntoView()")
    with page.expect_navigation():
        drag(page, page.locator('[id="s0.i0"] td').nth(3), page.locator('[id="s0.i2"] td').nth(3))
    one.look()
    assert codes(site, draft)[0] == [before[0][1], before[0][2], before[0][0], before[0][3]]
    section = stored(site, draft)["rubric"]["sections"][0]
    assert (section["points"], section["items"][2]["points"]) == ("10.5", "3.5")
    up = page.locator('[id="s0.i2"]').get_by_role("button", name="上移")
    up.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert codes(site, draft)[0][1] == before[0][0]
    assert page.evaluate("document.activeElement.value") == "up:s0.i1"
    one.close()


def test_list_is_dragged_and_the_whole_works_on_a_phone_without_scripts(site, draft):
    one = site.visitor(site.people.city_officer)
    one.open(address(draft, "route"))
    before = [step["code"] for step in stored(site, draft)["route"]]
    with one.page.expect_navigation():
        rows = [one.page.locator(f"#row-route-{n} .part-facts") for n in (1, 0)]
        drag(one.page, *rows)
    assert [step["code"] for step in stored(site, draft)["route"]][:2] == [before[1], before[0]]
    two = site.visitor(site.people.tenant_admin, width=PHONE, javascript=False)
    two.open(address(draft, "rubric"))
    two.page.locator('[name="s0.i0.points"]').fill("4")
    two.press("保存评选标准")
    two.see("各项合计 101 分")
    assert stored(site, draft)["rubric"]["sections"][0]["items"][0]["points"] == "4"

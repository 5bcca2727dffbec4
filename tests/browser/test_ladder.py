"""The ladder in a browser: all five levels on a phone screen, fifty agreed to at once, evidence
beside the text. Every page that is come to is looked at in both widths (``Visitor.look``)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from reviews.models import Dossier, Revision, SignOff
from reviews.services.dossiers import create_dossier
from reviews.services.opinion_templates import add_template
from reviews.services.route import lock_dossier, start_route
from scoring.selectors.rankings import latest_ranking
from scoring.services.rankings import confirm_ranking, request_ranking
from tests.browser.county import checks_desk, visits
from tests.browser.visitor import PHONE
from tests.factories import cast
from tests.factories.dossiers import make_campaign, make_community, make_submitted
from tests.factories.panels import cards_of, make_experts, make_panel, score
from tests.factories.sign_offs import pass_to, photo
from tests.factories.worlds import run_newest

pytestmark = pytest.mark.browser
NAME, WORDING, MANY = "荷风苑", "情况属实，同意推荐。", 50


def test_the_ladder_on_a_phone_and_many_at_once(site):
    people = site.people
    with site.inside():
        make_campaign(people.city_officer)
        add_template(actor=people.city_officer, outcome="agree", level="", text=WORDING)
        dossier = make_submitted(people, community=make_community(people, NAME))
    one = site.visitor(people.committee_officer, width=PHONE)
    _signs(one, scan=True)
    site.visitor(people.neighbourhood_officer, width=PHONE)
    _signs(site.visitors[-1])
    street = site.visitor(people.street_officer, width=PHONE)
    _sends_back(street, "社区")
    _signs(site.visitors[1])
    _signs(street)
    county = site.visitor(people.county_officer, width=PHONE)
    checks_desk(county, NAME)
    visits(county, NAME)
    _signs(county)
    with site.inside():
        dossier = Dossier.objects.get(pk=dossier.pk)
        assert dossier.state == "scoring"
        standing = SignOff.objects.filter(revision=dossier.revision, superseded_at=None)
        assert {row.opinion for row in standing} == {WORDING}
        _is_scored_and_ranked(dossier, people)
    _decides(site.visitor(people.city_officer, width=PHONE))
    with site.inside():
        dossier = Dossier.objects.get(pk=dossier.pk)
        standing = SignOff.objects.filter(revision=dossier.revision, superseded_at=None)
        signed = standing.order_by("signed_at").values_list("step", flat=True)
        assert list(signed) == ["owners_committee", "neighbourhood", "street", "county", "decision"]
        many = [_copy_of(dossier, people, n) for n in range(MANY)]
    _agrees_to_all(site.visitor(people.committee_officer), MANY)
    with site.inside():
        signed = SignOff.objects.filter(dossier__in=many, outcome="agree")
        assert signed.count() == MANY
        assert set(Dossier.objects.filter(pk__in=many).values_list("step", flat=True)) == {
            "neighbourhood"
        }


def _copy_of(dossier, people, number):
    """One more dossier with the same content, waiting for the owners' committee."""
    community = make_community(people, f"第{number + 1}小区")
    copy = create_dossier(dossier.campaign, community, dossier.track, actor=people.applicant)
    former = dossier.revision
    revision = Revision.objects.create(
        dossier=copy, number=1, content=former.content, sha256=former.sha256,
        receipt=f"{former.receipt}-{number}", submitted_by=former.submitted_by,
        submitted_at=former.submitted_at,
    )  # fmt: skip
    start_route(lock_dossier(copy), revision, actor=people.applicant)
    return copy.pk


def _password(one) -> None:
    if one.main.get_by_label("登录密码").count():
        one.fill("登录密码", cast.PASSWORD)


def _attest(one) -> None:
    box = one.page.locator("details.attest")
    if box.count():
        box.evaluate("box => { box.open = true }")
        for group in box.locator("fieldset").all():
            group.get_by_role("radio").first.check()


def _signs(one, *, scan: bool = False) -> None:
    one.menu("审核")
    one.follow(NAME)
    one.page.get_by_role("radio", name="同意，转下一环节").check()
    _attest(one)
    one.main.get_by_label("常用意见").select_option(WORDING)
    expect(one.main.locator("textarea#id_opinion")).to_have_value(WORDING)
    if scan:
        sealed = photo("盖章页.jpg")
        one.main.get_by_label("盖章扫描件").set_input_files(
            {"name": "盖章页.jpg", "mimeType": "image/jpeg", "buffer": sealed.read()}
        )
        one.main.get_by_label("已核对扫描件").check()
    _password(one)
    one.press("签署")
    one.see("已签署：同意")


def _sends_back(one, level: str) -> None:
    one.menu("审核")
    one.follow(NAME)
    one.page.get_by_role("radio", name=f"退回「{level}").first.check()
    one.fill("意见", "社区意见与材料不一致，请核对后重新签署。")
    _password(one)
    one.press("签署")
    one.see(f"已签署：退回{level}")


def _is_scored_and_ranked(dossier, people) -> None:
    """What lies between the county and the city's decision, without pages."""
    make_experts(people)
    make_panel(people, dossier.campaign)
    for card in cards_of(dossier):
        score(card)
    request_ranking(dossier.campaign, actor=people.city_officer)
    run_newest("scoring.compute_ranking")
    confirm_ranking(latest_ranking(dossier.campaign), actor=people.city_officer)


def _decides(one) -> None:
    one.menu("排名与审定")
    one.follow("审定")
    one.fill("市住建局意见", WORDING)
    _password(one)
    one.press("提交审定")
    one.see("已审定。")


def _agrees_to_all(one, number: int) -> None:
    one.menu("审核")
    one.main.get_by_label("全选本页").check()
    expect(one.main.get_by_role("button", name="同意勾选的")).to_contain_text(f"{number} 份")
    one.press("同意勾选的")
    one.see(f"要同意的 {number} 份")
    one.main.get_by_label("都已审阅").check()
    _password(one)
    one.press("签署同意")
    one.see(f"已对 {number} 份材料签署「同意」")


def test_evidence_opens_beside_the_text(site):
    people = site.people
    with site.inside():
        make_campaign(people.city_officer)
        dossier = make_submitted(people)
        pass_to(dossier, "neighbourhood", people)
    one = site.visitor(people.neighbourhood_officer)
    one.open(f"/yunzhou/dossiers/{dossier.pk}/sign-off/")
    pane = one.page.locator("[data-viewer]")
    expect(pane).to_be_hidden()
    one.page.locator("a.gallery-link").first.click()
    expect(pane).to_be_visible()
    expect(pane.locator("[data-viewer-title]")).to_contain_text("1 /")
    # By the keyboard: the film's frame may move the button while a finger is on its way.
    pane.get_by_role("button", name="下一个").press("Enter")
    expect(pane.locator("[data-viewer-title]")).to_contain_text("2 /")
    one.look()
    pane.get_by_role("button", name="关闭").click()
    expect(pane).to_be_hidden()

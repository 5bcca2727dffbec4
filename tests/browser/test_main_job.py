"""The whole campaign in a browser, as each role, from the notice to the announced list.

Every page that anybody comes to is looked at in both widths (``Visitor.look``).
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from core.jobs import unfinished_jobs
from reviews.models import Dossier
from tests.browser.county import checks_desk, visits
from tests.browser.visitor import PATIENCE, PHONE
from tests.factories import cast, files
from tests.factories.dossiers import make_community, set_clock
from tests.factories.panels import cards_of, expert_member, make_experts, score
from tests.processes import wait_until

pytestmark = pytest.mark.browser
NAME = "荷风苑"


def test_from_notice_to_announcement(site):
    _at(site, "2023-08-20 09:00")
    with site.inside():
        make_community(site.people, NAME)
        make_experts(site.people, 6)
    people = site.people
    city = site.visitor(people.city_officer)
    _city_registers_company(city, people.applicant.organisation.name)
    _city_opens(city)
    _at(site, "2023-09-15 10:00")
    applicant = site.visitor(people.applicant)
    _applicant_starts(applicant)
    _applicant_gives_evidence(applicant)
    _applicant_writes(applicant)
    _applicant_submits(applicant)
    _officer_signs(site.visitor(people.committee_officer, width=PHONE))
    _officer_signs(site.visitor(people.neighbourhood_officer))
    _officer_signs(site.visitor(people.street_officer, width=PHONE))
    _county_files_plan(site.visitor(people.other_county_officer))
    county = site.visitor(people.county_officer)
    checks_desk(county, NAME)
    visits(site.visitor(people.county_officer, width=PHONE), NAME)
    _officer_signs(county)
    with site.inside():
        dossier = Dossier.objects.get()
    _measures(site.visitor(people.evaluator, width=PHONE), "业主满意度", "96.5")
    _measures(county, "物业服务费收缴率", "97.2")
    _at(site, "2023-11-06 09:00")
    _city_draws(city)
    _expert_scores(site, dossier)
    _at(site, "2023-11-17 09:00")
    _city_ranks(site, city)
    _at(site, "2023-11-20 10:00")
    _city_gives_notice(city)
    _public_objects(site)
    _city_answers(city)
    _at(site, "2023-11-29 10:00")
    _city_announces(city)
    _papers_come_down(site, applicant, dossier)
    _auditor_verifies(site.visitor(people.auditor))


def _at(site, moment: str) -> None:
    with site.inside():
        set_clock(moment)


def _city_registers_company(one, name: str) -> None:
    one.menu("物业服务企业")
    one.follow("登记企业")
    one.fill("企业名称", name)
    one.fill("统一社会信用代码", "91130300MA0000001X")
    one.press("保存")
    one.see("校验")
    one.fill("统一社会信用代码", "91130300MA0000001C")
    one.main.get_by_label("信用等级").select_option("A")
    one.press("保存")
    one.see(name)


def _city_opens(one) -> None:
    one.open("/yunzhou/campaigns/")
    one.follow("新建活动")
    one.page.get_by_role("radio", name="秦皇岛").check()
    one.press("建立")
    one.see("筹备中")
    one.follow("方案与评选标准")
    one.see("方案未规定，系统默认")
    one.page.go_back()
    one.follow("开放活动")
    one.press("开放活动")
    one.see("活动现在是")


def _applicant_starts(one) -> None:
    one.menu("申报材料")
    one.follow("开始申报")
    one.page.get_by_label("小区").first.select_option(index=1)
    one.page.get_by_role("radio").first.check()
    one.press("开始填写")
    one.see(NAME)
    one.follow("申报表")
    one.page.locator("textarea").first.fill("小区建成于 2003 年，共 820 户，设施完好。")
    expect(one.page.locator("[data-autosave-note]")).to_contain_text("保存", timeout=PATIENCE)
    expect(one.page.locator("[data-autosave-note]")).to_contain_text(re.compile("已于 .* 保存"))
    one.press("保存，回到清单")


def _applicant_gives_evidence(one) -> None:
    one.follow("附件")
    one.follow("上传")
    one.upload("选择文件", ("宣传片.mp4", "video/mp4", files.video(1)))
    one.see("已上传 1 个文件")
    one.follow("下一项")
    one.upload("选择文件", ("无处罚证明.jpg", "image/jpeg", files.photo(800, 600)))
    one.see("已上传 1 个文件")
    one.follow("回到申报材料附件")
    one.follow("继续：佐证材料")
    one.follow("上传")
    one.upload(
        "选择文件",
        ("会议记录一.jpg", "image/jpeg", files.photo(801, 600)),
        ("会议记录二.png", "image/png", files.png(802, 600)),
    )
    one.see("已上传 2 个文件")
    one.follow("回到佐证材料")
    one.follow("继续：典型案例材料")


def _applicant_writes(one) -> None:
    for area in one.page.locator("main textarea").all():
        area.fill("自 2023 年 3 月以来，制度齐全，责任到人，运行正常。")
    one.page.locator("main input[type=date]").fill("2023-06-01")
    one.page.locator("main input[type=number]").fill("95")
    one.press("保存并继续")
    one.open(one.path.replace("case-report", "self-assessment"))
    form = one.page.locator("form[data-autosave]")
    for number in form.locator("input[type=number]").all():
        number.fill(number.get_attribute("max") or "0")
    for group in form.locator("fieldset").all():
        if group.locator("input[type=radio]").count():
            group.locator("input[type=radio]").first.check()
        else:
            for part in group.locator("input[type=checkbox]").all()[:-1]:
                part.check()
    one.press("保存，回到清单")


def _applicant_submits(one) -> None:
    one.follow("核对并提交")
    one.follow("至少要 2 张图片")
    if one.page.get_by_role("button", name="保存并管理图片").count():
        one.press("保存并管理图片：工作成效和亮点")
    one.upload(
        "选择文件",
        ("改造前.jpg", "image/jpeg", files.photo(803, 600)),
        ("改造后.jpg", "image/jpeg", files.photo(804, 600)),
    )
    one.open(one.path[: one.path.index("evidence/")] + "check/")
    one.press("提交")
    one.see("请先勾选真实性承诺")
    one.page.get_by_role("checkbox").check()
    one.press("提交")
    one.see("已提交")
    one.follow("查看提交的内容")
    one.page.go_back()
    one.follow("查看办理进度")


def _officer_signs(one) -> None:
    one.menu("审核")
    one.follow(NAME)
    one.page.get_by_role("radio", name="退回申报单位补正").check()
    one.fill("登录密码", cast.PASSWORD)
    one.press("签署")
    one.see("理由")
    expect(one.main.get_by_label("登录密码")).to_have_count(0)  # it was right, and holds
    one.page.get_by_role("radio", name="同意，转下一环节").check()
    attest = one.page.locator("details.attest")
    if attest.count():
        attest.evaluate("box => { box.open = true }")
        for group in attest.locator("fieldset").all():
            group.get_by_role("radio").first.check()
    one.fill("意见", "情况属实，同意推荐。")
    one.press("签署")
    one.see("已签署")


def _county_files_plan(one) -> None:
    one.menu("县区报送")
    one.leave_by(one.main.locator("td a").first)
    for heading in one.main.locator("textarea").all():
        heading.fill("成立专班，按月调度，十月底前完成初审和实地核查。")
    one.press("报送")
    one.see("已报送")


def _measures(one, metric: str, value: str) -> None:
    one.menu("小区")
    one.follow(NAME)
    one.follow("录入实测数据")
    one.main.get_by_label("指标").first.select_option(label=metric)
    one.fill("数值", value)
    one.fill("统计期", "2023 年上半年")
    one.press("录入")
    one.see("请")
    one.fill("来源", "入户和电话调查")
    one.press("录入")
    one.see("%")


def _city_draws(one) -> None:
    one.menu("专家组")
    one.fill("抽取人数", "5")
    one.fill("公开随机源和日期", "双色球 2023 年 11 月 7 日开奖号码")
    one.press("登记承诺值")
    one.see("承诺值")
    one.fill("公开随机源的内容", "03 08 14 19 25 31 + 06")
    one.press("抽取并分派")
    one.see("验证通过")


def _expert_scores(site, dossier) -> None:
    """One card in the browser, by keys and buttons; the other four through the services."""
    with site.inside():
        first, *others = cards_of(dossier)
        for card in others:
            score(card)
        expert = expert_member(first.assignment)
    one = site.visitor(expert)
    one.menu("专家评审")
    one.follow(NAME)
    items = one.page.locator("[data-score-item]:not([disabled])")
    for number in range(items.count()):
        item = items.nth(number)
        if item.locator("input[type=number]").count():
            item.locator("input[type=number]").fill("0")
            item.locator("input[type=number]").press("Tab")
        else:
            for group in item.get_by_role("radiogroup").all():
                group.locator("label").last.click()
        expect(item.locator("[data-score-state]")).to_contain_text("已于")
    one.look()
    one.follow("核对并提交")
    one.press("提交评分表")
    one.see("评分表已提交")


def _city_ranks(site, one) -> None:
    """The job is done by the real worker; the page asks how far it is."""
    one.menu("排名与审定")
    one.press("计算排名")
    finished = one.main.get_by_role("link", name="查看结果")
    expect(finished.or_(one.main.get_by_role("link", name=NAME)).first).to_be_visible()
    if finished.count():
        one.follow("查看结果")
    one.follow(NAME)
    one.see("逐项评分")
    one.page.locator("details").first.locator("summary").click()
    one.look()
    one.page.go_back()
    one.follow("确认排名")
    one.press("确认排名")
    one.follow("审定")
    one.fill("市住建局意见", "经专家集中审核，符合评选标准，同意确定。")
    one.fill("登录密码", cast.PASSWORD)
    one.press("提交审定")
    one.see("已审定。")


def _city_gives_notice(one) -> None:
    one.menu("公示公布")
    one.press("拟公示")
    one.press("保存正文")
    one.follow("核对无误，去发布")
    one.press("确认发布")
    one.see("公示至")


def _public_objects(site) -> None:
    """Anybody, on a phone, without an account."""
    one = site.visitor(width=PHONE)
    one.open("/yunzhou/public/")
    one.follow("公示")
    one.follow("提出异议")
    one.page.get_by_label("涉及小区").select_option(label=NAME)
    one.fill("姓名", "一位业主")
    one.fill("联系方式", "owner@example.com")
    with one.expecting("400 (Bad Request)"):
        one.press("提交异议")
    one.see("该字段是必填项")
    one.fill("异议内容", "小区南门外的非机动车停放比较乱，希望核实后再公布。")
    one.press("提交异议")
    one.see("异议已收到")


def _city_answers(one) -> None:
    one.menu("异议")
    one.leave_by(one.main.locator("td a").first)
    one.page.get_by_role("radio", name="异议不成立").check()
    one.fill("处理意见", "经核实，南门外为市政道路，已转请街道整治，不影响结论。")
    one.press("记录处理意见")
    one.see("南门外为市政道路")


def _city_announces(one) -> None:
    one.open("/yunzhou/notices/")
    one.press("拟公布")
    one.follow("核对无误，去发布")
    one.press("确认发布")


def _papers_come_down(site, one, dossier) -> None:
    """Every paper that a page offers is a PDF; the public page verifies one by its code."""
    with site.inside():
        wait_until(lambda: not unfinished_jobs().exists())
    one.open(f"/yunzhou/dossiers/{dossier.pk}/")
    one.see("已公布入选")
    for link in one.page.get_by_role("link", name=re.compile("PDF")).all():
        answer = one.fetch(link.get_attribute("href"))
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.body().startswith(b"%PDF-")
    code = re.search(r"验证码 (\S+)", one.page.inner_text("main"))[1]
    anybody = site.visitor(width=PHONE)
    anybody.open("/yunzhou/public/verify/")
    anybody.fill("验证码", code)
    anybody.press("核验")
    anybody.see("编码真实")


def _auditor_verifies(one) -> None:
    one.menu("操作记录")
    one.press("核验记录链")
    one.see("记录链完整")

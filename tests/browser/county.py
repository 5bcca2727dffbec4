"""What the county does with a dossier before it signs, at the browser."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.factories import files


def checks_desk(one, name: str) -> None:
    """Every row of the check list is complete."""
    one.menu("审核")
    one.follow(name)
    one.follow("材料初审")
    for group in one.main.locator("fieldset").all():
        group.get_by_role("radio", name="齐全", exact=True).check()
    one.press("保存初审结果")


def visits(one, name: str) -> None:
    """On the phone, in the estate: a defect with its place and photo."""
    one.menu("审核")
    one.follow(name)
    one.follow("实地核查")
    one.fill("参加人员", "物业科两人")
    one.press("开始核查")
    one.main.get_by_role("link", name="记一处问题").first.click()
    one.fill("位置", "3 号楼北侧")
    one.fill("问题", "草坪有裸露")
    one.main.get_by_label("照片").set_input_files(
        {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": files.photo(900, 700)}
    )
    one.main.get_by_role("button", name="记下").click()
    one.see("3 号楼北侧")
    expect(one.page.locator("[data-visit-kept]")).to_have_count(0)
    one.look()
    one.follow("结束核查")
    one.fill("核查结论", "环境整洁，发现的问题已当场交办。")
    one.press("结束核查")
    one.see("初审与核查结果")

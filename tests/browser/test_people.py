"""From a new tenant to its first members in a browser: operator, administrator, invited officer."""

from __future__ import annotations

import base64
import time

import pytest
from django_otp.oath import TOTP

from accounts.models import Membership, User
from accounts.services.platform import set_platform_second_factor
from core.audit import SYSTEM
from core.models import Tenant
from core.tenancy import tenant_context
from tests.browser.visitor import PHONE
from tests.factories import cast

pytestmark = pytest.mark.browser
NAME = "海州市住房和城乡建设局"


def test_operator_opens_a_tenant_and_its_people_come_in(site):
    set_platform_second_factor(False, actor=SYSTEM)
    User.objects.create_user("operator", cast.PASSWORD, name="运维", is_platform_admin=True)
    link = _operator_opens_tenant(site)
    admin = site.visitor(width=PHONE)
    _joins(admin, link, "haizhou-admin", "系统管理员甲")
    _sets_up_second_factor(admin)
    link = _admin_invites(admin)
    officer = site.visitor()
    _joins(officer, link, "haizhou-officer", "市局经办人")
    _sets_up_second_factor(officer)
    officer.menu("评选活动")
    with tenant_context(Tenant.objects.get(slug="haizhou").pk):
        roles = Membership.objects.values_list("user__username", "role")
        assert set(roles) == {
            ("haizhou-admin", "tenant_admin"), ("haizhou-officer", "city_officer"),
        }  # fmt: skip


def _operator_opens_tenant(site) -> str:
    one = site.visitor()
    one.sign_in("operator", cast.PASSWORD, "/platform/")
    one.follow("开通单位")
    one.press("开通")
    one.see("单位名称")
    one.fill("单位名称", NAME)
    one.fill("网址标识", "haizhou")
    one.fill("首位系统管理员的姓名或岗位", "系统管理员")
    one.press("开通")
    return _link_on(one)


def _admin_invites(one) -> str:
    one.menu("人员")
    one.follow("单位")
    one.follow("增加单位")
    one.main.get_by_label("类型").select_option("city_bureau")
    one.fill("名称", NAME)
    one.press("增加单位")
    one.menu("人员")
    one.follow("邀请人员")
    one.fill("受邀人姓名或岗位", "市局经办人")
    one.main.get_by_label("角色").select_option("city_officer")
    one.main.get_by_label("单位").select_option(label=f"{NAME}（市住建局）")
    one.press("生成邀请链接")
    return _link_on(one)


def _link_on(one) -> str:
    return one.main.get_by_label("复制这个链接").input_value()


def _joins(one, link: str, username: str, name: str) -> None:
    path = "/account/invitation/" + link.split("/account/invitation/")[1]
    one.open(path)
    one.fill("登录名", username)
    one.fill("姓名或岗位", name)
    one.main.get_by_label("密码", exact=True).fill("short")
    one.main.get_by_label("再输入一次密码").fill("short")
    one.press("建立账号并接受")
    one.see("至少")
    one.main.get_by_label("密码", exact=True).fill(cast.PASSWORD)
    one.main.get_by_label("再输入一次密码").fill(cast.PASSWORD)
    one.press("建立账号并接受")


def _sets_up_second_factor(one) -> None:
    one.see("设置动态口令")
    one.main.locator("summary").click()
    secret = one.main.locator("code").inner_text().replace(" ", "")
    totp = TOTP(base64.b32decode(secret))
    totp.time = time.time()
    one.fill("动态口令", "000000" if totp.token() else "000001")
    one.press("确认设置")
    totp.time = time.time()
    one.fill("动态口令", f"{totp.token():06d}")
    one.press("确认设置")
    one.see("工作台")

"""Pages of campaigns, filled in as they are rendered."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.definition import load_definition, shipped_definitions
from campaigns.models import Campaign, CampaignVersion
from campaigns.services import close_campaign
from core.tenancy import tenant_context
from tests.campaigns.test_services import OTHERS
from tests.factories import cast
from tests.factories.campaigns import SHIPPED, changed_text, make_campaign
from tests.factories.forms import read_form


def url(name, *args):
    return reverse(f"campaigns:{name}", args=["yunzhou", *args])


def text(response):
    return response.content.decode()


def yaml_file(content):
    return SimpleUploadedFile("方案.yaml", content, "application/yaml")


READING = ("campaign_detail", "definition", "definition_export")
CHANGING = ("version_create", "campaign_open", "campaign_close", "campaign_archive")


@pytest.mark.parametrize("role", [*OTHERS, "city_officer", "tenant_admin"])
def test_who_may_open_what(people, sign_in, role):
    make_campaign(is_open=False, key="draft", title="筹备的活动")
    make_campaign(key="running", title="进行的活动")
    client = sign_in(getattr(people, role))
    organises = role in ("city_officer", "tenant_admin")
    sees_draft = organises or role == "auditor"
    shown = text(client.get(url("campaign_list")))
    assert "进行的活动" in shown and ("筹备的活动" in shown) == sees_draft
    assert client.get(url("campaign_create")).status_code == (200 if organises else 403)
    for key, sees in (("draft", sees_draft), ("running", True), ("nothing", False)):
        for name in READING:
            assert client.get(url(name, key)).status_code == (200 if sees else 404), (name, key)
        for name in CHANGING:
            expected = 200 if sees and organises else 403 if sees else 404
            assert client.get(url(name, key)).status_code == expected, (name, key)
            if not (sees and organises):
                assert client.post(url(name, key)).status_code == expected


def test_campaigns_of_another_tenant_are_not_found(db, client):
    members = {}
    for slug in ("yunzhou", "haizhou"):
        tenant = cast.make_tenant(slug, f"{slug} 市住建局")
        with tenant_context(tenant.pk):
            members[slug] = cast.make_people().city_officer
            make_campaign(key=f"{slug}-2023", title=f"{slug} 的活动")
    user = members["yunzhou"].user
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert "haizhou 的活动" not in text(client.get("/yunzhou/campaigns/"))
    for slug in ("yunzhou", "haizhou"):
        for tail in ("", "definition/", "definition.yaml", "open/", "versions/new/"):
            assert client.get(f"/{slug}/campaigns/haizhou-2023/{tail}").status_code == 404


def test_definition_page_says_every_item_every_default_and_every_sum(people, sign_in):
    campaign = make_campaign()
    shown = text(sign_in(people.applicant).get(url("definition", campaign.key)))
    definition = campaign.versions.get().definition
    for item in definition.items():
        assert f'id="item-{item.code}"' in shown and item.title in shown
    for _, _, note in definition.unstated():
        assert note in shown
    for note in definition.notes:
        assert note.text in shown
    assert "酌情评分 16 项，共 47 分" in shown and "各项合计 100 分" in shown
    assert "达到计分，否则不计 14 项，共 36 分" in shown
    assert "逐处扣分 5 项，共 15 分" in shown and "分项设施 1 项，共 2 分" in shown
    assert shown.count("方案未规定，系统默认") > 50


def test_guide_tells_deadlines_quotas_and_papers(people, sign_in):
    campaign = make_campaign()
    shown = text(sign_in(people.applicant).get(url("campaign_detail", campaign.key)))
    for words in ("海港区", "10 个", "5 分钟", "2023年10月30日 23:59", "业主委员会"):
        assert words in shown
    assert "更改方案" not in shown and "结束活动" not in shown


@pytest.mark.parametrize("number", ["9", "x", "-1", "99999999999", "²"])
def test_version_that_does_not_exist_is_not_found(people, sign_in, number):
    campaign = make_campaign()
    client = sign_in(people.applicant)
    address = url("definition", campaign.key)
    assert client.get(address, {"version": number}).status_code == 404
    assert client.get(address, {"version": "1"}).status_code == 200


def test_export_loads_to_the_same_definition(people, sign_in):
    campaign = make_campaign()
    content = text(sign_in(people.auditor).get(url("definition_export", campaign.key)))
    assert load_definition(content).sha256() == campaign.versions.get().sha256


@pytest.mark.parametrize("number", [1, 30])
def test_list_and_detail_cost_the_same_queries(people, sign_in, django_assert_num_queries, number):
    for n in range(number):
        campaign = make_campaign(key=f"c-{n}", title=f"活动{n}")
    client = sign_in(people.city_officer)
    with django_assert_num_queries(14):
        client.get(url("campaign_list"))
    with django_assert_num_queries(14):
        client.get(url("campaign_detail", campaign.key))
    with django_assert_num_queries(11):
        client.get(url("definition", campaign.key))


# Setting up


def test_campaign_is_set_up_from_a_shipped_definition_once(people, sign_in):
    client = sign_in(people.city_officer)
    form = read_form(client.get(url("campaign_create")))
    assert form.options["shipped"] == [*shipped_definitions(), "upload"]
    data = form.filled(shipped=SHIPPED)
    answers = [client.post(url("campaign_create"), data) for _ in range(2)]
    assert {answer.url for answer in answers} == {url("campaign_detail", SHIPPED)}
    assert Campaign.objects.get().state == "draft" and CampaignVersion.objects.count() == 1


def test_faulty_upload_is_told_place_by_place_and_keeps_the_rest(people, sign_in):
    client = sign_in(people.city_officer)
    broken = changed_text("pass_mark: 80", "pass_mark: viel").encode()
    data = read_form(client.get(url("campaign_create"))).filled(shipped="upload", title="我的活动")
    shown = text(client.post(url("campaign_create"), {**data, "definition": yaml_file(broken)}))
    assert "outcome.pass_mark" in shown and "应为数字" in shown and "我的活动" in shown
    for content, words in (
        (b"\xff\xfe\x00\x01", "UTF-8"),
        (b"a\x00b", "不是文本"),
        (b"", "空"),
        (b"a: &x 1\nb: *x\n", "引用"),
        (b"campaigns/definitions/qinhuangdao_2023.yaml", "方案定义应以"),
        (b"x" * 6_100_000, "文件过大"),
    ):
        answer = client.post(url("campaign_create"), {**data, "definition": yaml_file(content)})
        assert answer.status_code == 200 and words in text(answer), words
    assert "请选择要上传的" in text(client.post(url("campaign_create"), data))
    assert not Campaign.objects.exists()


def test_taken_or_reserved_key_is_told_beside_the_field(people, sign_in):
    make_campaign()
    client = sign_in(people.city_officer)
    data = read_form(client.get(url("campaign_create"))).filled(shipped=SHIPPED)
    assert "已经存在" in text(client.post(url("campaign_create"), data))
    assert "不能使用" in text(client.post(url("campaign_create"), data | {"key": "new"}))
    assert "只能用字母" in text(client.post(url("campaign_create"), data | {"key": "a/b"}))


def test_uploaded_change_becomes_the_next_version_once(people, sign_in):
    campaign = make_campaign()
    client = sign_in(people.city_officer)
    page = url("version_create", campaign.key)
    data = read_form(client.get(page)).filled(reason="更正合格线")
    for _ in range(2):
        upload = {"definition": yaml_file(changed_text().encode())}
        assert client.post(page, {**data, **upload}).status_code == 302
    assert campaign.versions.count() == 2
    shown = text(client.get(url("campaign_detail", campaign.key)))
    assert "更正合格线" in shown and "第 2 版" in shown
    data = read_form(client.get(page)).filled(reason=" ")
    upload = {"definition": yaml_file(changed_text().encode())}
    assert client.post(page, {**data, **upload}).status_code == 200


def test_campaign_is_opened_closed_and_archived_by_its_pages(people, sign_in):
    campaign = make_campaign(is_open=False)
    client = sign_in(people.city_officer)
    for name, state in (
        ("campaign_open", "open"),
        ("campaign_close", "closed"),
        ("campaign_open", "open"),
        ("campaign_close", "closed"),
        ("campaign_archive", "archived"),
    ):
        page = url(name, campaign.key)
        data = read_form(client.get(page)).filled()
        assert client.post(page, data).url == url("campaign_detail", campaign.key)
        campaign.refresh_from_db()
        assert campaign.state == state


def test_moving_a_campaign_that_moved_already_is_refused_kindly(people, sign_in):
    campaign = make_campaign()
    client = sign_in(people.city_officer)
    page = url("campaign_close", campaign.key)
    data = read_form(client.get(page)).filled()
    close_campaign(campaign, actor=people.tenant_admin)
    answer = client.post(page, data)
    assert answer.status_code == 409 and "请刷新页面" in text(answer)

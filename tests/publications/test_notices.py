"""公示 → objections → 公布: what may happen when, and what each person is told."""

from datetime import date

import pypdfium2
import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from communities.services import register_company
from core import audit
from core.errors import Conflict, Refused
from core.models import Job, Tenant
from documents.services import keep_document
from documents.storage import read
from publications import services
from publications.documents import notice_context, render_notice
from publications.enums import NoticeState
from publications.models import Notice, Objection
from publications.periods import is_working_day, last_day
from reviews.enums import DossierState
from reviews.models import Dossier
from tests.factories import cast
from tests.factories.dossiers import set_clock
from tests.factories.forms import read_forms
from tests.standing import standing

RELEASED_ON = "2023-11-20 10:00"
AFTER_NOTICE = "2023-11-28 09:00"


@standing
def registered(people):
    """The applicant is in the company register, so that no gate stays unknown."""
    register_company(
        actor=people.city_officer, name=people.applicant.organisation.name,
        uscc="91130300MA000000A8", credit_grade="A",
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _registered(registered):
    pass


@standing
def released(people, decided):
    set_clock(RELEASED_ON)
    notice = services.prepare_notice(decided, actor=people.city_officer)
    return services.release_notice(notice, actor=people.city_officer)


def file(notice, **changes):
    words = {
        "name": "一位业主",
        "contact": "owner@example.com",
        "text": "停车秩序混乱，请核实后再定。",
    }
    return services.file_objection(notice, **words | changes)


@pytest.mark.parametrize(
    ("start", "days", "kind", "end"),
    [
        (date(2023, 11, 20), 5, "working", date(2023, 11, 27)),
        (date(2023, 11, 20), 5, "calendar", date(2023, 11, 25)),
        (date(2023, 9, 28), 1, "working", date(2023, 10, 7)),  # the holiday, and a working Saturday
        (date(2031, 3, 7), 1, "working", date(2031, 3, 10)),  # beyond the published calendars
    ],
)
def test_last_day_of_a_notice(db, start, days, kind, end):
    assert last_day(start, days, kind) == end
    assert is_working_day(end) or kind == "calendar"


def test_notice_needs_decisions(people, scored):
    with pytest.raises(Refused, match="还没有审定"):
        services.prepare_notice(scored, actor=people.city_officer)


def test_notice_lists_the_winners_and_moves_them(people, released):
    assert (released.starts_on, released.ends_on) == (date(2023, 11, 20), date(2023, 11, 27))
    assert [set(entry) for entry in released.entries] == [
        {"dossier", "name", "county", "company"}
    ] * 2
    states = set(Dossier.objects.values_list("state", "step"))
    assert states == {(DossierState.LISTED, "public_notice")}
    assert Job.objects.filter(kind="publications.render_notice").count() == 1


def test_released_notice_cannot_be_changed_or_released_again(people, released):
    with pytest.raises(Conflict, match="已经发布"):
        services.edit_notice(released, actor=people.city_officer, title="改", number="", body="改")
    with pytest.raises(Conflict, match="已经发布"):
        services.release_notice(released, actor=people.city_officer)
    with pytest.raises(Conflict, match="已经拟好"):
        services.prepare_notice(released.campaign, actor=people.city_officer)


def test_announcement_waits_for_the_end_and_for_every_objection(people, released):
    objection = file(released)
    with pytest.raises(Refused, match="公示到 2023-11-27 结束"):
        services.prepare_announcement(released.campaign, actor=people.city_officer)
    set_clock(AFTER_NOTICE)
    with pytest.raises(Refused, match="还有 1 件异议没有处理"):
        services.prepare_announcement(released.campaign, actor=people.city_officer)
    services.handle_objection(
        objection, actor=people.city_officer, is_upheld=False, reply="经核实不属实。"
    )
    announcement = services.prepare_announcement(released.campaign, actor=people.city_officer)
    services.release_notice(announcement, actor=people.city_officer)
    assert set(Dossier.objects.values_list("state", flat=True)) == {DossierState.AWARDED}


def test_upheld_objection_takes_the_community_off_the_list(people, released):
    gone, stays = released.entries
    objection = file(released, dossier_id=gone["dossier"])
    services.handle_objection(
        objection, actor=people.city_officer, is_upheld=True, reply="经核实属实，取消资格。"
    )
    set_clock(AFTER_NOTICE)
    announcement = services.prepare_announcement(released.campaign, actor=people.city_officer)
    assert [entry["dossier"] for entry in announcement.entries] == [stays["dossier"]]
    services.release_notice(announcement, actor=people.city_officer)
    assert Dossier.objects.get(pk=gone["dossier"]).state == DossierState.NOT_AWARDED
    assert Dossier.objects.get(pk=stays["dossier"]).state == DossierState.AWARDED


def test_objection_is_refused_outside_the_period_and_for_strangers_dossiers(people, released):
    with pytest.raises(Refused, match="不在公示名单"):
        file(released, dossier_id="018bea01-0000-7000-8000-000000000001")
    set_clock(AFTER_NOTICE)
    with pytest.raises(Refused, match="通道已关闭"):
        file(released)
    assert Objection.objects.count() == 0


def test_objection_is_handled_once_and_upheld_only_for_a_community(people, released):
    objection = file(released)
    with pytest.raises(Refused, match="没有指明小区"):
        services.handle_objection(
            objection, actor=people.city_officer, is_upheld=True, reply="属实"
        )
    services.handle_objection(objection, actor=people.city_officer, is_upheld=False, reply="不属实")
    with pytest.raises(Conflict, match="已经处理过"):
        services.handle_objection(
            objection, actor=people.city_officer, is_upheld=False, reply="不属实"
        )


def test_public_page_takes_an_objection_and_gives_a_receipt(client, tenant, people, released):
    page = client.get(f"/{tenant.slug}/public/notices/{released.pk}/objection/")
    form = read_forms(page)[-1]
    url = page.request["PATH_INFO"]
    short = client.post(url, form.filled(name="业主", contact="1", text="不行"))
    assert short.status_code == 400
    assert "请至少写 10 个字" in short.content.decode()
    assert "不行" in short.content.decode()
    answer = client.post(
        url, form.filled(name="业主", contact="1", text="东门外停车秩序混乱，请核实。"), follow=True
    )
    objection = Objection.objects.get()
    assert objection.receipt in answer.content.decode()
    # the receipt belongs to the browser that sent it
    client.cookies.clear()
    assert client.get(answer.request["PATH_INFO"]).status_code == 404


def test_objections_from_one_address_are_limited(client, tenant, people, released):
    cache.clear()
    url = f"/{tenant.slug}/public/notices/{released.pk}/objection/"
    words = {"dossier": "", "name": "业主", "contact": "1", "text": "停车秩序混乱，请核实后再定。"}
    codes = [client.post(url, words).status_code for _ in range(7)]
    assert codes == [302] * 5 + [429] * 2
    assert Objection.objects.count() == 5
    cache.clear()


def test_the_limit_counts_the_citizens_own_address_and_keeps_the_text(
    client, tenant, people, released, settings
):
    settings.PROXY_COUNT = 1
    cache.clear()
    url = f"/{tenant.slug}/public/notices/{released.pk}/objection/"
    words = {"dossier": "", "name": "业主", "contact": "1", "text": "停车秩序混乱，请核实后再定。"}
    for number in range(7):
        answer = client.post(url, words, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
        assert answer.status_code == 302
    answers = [client.post(url, words, HTTP_X_FORWARDED_FOR="203.0.113.0") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [302] * 4 + [429]
    assert "停车秩序混乱" in answers[-1].content.decode()
    assert "请一小时后再试" in answers[-1].content.decode()
    cache.clear()


def test_an_objection_sent_twice_is_filed_once(client, tenant, people, released):
    cache.clear()
    url = f"/{tenant.slug}/public/notices/{released.pk}/objection/"
    form = read_forms(client.get(url))[-1]
    filled = form.filled(name="业主", contact="1", text="东门外停车秩序混乱，请核实。")
    assert [client.post(url, filled).status_code for _ in range(3)] == [302] * 3
    assert Objection.objects.count() == 1


def test_an_objection_is_filed_without_the_cache(client, tenant, people, released, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    url = f"/{tenant.slug}/public/notices/{released.pk}/objection/"
    words = {"dossier": "", "name": "业主", "contact": "1", "text": "停车秩序混乱，请核实后再定。"}
    assert client.post(url, words).status_code == 302
    assert Objection.objects.count() == 1


def test_editing_after_the_release_is_told_as_such(sign_in, tenant, people, released):
    client = sign_in(people.city_officer)
    url = f"/{tenant.slug}/notices/{released.pk}/"
    answer = client.post(url, {"title": "改题目", "body": "改正文"})
    assert answer.status_code == 409
    assert "已经发布" in answer.content.decode()


def test_public_sees_released_lists_only_and_no_contact(client, tenant, people, decided):
    set_clock(RELEASED_ON)
    notice = services.prepare_notice(decided, actor=people.city_officer)
    home = f"/{tenant.slug}/public/"
    assert notice.title not in client.get(home).content.decode()
    assert client.get(f"{home}notices/{notice.pk}/").status_code == 404
    services.release_notice(notice, actor=people.city_officer)
    file(notice, contact="13800000000")
    assert notice.title in client.get(home).content.decode()
    page = client.get(f"{home}notices/{notice.pk}/").content.decode()
    assert notice.entries[0]["name"] in page
    assert "13800000000" not in page


def test_campaign_disclosed_on_request_only_is_not_public(client, tenant, people, released):
    Notice.objects.update(is_public=False)
    assert released.title not in client.get(f"/{tenant.slug}/public/").content.decode()
    assert client.get(f"/{tenant.slug}/public/notices/{released.pk}/").status_code == 404


def test_notice_of_another_tenant_is_not_there(client, tenant, people, released):
    Tenant.objects.create(slug="linzhou", name="临州")
    with cast.outside(tenant):
        assert client.get(f"/linzhou/public/notices/{released.pk}/").status_code == 404
        assert client.get(f"/{tenant.slug}/public/notices/{released.pk}/").status_code == 200


def test_officer_prepares_edits_and_releases_through_the_pages(sign_in, tenant, people, decided):
    set_clock(RELEASED_ON)
    client = sign_in(people.city_officer)
    page = client.get(f"/{tenant.slug}/notices/")
    form = next(f for f in read_forms(page) if "prepare" in f.action)
    detail = client.post(form.action, form.filled(), follow=True)
    form = next(f for f in read_forms(detail) if "body" in f.values)
    url = detail.request["PATH_INFO"]
    empty = client.post(url, form.filled(title="", body="改"))
    assert empty.status_code == 400
    client.post(url, form.filled(title="关于拟入选名单的公示", number="秦住建〔2023〕1号"))
    release = client.get(f"{url}release/")
    assert "方案未规定" in release.content.decode()
    form = read_forms(release)[-1]
    for _ in range(2):  # a double click releases once
        assert client.post(f"{url}release/", form.filled()).status_code == 302
    notice = Notice.objects.get()
    assert (notice.state, notice.title) == (NoticeState.RELEASED, "关于拟入选名单的公示")
    assert Job.objects.filter(kind="publications.render_notice").count() == 1


@pytest.mark.parametrize("role", ["applicant", "county_officer", "auditor"])
def test_only_the_city_releases(sign_in, tenant, people, decided, role):
    set_clock(RELEASED_ON)
    notice = services.prepare_notice(decided, actor=people.city_officer)
    client = sign_in(getattr(people, role))
    expected = 403 if role == "auditor" else 404
    assert client.post(f"/{tenant.slug}/notices/{notice.pk}/release/").status_code == expected
    notice.refresh_from_db()
    assert notice.state == NoticeState.DRAFT


def test_list_costs_the_same_for_one_and_many(sign_in, tenant, people, released):
    client = sign_in(people.city_officer)
    counts = []
    for number in (1, 30):
        while Objection.objects.count() < number:
            file(released)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/{tenant.slug}/objections/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_pdf_says_what_the_page_says(people, tenant, released):
    context = notice_context(released, tenant)
    draft = render_notice(released, context, tenant)
    document = keep_document(draft, actor=audit.SYSTEM)
    with pypdfium2.PdfDocument(read(document.path)) as pdf:
        text = "".join(page.get_textpage().get_text_range() for page in pdf)
    flat = "".join(text.split())
    for entry in released.entries:
        assert entry["name"] in flat
        assert entry["company"] in flat
    assert "2023年11月20日至2023年11月27日" in flat
    assert document.code in flat

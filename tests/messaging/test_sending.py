"""Deliveries that go wrong: the gateway refuses, is away, answers 500, takes and dies; the worker
is cut off; people decide."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from core.errors import Conflict
from core.models import AuditRecord, Job
from core.tenancy import tenant_context
from messaging.enums import DeliveryState, Event
from messaging.models import Delivery, Message
from messaging.services import sending
from messaging.services.outbox import handle_delivery
from messaging.services.plans import set_template
from messaging.tasks import deliver
from reviews.enums import Outcome
from tests.factories import cast
from tests.factories import sign_offs as officers
from tests.factories.forms import read_form
from tests.messaging.test_messages import DELIVER, MOVE
from tests.reviews.test_submissions import together

S = DeliveryState


@pytest.fixture
def sms(with_addresses, submitted, run_jobs, awake, gateway):
    """An SMS to the applicant that waits to be sent: its dossier was returned."""
    officers.sign(
        submitted, actor=with_addresses.committee_officer, outcome=Outcome.RETURN,
        opinion="第三项缺少照片，请补充。",
    )  # fmt: skip
    run_jobs(MOVE)
    return Delivery.objects.get(channel="sms")


def fresh(delivery):
    return Delivery.objects.get(pk=delivery.pk)


@pytest.mark.parametrize(
    ("answer", "state", "taken"),
    [
        (200, S.SENT, 1),
        (400, S.FAILED, 0),
        (429, S.WAITING, 0),
        (500, S.UNCLEAR, 1),
        (0, S.UNCLEAR, 1),
    ],
)
def test_the_gateways_answer_decides_and_nothing_unclear_goes_again(
    sms, gateway, run_jobs, answer, state, taken
):
    gateway.answer = answer
    run_jobs(DELIVER)
    assert fresh(sms).state == state
    Delivery.objects.filter(state="waiting").update(due_at=timezone.now())
    gateway.answer = 200
    run_jobs(DELIVER, even_later=True)
    assert len(gateway.taken) == (taken or int(state == S.WAITING))


def test_a_gateway_that_is_away_is_tried_again_and_given_up_after_five(sms, settings, run_jobs):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:1/sms"
    for attempt in range(1, 6):
        assert (fresh(sms).state, fresh(sms).attempt) == (S.WAITING, attempt - 1)
        Delivery.objects.filter(pk=sms.pk).update(due_at=timezone.now())
        run_jobs(DELIVER, even_later=True)
    assert fresh(sms).state == S.FAILED and "连不上短信网关" in fresh(sms).error


def test_a_worker_cut_off_while_sending_leaves_it_to_a_person(sms, gateway, run_jobs, people):
    """Claimed, and then the worker dies: neither its job nor another sends it."""
    sending.claim({"delivery": str(sms.pk)})
    run_jobs(DELIVER)
    assert fresh(sms).state == S.SENDING and gateway.taken == []
    with pytest.raises(Conflict, match="发送中"):
        handle_delivery(sms, "retry", actor=people.city_officer)
    Delivery.objects.filter(pk=sms.pk).update(started_at=timezone.now() - timedelta(minutes=11))
    handle_delivery(sms, "retry", actor=people.city_officer)
    run_jobs(DELIVER)
    assert fresh(sms).state == S.SENT and len(gateway.taken) == 1
    assert AuditRecord.objects.filter(verb="delivery.retried").count() == 1


def test_a_late_answer_does_not_undo_what_a_person_decided(sms, people):
    batch = sending.claim({"delivery": str(sms.pk)})
    Delivery.objects.filter(pk=sms.pk).update(started_at=timezone.now() - timedelta(minutes=11))
    handle_delivery(sms, "drop", actor=people.city_officer)
    sending.settle_sent(batch)
    assert fresh(sms).state == S.DROPPED


def test_held_let_go_and_given_up(sms, gateway, run_jobs, people):
    with pytest.raises(PermissionDenied):
        handle_delivery(sms, "hold", actor=people.auditor)
    handle_delivery(sms, "hold", actor=people.tenant_admin)
    run_jobs(DELIVER)
    assert gateway.taken == [] and fresh(sms).state == S.HELD
    handle_delivery(sms, "release", actor=people.tenant_admin)
    run_jobs(DELIVER)
    assert len(gateway.taken) == 1
    with pytest.raises(Conflict, match="已发送"):
        handle_delivery(sms, "drop", actor=people.tenant_admin)


def test_the_campaigns_own_words_are_sent(sms, people, submitted, run_jobs, gateway):
    with pytest.raises(ValidationError) as error:
        set_template(
            submitted.campaign, Event.REFUSED, title="{门牌}", text="x", sms="",
            actor=people.city_officer,
        )  # fmt: skip
    assert "门牌" in str(error.value.message_dict["title"])
    set_template(
        submitted.campaign, Event.RETURNED, title="请补正 {编号}", text="{意见}", sms="速补 {编号}",
        actor=people.city_officer,
    )  # fmt: skip
    officers.correct(submitted, actor=people.applicant)
    officers.sign(
        submitted,
        actor=people.committee_officer,
        outcome=Outcome.RETURN,
        opinion="仍缺照片，请补充。",
    )
    run_jobs(MOVE)
    message = Message.objects.filter(event=Event.RETURNED).latest("told_at")
    assert (message.title, message.text) == (f"请补正 {submitted.number}", "仍缺照片，请补充。")
    run_jobs(DELIVER)
    assert gateway.taken[-1]["text"].endswith(f"速补 {submitted.number}")


# pages


@pytest.fixture
def browse(client, tenant):
    """visit(member) → a client that reads and sends the forms of pages."""

    def visit(member):
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return visit


def url(name, tenant, *values):
    return reverse(f"messaging:{name}", args=[tenant.slug, *values])


def test_a_message_is_opened_read_and_counted_off_in_the_menu(
    people, submitted, tenant, run_jobs, browse
):
    run_jobs(MOVE)
    message = Message.objects.get(member=people.applicant)
    with cast.outside(tenant):
        client = browse(people.applicant)
        page = client.get(url("inbox", tenant))
        counts = {e["title"]: e["count"] for s in page.context["menu"] for e in s["items"]}
        assert counts["消息"] == 1 and message.title in page.content.decode()
        answer = client.post(url("message_open", tenant, message.pk))
        assert answer.url == reverse("reviews:dossier_detail", args=[tenant.slug, submitted.pk])
        page = client.get(url("inbox", tenant))
        assert "没有未读消息" in page.content.decode()


def test_the_template_page_previews_with_the_last_message_and_keeps_what_was_typed(
    people, submitted, tenant, run_jobs, browse
):
    run_jobs(MOVE)
    address = url("message_template", tenant, submitted.campaign.key, "submitted")
    with cast.outside(tenant):
        client = browse(people.city_officer)
        sent = read_form(client.get(address)).filled(title="收到 {编号}", text="{小区}已收到。")
        page = client.post(address, {**sent, "preview": "1"}).content.decode()
        assert f"收到 {submitted.number}" in page and "收到 {编号}" in page
        wrong = read_form(client.get(address)).filled(text="{门牌}已收到。")
        page = client.post(address, wrong).content.decode()
        assert "没有“门牌”这样的内容" in page and "{门牌}已收到。" in page
        answer = client.post(address, read_form(client.get(address)).filled(title="收到 {编号}"))
        assert answer.status_code == 302


@pytest.mark.parametrize("number", [1, 30])
def test_the_lists_cost_the_same(sms, people, tenant, browse, django_assert_num_queries, number):
    message = sms.message
    for n in range(number):
        other = Message.objects.create(
            campaign=message.campaign, event=Event.NEAR, source=f"s{n}", user=message.user,
            member=message.member, title="提醒", text="提醒",
        )  # fmt: skip
        Delivery.objects.create(
            message=other, channel="sms", address="13800000000", text="x", due_at=timezone.now()
        )
    with cast.outside(tenant):
        client = browse(people.tenant_admin)
        with django_assert_num_queries(OUTBOX_QUERIES):
            client.get(url("outbox", tenant))
        client = browse(people.applicant)
        with django_assert_num_queries(INBOX_QUERIES):
            client.get(url("inbox", tenant))


OUTBOX_QUERIES = INBOX_QUERIES = 12


# the race, with its twin


@pytest.fixture
def committed(committed_db, settings, gateway, monkeypatch):
    """An SMS that is due, for other connections to see: (tenant, job payload)."""
    from messaging.services import telling
    from reviews.services.announcements import announce_move
    from tests.factories import dossiers as make

    monkeypatch.setattr(telling, "after_quiet", lambda moment, *hours: moment)
    tenant = cast.make_tenant("yunzhou", "云州")
    with tenant_context(tenant.pk):
        people = cast.make_people()
        people.applicant.user.phone = "13800000000"
        people.applicant.user.save()
        dossier = make.make_submitted(people)
        officers.sign(
            dossier, actor=people.committee_officer, outcome=Outcome.RETURN, opinion="请补充照片。"
        )
        announce_move(Job.objects.filter(kind=MOVE).latest("created_at").payload)
        delivery = Delivery.objects.get()
    return tenant, delivery


def send_at_once(tenant, delivery, count=4):
    """As many workers with the same message of the broker."""
    from core.jobs import JobRun

    def act(number):
        run = JobRun(tenant.pk, "-", 1, {"delivery": str(delivery.pk)}, None)
        return deliver(run)

    return together(count, act)


def test_of_many_workers_one_sends(committed, gateway):
    results = send_at_once(*committed)
    assert [r for r in results if isinstance(r, Exception)] == []
    assert len(gateway.taken) == 1 and sum(r["sent"] for r in results) == 1


def test_without_the_mark_committed_before_all_of_them_would_send(committed, gateway, monkeypatch):
    """The twin: what is due is looked up without being marked."""

    def unmarked(payload):
        return list(Delivery.objects.select_related("message").filter(pk=payload["delivery"]))

    monkeypatch.setattr(sending, "claim", unmarked)
    send_at_once(*committed)
    assert len(gateway.taken) > 1

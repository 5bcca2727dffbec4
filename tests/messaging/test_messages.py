"""What is told: to whom, once, and only of what was committed."""

import pytest
from django.core import mail
from django.db import transaction

from accounts.models import Membership
from core.models import Job
from messaging.enums import Channel, DeliveryState, Event
from messaging.models import Delivery, Message
from messaging.services.outbox import read_messages
from messaging.services.plans import set_plan
from reviews.enums import Outcome
from reviews.services.deadlines import extend_deadline
from tests.factories import dossiers as make
from tests.factories import sign_offs as officers
from tests.reviews.test_extensions import local

MOVE, DELIVER, REMIND = "reviews.announce_move", "messaging.deliver", "reviews.remind"


def told(event=None):
    rows = Message.objects.filter(event=event) if event else Message.objects.all()
    return {(row.event, row.member.role) for row in rows}


def test_a_submission_is_told_to_its_applicant_and_to_whom_it_waits_for(
    people, submitted, run_jobs
):
    run_jobs(MOVE)
    assert told() == {("submitted", "applicant"), ("arrived", "committee_officer")}
    mine = Message.objects.get(member=people.applicant)
    assert submitted.revision.receipt in mine.text and submitted.number in mine.text
    people.applicant.refresh_from_db()
    assert people.applicant.unread_messages == 1
    assert Membership.objects.get(pk=people.street_officer.pk).unread_messages == 0


def test_a_job_that_runs_again_tells_nobody_again(people, submitted, run_jobs):
    run_jobs(MOVE)
    count = Message.objects.count()
    Job.objects.filter(kind=MOVE).update(state="queued")
    run_jobs(MOVE)
    assert Message.objects.count() == count
    people.applicant.refresh_from_db()
    assert people.applicant.unread_messages == 1


def test_what_was_rolled_back_is_told_to_nobody(people, submitted, run_jobs):
    run_jobs(MOVE)
    count = Message.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        officers.sign(submitted, actor=people.committee_officer)
        raise RuntimeError
    run_jobs(MOVE)
    assert Message.objects.count() == count


def test_return_and_refusal_are_told_with_the_opinion(people, submitted, run_jobs):
    officers.sign(
        submitted, actor=people.committee_officer, outcome=Outcome.RETURN,
        opinion="第三项缺少照片，请补充。",
    )  # fmt: skip
    run_jobs(MOVE)
    message = Message.objects.get(event=Event.RETURNED)
    assert "第三项缺少照片" in message.text and message.member == people.applicant
    officers.correct(submitted, actor=people.applicant)
    officers.sign(
        submitted, actor=people.committee_officer, outcome=Outcome.REFUSE,
        opinion="小区不在本区范围内。",
    )  # fmt: skip
    run_jobs(MOVE)
    assert "不在本区范围" in Message.objects.get(event=Event.REFUSED).text


def test_who_stands_in_is_told_too_and_one_person_only_once(people, submitted, run_jobs):
    """The stand-in is told of what waits; the same person in two posts hears of it once."""
    member = people.committee_officer
    Membership.objects.create(
        user=member.user, organisation=member.organisation, role=member.role, acts_for=member,
        starts_on="2020-01-01", ends_on="2099-01-01",
    )  # fmt: skip
    run_jobs(MOVE)
    assert Message.objects.filter(event=Event.ARRIVED).count() == 1


def test_mail_and_sms_leave_once(with_addresses, submitted, run_jobs, awake, gateway):
    people = with_addresses
    officers.sign(
        submitted, actor=people.committee_officer, outcome=Outcome.RETURN,
        opinion="第三项缺少照片，请补充。",
    )  # fmt: skip
    run_jobs(MOVE)
    run_jobs(DELIVER)
    run_jobs(DELIVER)
    subjects = [one.subject for one in mail.outbox if one.to == [people.applicant.user.email]]
    assert len(subjects) == 2 and "退回补正" in subjects[1]
    assert "http://" in mail.outbox[-1].body and str(submitted.pk) in mail.outbox[-1].body
    assert [sms["to"] for sms in gateway.taken] == ["13800000000"]
    assert submitted.number in gateway.taken[0]["text"]
    assert gateway.taken[0]["authorization"] == "Bearer secret"


def test_officers_get_one_digest_of_everything(with_addresses, submitted, run_jobs, let_due):
    people = with_addresses
    make.make_submitted(people, campaign=submitted.campaign)
    run_jobs(MOVE)
    waiting = Delivery.objects.filter(message__member=people.committee_officer)
    assert waiting.count() == 2 and all(row.is_digest for row in waiting)
    assert Job.objects.filter(kind=DELIVER, payload__has_key="digest_of").count() == 1
    let_due()
    run_jobs(DELIVER, even_later=True)
    mine = [one for one in mail.outbox if one.to == [people.committee_officer.user.email]]
    assert len(mine) == 1 and "2 条消息" in mine[0].subject
    assert {row.state for row in waiting.all()} == {DeliveryState.SENT}


def test_reminders_come_at_seven_three_and_one_working_days_once_each(people, run_jobs):
    """The deadline is Monday 30 October 2023."""
    make.make_dossier(people)
    for day, count in (
        ("2023-10-18", 0), ("2023-10-19", 1), ("2023-10-20", 1), ("2023-10-26", 2),
        ("2023-10-27", 3), ("2023-10-30", 3), ("2023-10-31", 3),
    ):  # fmt: skip
        make.set_clock(f"{day} 09:00")
        for _ in range(2):
            run_reminder(run_jobs)
        mine = Message.objects.filter(member=people.applicant, event=Event.NEAR)
        assert mine.count() == count, day
    assert mine.last().values["件数"] == "1"


def run_reminder(run_jobs):
    from reviews.services.announcements import remind

    remind()
    assert Job.objects.filter(kind=REMIND, state="queued").count() == 1


def test_an_extension_moves_the_reminders_and_is_told(people, run_jobs):
    dossier = make.make_dossier(people)
    extend_deadline(
        dossier.campaign, "application", until=local("2023-11-11"), reason="汛期影响，统一延长。",
        actor=people.city_officer,
    )  # fmt: skip
    run_jobs("reviews.announce_extension")
    roles = {role for _, role in told(Event.EXTENDED)}
    assert {"applicant", "county_officer"} <= roles
    assert not Message.objects.filter(member=people.other_applicant).exists()
    make.set_clock("2023-10-30 09:00")
    run_reminder(run_jobs)
    assert not Message.objects.filter(event=Event.NEAR, member=people.applicant).exists()


def test_a_held_campaign_sends_nothing_by_itself(with_addresses, submitted, run_jobs, awake):
    people = with_addresses
    from datetime import time

    set_plan(
        submitted.campaign, quiet_from=time(21), quiet_until=time(8), digest_at=time(9),
        reminder_days=[3], is_held=True, actor=people.city_officer,
    )  # fmt: skip
    run_jobs(MOVE)
    run_jobs(DELIVER, even_later=True)
    assert mail.outbox == []
    assert {row.state for row in Delivery.objects.all()} == {DeliveryState.HELD}
    assert Delivery.objects.filter(channel=Channel.EMAIL).count() == 2


def test_only_the_own_messages_are_read(people, submitted, run_jobs):
    run_jobs(MOVE)
    message = Message.objects.get(member=people.applicant)
    assert read_messages([message], actor=people.committee_officer) == 0
    assert read_messages([message], actor=people.applicant) == 1
    assert read_messages([message], actor=people.applicant) == 0
    people.applicant.refresh_from_db()
    assert people.applicant.unread_messages == 0

"""Quiet hours and the digest, as functions of local time; templates filled."""

from datetime import date, datetime, time, timedelta

import pytest

from accounts.enums import Role
from messaging.enums import Event
from messaging.schedule import after_quiet, next_digest
from messaging.wording import WORDS, fill, goes_by_digest, unknown_names


def at(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "hours", "leaves"),
    [
        ("2026-11-20 20:59", (time(21), time(8)), "2026-11-20 20:59"),
        ("2026-11-20 21:00", (time(21), time(8)), "2026-11-21 08:00"),
        ("2026-11-21 07:59", (time(21), time(8)), "2026-11-21 08:00"),
        ("2026-11-21 08:00", (time(21), time(8)), "2026-11-21 08:00"),
        ("2026-11-21 12:30", (time(12), time(14)), "2026-11-21 14:00"),
        ("2026-11-21 15:00", (time(12), time(14)), "2026-11-21 15:00"),
        ("2026-11-21 03:00", (time(0), time(0)), "2026-11-21 03:00"),
    ],
)
def test_quiet_hours_end_before_anything_leaves(moment, hours, leaves):
    assert after_quiet(at(moment), *hours) == at(leaves)


class Weekdays:
    def __contains__(self, day: date) -> bool:
        return day.weekday() < 5


def test_the_digest_waits_for_a_working_day():
    friday = at("2026-11-20 08:30")
    assert next_digest(friday, time(8, 30), Weekdays()) == at("2026-11-23 08:30")
    assert next_digest(friday - timedelta(minutes=1), time(8, 30), Weekdays()) == friday


def test_every_template_of_ours_uses_only_what_its_event_knows():
    for event, words in WORDS.items():
        for text in (words.title, words.text, words.sms):
            assert unknown_names(event, text) == []
    assert set(WORDS) == set(Event)


def test_a_name_without_value_shows_itself_and_a_wrong_one_is_named():
    assert fill("{小区}，{编号}", {"小区": "和顺家园"}) == "和顺家园，〔编号〕"
    assert unknown_names(Event.RETURNED, "{小区}{门牌}") == ["门牌"]


def test_only_officers_get_the_digest():
    assert goes_by_digest(Event.ARRIVED, Role.STREET_OFFICER)
    assert not goes_by_digest(Event.NEAR, Role.APPLICANT)
    assert not goes_by_digest(Event.RETURNED, Role.STREET_OFFICER)

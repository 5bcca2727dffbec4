"""Working days: the seeded calendars, and what an administrator changes in them."""

from datetime import date

import pytest

from accounts.services.calendar import remove_calendar_day, set_calendar_day
from core import audit
from core.models import CalendarDay
from core.working_days import WorkingDays, is_published, is_working_day, working_days_between

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("today", "last", "days"),
    [
        (date(2023, 10, 26), date(2023, 10, 30), 2),  # Thursday to Monday
        (date(2023, 10, 30), date(2023, 10, 30), 0),
        (date(2023, 11, 1), date(2023, 10, 30), 0),
        (date(2023, 9, 28), date(2023, 10, 8), 2),  # the holiday, with two working Saturdays
        (date(2031, 3, 7), date(2031, 3, 10), 1),  # beyond the published calendars
    ],
)
def test_working_days_know_the_holidays(today, last, days):
    assert working_days_between(today, last) == days


def test_a_whole_list_costs_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        days = WorkingDays(date(2023, 1, 1), date(2023, 12, 31))
        assert days.between(date(2023, 9, 28), date(2023, 10, 8)) == 2
        assert date(2023, 10, 7) in days


def test_an_administrator_announces_a_holiday_and_takes_it_back():
    day = date(2031, 10, 1)  # a Wednesday
    assert is_working_day(day)
    assert not is_published(day)
    row = set_calendar_day(day, is_working=False, name="国庆节", actor=audit.SYSTEM)
    assert not is_working_day(day)
    assert is_published(day)
    set_calendar_day(day, is_working=True, name="照常上班", actor=audit.SYSTEM)
    assert is_working_day(day)
    remove_calendar_day(CalendarDay.objects.get(pk=row.pk), actor=audit.SYSTEM)
    assert not is_published(day)

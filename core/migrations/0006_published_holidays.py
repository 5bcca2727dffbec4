"""The published calendars of the State Council become rows that an administrator can edit."""

from datetime import date, timedelta

import chinese_calendar
from django.db import migrations

NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def seed(apps, schema_editor):
    model = apps.get_model("core", "CalendarDay")
    model.objects.using(schema_editor.connection.alias).bulk_create(_days(model))


def _days(model):
    day = date(2004, 1, 1)
    while True:
        try:
            is_working = chinese_calendar.is_workday(day)
        except NotImplementedError:  # beyond the last published year
            return
        if is_working != (day.weekday() < 5):
            _, name = chinese_calendar.get_holiday_detail(day)
            yield model(day=day, is_working=is_working, name=NAMES.get(name, name or "调休"))
        day += timedelta(days=1)


def clear(apps, schema_editor):
    model = apps.get_model("core", "CalendarDay")
    model.objects.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [("core", "0005_calendar_days")]
    operations = [migrations.RunPython(seed, clear)]

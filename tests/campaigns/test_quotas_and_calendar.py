"""Counts against quotas, moments against deadlines."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from campaigns.definition import load_definition, shipped_definitions
from campaigns.definition.outcome import Quota
from campaigns.quotas import meter, meters
from campaigns.selectors import deadline_states, next_deadline

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def definition():
    return load_definition(shipped_definitions()["qinhuangdao_2023"])


def test_minimum_applications_of_every_county(definition):
    """秦皇岛 2023 四（二）: 海港区 10, 开发区 5, every other 3."""
    found = {m.name: m for m in meters(definition, "applications", {"海港区": 9, "昌黎县": 3})}
    assert len(found) == 9
    assert found["海港区"].minimum == 10
    assert found["秦皇岛经济技术开发区"].minimum == 5
    assert {m.minimum for n, m in found.items() if n not in ("海港区", "秦皇岛经济技术开发区")} == {
        3
    }
    assert found["海港区"].state == "short" and "还差 1 个" in found["海港区"].text
    assert found["昌黎县"].state == "reached"
    assert found["海港区"].source == "四（二）"
    assert not found["海港区"].is_enforced and found["海港区"].is_enforcement_unstated


def test_county_that_the_definition_does_not_list_is_shown_last(definition):
    found = meters(definition, "applications", {"新设区": 2})
    assert (found[-1].name, found[-1].value, found[-1].minimum) == ("新设区", 2, 3)


def test_object_without_quota_says_so(definition):
    assert {m.state for m in meters(definition, "winners", {})} == {"none"}


@pytest.mark.parametrize(
    ("rule", "value", "base", "state", "limits"),
    [
        ({"type": "max", "value": 3}, 4, None, "over", (None, 3)),
        ({"type": "max", "value": 3}, 3, None, "reached", (None, 3)),
        ({"type": "exact", "value": 2}, 1, None, "short", (2, 2)),
        ({"type": "exact", "value": 2}, 3, None, "over", (2, 2)),
        ({"type": "range", "value": 1, "upper": 2}, 2, None, "reached", (1, 2)),
        ({"type": "percentage", "value": 5, "base": "communities"}, 3, 61, "short", (4, None)),
        (
            {"type": "percentage", "value": 5, "base": "communities"},
            3,
            None,
            "unknown",
            (None, None),
        ),
    ],
)
def test_every_rule_has_a_meter(rule, value, base, state, limits):
    quota = Quota.model_validate(
        {"code": "q", "title": "名额", "object": "cases", "scope": {"level": "county"}}
        | {"rule": rule}
    )
    found = meter(quota, "海港区", value, object_="cases", base=base)
    assert (found.state, found.minimum, found.maximum) == (state, *limits)


def at(*moment):
    return datetime(*moment, tzinfo=ZONE)


def state_of(definition, code, now):
    return next(s for s in deadline_states(definition, now) if s.deadline.code == code)


def test_deadline_ends_with_its_day_in_the_tenants_zone(definition):
    last = state_of(definition, "application", at(2023, 10, 30, 23, 59, 59))
    assert (last.state, last.days_left, last.words) == ("open", 0, "今天截止")
    assert f"{last.last_moment:%m-%d %H:%M}" == "10-30 23:59"
    over = state_of(definition, "application", at(2023, 10, 31))
    assert (over.state, over.words) == ("over", "已截止")
    other_zone = at(2023, 10, 31).astimezone(ZoneInfo("UTC"))
    assert state_of(definition, "application", other_zone).state == "over"
    assert state_of(definition, "application", at(2023, 10, 20)).words == "还有 10 天"


def test_deadline_that_is_not_enforced_says_so(definition):
    assert state_of(definition, "plan", at(2023, 9, 1)).words == "已过期限，仍可办理"


def test_next_deadline_is_the_first_that_is_not_over(definition):
    assert next_deadline(definition, at(2023, 9, 1)).deadline.code == "application"
    assert next_deadline(definition, at(2024, 1, 1)) is None

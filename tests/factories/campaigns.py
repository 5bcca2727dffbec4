"""Campaigns from the shipped definition, made through the services."""

from campaigns.definition import dump_definition, load_definition, shipped_definitions
from campaigns.services import create_campaign, open_campaign
from core import audit

SHIPPED = "qinhuangdao_2023"


def shipped_text() -> str:
    return shipped_definitions()[SHIPPED].read_text("utf-8")


def changed_text(old: str = "pass_mark: 80", new: str = "pass_mark: 85") -> str:
    """The shipped definition with one thing changed."""
    text = dump_definition(load_definition(shipped_definitions()[SHIPPED]))
    assert text.count(old) == 1
    return text.replace(old, new)


def make_campaign(*, is_open: bool = True, actor=audit.SYSTEM, **names):
    campaign = create_campaign(shipped_text(), actor=actor, **names)
    return open_campaign(campaign, actor=actor) if is_open else campaign

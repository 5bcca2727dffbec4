"""Every write of campaigns: a new one, a further version, opening and closing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction

from accounts.enums import Role
from campaigns.definition import (
    Definition,
    DefinitionError,
    Problem,
    dump_definition,
    load_definition,
    locate_definition,
)
from campaigns.definition.problems import Locator
from campaigns.enums import CampaignState
from campaigns.models import Campaign, CampaignVersion
from campaigns.permissions import ORGANISERS, can_create_campaign
from campaigns.refinement import refinement_problems
from campaigns.selectors import definition_of_hash
from core import audit
from core.errors import Refused

RESERVED_KEYS = {"new", "drafts", "imports"}
TAKEN = "这个标识的评选活动已经存在，请换一个标识。"


@dataclass(frozen=True)
class Transition:
    """One allowed move; ``guard`` raises ``Refused`` when something is still missing."""

    source: str
    target: str
    roles: frozenset[str]
    guard: Callable[[Campaign], None]
    verb: str


def _definition_is_sound(campaign: Campaign) -> None:
    """The definition as it would be read from a file has no error left."""
    version = campaign.versions.order_by("-number").first()
    try:
        load_definition(dump_definition(version.definition))
    except DefinitionError as error:
        raise Refused(f"方案定义还有错误，改正后再开放：{error}") from None


def _nothing(campaign: Campaign) -> None:
    """No condition of its own; a higher app checks its dossiers before it calls."""


_WHO = frozenset(ORGANISERS)
TRANSITIONS = (
    Transition(
        CampaignState.DRAFT, CampaignState.OPEN, _WHO, _definition_is_sound, "campaign.opened"
    ),
    Transition(CampaignState.OPEN, CampaignState.CLOSED, _WHO, _nothing, "campaign.closed"),
    Transition(CampaignState.CLOSED, CampaignState.OPEN, _WHO, _nothing, "campaign.reopened"),
    Transition(
        CampaignState.CLOSED,
        CampaignState.ARCHIVED,
        frozenset({Role.CITY_OFFICER}),
        _nothing,
        "campaign.archived",
    ),
)


@transaction.atomic
def create_campaign(
    definition: Definition | str, *, actor, key: str = "", title: str = ""
) -> Campaign:
    """Set up a campaign in draft with version 1.

    ``definition`` may be the YAML text; ``DefinitionError`` then lists path, line and message.
    ``key`` and ``title`` come from the definition unless given (two counties, one notice).
    """
    if actor is not audit.SYSTEM and not can_create_campaign(actor):
        raise PermissionDenied
    definition = read_checked(definition)
    campaign = Campaign(
        key=(key or definition.key).strip(), title=title or definition.title, year=definition.year
    )
    _check_key(campaign)
    try:
        with transaction.atomic():
            campaign.save(force_insert=True)
    except IntegrityError:
        raise ValidationError({"key": TAKEN}) from None
    version = _store_version(campaign, definition, actor=actor, number=1, reason="")
    audit.record(
        actor, "campaign.created", campaign, key=campaign.key, title=campaign.title,
        version=version.number, sha256=version.sha256,
    )  # fmt: skip
    return campaign


@transaction.atomic
def add_version(
    campaign: Campaign, definition: Definition | str, *, actor, reason: str
) -> CampaignVersion:
    """Add version n+1. Dossiers stay on theirs; the reason is kept and shown."""
    campaign = _locked(campaign)
    if actor is not audit.SYSTEM and actor.role not in ORGANISERS:
        raise PermissionDenied
    if campaign.state not in (CampaignState.DRAFT, CampaignState.OPEN):
        raise Refused("活动已结束，不能再更改方案。")
    definition = read_checked(definition)
    if not reason.strip():
        raise ValidationError({"reason": "请写明更改的理由，它会显示在版本记录中。"})
    last = campaign.versions.order_by("-number").first()
    if definition.sha256() == last.sha256:
        raise ValidationError({"definition": f"内容与第 {last.number} 版完全相同，无需新增版本。"})
    version = _store_version(
        campaign, definition, actor=actor, number=last.number + 1, reason=reason.strip()
    )
    audit.record(
        actor, "campaign.version_added", campaign, version=version.number,
        sha256=version.sha256, previous_sha256=last.sha256, reason=version.reason,
    )  # fmt: skip
    return version


@transaction.atomic
def open_campaign(campaign: Campaign, *, actor) -> Campaign:
    """Let dossiers be made. A definition with errors is not opened."""
    return _move(campaign, CampaignState.OPEN, actor)


@transaction.atomic
def close_campaign(campaign: Campaign, *, actor) -> Campaign:
    """Nothing more is handed in, signed or scored."""
    return _move(campaign, CampaignState.CLOSED, actor)


@transaction.atomic
def archive_campaign(campaign: Campaign, *, actor) -> Campaign:
    """A closed campaign becomes read-only for good."""
    return _move(campaign, CampaignState.ARCHIVED, actor)


def _move(campaign: Campaign, target: str, actor) -> Campaign:
    """Walk one line of ``TRANSITIONS``; already there is a conflict told, not done twice."""
    campaign = _locked(campaign)
    for step in TRANSITIONS:
        if (step.source, step.target) == (campaign.state, target):
            break
    else:
        raise Refused(
            f"活动现在是“{campaign.get_state_display()}”，不能改为“{CampaignState(target).label}”。"
            "请刷新页面查看最新状态。"
        )
    if actor is not audit.SYSTEM and actor.role not in step.roles:
        raise PermissionDenied
    step.guard(campaign)
    campaign.state = target
    campaign.save(update_fields=["state"])
    audit.record(actor, step.verb, campaign, **{"from": step.source, "to": step.target})
    return campaign


def _locked(campaign: Campaign) -> Campaign:
    return Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)


def read_checked(definition: Definition | str) -> Definition:
    """The definition, read from its text if need be. DefinitionError names what is wrong in it,
    and where it touches what the definition it refines has locked."""
    locator = None
    if isinstance(definition, str):
        text = definition if "\n" in definition else f"{definition}\n"
        definition, locator = locate_definition(text)
    if definition.parent is None:
        return definition
    parent = definition_of_hash(definition.parent.sha256)
    if parent is None:
        path, line = (locator or Locator()).place(("parent", "sha256"))
        words = "找不到这一版上级方案，请先把上级方案导入为一个活动（可以一直处于筹备中）"
        raise DefinitionError([Problem(path, line, words)])
    problems = refinement_problems(parent, definition, locator)
    if problems:
        raise DefinitionError(problems)
    return definition


def _check_key(campaign: Campaign) -> None:
    try:
        validate_slug(campaign.key)
    except ValidationError:
        raise ValidationError({"key": "标识只能用字母、数字、短横和下划线。"}) from None
    if campaign.key in RESERVED_KEYS or len(campaign.key) > 60:
        raise ValidationError({"key": "这个标识不能使用，请换一个，至多 60 个字符。"})
    if Campaign.objects.filter(key=campaign.key).exists():
        raise ValidationError({"key": TAKEN})
    if not campaign.title.strip() or len(campaign.title) > 120:
        raise ValidationError({"title": "名称应为 1 到 120 个字。"})


def _store_version(campaign, definition: Definition, *, actor, number: int, reason: str):
    return CampaignVersion.objects.create(
        campaign=campaign,
        number=number,
        body=json.loads(definition.canonical_json()),
        sha256=definition.sha256(),
        reason=reason,
        created_by_id=actor.id,
    )

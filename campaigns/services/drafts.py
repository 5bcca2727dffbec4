"""Every write of a definition draft. A draft may be wrong; what leaves it may not.

Two people may write in one draft: each change names the content it saw at its place (``seen``,
from ``tree.digest``), and is refused when somebody else has changed it since.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models.functions import Now

from campaigns.definition import Definition, DefinitionError, check_data, tree
from campaigns.definition.loading import MOST_CHARACTERS
from campaigns.models import Campaign, CampaignVersion, DefinitionDraft
from campaigns.permissions import can_edit_drafts
from campaigns.schema import MOST_MEMBERS
from campaigns.services.campaigns import add_version, create_campaign
from core import audit
from core.errors import Conflict, Refused

MOST_DRAFTS = 100
UNNAMED = "未命名的方案"


@transaction.atomic
def create_draft(
    body: dict[str, Any],
    *,
    actor,
    base: CampaignVersion | None = None,
    campaign: Campaign | None = None,
) -> DefinitionDraft:
    """Begin a draft from a definition as data (``Definition.canonical_json`` or part of it).

    ``base`` is the version the data came from; with ``campaign`` the draft is meant to become
    that campaign's next version."""  # fmt: skip
    _may_edit(actor)
    if DefinitionDraft.objects.filter(stored_as=None).count() >= MOST_DRAFTS:
        raise Refused(f"方案草稿已有 {MOST_DRAFTS} 份，请先删除不用的草稿。")
    draft = DefinitionDraft(base=base, campaign=campaign, created_by_id=actor.id)
    _write(draft, body, actor)
    draft.save(force_insert=True)
    audit.record(
        actor, "draft.created", draft, title=draft.title, sha256=_sha256(draft.body),
        base=str(base.pk) if base else "",
    )  # fmt: skip
    return draft


def edit_piece(
    draft,
    place: tree.Place,
    edit: Callable[[Any], Any],
    *,
    actor,
    seen: str,
    view: Callable[[Any], Any] | None = None,
    what: str = "set",
) -> DefinitionDraft:
    """Put ``edit(piece)`` at the place. ``view`` is the part of the piece that was seen and that
    nobody else may have changed; without one it is the whole piece."""  # fmt: skip
    return _change(
        draft,
        place,
        lambda body: tree.with_piece(body, place, edit(tree.piece(body, place))),
        actor,
        seen,
        what,
        view,
    )


def set_piece(draft, place: tree.Place, value: Any, *, actor, seen: str) -> DefinitionDraft:
    """Put a value at the place."""
    return edit_piece(draft, place, lambda _: value, actor=actor, seen=seen)


def set_fields(
    draft, place: tree.Place, values: dict[str, Any], keys: Collection[str], *, actor, seen: str
) -> DefinitionDraft:
    """Put these fields into the part at the place; of ``keys``, those without a value go. Its other
    fields, the lists in it, may meanwhile have been changed by others."""

    def edit(part):
        part = part if isinstance(part, dict) else {}
        kept = {key: value for key, value in part.items() if key not in keys}
        return kept | {key: value for key, value in values.items() if key in keys}

    return edit_piece(draft, place, edit, actor=actor, seen=seen, view=fields_view(keys))


def fields_view(keys: Collection[str]) -> Callable[[Any], Any]:
    """What a form of these fields shows of a part."""
    return lambda part: (
        {key: part[key] for key in keys if key in part} if isinstance(part, dict) else part
    )


def add_piece(draft, place: tree.Place, value: Any, *, actor) -> DefinitionDraft:
    """Append a member to the list at the place. What others do to the list is no conflict."""

    def add(body):
        members = _list(tree.piece(body, place))
        if len(members) >= MOST_MEMBERS:
            raise Refused(f"这个列表已有 {MOST_MEMBERS} 项，不能再增加。")
        return tree.with_piece(body, place, [*members, value])

    return _change(draft, place, add, actor, None, "added")


def insert_piece(
    draft, place: tree.Place, position: int, value: Any, *, actor, seen: str
) -> DefinitionDraft:
    """Put a member into the list at the place, before the position."""
    return edit_piece(
        draft,
        place,
        lambda members: [*_list(members)[:position], value, *_list(members)[position:]],
        actor=actor,
        seen=seen,
        what="inserted",
    )


def remove_piece(draft, place: tree.Place, *, actor, seen: str) -> DefinitionDraft:
    """Take a member out of its list, or empty a part that may be left out."""
    return _change(
        draft, place, lambda body: tree.without_piece(body, place), actor, seen, "removed"
    )


def order_pieces(
    draft, place: tree.Place, order: Sequence[int], *, actor, seen: str
) -> DefinitionDraft:
    """Put the list at the place into another order."""

    def order_list(body):
        try:
            return tree.ordered(body, place, order)
        except ValueError:
            raise Refused("顺序与现在的列表不符，请刷新页面后重试。") from None

    return _change(draft, place, order_list, actor, seen, "ordered")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


@transaction.atomic
def replace_rubric(
    draft: DefinitionDraft, sections: Sequence[dict], *, actor, total: str | None = None
) -> DefinitionDraft:
    """Put other sections (data as in a definition) into the rubric; the rest of it stays."""
    _may_edit(actor)
    draft = _locked(draft)
    rubric = tree.piece(draft.body, ("rubric",))
    rubric = {**rubric} if isinstance(rubric, dict) else {}
    before = _sha256(rubric)
    rubric["sections"] = list(sections)
    if total is not None:
        rubric["total"] = total
    _write(draft, tree.with_piece(draft.body, ("rubric",), rubric), actor)
    draft.save()
    audit.record(
        actor, "draft.rubric_replaced", draft, version=draft.lock_version, previous=before,
        sections=len(rubric["sections"]), sha256=_sha256(draft.body),
    )  # fmt: skip
    return draft


@transaction.atomic
def store_as_version(
    draft: DefinitionDraft, *, actor, reason: str, lock_version: int
) -> CampaignVersion:
    """The draft becomes the next version of its campaign. ``lock_version`` is what was checked."""
    _may_edit(actor)
    draft = _locked(draft, lock_version)
    if draft.campaign is None:
        raise Refused("这份草稿不是从某个活动的方案开始的，请用它建立新的活动。")
    last = draft.campaign.versions.order_by("-number").first()
    if draft.base_id and last.pk != draft.base_id:
        raise Conflict(
            f"活动已有第 {last.number} 版方案，这份草稿从较早的版本开始。"
            "请从现行版本另建草稿，把改动写进去，以免丢失别人的更改。"
        )
    version = add_version(draft.campaign, sound_definition(draft), actor=actor, reason=reason)
    _end(draft, version, actor)
    return version


@transaction.atomic
def store_as_campaign(
    draft: DefinitionDraft, *, actor, lock_version: int, key: str = "", title: str = ""
) -> Campaign:
    """The draft becomes version 1 of a new campaign in draft."""
    _may_edit(actor)
    draft = _locked(draft, lock_version)
    campaign = create_campaign(sound_definition(draft), actor=actor, key=key, title=title)
    _end(draft, campaign.versions.get(), actor)
    return campaign


@transaction.atomic
def discard_draft(draft: DefinitionDraft, *, actor) -> None:
    """Delete the draft; the record keeps its digest."""
    _may_edit(actor)
    draft = _locked(draft)
    audit.record(actor, "draft.discarded", draft, title=draft.title, sha256=_sha256(draft.body))
    draft.delete()


def sound_definition(draft: DefinitionDraft) -> Definition:
    """The definition in the draft, or DefinitionError with everything that is wrong."""
    definition, problems = check_data(draft.body)
    if definition is None:
        raise DefinitionError(problems)
    return definition


@transaction.atomic
def _change(
    draft: DefinitionDraft, place: tree.Place, act: Callable[[dict], dict], actor,
    seen: str | None, what: str, view: Callable[[Any], Any] | None = None,
) -> DefinitionDraft:  # fmt: skip
    _may_edit(actor)
    draft = _locked(draft)
    present = tree.piece(draft.body, place)
    before = tree.digest(view(present) if view else present)
    if seen is not None and seen != before:
        who = draft.updated_by.user.name if draft.updated_by else "其他人"
        raise Conflict(f"{who}刚刚改动了这一处，您的内容还没有保存。")
    body = act(draft.body)
    if body == draft.body:
        return draft
    _write(draft, body, actor)
    draft.save()
    audit.record(
        actor, "draft.changed", draft, place=tree.place_text(place), what=what,
        version=draft.lock_version, sha256=_sha256(draft.body),
    )  # fmt: skip
    return draft


def _locked(draft: DefinitionDraft, lock_version: int | None = None) -> DefinitionDraft:
    rows = DefinitionDraft.objects.select_for_update(no_key=True, of=("self",))
    draft = rows.select_related("campaign", "updated_by__user").filter(pk=draft.pk).first()
    if draft is None:
        raise Conflict("这份草稿已经被删除，不能再修改。")
    if draft.stored_as_id:
        raise Conflict("这份草稿已经存为方案，不能再修改。需要更改时，请从现行方案另建草稿。")
    if lock_version is not None and lock_version != draft.lock_version:
        raise Conflict("草稿在您核对之后又有改动，请重新核对后再存。")
    return draft


def _write(draft: DefinitionDraft, body: Any, actor) -> None:
    """Take the body over; title and counters follow it."""
    if not isinstance(body, dict):
        raise ValidationError("草稿的内容不是方案定义。")
    text = json.dumps(body, ensure_ascii=False, default=str)
    if len(text) > MOST_CHARACTERS:
        raise Refused("方案过长，不能再增加内容。")
    if r"\u0000" in text:
        raise ValidationError("内容含有不能保存的控制字符，请删去后再保存。")
    if not draft._state.adding:
        draft.lock_version += 1
        draft.updated_at = Now()
    title = body.get("title")
    draft.title = (title.strip()[:120] if isinstance(title, str) else "") or UNNAMED
    draft.body = json.loads(text)
    draft.updated_by_id = actor.id


def _end(draft: DefinitionDraft, version: CampaignVersion, actor) -> None:
    draft.stored_as = version
    draft.updated_by_id = actor.id
    draft.save(update_fields=["stored_as", "updated_by"])
    audit.record(
        actor, "draft.stored", draft, version=version.number, campaign=version.campaign.key,
        sha256=version.sha256,
    )  # fmt: skip


def _may_edit(actor) -> None:
    if actor is not audit.SYSTEM and not can_edit_drafts(actor):
        raise PermissionDenied


def _sha256(value: Any) -> str:
    return audit.sha256(audit.canonical(value))

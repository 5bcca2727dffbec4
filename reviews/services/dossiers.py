"""Opening a dossier, keeping its draft, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.enums import OrganisationKind
from accounts.models import Membership, Organisation
from campaigns.definition import Definition
from campaigns.enums import CampaignState
from campaigns.models import Campaign
from campaigns.selectors import current_version
from communities.enums import CommunityKind
from communities.models import Community
from communities.selectors import may_claim
from core import audit
from core.clock import now
from core.counters import next_number
from core.errors import STALE_PAGE, Conflict, Refused
from reviews.enums import DossierState
from reviews.models import Dossier, Evidence
from reviews.permissions.dossiers import (
    EDITABLE_STATES,
    can_create_dossier,
    can_edit_dossier,
    can_withdraw_dossier,
    can_write_dossier,
    is_own_dossier,
)
from reviews.selectors.case_answers import section_of
from reviews.selectors.draft_changes import MOST_REPLACED, Merged, flat, merge, seen_of, with_theirs
from reviews.selectors.former import copyable, former_dossier, usable
from reviews.selectors.parts import FORM, case_slot
from reviews.selectors.returns import open_parts
from reviews.services.announcements import plan_reminders
from reviews.services.route import lock_dossier

DRAFT_PARTS = ("form", "case_report", "self_assessment")
NOT_OPEN = "这部分不在这次退回补正的范围内，不能修改。确需修改的，请联系退回的单位放开全部内容。"
ALREADY_APPLIED = "这个小区在本次活动中已经申报，请在“申报材料”列表中打开继续填写。"

# Which kinds of applicant in a definition an organisation can be.
APPLICANT_KINDS = {
    OrganisationKind.PROPERTY_COMPANY: {"property_company"},
    OrganisationKind.SELF_MANAGED: {"self_managed", "neighbourhood"},
    OrganisationKind.NEIGHBOURHOOD_OFFICE: {"neighbourhood", "management_committee"},
    OrganisationKind.OWNERS_COMMITTEE: {"owners_committee"},
    OrganisationKind.MANAGEMENT_COMMITTEE: {"management_committee"},
    OrganisationKind.PARTY_BRANCH: {"party_branch"},
}


def tracks_of(definition: Definition, applicant: Organisation) -> list:
    """The tracks that an organisation of this kind may enter."""
    kinds = APPLICANT_KINDS.get(applicant.kind, set())
    return [track for track in definition.tracks if kinds & set(track.applicant_kinds)]


def fitting_tracks(definition: Definition, community: Community, applicant: Organisation) -> list:
    """The tracks in which this applicant may enter this community.

    A track whose code is a kind of community (专业化物业管理 / 自管) takes only that kind.
    """
    return [
        track
        for track in tracks_of(definition, applicant)
        if track.code not in CommunityKind.values or track.code == community.kind
    ]


@transaction.atomic
def create_dossier(
    campaign: Campaign, community: Community, track: str, *, actor: Membership
) -> Dossier:
    """Open the dossier of a community that the actor's organisation may apply for.

    What was in a withdrawn dossier of the same applicant is carried over. Raises PermissionDenied,
    ValidationError (track), Refused (campaign not open, already applied).
    """
    if not can_create_dossier(actor) or not may_claim(actor.organisation_id, community):
        raise PermissionDenied
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if campaign.state != CampaignState.OPEN:
        raise Refused("这项评选活动现在不接受申报，请查看活动通知中的起止时间。")
    version = current_version(campaign)
    definition = version.definition
    if track not in [t.code for t in fitting_tracks(definition, community, actor.organisation)]:
        raise ValidationError({"track": "这个类别不适合该小区或本单位，请重新选择申报类别。"})
    former = _former(campaign, community, actor)
    dossier = Dossier(
        campaign=campaign,
        version=version,
        community=community,
        applicant=actor.organisation,
        number=f"{campaign.year}-{community.county.code}-{next_number(f'dossier:{campaign.year}'):04d}",
        track=track,
        draft=former.draft if former else _first_draft(definition, community, track),
        waiting_since=now(),
        created_by=actor,
    )
    try:
        with transaction.atomic():
            dossier.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(ALREADY_APPLIED) from error
    if former:
        _carry_over(former, dossier)
    audit.record(
        actor,
        "dossier.created",
        dossier,
        number=dossier.number,
        community=community.name,
        track=track,
        carried_over_from=former.number if former else None,
    )
    plan_reminders()
    return dossier


def _first_draft(definition: Definition, community: Community, track: str) -> dict:
    """What the register already knows, under the form's own codes."""
    known = {"address": community.address, "households": community.households}
    codes = {field.code for field in definition.fields(track)}
    return {"form": {code: str(value) for code, value in known.items() if value and code in codes}}


def _former(campaign, community, actor) -> Dossier | None:
    withdrawn = Dossier.objects.filter(
        campaign=campaign,
        community=community,
        applicant_id=actor.organisation_id,
        state=DossierState.WITHDRAWN,
    )
    return withdrawn.order_by("-created_at").first()


def _carry_over(former: Dossier, dossier: Dossier) -> None:
    kept = former.evidence.filter(removed_at=None).order_by("position", "added_at")
    Evidence.objects.bulk_create(
        Evidence(
            dossier=dossier,
            slot=evidence.slot,
            file_id=evidence.file_id,
            name=evidence.name,
            caption=evidence.caption,
            position=evidence.position,
            added_by_id=evidence.added_by_id,
        )
        for evidence in kept
    )


def check_editable(dossier: Dossier, member: Membership, part: str = "") -> None:
    """Raise PermissionDenied for strangers and Refused when the dossier, or the part of it, is
    not being edited."""
    if not can_write_dossier(member, dossier):
        raise PermissionDenied
    if not can_edit_dossier(member, dossier):
        raise Refused(
            f"材料卷现在的状态是“{dossier.get_state_display()}”，不能修改。"
            "如需更正，请联系正在审核的单位退回补正。"
        )
    if part and not open_parts(dossier).opens(part):
        raise Refused(NOT_OPEN)


@transaction.atomic
def save_draft(
    dossier: Dossier,
    part: str,
    values: dict,
    *,
    lock_version: int,
    actor: Membership,
    seen: dict[str, str] | None = None,
) -> Dossier:
    """Replace one part of the draft (``form``, ``case_report``, ``self_assessment``).

    ``lock_version`` and ``seen`` (``seen_of``) are what the page was rendered with: what others
    have saved since elsewhere in the part is kept. Raises Conflict when the same place was changed
    (without ``seen``: the same part), Refused when no page can have had the version and for
    places that a return has not opened; saving what is already there changes nothing.
    """
    if part not in DRAFT_PARTS:
        raise ValueError(part)
    dossier = lock_dossier(dossier)
    check_editable(dossier, actor)
    if lock_version > dossier.lock_version:
        raise Refused(STALE_PAGE)
    stored = dossier.draft.get(part, {})
    note = dossier.draft.get("saved", {}).get(part, {})
    if seen is None:
        seen = {} if note.get("version", 0) > lock_version else seen_of(stored)
    merged = merge(stored, values, seen)
    values = with_theirs(stored, values, merged.theirs)
    if stored == values:
        return dossier
    if merged.clashes:
        other = note.get("places", {}).get(merged.clashes[0])
        who = f"{other['by']}在 {other['at'][11:16]} " if other else "别人"
        raise Conflict(
            f"{who}也修改了您改过的地方。两份内容都列在下面，请选定后再保存，谁的都没有丢失。"
        )
    _check_open(dossier, part, merged.mine)
    return _write_draft(dossier, part, values, merged, actor)


def _check_open(dossier: Dossier, part: str, paths: Iterable[str]) -> None:
    """Refuse changes outside what the return that is being answered names."""
    opened = open_parts(dossier)
    for path in paths:
        code = path.partition("/")[0]
        if part == "self_assessment":
            is_open = opened.opens_mark(code)
        else:
            is_open = opened.opens(FORM if part == "form" else case_slot(section_of(code)))
        if not is_open:
            raise Refused(NOT_OPEN)


def _write_draft(
    dossier: Dossier, part: str, values: dict, merged: Merged, actor: Membership
) -> Dossier:
    """Write the part and who changed which place of it; a text of somebody else that is written
    over is kept under ``replaced``."""
    draft = dossier.draft
    version = dossier.lock_version + 1
    at = timezone.localtime(now()).isoformat(timespec="seconds")
    note = draft.get("saved", {}).get(part, {})
    places, stored, replaced = dict(note.get("places", {})), flat(draft.get(part, {})), []
    for path in merged.mine:
        former = places.get(path)
        if former and former["member"] != str(actor.pk) and isinstance(stored.get(path), str):
            replaced.append(
                {"part": part, "path": path, "text": stored[path], "by": former["by"],
                 "at": former["at"], "replaced_by": actor.label, "replaced_at": at}
            )  # fmt: skip
        places[path] = {"by": actor.label, "at": at, "member": str(actor.pk)}
    note = {"version": version, "at": at, "by": actor.label, "places": places}
    draft = {**draft, part: values, "saved": {**draft.get("saved", {}), part: note}}
    if replaced:
        draft["replaced"] = [*draft.get("replaced", []), *replaced][-MOST_REPLACED:]
    changed = Dossier.objects.filter(pk=dossier.pk, lock_version=dossier.lock_version).update(
        draft=draft, lock_version=F("lock_version") + 1
    )
    if not changed:
        raise Conflict("这份材料刚刚被修改，请刷新页面后再保存。")
    dossier.draft, dossier.lock_version = draft, version
    audit.record(actor, "dossier.draft_saved", dossier, part=part, version=version)
    return dossier


@transaction.atomic
def copy_former(dossier: Dossier, *, actor: Membership) -> int:
    """Take the texts of the community's former dossier into the empty places of the draft; return
    how many. They stay marked until they are changed. Raises Refused when there is nothing."""
    dossier = lock_dossier(dossier)
    check_editable(dossier, actor)
    former = former_dossier(dossier)
    if former is None:
        raise Refused("这个小区以前没有由本单位提交过的申报，没有可以带入的内容。")
    found = copyable(dossier, former)
    count = sum(len(places) for places in found.values())
    if not count:
        raise Refused("没有可以带入的内容：空着的栏目在以前的申报中也是空的。")
    places = dossier.draft.get("copied", {}).get("places", {})
    for part, texts in found.items():
        if not texts:
            continue
        source, values = usable(dossier, former)[part], dossier.draft.get(part, {})
        values = with_theirs(source, values, tuple(texts))
        dossier = save_draft(dossier, part, values, lock_version=dossier.lock_version, actor=actor)
        hashes = seen_of(values)
        places = places | {part: places.get(part, {}) | {path: hashes[path] for path in texts}}
    copied = {"number": former.number, "year": former.campaign.year, "places": places}
    dossier.draft = {**dossier.draft, "copied": copied}
    dossier.save(update_fields=["draft"])
    audit.record(
        actor,
        "dossier.former_copied",
        dossier,
        number=dossier.number,
        former=former.number,
        count=count,
    )
    return count


def check_withdrawable(dossier: Dossier, member: Membership) -> None:
    """Raise PermissionDenied for strangers and Refused, with the reason, when it is too late."""
    if not is_own_dossier(member, dossier):
        raise PermissionDenied
    if can_withdraw_dossier(member, dossier):
        return
    if dossier.state == DossierState.WITHDRAWN:
        raise Refused("这份申报已经撤回，不用再撤。要再次申报这个小区，请在“申报材料”中重新开始。")
    if dossier.state == DossierState.RETURNED:
        raise Refused("材料卷已经退回补正，不能撤回。请按退回意见修改后重新提交。")
    if dossier.state == DossierState.IN_REVIEW:
        raise Refused("已经有单位签署意见，不能再撤回。如需修改，请联系正在审核的单位退回补正。")
    raise Refused(f"材料卷现在的状态是“{dossier.get_state_display()}”，不能再撤回。")


@transaction.atomic
def withdraw_dossier(dossier: Dossier, *, actor: Membership) -> Dossier:
    """Take a dossier back before anybody has signed it."""
    dossier = lock_dossier(dossier)
    check_withdrawable(dossier, actor)
    before = dossier.state
    moment = now()
    Dossier.objects.filter(
        pk=dossier.pk, state__in=(*EDITABLE_STATES, DossierState.IN_REVIEW)
    ).update(state=DossierState.WITHDRAWN, step="", waiting_since=moment)
    dossier.state, dossier.step, dossier.waiting_since = DossierState.WITHDRAWN, "", moment
    audit.record(actor, "dossier.withdrawn", dossier, number=dossier.number, before=before)
    return dossier

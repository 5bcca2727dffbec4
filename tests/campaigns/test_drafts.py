"""Drafts of definitions: every write, who may, two editors, what leaves a draft."""

import json

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from campaigns.definition import DefinitionError, tree
from campaigns.models import CampaignVersion, DefinitionDraft
from campaigns.services import add_version, close_campaign
from campaigns.services.drafts import (
    add_piece,
    create_draft,
    discard_draft,
    insert_piece,
    order_pieces,
    remove_piece,
    replace_rubric,
    set_piece,
    store_as_campaign,
    store_as_version,
)
from core import audit
from core.errors import Conflict, Refused
from core.models import AuditRecord
from tests.campaigns.test_services import OTHERS
from tests.factories.campaigns import changed_text, make_campaign
from tests.standing import standing


@standing
def campaign(people):
    return make_campaign(is_open=False)


@standing
def draft(people, campaign):
    base = campaign.versions.get()
    return create_draft(base.body, actor=people.city_officer, base=base, campaign=campaign)


def seen(draft, *place):
    draft.refresh_from_db()
    return tree.digest(tree.piece(draft.body, place))


def last_record():
    return AuditRecord.objects.order_by("-seq").first()


def test_piece_is_set_added_duplicated_moved_and_removed_each_with_a_record(people, draft):
    officer, place = people.city_officer, ("levels",)
    first = [level["code"] for level in draft.body["levels"]]

    def codes():
        draft.refresh_from_db()
        return [level["code"] for level in draft.body["levels"]]

    set_piece(
        draft,
        (*place, 0, "title"),
        "业主委员会",
        actor=officer,
        seen=seen(draft, *place, 0, "title"),
    )
    assert DefinitionDraft.objects.get().body["levels"][0]["title"] == "业主委员会"
    add_piece(draft, place, {"code": "province"}, actor=officer)
    assert codes() == [*first, "province"]
    insert_piece(draft, place, 1, {"code": "copy"}, actor=officer, seen=seen(draft, *place))
    assert codes()[:2] == [first[0], "copy"]
    remove_piece(draft, (*place, 1), actor=officer, seen=seen(draft, *place, 1))
    order = [1, 0, *range(2, len(first) + 1)]
    order_pieces(draft, place, order, actor=officer, seen=seen(draft, *place))
    assert codes() == [first[1], first[0], *first[2:], "province"]
    assert DefinitionDraft.objects.get().lock_version == 5
    record = last_record()
    assert (record.verb, record.body["what"], record.body["version"]) == (
        "draft.changed",
        "ordered",
        5,
    )
    assert record.body["sha256"] == audit.sha256(
        audit.canonical(DefinitionDraft.objects.get().body)
    )


def test_second_editor_of_a_place_is_told_and_another_place_is_free(people, draft):
    stale, other = seen(draft, "levels", 0), seen(draft, "tracks", 0)
    level = {**draft.body["levels"][0], "title": "第一人"}
    set_piece(draft, ("levels", 0), level, actor=people.city_officer, seen=stale)
    with pytest.raises(Conflict, match="刚刚改动了这一处"):
        set_piece(
            draft,
            ("levels", 0),
            {**level, "title": "第二人"},
            actor=people.tenant_admin,
            seen=stale,
        )
    track = {**draft.body["tracks"][0], "title": "另一处"}
    set_piece(draft, ("tracks", 0), track, actor=people.tenant_admin, seen=other)
    draft.refresh_from_db()
    assert (draft.body["levels"][0]["title"], draft.body["tracks"][0]["title"]) == (
        "第一人",
        "另一处",
    )


def test_nothing_changed_is_nothing_written(people, draft):
    before = AuditRecord.objects.count()
    set_piece(
        draft, ("title",), draft.body["title"], actor=people.city_officer, seen=seen(draft, "title")
    )
    assert AuditRecord.objects.count() == before
    assert DefinitionDraft.objects.get().lock_version == 0


@pytest.mark.parametrize("order", [[], [0, 0, 1], [1], [0, 1, 2]])
def test_order_must_name_every_member_once(people, draft, order):
    with pytest.raises(Refused):
        order_pieces(
            draft, ("tracks",), order, actor=people.city_officer, seen=seen(draft, "tracks")
        )


@pytest.mark.parametrize("role", OTHERS)
def test_others_write_no_drafts(people, draft, role):
    member = getattr(people, role)
    for act in (
        lambda: create_draft({}, actor=member),
        lambda: set_piece(draft, ("title",), "x", actor=member, seen=seen(draft, "title")),
        lambda: replace_rubric(draft, [], actor=member),
        lambda: store_as_campaign(draft, actor=member, lock_version=0),
        lambda: store_as_version(draft, actor=member, reason="x", lock_version=0),
        lambda: discard_draft(draft, actor=member),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert DefinitionDraft.objects.get().lock_version == 0


def test_unchanged_draft_gives_the_same_definition(people, draft):
    campaign = store_as_campaign(draft, actor=people.city_officer, lock_version=0, key="again")
    assert (
        campaign.versions.get().sha256
        == CampaignVersion.objects.order_by("created_at").first().sha256
    )
    assert last_record().verb == "draft.stored"
    with pytest.raises(Conflict, match="已经存为方案"):
        set_piece(draft, ("title",), "x", actor=people.city_officer, seen=seen(draft, "title"))


def test_changed_draft_becomes_the_next_version(people, campaign, draft):
    place = ("outcome", "pass_mark")
    set_piece(draft, place, "85", actor=people.city_officer, seen=seen(draft, *place))
    with pytest.raises(Conflict, match="又有改动"):
        store_as_version(draft, actor=people.city_officer, reason="合格线", lock_version=0)
    version = store_as_version(draft, actor=people.city_officer, reason="合格线", lock_version=1)
    assert (version.number, version.definition.outcome.pass_mark) == (2, 85)


def test_draft_of_an_older_version_does_not_cover_a_newer_one(people, campaign, draft):
    add_version(campaign, changed_text(), actor=people.city_officer, reason="另一人")
    set_piece(draft, ("title",), "新", actor=people.city_officer, seen=seen(draft, "title"))
    with pytest.raises(Conflict, match="较早的版本"):
        store_as_version(draft, actor=people.city_officer, reason="x", lock_version=1)


def test_wrong_draft_is_kept_and_not_stored(people, draft):
    set_piece(draft, ("levels",), "没有列表", actor=people.city_officer, seen=seen(draft, "levels"))
    set_piece(draft, ("extra",), 1, actor=people.city_officer, seen=seen(draft, "extra"))
    with pytest.raises(DefinitionError) as caught:
        store_as_campaign(draft, actor=people.city_officer, lock_version=2, key="again")
    assert dict(caught.value.errors).keys() == {"levels", "extra"}
    with pytest.raises(ValidationError):
        set_piece(draft, ("title",), "a\x00b", actor=people.city_officer, seen=seen(draft, "title"))


def test_closed_campaign_takes_no_draft(people, draft):
    campaign = make_campaign(key="running")
    base = campaign.versions.get()
    late = create_draft(
        {**base.body, "title": "改"}, actor=people.city_officer, base=base, campaign=campaign
    )
    close_campaign(campaign, actor=people.city_officer)
    with pytest.raises(Refused, match="活动已结束"):
        store_as_version(late, actor=people.city_officer, reason="x", lock_version=0)


def test_rubric_is_replaced_and_the_rest_of_it_stays(people, draft):
    sections = json.loads(json.dumps(draft.body["rubric"]["sections"][:2]))
    after = replace_rubric(draft, sections, actor=people.city_officer, total="20")
    rubric = after.body["rubric"]
    assert (len(rubric["sections"]), rubric["total"]) == (2, "20")
    assert rubric["mark_step"] == draft.body["rubric"]["mark_step"]
    assert last_record().verb == "draft.rubric_replaced"


def test_discarded_draft_is_gone_and_recorded(people, draft):
    discard_draft(draft, actor=people.city_officer)
    assert not DefinitionDraft.objects.exists() and last_record().verb == "draft.discarded"
    with pytest.raises(Conflict, match="已经被删除"):
        discard_draft(DefinitionDraft(pk=draft.pk), actor=people.city_officer)

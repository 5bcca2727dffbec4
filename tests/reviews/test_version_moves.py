"""Taking dossiers over into a newer version: what it does is shown first, all of them or none."""

import json

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from campaigns.definition import read_definition
from campaigns.selectors import current_version
from campaigns.services import add_version, close_campaign
from core.errors import Conflict, Refused
from core.models import AuditRecord
from reviews.enums import Outcome
from reviews.models import Dossier
from reviews.selectors.version_moves import dossiers_behind, move_effects
from reviews.services.dossiers import save_draft
from reviews.services.version_moves import move_dossiers
from tests.campaigns.test_services import OTHERS
from tests.factories.dossiers import (
    fill_dossier,
    make_campaign,
    make_dossier,
    make_submitted,
    submit_dossier,
)
from tests.factories.forms import read_form
from tests.factories.sign_offs import fresh, pass_to, sign
from tests.standing import standing

REASON = "方案勘误，按新版办理"


def url(campaign):
    return reverse("reviews:dossier_move", args=["yunzhou", campaign.key])


def new_version(people, campaign, change):
    data = json.loads(current_version(campaign).definition.canonical_json())
    change(data, data["rubric"]["sections"])
    return add_version(campaign, read_definition(data), actor=people.city_officer, reason="勘误")


def effects(campaign):
    version = current_version(campaign)
    found = move_effects(list(dossiers_behind(campaign, version)), version)
    return {effect.dossier.pk: effect for effect in found}


def move(people, campaign, *dossiers, reason=REASON, actor=None):
    version = current_version(campaign)
    known = effects(campaign)
    seen = {d.pk: known[d.pk].digest(version) for d in dossiers}
    return move_dossiers(campaign, version, seen, actor=actor or people.city_officer, reason=reason)


def points_only(data, sections):
    sections[0]["items"][0]["points"] = "4"


def new_field(data, sections):
    data["form"]["fields"].append({"code": "contact", "title": "联系人", "type": "text"})


def without_items(data, sections):
    """1.1 is gone, 1.3 is marked in another way, the remarks and the video are no longer asked."""
    sections[0]["items"].pop(0)
    item = sections[0]["items"][1]
    item.pop("step", None)
    item["kind"] = "all_or_nothing"
    data["form"]["fields"] = [f for f in data["form"]["fields"] if f["code"] != "remarks"]
    data["form"]["materials"] = [m for m in data["form"]["materials"] if m["code"] != "video"]


@standing
def campaign(people):
    return make_campaign(people.city_officer)


def filled(people, campaign):
    return fill_dossier(make_dossier(people, campaign=campaign), actor=people.applicant)


def test_new_version_leaves_dossiers_on_theirs(people, campaign):
    dossier = filled(people, campaign)
    new_version(people, campaign, points_only)
    assert fresh(dossier).version.number == 1
    assert make_dossier(people, campaign=campaign).version.number == 2


def test_draft_moves_and_keeps_everything_that_still_fits(people, campaign):
    dossier = filled(people, campaign)
    before = fresh(dossier).draft
    version = new_version(people, campaign, points_only)
    assert not effects(campaign)[dossier.pk].lines
    (moved,) = move(people, campaign, dossier)
    dossier.refresh_from_db()
    assert dossier.version == version and dossier.draft == before
    record = AuditRecord.objects.filter(body__reason=REASON).get().body
    assert (record["former"], record["version"], record["number"]) == (1, 2, dossier.number)


def test_mark_above_the_new_points_is_lost(people, campaign):
    dossier = filled(people, campaign)
    new_version(people, campaign, lambda d, s: s[0]["items"][0].update(points="2"))
    assert effects(campaign)[dossier.pk].lost_marks == ("1.1",)


def test_effect_names_what_is_missing_gone_and_lost(people, campaign):
    dossier = filled(people, campaign)
    new_version(people, campaign, lambda d, s: (new_field(d, s), without_items(d, s)))
    effect = effects(campaign)[dossier.pk]
    assert effect.is_possible
    assert effect.missing[0] == "“联系人”还没有填写"
    assert any("1.3" in words for words in effect.missing)
    assert set(effect.lost_marks) == {"1.1", "1.3"}
    assert effect.lost_slots == ("material:video",)
    assert {"创建工作宣传视频", "1.1 社区党组织"} <= set(effect.gone)


def test_what_has_no_place_is_kept_aside_and_the_applicant_completes(people, campaign):
    dossier = filled(people, campaign)
    marks = fresh(dossier).draft["self_assessment"]
    new_version(people, campaign, lambda d, s: (new_field(d, s), without_items(d, s)))
    move(people, campaign, dossier)
    dossier = fresh(dossier)
    assert {"1.1", "1.3"}.isdisjoint(dossier.draft["self_assessment"])
    (former,) = dossier.draft["former"]
    assert former["version"] == 1
    assert former["self_assessment"] == {"1.1": marks["1.1"], "1.3": marks["1.3"]}
    assert dossier.evidence.filter(slot="material:video", removed_at=None).count() == 0
    assert dossier.evidence.filter(slot="material:video").count() == 1
    with pytest.raises(Refused, match="还不能提交"):
        submit_dossier(dossier, actor=people.applicant)
    for part, values in (
        ("form", dossier.draft["form"] | {"contact": "值班室"}),
        ("self_assessment", dossier.draft["self_assessment"] | {"1.3": {"met": True}}),
    ):
        dossier = save_draft(
            dossier, part, values, lock_version=dossier.lock_version, actor=people.applicant
        )
    revision = submit_dossier(dossier, actor=people.applicant)
    assert revision.content["campaign"]["version"] == 2 and "former" not in revision.content


def test_page_open_in_the_applicants_browser_is_told(people, campaign):
    dossier = filled(people, campaign)
    lock_version = dossier.lock_version
    new_version(people, campaign, points_only)
    move(people, campaign, dossier)
    dossier.refresh_from_db()
    assert dossier.lock_version > lock_version


def test_returned_dossier_moves_and_its_revision_is_read_as_it_was(people, campaign, client):
    dossier = make_submitted(people, campaign=campaign)
    sign(
        dossier, actor=people.committee_officer, outcome=Outcome.RETURN, opinion="材料不全，请补正。",
        flags=[{"code": "1.1", "comment": "请补充"}],
    )  # fmt: skip
    new_version(people, campaign, without_items)
    move(people, campaign, dossier)
    client.force_login(
        people.city_officer.user, backend="django.contrib.auth.backends.ModelBackend"
    )
    page = reverse("reviews:dossier_revision", args=["yunzhou", dossier.pk, 1])
    answer = client.get(page)
    assert answer.status_code == 200 and "社区党组织" in answer.content.decode()


def test_in_review_moves_when_nothing_signed_or_sent_would_change(people, campaign):
    dossier = pass_to(make_submitted(people, campaign=campaign), "street", people)
    before = fresh(dossier)
    new_version(people, campaign, points_only)
    effect = effects(campaign)[dossier.pk]
    assert effect.is_possible and len(effect.sign_offs) == 2
    assert "同意（按第 1 版）" in effect.sign_offs[0]
    move(people, campaign, dossier)
    after = fresh(dossier)
    assert after.version.number == 2 and after.revision.sha256 == before.revision.sha256
    assert (after.state, after.step, after.draft) == (before.state, before.step, before.draft)
    pass_to(after, "county", people)


BLOCKED = {
    "更多内容": (new_field, "还缺 1 处，须先退回补正"),
    "另一种评法": (without_items, "不能沿用，须先退回补正"),
    "流程不同": (lambda d, s: d["route"].pop(1), "环节与新版不同"),
    "另要认定": (
        lambda d, s: d["requirements"].append(
            {"code": "R9", "title": "另加", "gate": {"kind": "attested", "by": "neighbourhood"}}
        ),
        "新版另要求认定：另加",
    ),
    "没有这个类别": (
        lambda d, s: (d["tracks"].pop(0), _without_track(d)), "新版没有申报类别",
    ),
}  # fmt: skip


def _without_track(data):
    """Nothing names the track that is gone."""

    def clean(value):
        if isinstance(value, dict):
            for key in ("tracks", "applies_to", "not_applicable_in"):
                if isinstance(value.get(key), list) and key != "tracks":
                    value[key] = [code for code in value[key] if code != "professional"]
                elif isinstance(value.get(key), list) and "professional" in value[key]:
                    value[key] = []
            for member in value.values():
                clean(member)
        elif isinstance(value, list):
            for member in value:
                clean(member)

    clean({k: v for k, v in data.items() if k != "tracks"})


@pytest.mark.parametrize("name", BLOCKED)
def test_in_review_is_refused_where_it_cannot_be_done_honestly(people, campaign, name):
    change, words = BLOCKED[name]
    stuck = pass_to(make_submitted(people, campaign=campaign), "street", people)
    free = make_submitted(people, campaign=campaign, track="professional")
    new_version(people, campaign, change)
    assert words in "".join(effects(campaign)[stuck.pk].blockers)
    with pytest.raises(Refused, match="一卷都没有迁移"):
        move(people, campaign, stuck, free)
    assert set(Dossier.objects.values_list("version__number", flat=True)) == {1}


def test_desk_check_that_did_not_look_for_new_evidence_blocks(people, campaign):
    dossier = pass_to(make_submitted(people, campaign=campaign), "county", people)
    from tests.factories.sign_offs import pass_desk_check

    pass_desk_check(dossier, actor=people.county_officer)
    new_version(
        people, campaign, lambda d, s: s[5]["items"][2]["evidence"].append({"title": "证明"})
    )
    assert "初审没有查过" in effects(campaign)[dossier.pk].blockers[0]


def test_scored_withdrawn_and_refused_dossiers_stay(people, campaign):
    scoring = pass_to(make_submitted(people, campaign=campaign), "scoring", people)
    refused = make_submitted(people, campaign=campaign)
    sign(
        refused, actor=people.committee_officer, outcome=Outcome.REFUSE, opinion="不符合参评条件。"
    )
    new_version(people, campaign, points_only)
    known = effects(campaign)
    assert "专家评审" in known[scoring.pk].blockers[0] and "未通过" in known[refused.pk].blockers[0]
    for dossier in (scoring, refused):
        with pytest.raises(Refused, match="不能迁移"):
            move(people, campaign, dossier)


def test_what_was_seen_must_still_hold(people, campaign):
    dossier = filled(people, campaign)
    version = new_version(people, campaign, points_only)
    seen = {dossier.pk: effects(campaign)[dossier.pk].digest(version)}
    form = fresh(dossier).draft["form"] | {"address": "别处"}
    save_draft(
        fresh(dossier), "form", form, lock_version=fresh(dossier).lock_version,
        actor=people.applicant,
    )  # fmt: skip

    def act():
        return move_dossiers(campaign, version, seen, actor=people.city_officer, reason=REASON)

    with pytest.raises(Conflict, match="重新查看影响"):
        act()
    seen = {dossier.pk: effects(campaign)[dossier.pk].digest(version)}
    newer = new_version(people, campaign, lambda d, s: d["outcome"].update(pass_mark="85"))
    with pytest.raises(Conflict):
        act()
    version, seen = newer, {dossier.pk: effects(campaign)[dossier.pk].digest(newer)}
    assert act()[0].pk == dossier.pk
    with pytest.raises(Conflict):
        act()


def test_reason_choice_and_open_campaign_are_needed(people, campaign):
    dossier = filled(people, campaign)
    new_version(people, campaign, points_only)
    with pytest.raises(ValidationError, match="理由"):
        move(people, campaign, dossier, reason=" 改 ")
    with pytest.raises(ValidationError, match="请选择"):
        move(people, campaign)
    close_campaign(campaign, actor=people.city_officer)
    with pytest.raises(Refused, match="不在进行中"):
        move(people, campaign, dossier)


@pytest.mark.parametrize("role", [*OTHERS, "tenant_admin"])
def test_others_may_not_move(people, campaign, role):
    dossier = filled(people, campaign)
    new_version(people, campaign, points_only)
    with pytest.raises(PermissionDenied):
        move(people, campaign, dossier, actor=getattr(people, role))


# ---- the page --------------------------------------------------------------------------------


def sign_in(client, member):
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_page_shows_effects_and_moves_what_is_chosen(people, campaign, client):
    one, other = (make_submitted(people, campaign=campaign) for _ in range(2))
    draft = filled(people, campaign)
    scoring = pass_to(make_submitted(people, campaign=campaign), "scoring", people)
    new_version(people, campaign, points_only)
    client = sign_in(client, people.city_officer)
    shown = client.get(url(campaign)).content.decode()
    assert one.number in shown and scoring.number in shown and "不能迁移的 1 卷" in shown
    assert draft.number not in shown and "1 卷，内容只有申报单位能看到" in shown
    form = read_form(client.get(url(campaign)))
    data = form.filled(reason=REASON, dossiers=[str(one.pk)])
    for _ in range(2):
        assert client.post(url(campaign), data).status_code == 302
    numbers = {d.pk: d.version.number for d in Dossier.objects.select_related("version")}
    assert numbers == {one.pk: 2, other.pk: 1, draft.pk: 2, scoring.pk: 1}


def test_page_refuses_without_a_reason_and_when_stale(people, campaign, client):
    dossier = make_submitted(people, campaign=campaign)
    new_version(people, campaign, points_only)
    client = sign_in(client, people.city_officer)
    data = read_form(client.get(url(campaign))).filled(reason="改")
    answer = client.post(url(campaign), data)
    assert answer.status_code == 200 and "5 至 200 个字" in answer.content.decode()
    data = read_form(client.get(url(campaign))).filled(reason=REASON)
    sign(dossier, actor=people.committee_officer)
    answer = client.post(url(campaign), data)
    assert answer.status_code == 409 and "重新查看影响" in answer.content.decode()


@pytest.mark.parametrize("number", [1, 6])
def test_page_costs_the_same_queries(people, campaign, client, django_assert_num_queries, number):
    for _ in range(number):
        make_submitted(people, campaign=campaign)
    new_version(people, campaign, points_only)
    client = sign_in(client, people.city_officer)
    client.get(url(campaign))
    with django_assert_num_queries(15):
        client.get(url(campaign))

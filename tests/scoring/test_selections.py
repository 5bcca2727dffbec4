"""Counties pick within their quota, the city decides without a rubric, cases go up."""

import re
from datetime import date
from decimal import Decimal

import pytest
import yaml
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Level, OrganisationKind
from accounts.models import Division, Organisation
from campaigns.definition import read_definition, shipped_definitions
from campaigns.services.campaigns import create_campaign, open_campaign
from communities.models import Community
from core.errors import Conflict, Refused
from core.jobs import run_job
from core.tenancy import current_tenant_id
from publications.services import prepare_announcement, prepare_notice, release_notice
from reviews.enums import Answer, DossierState
from reviews.models import Dossier, ForwardedCase, ReceivedResult
from reviews.selectors.timeline import timeline
from reviews.services.cases import forward_case, withdraw_case
from reviews.services.results import record_result
from scoring.models import Ranking
from scoring.selectors.quotas import quota_groups
from scoring.services.panels import commit_panel
from scoring.services.quotas import check_quotas
from scoring.services.rankings import decide, request_ranking
from scoring.services.selections import select_dossiers
from tests.factories.dossiers import set_clock
from tests.factories.forms import read_forms
from tests.factories.selections import SELECTION, forward, fujian, make_selectable, pick
from tests.standing import standing

DAY = "2024-09-10 10:00"


@standing
def campaign(people):
    set_clock(DAY)
    return open_campaign(
        create_campaign(fujian(), actor=people.city_officer), actor=people.city_officer
    )


def url(name, *args):
    return reverse(name, args=["yunzhou", *args])


def page(answer) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]*>", "", answer.content.decode()))


def test_selected_go_to_the_city_and_the_others_are_out(people, campaign):
    dossiers = make_selectable(people, campaign, 3)
    pick(people, dossiers, winners=2)
    states = [Dossier.objects.get(pk=d.pk).state for d in dossiers]
    assert states == [DossierState.DECISION, DossierState.DECISION, DossierState.NOT_AWARDED]
    county = people.tree.north.county.name
    (group,) = quota_groups(campaign, fujian(), county=county, object_="winners", step=SELECTION)
    (meter,) = group.meters
    assert (meter.value, meter.minimum, meter.maximum, meter.state) == (2, 1, 2, "reached")


def test_more_than_the_quota_are_refused_also_over_two_acts(people, campaign):
    first = make_selectable(people, campaign, 3)
    with pytest.raises(Refused, match="至多 2 个"):
        pick(people, first, winners=3)
    pick(people, first, winners=2)
    with pytest.raises(Refused, match="此前已入选 2 个"):
        pick(people, make_selectable(people, campaign), winners=1)


@pytest.mark.parametrize("level", ["county", "city"])
def test_a_share_of_the_registry_limits_too(people, campaign, level):
    share = {
        "code": "share", "title": "不超过登记小区的一半", "object": "winners", "step": SELECTION,
        "scope": {"level": level, "others": level == "county"}, "enforcement": "enforce", "source": "四",
        "rule": {"type": "percentage", "value": 50, "base": "communities", "limit": "max"},
    }  # fmt: skip
    body = yaml.safe_load(shipped_definitions()["fujian_2024"].read_text()) | {"quotas": [share]}
    definition = read_definition(body)
    dossiers = make_selectable(people, campaign, 3)
    step = definition.step(SELECTION)
    most = -(-Community.objects.count() // 2)  # all are in the one county
    check_quotas(campaign, definition, step, dossiers[:most])
    with pytest.raises(Refused, match=f"至多 {most} 个"):
        check_quotas(campaign, definition, step, dossiers[: most + 1])


def test_counting_quotas_takes_the_same_queries_for_any_number_of_counties(
    people, campaign, django_assert_num_queries
):
    rule = {"type": "percentage", "value": 50, "base": "communities"}
    quotas = [
        {
            "code": f"share-{level}", "title": "一半", "object": "winners", "source": "四",
            "scope": {"level": level}, "enforcement": "warn", "rule": rule,
        }
        for level in ("county", "city")
    ]  # fmt: skip
    body = yaml.safe_load(shipped_definitions()["fujian_2024"].read_text()) | {"quotas": quotas}
    definition = read_definition(body)
    with CaptureQueriesContext(connection) as few:
        quota_groups(campaign, definition)
    known = people.tree.north.county
    for number in range(5):
        Division.objects.create(
            level=Level.COUNTY, parent=known.parent, name=f"新{number}县", code=f"13039{number}"
        )
    with django_assert_num_queries(len(few)):
        counties = quota_groups(campaign, definition)[0].meters
    assert len(counties) >= 7


def test_what_was_typed_stays_on_the_page_when_the_quota_refuses(people, campaign, client, sign_in):
    dossiers = make_selectable(people, campaign, 3)
    sign_in(people.county_officer)
    address = url("scoring:selection", campaign.key, SELECTION)
    data = {f"outcome-{d.pk}": "winner" for d in dossiers}
    data |= {f"reason-{d.pk}": f"第{n}个的备注" for n, d in enumerate(dossiers)}
    refused = client.post(address, data | {"opinion": "三个都好，同意入选。"})
    shown = refused.content.decode()
    assert refused.status_code == 409 and "至多 2 个的名额" in shown
    assert "三个都好，同意入选。" in shown and "第2个的备注" in shown
    assert shown.count(" checked") == 3


def test_requirements_bar_the_pick_and_reasons_are_due(people, campaign):
    good, poor = [
        *make_selectable(people, campaign),
        *make_selectable(people, campaign, fee_collection_rate="94"),
    ]
    step = fujian().step(SELECTION)
    choices = {str(good.pk): ("not_selected", ""), str(poor.pk): ("winner", "")}
    with pytest.raises(ValidationError) as caught:
        select_dossiers(campaign, step, actor=people.county_officer, choices=choices, opinion="好")
    errors = caught.value.message_dict
    assert "须写明理由" in errors[str(good.pk)][0]
    assert "原则要求未全部满足" in errors[str(poor.pk)][0]


def test_only_the_office_of_the_step_picks_and_only_what_it_has_read(people, campaign):
    dossiers = make_selectable(people, campaign)
    step, choices = fujian().step(SELECTION), {str(dossiers[0].pk): ("winner", "")}
    for actor in (people.city_officer, people.auditor, people.applicant, people.street_officer):
        with pytest.raises(PermissionDenied):
            select_dossiers(campaign, step, actor=actor, choices=choices, opinion="同意")
    with pytest.raises(Conflict):
        select_dossiers(
            campaign, step, actor=people.other_county_officer, choices=choices, opinion="同意"
        )
    make_selectable(people, campaign)
    with pytest.raises(Conflict, match="有变化"):
        select_dossiers(
            campaign, step, actor=people.county_officer, choices=choices, opinion="同意"
        )


def test_no_pick_after_the_deadline(people, campaign):
    dossiers = make_selectable(people, campaign)
    set_clock("2024-09-24 00:00:01")
    with pytest.raises(Refused, match="截止"):
        pick(people, dossiers, winners=1)


def test_county_picks_on_its_page(people, campaign, client, sign_in):
    one, other = make_selectable(people, campaign, 2)
    sign_in(people.county_officer)
    address = url("scoring:selection", campaign.key, SELECTION)
    shown = page(client.get(address))
    assert "已入选0个，1至2个，还差1个" in shown and "等待遴选（2）" in shown
    data = {
        f"outcome-{one.pk}": "winner", f"reason-{one.pk}": "",
        f"outcome-{other.pk}": "not_selected", f"reason-{other.pk}": "",
        "opinion": "同意入选。",
    }  # fmt: skip
    assert "须写明理由" in page(client.post(address, data))
    answer = client.post(address, data | {f"reason-{other.pk}": "名额所限，今年不推荐。"})
    assert answer.status_code == 302
    assert "已入选（1）" in page(client.get(address))


def decided(people, campaign, winners: int):
    dossiers = make_selectable(people, campaign, 2)
    pick(people, dossiers, winners=2)
    job = request_ranking(campaign, actor=people.city_officer)
    run_job(current_tenant_id(), str(job.pk))
    ranking = Ranking.objects.get()
    choices = {
        str(d.pk): ("winner", "") if n < winners else ("not_selected", "市级名额所限。")
        for n, d in enumerate(dossiers)
    }
    decide(ranking, actor=people.city_officer, choices=choices, opinion="同意。")
    return dossiers


def test_city_decides_by_requirements_without_scores(people, campaign):
    dossiers = decided(people, campaign, 1)
    rows = Ranking.objects.get().rows.all()
    assert {(row.rank, row.total, row.gates_passed) for row in rows} == {(None, None, True)}
    assert all(row.explanation["is_undecided"] for row in rows)
    notice = prepare_notice(campaign, actor=people.city_officer)
    assert [entry["dossier"] for entry in notice.entries] == [str(dossiers[0].pk)]


def test_pages_of_scoring_say_that_nothing_is_scored(people, campaign, client):
    decided(people, campaign, 1)
    client.force_login(people.city_officer.user)
    assert "本方案不评分，不抽取专家" in page(client.get(url("scoring:panel", campaign.key)))
    shown = page(client.get(url("scoring:ranking", campaign.key)))
    assert "核验与审定" in shown and "本方案不评分" in shown and "没有名次" not in shown
    row = Ranking.objects.get().rows.first()
    assert "原则要求全部满足" in page(client.get(url("scoring:ranking_row", row.pk)))
    assert "没有评选标准，不评分" in page(client.get(url("campaigns:definition", campaign.key)))
    assert client.get(url("portal:overview", campaign.key)).status_code == 200
    assert client.get(url("scoring:decision", campaign.key)).status_code == 200
    with pytest.raises(Refused, match="不评分"):
        commit_panel(campaign, actor=people.city_officer, size=5, source="双色球 2024 年 1 期")


def test_city_quota_is_enforced(people, campaign):
    most = fujian().quota_for("winners", "city", "全市", "").rule.bounds()[1]
    assert most == 10
    tight = fujian().model_copy(
        update={
            "quotas": tuple(
                q.model_copy(update={"rule": q.rule.model_copy(update={"value": Decimal(1)})})
                if q.code == "city_winners"
                else q
                for q in fujian().quotas
            )
        }
    )
    from tests.factories.dossiers import make_campaign

    other = make_campaign(people.city_officer, tight.model_copy(update={"key": "tight"}), at=DAY)
    with pytest.raises(Refused, match="至多 1 个"):
        decided(people, other, 2)
    decided_state = Dossier.objects.filter(campaign=other, state=DossierState.DECISION)
    assert decided_state.count() == 2


def test_exactly_one_case_goes_up_from_county_and_city(people, campaign):
    one, other = make_selectable(people, campaign, 2)
    with pytest.raises(Refused, match="现在不能推荐"):
        forward(one, actor=people.county_officer)
    pick(people, [one, other], winners=2)
    with pytest.raises(Refused):
        forward(one, actor=people.city_officer)
    case = forward(one, actor=people.county_officer)
    with pytest.raises(Refused, match="至多 1 个"):
        forward(other, actor=people.county_officer)
    withdraw_case(case, actor=people.county_officer)
    again = forward(other, actor=people.county_officer)
    forward(other, actor=people.city_officer)
    with pytest.raises(Refused, match="已经推荐这个案例"):
        withdraw_case(again, actor=people.county_officer)
    groups = {(g.object, g.level): g.meters for g in quota_groups(campaign, fujian())}
    counts = [one.value for one in groups["cases", "county"]]
    assert sorted(counts) == [0, 1] and groups["cases", "city"][0].value == 1
    assert groups["cases", "city"][0].state == "reached"
    for actor in (people.applicant, people.auditor, people.street_officer):
        with pytest.raises(PermissionDenied):
            forward_case(campaign, one, actor=actor, reason="做法可复制。")
    assert ForwardedCase.objects.filter(withdrawn_at=None).count() == 2


def test_case_is_forwarded_and_withdrawn_on_the_page(people, campaign, client):
    (dossier,) = make_selectable(people, campaign)
    pick(people, [dossier], winners=1)
    client.force_login(people.county_officer.user)
    address = url("reviews:case_list", campaign.key)
    assert "已推荐案例0个，正好1个，还差1个" in page(client.get(address))
    data = {"dossier": str(dossier.pk), "reason": "做法可复制、可推广。"}
    assert "推荐理由：" in page(client.post(address, data | {"reason": ""}))
    assert client.post(address, data).status_code == 302
    assert "已推荐（1）" in page(client.get(address))
    full = page(client.post(address, data | {"reason": "还想再推荐一次。"}))
    assert "还想再推荐一次。" in full
    case = ForwardedCase.objects.get()
    press = read_forms(client.get(address))[-1].filled()
    for _ in range(2):  # a double press is answered twice and acted on once
        assert client.post(url("reviews:case_withdraw", case.pk), press).status_code == 302
    assert ForwardedCase.objects.exclude(withdrawn_at=None).count() == 1


def awarded(people, campaign) -> Dossier:
    dossiers = decided(people, campaign, 1)
    release_notice(prepare_notice(campaign, actor=people.city_officer), actor=people.city_officer)
    set_clock("2024-11-20 09:00")
    release_notice(
        prepare_announcement(campaign, actor=people.city_officer), actor=people.city_officer
    )
    return Dossier.objects.get(pk=dossiers[0].pk)


PROVINCE = {
    "answer": Answer.SELECTED, "decided_on": date(2024, 11, 18), "document_number": "公告 1 号",
}  # fmt: skip


def test_results_of_higher_levels_are_recorded_in_their_order(people, campaign):
    dossier = awarded(people, campaign)
    assert dossier.state == DossierState.AWARDED
    with pytest.raises(Refused, match="前一级"):
        record_result(dossier, actor=people.city_officer, step="ministry", **PROVINCE)
    with pytest.raises(PermissionDenied):
        record_result(dossier, actor=people.county_officer, step="province", **PROVINCE)
    with pytest.raises(ValidationError, match="晚于今天"):
        record_result(
            dossier, actor=people.city_officer, step="province",
            **PROVINCE | {"decided_on": date(2024, 12, 1)},
        )  # fmt: skip
    result = record_result(dossier, actor=people.city_officer, step="province", **PROVINCE)
    with pytest.raises(Conflict, match="已经记录"):
        record_result(dossier, actor=people.city_officer, step="province", **PROVINCE)
    with pytest.raises(ValidationError, match="更正须写明原因"):
        record_result(
            dossier, actor=people.city_officer, step="province", replaces=result.pk, **PROVINCE
        )
    record_result(
        dossier, actor=people.city_officer, step="province", replaces=result.pk,
        **PROVINCE | {"answer": Answer.NOT_SELECTED, "note": "看错了名单，已核对。"},
    )  # fmt: skip
    assert ReceivedResult.objects.filter(is_current=False).count() == 1
    with pytest.raises(Refused, match="前一级"):
        record_result(dossier, actor=people.city_officer, step="ministry", **PROVINCE)
    assert timeline(dossier)[-1]["label"] == "未入选"


def test_result_is_recorded_on_the_page_and_shown_on_the_dossier(people, campaign, client):
    dossier = awarded(people, campaign)
    client.force_login(people.city_officer.user)
    detail = url("reviews:dossier_detail", dossier.pk)
    assert "尚未收到" in page(client.get(detail))
    address = url("reviews:result_record", dossier.pk, "province")
    data = {"answer": "selected", "decided_on": "2024-11-18", "document_number": "公告 1 号"}
    assert "文号：" in page(client.post(address, data | {"document_number": ""}))
    assert client.post(address, data).status_code == 302
    shown = page(client.get(detail))
    assert "公告1号" in shown and "待前一级" not in shown
    assert client.get(url("reviews:result_record", dossier.pk, "decision")).status_code == 404


def test_four_kinds_of_applicant_may_apply_for_the_same_community(people):
    from campaigns.definition import load_definition, shipped_definitions
    from reviews.forms.dossiers import DossierForm
    from reviews.selectors.dossiers import applicable_communities
    from reviews.services.dossiers import create_dossier
    from tests.factories.cast import make_member
    from tests.factories.dossiers import make_campaign, make_community

    notice = load_definition(shipped_definitions()["jiangmen_2023"])
    campaign = make_campaign(people.city_officer, notice, at="2023-09-05 10:00")
    hood = people.tree.north.hood
    bodies = {
        kind: Organisation.objects.create(kind=kind, name=f"{label}一", division=hood)
        for kind, label in (
            (OrganisationKind.PARTY_BRANCH, "党支部"),
            (OrganisationKind.MANAGEMENT_COMMITTEE, "物管会"),
            (OrganisationKind.OWNERS_COMMITTEE, "业委会"),
        )
    }
    places = [
        make_community(
            people,
            owners_committee=bodies[OrganisationKind.OWNERS_COMMITTEE],
            management_committee=bodies[OrganisationKind.MANAGEMENT_COMMITTEE],
            party_branch=bodies[OrganisationKind.PARTY_BRANCH],
        )
        for _ in range(4)
    ]
    members = {
        track: make_member(bodies[kind], "applicant", f"applicant-{track}")
        for track, kind in (
            ("party", OrganisationKind.PARTY_BRANCH),
            ("owners", OrganisationKind.OWNERS_COMMITTEE),
            ("committee", OrganisationKind.MANAGEMENT_COMMITTEE),
        )
    } | {"company": people.applicant}
    for place, (track, member) in zip(places, members.items(), strict=True):
        form = DossierForm(member=member, campaign=campaign, definition=notice)
        assert [code for code, _ in form.fields["track"].choices] == [track]
        assert set(applicable_communities(member, campaign)) >= {place}
        others = set(members) - {track}
        with pytest.raises(ValidationError, match="不适合"):
            create_dossier(campaign, place, others.pop(), actor=member)
        assert create_dossier(campaign, place, track, actor=member).track == track
    with pytest.raises(PermissionDenied):
        create_dossier(campaign, places[0], "company", actor=people.other_applicant)

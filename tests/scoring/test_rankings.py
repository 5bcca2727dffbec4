"""From submitted sheets to the city's decision: services, the worker, pages."""

import json
import re
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import pytest
import yaml
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.services import create_campaign, open_campaign
from communities.models import Fact, PropertyCompany
from core import audit
from core.enums import JobState
from core.errors import Conflict, Refused
from core.jobs import run_job
from core.models import Job
from core.tenancy import current_tenant_id, tenant_context
from reviews.enums import DossierState
from reviews.models import Dossier, SignOff
from scoring.models import Decision, Mark, Ranking, RankingRow, Scorecard
from scoring.services.panels import recuse
from scoring.services.rankings import (
    compute_rows,
    confirm_ranking,
    decide,
    rankable_dossiers,
    request_ranking,
    store_ranking,
)
from scoring.services.scorecards import save_marks
from tests.factories import cast
from tests.factories.campaigns import shipped_text
from tests.factories.forms import read_form, read_forms
from tests.factories.panels import (
    cards_of,
    expert_member,
    full_marks,
    make_experts,
    make_panel,
    make_scoring,
    score,
)
from tests.processes import relay, wait_until, worker


def url(name, *args):
    return reverse(f"scoring:{name}", args=["yunzhou", *args])


def random_mark(item, random):
    if item.kind == "judged":
        return {"points": str(Decimal(random.randint(0, int(item.points * 2))) / 2)}
    if item.kind == "per_defect":
        return {"defects": random.randint(0, 8)}
    if item.kind == "components":
        return {"present": [part.title for part in item.components if random.random() < 0.6]}
    return {"met": random.random() < 0.8}


def meet_facts(people, dossier, satisfaction="95"):
    """The facts that the requirements ask for: measured ones and the company's entry."""
    PropertyCompany.objects.get_or_create(
        organisation=dossier.applicant,
        defaults={"uscc": "91130300MA00000016", "credit_grade": "A"},
    )
    for metric, value in (("satisfaction_rate", satisfaction), ("fee_collection_rate", "96")):
        Fact.objects.create(
            community=dossier.community, metric=metric, value=value, unit="%", period="2023",
            source="第三方调查", entered_by=people.evaluator, entered_at="2023-10-01T08:00+08:00",
        )  # fmt: skip


def points_by_hand(item, raw):
    """Points straight from the notice's numbers, without the engine."""
    if item.kind == "judged":
        return Decimal(raw["points"])
    if item.kind == "per_defect":
        return max(item.points - item.deduction * raw["defects"], Decimal(0))
    if item.kind == "components":
        return item.points - sum(p.points for p in item.components if p.title not in raw["present"])
    return item.points if raw["met"] else Decimal(0)


def totals_by_hand(dossiers):
    """dossier id → trimmed mean of the sheets' sums, from the stored raw marks only."""
    found = {}
    for dossier in dossiers:
        sums = []
        for card in Scorecard.objects.filter(assignment__dossier=dossier).exclude(
            submitted_at=None
        ):
            if card.assignment.state == "submitted":
                definition = card.version.definition
                marks = Mark.objects.filter(scorecard=card)
                sums.append(sum(points_by_hand(definition.item(m.item), m.raw) for m in marks))
        if len(sums) >= 5:
            kept = sorted(sums)[1:-1]
            found[dossier.pk] = (sum(kept) / len(kept)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return found


def ranked_scene(people, count=3, seed=7, facts=True):
    dossiers = make_scoring(people, count)
    make_experts(people)
    make_panel(people, dossiers[0].campaign)
    random = Random(seed)
    for dossier in dossiers:
        if facts:
            meet_facts(people, dossier)
        for card in cards_of(dossier):
            items = card.version.definition.items(dossier.track)
            score(card, **{item.code: random_mark(item, random) for item in items})
    return dossiers


def computed(people, campaign) -> Ranking:
    """The ranking as the job computes it."""
    job = request_ranking(campaign, actor=people.city_officer)
    assert run_job(current_tenant_id(), str(job.pk)) == JobState.DONE
    return Ranking.objects.filter(campaign=campaign).order_by("-number").first()


def all_good(dossiers, **changes):
    for dossier in dossiers:
        for card in cards_of(dossier):
            score(card, **changes)


def assert_locked_before_the_first_record(taken, dossiers) -> None:
    """The head of the chain is locked after every dossier: who holds one of them may wait for it."""
    statements = [query["sql"] for query in taken]
    first = next(n for n, sql in enumerate(statements) if "core_audithead FOR UPDATE" in sql)
    locking = [s for s in statements[:first] if "reviews_dossier" in s and "FOR NO KEY UPDATE" in s]
    assert any(all(str(d.pk) in sql for d in dossiers) for sql in locking)


# Services


def test_the_ranking_equals_an_independent_computation_from_the_raw_marks(people):
    dossiers = ranked_scene(people, 4)
    ranking = computed(people, dossiers[0].campaign)
    by_hand = totals_by_hand(dossiers)
    rows = {row.dossier_id: row for row in ranking.rows.all()}
    assert {key: row.total for key, row in rows.items()} == by_hand
    order = sorted(by_hand.values(), reverse=True)
    assert {key: row.rank for key, row in rows.items()} == {
        key: order.index(total) + 1 for key, total in by_hand.items()
    }
    for row in rows.values():
        uses = sorted(rater["use"] for rater in row.explanation["raters"])
        assert uses == ["dropped", "dropped", "used", "used", "used"]
        assert all(re.fullmatch(r"专家\d\d", r["rater"]) for r in row.explanation["raters"])
    assert not list(audit.verify())


def test_partial_and_recused_sheets_never_count(people):
    dossier = make_scoring(people)[0]
    make_experts(people, 5)
    make_panel(people, dossier.campaign)
    meet_facts(people, dossier)
    cards = cards_of(dossier)
    for card in cards[:4]:
        score(card)
    last = cards[4]
    save_marks(last, actor=expert_member(last.assignment), marks=full_marks(last))
    ranking = computed(people, dossier.campaign)
    row = ranking.rows.get()
    assert (row.rank, row.total, row.is_proposed) == (None, None, False)
    assert "只有 4 份完整评分表，至少需要 5 份" in row.explanation["choice"]
    with pytest.raises(Refused, match="没有名次"):
        confirm_ranking(ranking, actor=people.city_officer)
    recuse(last.assignment, actor=expert_member(last.assignment), reason="曾为该企业提供咨询")
    assert compute_rows(rankable_dossiers(dossier.campaign))[0]["total"] is None


def test_the_same_marks_give_the_same_hash_and_changed_facts_a_stale_ranking(people):
    dossiers = ranked_scene(people, 2, facts=False)
    campaign = dossiers[0].campaign
    first, second = computed(people, campaign), computed(people, campaign)
    assert (first.sha256, first.number, second.number) == (second.sha256, 1, 2)
    with pytest.raises(Conflict, match="更新的排名"):
        confirm_ranking(first, actor=people.city_officer)
    meet_facts(people, dossiers[0])
    with pytest.raises(Refused, match="有变化，请重新计算"):
        confirm_ranking(second, actor=people.city_officer)
    confirm_ranking(computed(people, campaign), actor=people.city_officer)
    assert set(Dossier.objects.values_list("state", flat=True)) == {DossierState.DECISION}


def test_only_the_city_ranks_confirms_and_decides(people):
    dossiers = ranked_scene(people, 1)
    campaign = dossiers[0].campaign
    ranking = computed(people, campaign)
    for stranger in (people.auditor, people.tenant_admin, people.county_officer):
        with pytest.raises(PermissionDenied):
            request_ranking(campaign, actor=stranger)
        with pytest.raises(PermissionDenied):
            confirm_ranking(ranking, actor=stranger)
        with pytest.raises(PermissionDenied):
            decide(ranking, actor=stranger, choices={}, opinion="同意")


def test_a_computation_that_waits_is_not_asked_for_twice(people):
    dossiers = ranked_scene(people, 1)
    jobs = [request_ranking(dossiers[0].campaign, actor=people.city_officer) for _ in range(2)]
    assert jobs[0].pk == jobs[1].pk
    assert Job.objects.filter(kind="scoring.compute_ranking").count() == 1


def test_decisions_follow_the_rule_or_give_a_reason(people):
    dossiers = make_scoring(people, 3)
    make_experts(people)
    make_panel(people, dossiers[0].campaign)
    meet_facts(people, dossiers[0])
    meet_facts(people, dossiers[1])
    all_good(dossiers)  # the third has no facts: its gates are unknown
    ranking = confirm_ranking(computed(people, dossiers[0].campaign), actor=people.city_officer)
    rows = {row.dossier_id: row for row in ranking.rows.all()}
    assert [rows[d.pk].is_proposed for d in dossiers] == [True, True, False]
    keys = [str(d.pk) for d in dossiers]
    by_rule = {keys[0]: ("winner", ""), keys[1]: ("winner", ""), keys[2]: ("not_selected", "")}
    for wrong, key in (
        ({keys[0]: ("", "")}, keys[0]),
        ({keys[0]: ("not_selected", "")}, keys[0]),
        ({keys[0]: ("not_selected", "差")}, keys[0]),
        ({keys[0]: ("not_selected", "长" * 301)}, keys[0]),
        ({keys[2]: ("winner", "市里重点项目，建议入选")}, keys[2]),
    ):
        with pytest.raises(ValidationError) as refused:
            decide(ranking, actor=people.city_officer, choices=by_rule | wrong, opinion="同意。")
        assert set(refused.value.message_dict) == {key}
    with pytest.raises(ValidationError) as refused:
        decide(ranking, actor=people.city_officer, choices=by_rule, opinion="长" * 501)
    assert "opinion" in refused.value.message_dict
    assert not Decision.objects.exists()
    choices = by_rule | {keys[1]: ("not_selected", "公示前发现消防通道被占用。")}
    with CaptureQueriesContext(connection) as taken:
        decide(ranking, actor=people.city_officer, choices=choices, opinion="同意推荐。")
    assert_locked_before_the_first_record(taken, dossiers)
    signed = SignOff.objects.filter(step="decision").order_by("dossier__number")
    assert [(s.outcome, s.opinion) for s in signed] == [
        ("agree", "同意推荐。"),
        ("refuse", "公示前发现消防通道被占用。"),
        ("refuse", "原则要求未全部满足，不得入选。"),
    ]
    with pytest.raises(Conflict, match="不用再签"):
        decide(ranking, actor=people.city_officer, choices=choices, opinion="同意推荐。")


def test_the_number_of_queries_of_a_computation_does_not_grow(people, django_assert_num_queries):
    dossiers = ranked_scene(people, 2)
    one = rankable_dossiers(dossiers[0].campaign)
    with django_assert_num_queries(COMPUTE_QUERIES):
        compute_rows(one[:1])
    with django_assert_num_queries(COMPUTE_QUERIES):
        compute_rows(one)


COMPUTE_QUERIES = 5


@pytest.mark.faults
def test_a_real_worker_computes_the_ranking(committed_db):
    tenant = cast.make_tenant("yunzhou", "云州市住房和城乡建设局")
    with tenant_context(tenant.pk):
        people = cast.make_people()
        dossiers = ranked_scene(people, 2)
        job = request_ranking(dossiers[0].campaign, actor=people.city_officer)

    def finished():
        with tenant_context(tenant.pk):
            return Job.objects.get(pk=job.pk).state == JobState.DONE

    with worker(), relay():
        wait_until(finished)
    with tenant_context(tenant.pk):
        by_hand = totals_by_hand(dossiers)
        assert {r.dossier_id: r.total for r in RankingRow.objects.all()} == by_hand
        assert Ranking.objects.count() == 1


# Pages


def test_from_computation_to_decision_on_the_pages(people, sign_in):
    dossiers = make_scoring(people, 2)
    make_experts(people)
    make_panel(people, dossiers[0].campaign)
    meet_facts(people, dossiers[0])
    client, key = sign_in(people.city_officer), dossiers[0].campaign.key
    page = url("ranking", key)
    assert "还没有计算过排名" in client.get(page).content.decode()
    all_good(dossiers, **{"9.1": {"points": "3.5"}})
    form = read_forms(client.get(page))[-1]
    assert client.post(form.action, form.filled()).status_code == 302
    job = Job.objects.get(kind="scoring.compute_ranking")
    waiting = client.get(page).content.decode()
    poll = re.search(r'hx-get="([^"]+)"', waiting)[1].replace("&amp;", "&")
    assert "排队中" in client.get(poll).content.decode()
    assert run_job(current_tenant_id(), str(job.pk)) == JobState.DONE
    done = client.get(poll).content.decode()
    assert page in done
    assert (
        "https://evil"
        not in client.get(
            reverse("documents:job", args=["yunzhou", job.pk]) + "?result=https://evil.example/"
        ).content.decode()
    )
    assert client.get(url("decision", key)).content.decode().count("请先确认排名") == 1
    text = client.get(page).content.decode()
    assert "97.5" in text
    assert "未规定合格分" in text
    row = RankingRow.objects.get(dossier=dossiers[0])
    text = client.get(url("ranking_row", row.pk)).content.decode()
    for part in (
        "专家01",
        "去掉",
        "97.5",
        "一致",
        "第三方调查",
        "资料全面，计满分",
        "评审人酌情评 3.5 分",
    ):
        assert part in text, part
    assert "不一致" not in text
    confirm = read_form(client.get(url("ranking_confirm", key)))
    body = confirm.filled()
    unknown = client.post(url("ranking_confirm", key), body | {"ranking": "zz"})
    assert (unknown.status_code, "哪一次排名" in unknown.content.decode()) == (409, True)
    assert client.post(url("ranking_confirm", key), body).status_code == 302
    assert client.post(url("ranking_confirm", key), body).status_code == 302
    form = read_form(client.get(url("decision", key)))
    assert form.values[f"outcome-{dossiers[0].pk}"] == ["winner"]
    assert form.values[f"outcome-{dossiers[1].pk}"] == ["not_selected"]
    departs = form.filled(opinion="同意推荐。", **{f"outcome-{dossiers[0].pk}": "not_selected"})
    refused = client.post(url("decision", key), departs)
    assert "请写明理由" in refused.content.decode()
    assert "同意推荐。" in refused.content.decode()
    body = form.filled(opinion="同意推荐。")
    assert client.post(url("decision", key), body).status_code == 302
    assert client.post(url("decision", key), body).status_code == 302
    assert Decision.objects.count() == 2
    assert "已审定" in client.get(page).content.decode()
    assert "已经审定" in client.get(url("decision", key)).content.decode()
    late = client.post(reverse("scoring:ranking_request", args=["yunzhou", key]))
    assert late.status_code == 409


def test_the_auditor_reads_everything_and_changes_nothing(people, sign_in):
    dossiers = ranked_scene(people, 1)
    key = dossiers[0].campaign.key
    ranking = computed(people, dossiers[0].campaign)
    row = ranking.rows.get()
    client = sign_in(people.auditor)
    page = client.get(url("ranking", key))
    assert page.status_code == 200
    assert all(not form.action for form in read_forms(page) if "compute" in form.action)
    assert "重新计算" not in page.content.decode()
    assert client.get(url("ranking_row", row.pk)).status_code == 200
    for name in ("ranking_confirm", "decision"):
        assert client.get(url(name, key)).status_code == 403
        assert client.post(url(name, key)).status_code == 403
    assert client.post(url("ranking_request", key)).status_code == 403
    expert = expert_member(cards_of(dossiers[0])[0].assignment)
    for member in (expert, people.applicant, people.county_officer, people.tenant_admin):
        client = sign_in(member)
        assert client.get(url("ranking", key)).status_code == 403
        assert client.get(url("ranking_row", row.pk)).status_code == 403
    job = Job.objects.get(kind="scoring.compute_ranking")
    job_page = reverse("documents:job", args=["yunzhou", job.pk])
    assert sign_in(people.applicant).get(job_page).status_code == 404
    assert sign_in(people.tenant_admin).get(job_page).status_code == 200  # the same bureau


def test_a_row_of_another_tenant_is_not_there(people, sign_in, db):
    dossiers = ranked_scene(people, 1)
    row = computed(people, dossiers[0].campaign).rows.get()
    client = sign_in(people.city_officer)
    assert client.get(url("ranking_row", row.pk)).status_code == 200
    assert client.get(f"/haizhou/ranking-rows/{row.pk}/").status_code == 404


def test_ranking_pages_take_the_same_number_of_queries(people, sign_in, django_assert_num_queries):
    dossiers = ranked_scene(people, 1)
    campaign, client = dossiers[0].campaign, sign_in(people.city_officer)
    rows = compute_rows(rankable_dossiers(campaign))
    store_ranking(campaign, rows, actor=people.city_officer)
    client.get(url("ranking", campaign.key))
    with django_assert_num_queries(RANKING_QUERIES):
        client.get(url("ranking", campaign.key))
    first = Ranking.objects.get()
    template = first.rows.get()
    for number in range(5):
        other = make_scoring(people)[0]
        RankingRow.objects.create(
            ranking=first, dossier=other, rank=number + 2, total=template.total,
            sections=template.sections, gates=template.gates, explanation=template.explanation,
        )  # fmt: skip
    with django_assert_num_queries(RANKING_QUERIES):
        client.get(url("ranking", campaign.key))
    with django_assert_num_queries(ROW_QUERIES):
        client.get(url("ranking_row", template.pk))


RANKING_QUERIES = 16
ROW_QUERIES = 13


def test_stored_rows_hold_plain_json(people):
    dossiers = ranked_scene(people, 1)
    row = computed(people, dossiers[0].campaign).rows.get()
    assert json.loads(json.dumps(row.explanation)) == row.explanation


def test_the_pages_show_the_band_and_what_follows_from_it(people, sign_in):
    data = yaml.safe_load(shipped_text())
    data["outcome"]["tables"] = [
        {
            "code": "stars",
            "title": "星级",
            "bands": [{"code": "five", "title": "五星", "at_least": 90}],
        }
    ]
    data["outcome"]["effects"] = [
        {"code": "prize", "title": "奖补", "bands": ["five"], "amount": "3", "unit": "万元"}
    ]
    text = yaml.safe_dump(data, allow_unicode=True)
    campaign = open_campaign(
        create_campaign(text, actor=people.city_officer), actor=people.city_officer
    )
    dossiers = make_scoring(people, 2, campaign=campaign)
    make_experts(people)
    make_panel(people, campaign)
    meet_facts(people, dossiers[0])
    all_good(dossiers)
    computed(people, campaign)
    client = sign_in(people.city_officer)
    page = client.get(url("ranking", campaign.key)).content.decode()
    assert page.count("五星") == 1
    rows = {row.dossier_id: row.pk for row in RankingRow.objects.all()}
    good = client.get(url("ranking_row", rows[dossiers[0].pk])).content.decode()
    assert "总分达到 90 分，评为“五星”。" in good
    assert "奖补：3 万元。" in good
    other = client.get(url("ranking_row", rows[dossiers[1].pk])).content.decode()
    assert "原则要求未全部满足。不评定等次。" in other

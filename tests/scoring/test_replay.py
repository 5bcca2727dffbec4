"""The marks of a finished ranking under another definition: pure, then by the worker and pages."""

import json
from decimal import Decimal
from io import BytesIO
from random import Random
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from campaigns.definition import dump_json, load_definition, read_definition, shipped_definitions
from campaigns.services import close_campaign
from core.errors import Refused
from core.jobs import run_job
from core.models import Job
from core.tenancy import current_tenant_id
from scoring.engine import (
    Candidate,
    choose_winners,
    combine_raters,
    evaluate_gates,
    rank,
    score_sheet,
)
from scoring.models import Mark, RankingRow, Replay
from scoring.replay import Entrant, carry, replay
from scoring.selectors.rankings import latest_ranking
from scoring.services.rankings import request_ranking
from scoring.services.replays import request_replay
from tests.factories.forms import read_form
from tests.factories.panels import cards_of, score
from tests.scoring.test_rankings import random_mark
from tests.standing import standing

TRACK = "professional"
FACTS = {
    "satisfaction_rate": "95", "fee_collection_rate": "96", "credit_grade": "A", "penalties": "无",
}  # fmt: skip


def shipped():
    return load_definition(shipped_definitions()["qinhuangdao_2023"])


def changed(change):
    data = json.loads(shipped().canonical_json())
    change(data, data["rubric"]["sections"])
    return read_definition(data)


def entrants_under(definition, count=8, seed=1):
    """Scored and ranked by the engine itself, as the real ranking is."""
    random, found = Random(seed), []
    given = {
        key: True for level in ("county",) for key, _, _ in definition.attestable(level, TRACK)
    }
    for number in range(count):
        sheets = {
            f"专家{n:02d}": {i.code: random_mark(i, random) for i in definition.items(TRACK)}
            for n in range(1, 6)
        }
        found.append(SimpleNamespace(key=f"d{number}", sheets=sheets))
    candidates = []
    for one in found:
        stored = [score_sheet(definition, TRACK, m, FACTS).stored(r) for r, m in one.sheets.items()]
        panel = combine_raters(definition, stored)
        passed = evaluate_gates(definition, TRACK, FACTS, given).passed
        candidates.append(Candidate(one.key, panel.total, panel.sections, TRACK, FACTS, passed))
    rows = rank(definition, candidates)
    choices, sheets = choose_winners(definition, rows), {o.key: o.sheets for o in found}
    return [
        Entrant(
            row.key, f"N-{row.key}", f"小区{row.key}", TRACK, FACTS, given, sheets[row.key], row.rank,
            row.candidate.total, choices[row.key].proposed,
        )
        for row in rows
    ]  # fmt: skip


def replayed(change, **kwargs):
    return replay(shipped(), changed(change), entrants_under(shipped(), **kwargs))


def test_same_definition_gives_the_same_result():
    result = replay(shipped(), shipped(), entrants_under(shipped()))
    assert result["remarks"] == [] and result["changes"] == []
    counts = result["counts"]
    assert (counts["same"], counts["gained"], counts["lost"], counts["all"]) == (8, 0, 0, 8)
    for row in result["rows"]:
        assert (row["old_total"], row["old_rank"]) == (row["new_total"], row["new_rank"])


def test_result_is_plain_json_and_the_same_every_time():
    def change(d, s):
        s[0]["items"][0]["points"] = "6"

    assert json.loads(json.dumps(replayed(change))) == replayed(change)


def test_changed_points_scale_judged_marks_and_move_by_hand_counted_places():
    """One item carries nearly everything: the new order is the order of its mean."""

    def change(d, s):
        for section in s:
            for item in section["items"]:
                item["points"] = "0.01" if item["code"] != "1.1" else "99"
                for part in item.get("components", []):
                    part["points"] = "0.001"
                if "deduction" in item:
                    item["deduction"] = "0.001"
        d["outcome"]["tie_rules"] = []
        d["combination"]["method"] = "mean"
        d["combination"]["drop_high"] = d["combination"]["drop_low"] = 0

    entrants = entrants_under(shipped())
    result = replay(shipped(), changed(change), entrants)
    mean = {
        e.key: sum(Decimal(sheet["1.1"]["points"]) for sheet in e.sheets.values()) for e in entrants
    }
    shown = [mean[row["key"]] for row in result["rows"]]
    assert shown == sorted(shown, reverse=True)
    assert any("按原得分率折算评分的指标：1.1" in remark for remark in result["remarks"])
    assert any("1.1 社区党组织：平均" in reason for reason in result["rows"][0]["reasons"])


def test_item_gone_and_item_new_are_stated_and_the_section_is_rescaled():
    def change(d, s):
        s[0]["items"].pop(0)
        s[0]["items"].append({"kind": "judged", "code": "1.9", "title": "新事项", "points": "3"})

    result = replayed(change)
    assert any("不再有的指标 1 项" in r and "1.1 社区党组织" in r for r in result["remarks"])
    assert any("1.9 新事项没有计入" in r and "40 份评分表" in r for r in result["remarks"])
    assert all(row["new_rank"] for row in result["rows"])
    assert all(Decimal(row["new_total"]) <= 100 for row in result["rows"])


def test_higher_pass_mark_loses_winners_with_the_reason():
    entrants = entrants_under(changed(lambda d, s: d["outcome"].update(pass_mark="0")))
    old = changed(lambda d, s: d["outcome"].update(pass_mark="0"))
    new = changed(lambda d, s: d["outcome"].update(pass_mark="100"))
    result = replay(old, new, entrants)
    assert result["counts"]["lost"] == 8 and result["counts"]["same"] == 8
    assert all("低于合格线 100 分" in row["reasons"][-1] for row in result["rows"])
    assert [c["label"] for c in result["changes"]] == ["合格线"]
    back = replay(new, old, entrants_under(new))
    assert back["counts"]["gained"] == 8


def test_requirement_nobody_was_asked_is_left_out_and_told():
    gate = {"kind": "attested", "by": "county"}
    result = replayed(
        lambda d, s: d["requirements"].append({"code": "R9", "title": "另加要求", "gate": gate})
    )
    assert any("“另加要求”当时没有核验过" in remark for remark in result["remarks"])
    assert result["counts"]["lost"] == 0


def test_harder_gate_is_a_reason():
    result = replayed(lambda d, s: d["requirements"][6]["gate"].update(threshold="99"))
    assert all(any("实测 95" in r for r in row["reasons"]) for row in result["rows"])


def test_more_raters_than_there_were_leaves_all_unranked():
    def change(d, s):
        d["combination"]["min_raters"] = 7

    result = replayed(change)
    assert result["counts"]["unranked"] == 8
    assert all("至少需要 7 份" in row["reasons"][0] for row in result["rows"])


def test_changed_tie_rules_are_told():
    marks = {i.code: i.full_mark() for i in shipped().items(TRACK)}
    sheets = {f"专家{n:02d}": marks for n in range(1, 6)}
    given = {key: True for key, _, _ in shipped().attestable("county", TRACK)}
    entrants = [
        Entrant(
            f"d{n}", f"N{n}", f"小区{n}", TRACK, FACTS | {"satisfaction_rate": f"{91 + n}"}, given,
            sheets, 4 - n, Decimal(100), True,
        )
        for n in range(1, 4)
    ]  # fmt: skip
    result = replay(
        shipped(),
        changed(lambda d, s: d["outcome"]["tie_rules"][0].update(better="lower")),
        entrants,
    )
    assert [row["key"] for row in result["rows"]] == ["d1", "d2", "d3"]
    assert any("满意度" in reason for reason in result["rows"][0]["reasons"])


def test_track_that_is_gone_cannot_be_replayed():
    entrants = entrants_under(shipped(), count=2)
    odd = [*entrants, SimpleNamespace(**vars_of(entrants[0]) | {"key": "x", "track": "gone"})]
    result = replay(shipped(), shipped(), odd)
    assert result["rows"][-1]["reasons"] == ["新方案没有它的申报类别，不能重放。"]


def vars_of(entrant):
    return {name: getattr(entrant, name) for name in Entrant.__dataclass_fields__}


def item(kind, **values):
    extras = {
        "per_defect": {"deduction": "0.5"},
        "components": {
            "components": [{"title": "甲", "points": "1"}, {"title": "乙", "points": "1"}]
        },
        "graded": {
            "grades": [
                {"code": "A", "title": "好", "share": "1"},
                {"code": "B", "title": "中", "share": "0.5"},
            ]
        },
        "bonus": {"conditions": [{"code": "c", "title": "丙"}]},
    }
    body = (
        {"kind": kind, "code": "1.1", "title": "甲", "points": "2"} | extras.get(kind, {}) | values
    )

    def change(d, s):
        s[0]["items"][0] = body

    return changed(change).item("1.1")


@pytest.mark.parametrize(
    ("old", "new", "mark", "expected"),
    [
        (item("judged"), item("judged"), {"points": "1.5"}, {"points": "1.5"}),
        (item("judged"), item("judged", points="4"), {"points": "1.5"}, {"points": "3"}),
        (item("judged"), item("judged", points="1"), {"points": "1.5"}, {"points": "0.75"}),
        (item("per_defect"), item("per_defect", points="9"), {"defects": 3}, {"defects": 3}),
        (item("judged"), item("all_or_nothing"), {"points": "2"}, {"met": True}),
        (item("judged"), item("all_or_nothing"), {"points": "0"}, {"met": False}),
        (item("judged"), item("all_or_nothing"), {"points": "1"}, None),
        (item("all_or_nothing"), item("judged"), {"met": True}, {"points": "2"}),
        (item("all_or_nothing"), item("negative"), {"met": True}, {"present": False}),
        (item("judged"), item("per_defect"), {"points": "2"}, None),
        (item("judged"), item("graded"), {"points": "1"}, {"grade": "B"}),
        (item("judged"), item("graded"), {"points": "1.5"}, None),
        (item("graded"), item("graded"), {"grade": "B"}, {"grade": "B"}),
        (
            item("components"),
            item("components", components=[{"title": "甲", "points": "2"}]),
            {"present": ["甲", "乙"]}, {"present": ["甲"]},
        ),
        (
            item("components", components=[{"title": "甲", "points": "2"}]), item("components"),
            {"present": ["甲"]}, None,
        ),
        (item("bonus"), item("judged"), {"met": ["c"]}, None),
    ],
)  # fmt: skip
def test_mark_is_carried_only_where_it_says_what_is_asked(old, new, mark, expected):
    found, how = carry(old, new, mark, Decimal("0.5"))
    assert found == expected
    assert how if expected is None else True
    if found is not None:
        assert 0 <= new.score(found) <= new.points


# ---- by the worker and the pages -------------------------------------------------------------


def url(name, *args):
    return reverse(f"scoring:{name}", args=["yunzhou", *args])


def run_jobs(kind):
    for job in Job.objects.filter(kind=kind, state="queued"):
        assert run_job(current_tenant_id(), str(job.pk)) == "done"


@standing
def ranked(scene):
    for card in cards_of(scene.dossier):
        score(card)
    request_ranking(scene.campaign, actor=scene.people.city_officer)
    run_jobs("scoring.compute_ranking")
    return scene


@standing
def finished(ranked):
    close_campaign(ranked.campaign, actor=ranked.people.city_officer)
    ranked.campaign.refresh_from_db()
    return ranked


def stored():
    return (
        list(RankingRow.objects.order_by("pk").values()),
        list(Mark.objects.order_by("pk").values()),
    )


def test_replay_is_refused_while_experts_are_at_it(ranked):
    with pytest.raises(Refused, match="还没有结束"):
        request_replay(ranked.campaign, shipped(), title="x", actor=ranked.people.city_officer)
    assert not Replay.objects.exists()


def test_worker_replays_and_nothing_real_changes(finished):
    before = stored()
    new = changed(lambda d, s: s[0]["items"].pop(0))
    kept = request_replay(
        finished.campaign, new, title="少一项的方案", actor=finished.people.auditor
    )
    assert kept.result is None
    run_jobs("scoring.replay")
    kept.refresh_from_db()
    assert len(kept.result["rows"]) == 1 and "1.1" in kept.result["remarks"][0]
    assert kept.sha256 == new.sha256() and stored() == before
    assert latest_ranking(finished.campaign).pk == kept.ranking_id


def test_replay_under_the_ranking_s_own_version_agrees_with_it(finished):
    kept = request_replay(
        finished.campaign, shipped(), title="原方案", actor=finished.people.city_officer
    )
    run_jobs("scoring.replay")
    kept.refresh_from_db()
    (row,) = kept.result["rows"]
    assert (row["old_total"], row["old_rank"]) == (row["new_total"], row["new_rank"]) == ("100", 1)


@pytest.mark.parametrize(
    "role", ["applicant", "county_officer", "street_officer", "tenant_admin", "evaluator"]
)
def test_others_may_not_replay(finished, role, sign_in):
    actor = getattr(finished.people, role)
    with pytest.raises(PermissionDenied):
        request_replay(finished.campaign, shipped(), title="x", actor=actor)
    client = sign_in(actor)
    assert client.get(url("replay_list", finished.campaign.key)).status_code == 403
    assert client.post(url("replay_list", finished.campaign.key)).status_code == 403


def test_definition_without_a_rubric_is_refused(finished):
    empty = changed(
        lambda d, s: (d["rubric"].update(sections=[]), d["outcome"].update(tie_rules=[]))
    )
    with pytest.raises(Refused, match="没有评选标准"):
        request_replay(finished.campaign, empty, title="x", actor=finished.people.city_officer)


def test_pages_ask_show_and_export(finished, sign_in):
    client = sign_in(finished.people.city_officer)
    page = url("replay_list", finished.campaign.key)
    form = read_form(client.get(page))
    assert "shipped:qinhuangdao_2023" in form.options["source"]
    content = dump_json(changed(lambda d, s: d["outcome"].update(pass_mark="100"))).encode()
    data = form.filled(source="upload")
    targets = {
        client.post(page, {**data, "definition": SimpleUploadedFile("新方案.json", content)}).url
        for _ in range(2)
    }
    (target,) = targets
    assert "result.xlsx" not in client.get(target).content.decode()
    kept = Replay.objects.get()
    assert client.get(url("replay_export", kept.pk)).status_code == 404
    run_jobs("scoring.replay")
    shown = client.get(target).content.decode()
    assert "真实的评分、排名和审定没有改变" in shown and "名次上升" in shown and "合格线" in shown
    answer = client.get(url("replay_export", kept.pk))
    book = load_workbook(BytesIO(answer.content))
    assert book.sheetnames == ["名次变化", "说明", "方案差异"]
    rows = list(book["名次变化"].values)
    assert rows[1][0] == finished.dossier.number and rows[1][6] == 100
    assert "上传的" in client.get(page).content.decode()


def test_faulty_choice_comes_back_with_the_reason(finished, sign_in):
    client = sign_in(finished.people.city_officer)
    page = url("replay_list", finished.campaign.key)
    form = read_form(client.get(page))

    def answer(content=None, **values):
        data = form.filled(**values)
        if content is not None:
            data["definition"] = SimpleUploadedFile("x.yaml", content)
        return client.post(page, data).content.decode()

    assert "请选择要上传的" in answer(source="upload")
    assert "缺少必填内容" in answer(b"key: x\n", source="upload")
    assert "UTF-8" in answer(b"\xff\xfe\x00", source="upload")
    assert client.post(page, form.filled(source="")).status_code == 200
    assert not Replay.objects.exists()


@pytest.mark.parametrize("number", [1, 12])
def test_list_costs_the_same_queries(finished, sign_in, django_assert_num_queries, number):
    for n in range(number):
        request_replay(
            finished.campaign, shipped(), title=f"方案{n}", actor=finished.people.city_officer
        )
    client = sign_in(finished.people.city_officer)
    client.get(url("replay_list", finished.campaign.key))
    with django_assert_num_queries(14):
        client.get(url("replay_list", finished.campaign.key))

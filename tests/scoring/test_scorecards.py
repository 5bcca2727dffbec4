"""The expert's sheet: saving, refusing, submitting; through services, pages and the database."""

import re
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import audit
from core.errors import Conflict, Refused
from core.models import AuditRecord
from reviews.models import Evidence
from scoring.engine import score_sheet
from scoring.enums import AssignmentState
from scoring.models import Mark, Scorecard
from scoring.services.panels import assign_dossiers, recuse
from scoring.services.scorecards import save_marks, submit_scorecard
from tests.factories.dossiers import make_campaign, qinhuangdao, set_clock
from tests.factories.forms import read_form, read_forms
from tests.factories.panels import (
    cards_of,
    expert_member,
    full_marks,
    make_experts,
    make_panel,
    make_scoring,
)
from tests.scoring.conftest import make_scene


def url(name, *args):
    return reverse(f"scoring:{name}", args=["yunzhou", *args])


def page_of(scene, sign_in):
    return sign_in(scene.expert).get(url("scorecard", scene.card.pk))


def section_form(response, code):
    return next(f for f in read_forms(response) if f.action.endswith(f"/sections/{code}/"))


def fresh(card):
    return Scorecard.objects.get(pk=card.pk)


# Services


def test_totals_are_stored_with_every_save_and_equal_the_engine(scene):
    card, definition = scene.card, scene.card.version.definition
    marks = {
        "7.1": {"mark": {"defects": 2}},
        "9.1": {"mark": {"points": "4.5"}, "comment": "缺二项"},
    }
    save_marks(card, actor=scene.expert, marks=marks)
    stored = fresh(card)
    sheet = score_sheet(
        definition, scene.dossier.track, {c: m["mark"] for c, m in marks.items()}, {}
    )
    assert (stored.total, stored.marked_items, stored.due_items) == (Decimal("5.5"), 2, 36)
    assert {c: Decimal(p) for c, p in stored.sections.items()} == sheet.section_points
    save_marks(card, actor=scene.expert, marks={"7.1": {"mark": {"defects": 0}}})
    assert fresh(card).total == Decimal("6.5")
    assert Mark.objects.filter(scorecard=card).count() == 2
    record = AuditRecord.objects.filter(verb="scorecard.marked").latest("seq")
    assert record.body["marks"]["7.1"][0] == {"defects": 0}
    assert not list(audit.verify())


@pytest.mark.parametrize(
    ("code", "mark"),
    [("9.1", {"points": "6.5"}), ("9.1", {"points": "-0.5"}), ("9.1", {"points": "2.3"}),
     ("9.1", {"points": "abc"}), ("9.1", {"points": "NaN"}), ("9.1", {}), ("9.1", None),
     ("7.1", {"defects": -1}), ("7.1", {"defects": 1.5}), ("7.1", {"defects": 1, "places": ["一", "二"]}),
     ("8.2", {"met": "maybe"}), ("10.1", {"present": ["游泳池"]}), ("99.9", {"points": "1"})],
)  # fmt: skip
def test_a_mark_out_of_range_or_step_is_refused_and_nothing_is_saved(scene, code, mark):
    good = {"9.2": {"mark": {"points": "4"}}}
    with pytest.raises(ValidationError) as refused:
        save_marks(scene.card, actor=scene.expert, marks=good | {code: {"mark": mark}})
    assert set(refused.value.message_dict) == {code}
    assert not Mark.objects.exists()
    assert fresh(scene.card).total == 0


def test_the_database_refuses_points_outside_the_range(scene):
    for points in ("-6.5", "6.5"):  # a penalty takes off at most its points
        with pytest.raises(IntegrityError), transaction.atomic():
            Mark.objects.create(
                scorecard=scene.card,
                item="9.1",
                raw={"points": points},
                points=points,
                max_points=6,
            )
    with pytest.raises(IntegrityError), transaction.atomic():
        Scorecard.objects.filter(pk=scene.card.pk).update(submitted_at="2023-11-10T00:00Z")


def test_a_partial_sheet_cannot_be_submitted_and_a_submitted_one_is_frozen(scene):
    card = scene.card
    marks = full_marks(card)
    last = marks.pop("10.6")
    save_marks(card, actor=scene.expert, marks=marks)
    with pytest.raises(Refused, match="还有 1 项没有评分：10.6"):
        submit_scorecard(card, actor=scene.expert)
    save_marks(card, actor=scene.expert, marks={"10.6": last})
    submit_scorecard(card, actor=scene.expert)
    stored = Scorecard.objects.select_related("assignment").get(pk=card.pk)
    assert (stored.total, stored.assignment.state) == (100, AssignmentState.SUBMITTED)
    for act in (
        lambda: save_marks(card, actor=scene.expert, marks={"10.6": last}),
        lambda: submit_scorecard(card, actor=scene.expert),
    ):
        with pytest.raises(Conflict, match="已经提交"):
            act()
    with pytest.raises(Refused, match="不能再回避"):
        recuse(stored.assignment, actor=scene.expert, reason="与申报单位有业务往来")


def test_only_the_expert_itself_marks_and_only_in_time(scene):
    other = expert_member(cards_of(scene.dossier)[1].assignment)
    for stranger in (other, scene.people.city_officer):
        with pytest.raises(PermissionDenied):
            save_marks(scene.card, actor=stranger, marks={"10.6": {"mark": {"met": True}}})


def test_an_enforced_deadline_ends_the_scoring(people, sign_in):
    notice = qinhuangdao()
    calendar = [
        deadline.model_copy(update={"enforce": deadline.code == "review"})
        for deadline in notice.calendar
    ]
    make_campaign(people.city_officer, notice.model_copy(update={"calendar": tuple(calendar)}))
    scene = make_scene(people)
    set_clock("2023-11-20 23:59")
    client = sign_in(scene.expert)
    assert "保存本类评分" in client.get(url("scorecard", scene.card.pk)).content.decode()
    set_clock("2023-11-21 00:00:01")
    with pytest.raises(Refused, match="截止"):
        save_marks(scene.card, actor=scene.expert, marks={"10.6": {"mark": {"met": True}}})
    with pytest.raises(Refused, match="截止"):
        submit_scorecard(scene.card, actor=scene.expert)
    late = client.post(url("mark_save", scene.card.pk, "9.1"), {"9.1:value": "5"})
    assert (late.status_code, "截止" in late.json()["message"]) == (409, True)
    page = client.get(url("scorecard", scene.card.pk)).content.decode()
    assert "截止" in page
    assert "保存本类评分" not in page
    assert client.post(url("scorecard_check", scene.card.pk), {}).status_code == 409


def test_marks_of_a_recused_expert_are_kept_and_no_more_can_be_given(scene):
    save_marks(scene.card, actor=scene.expert, marks=full_marks(scene.card))
    recuse(scene.card.assignment, actor=scene.expert, reason="曾为该企业提供咨询")
    assert Mark.objects.filter(scorecard=scene.card).count() == 36
    with pytest.raises(Refused, match="回避"):
        submit_scorecard(scene.card, actor=scene.expert)


def test_saving_a_mark_takes_few_statements(scene, django_assert_max_num_queries):
    save_marks(scene.card, actor=scene.expert, marks=full_marks(scene.card))
    with django_assert_max_num_queries(7):
        save_marks(scene.card, actor=scene.expert, marks={"10.6": {"mark": {"met": False}}})


# Pages


def test_every_item_of_the_track_has_an_input_of_its_kind(scene, sign_in):
    response = page_of(scene, sign_in)
    forms = read_forms(response)
    names = {name for form in forms for name in {*form.values, *form.options}}
    definition = scene.card.version.definition
    for item in definition.items(scene.dossier.track):
        assert any(name.startswith(f"{item.code}:") for name in names), item.code
    seven = section_form(response, "7")
    assert seven.options["7.1:value"] == ["0", "1", "2", "3", "4"]
    nine = section_form(response, "9").options["9.1:value"]
    assert nine == [f"{n / 2:g}" for n in range(13)]
    assert section_form(response, "10").options["10.1:part-1"] == ["yes", "no"]
    text = response.content.decode()
    assert "未完成，不计入排名" in text
    assert "方案未规定，系统默认" in text
    assert "专家之间互不可见" in text


def test_without_scripts_a_section_is_saved_from_its_form(scene, sign_in):
    client = sign_in(scene.expert)
    form = section_form(page_of(scene, sign_in), "10")
    filled = form.filled(**{
        "10.1:part-0": "yes", "10.1:part-1": "no", "10.2:value": "true", "10.2:comment": "设施齐全",
    })  # fmt: skip
    response = client.post(form.action, filled)
    assert response.status_code == 302
    marks = {m.item: m for m in Mark.objects.filter(scorecard=scene.card)}
    assert {c: m.points for c, m in marks.items()} == {"10.1": 1, "10.2": 2}
    assert marks["10.2"].comment == "设施齐全"
    again = section_form(page_of(scene, sign_in), "10")
    assert again.values["10.1:part-1"] == ["no"]
    records = AuditRecord.objects.count()
    client.post(again.action, again.filled())
    assert AuditRecord.objects.count() == records  # nothing changed, nothing written


def test_a_refused_section_keeps_what_was_typed_and_says_why(scene, sign_in):
    client = sign_in(scene.expert)
    form = section_form(page_of(scene, sign_in), "7")
    filled = form.filled(**{
        "7.1:value": "1", "7.1:places": "一处\n二处", "7.2:value": "0", "7.3:comment": "先写了评语",
    })  # fmt: skip
    response = client.post(form.action, filled)
    assert response.status_code == 400
    text = response.content.decode()
    assert "列出了 2 个问题点位" in text
    assert "7.3 请先评分" in text
    kept = section_form_of(text, "7")
    assert kept.values["7.1:places"][0].split() == ["一处", "二处"]
    assert kept.values["7.2:value"] == ["0"]
    assert not Mark.objects.exists()


def section_form_of(text, code):
    class Page:
        content = text.encode()

    return section_form(Page, code)


def test_the_script_saves_one_item_and_gets_the_totals(scene, sign_in):
    client = sign_in(scene.expert)
    response = client.post(url("mark_save", scene.card.pk, "9.1"), {"9.1:value": "5.5"})
    assert response.status_code == 200
    answer = response.json()
    assert (answer["total"], answer["marked"], answer["left"]) == ("5.5", 1, 35)
    assert answer["sections"]["9"] == {"points": "5.5", "maximum": "10", "left": 1, "note": ""}
    assert re.fullmatch(r"\d\d:\d\d", answer["saved_at"])
    for value, words in (("6.5", "0 到 6 分"), ("2.3", "以 0.5 分为一档"), ("", "还没有评分")):
        response = client.post(url("mark_save", scene.card.pk, "9.1"), {"9.1:value": value})
        assert response.status_code == 400
        assert words in response.json()["message"]
    long = client.post(
        url("mark_save", scene.card.pk, "9.1"), {"9.1:value": "5", "9.1:comment": "长" * 501}
    )
    assert long.status_code == 400
    assert "最多 500 个字" in long.json()["message"]
    assert client.post(url("mark_save", scene.card.pk, "99"), {}).status_code == 404
    assert fresh(scene.card).total == Decimal("5.5")


def test_odd_characters_and_numbers_are_read_as_meant(scene, sign_in):
    client = sign_in(scene.expert)

    def save(item, **fields):
        data = {f"{item}:{name}": value for name, value in fields.items()}
        return client.post(url("mark_save", scene.card.pk, item), data)

    assert save("9.1", value="２．５", comment="好\x00的\r\n第二行").status_code == 200
    mark = Mark.objects.get(item="9.1")
    assert (mark.points, mark.comment) == (Decimal("2.5"), "好的\n第二行")
    assert save("9.1", value="-0").json()["points"] == "0"
    long = save("7.1", value="1", places="长" * 501)
    assert (long.status_code, "最多 500 个字" in long.json()["message"]) == (400, True)


def test_the_same_number_of_defects_takes_over_the_places_found_on_the_spot(scene, sign_in):
    visit = scene.dossier.site_visits.get()
    for place in ("3 号楼北侧", "南门内"):
        visit.findings.create(
            item="7.1", place=place, description="草坪裸露",
            recorded_by=scene.people.county_officer, recorded_at="2023-10-20T10:00+08:00",
        )  # fmt: skip
    client = sign_in(scene.expert)
    assert "3 号楼北侧：草坪裸露" in page_of(scene, sign_in).content.decode()
    client.post(url("mark_save", scene.card.pk, "7.1"), {"7.1:value": "2", "7.1:places": ""})
    mark = Mark.objects.get(item="7.1")
    assert mark.raw == {"defects": 2, "places": ["3 号楼北侧：草坪裸露", "南门内：草坪裸露"]}
    client.post(url("mark_save", scene.card.pk, "7.1"), {"7.1:value": "1", "7.1:places": ""})
    assert Mark.objects.get(item="7.1").raw == {"defects": 1}


def test_submitting_goes_over_the_check_page_once(scene, sign_in):
    client = sign_in(scene.expert)
    check = url("scorecard_check", scene.card.pk)
    empty = client.get(check)
    assert "还有 36 项没有评分" in empty.content.decode()
    assert f"{url('scorecard', scene.card.pk)}#item-10-6" in empty.content.decode()
    assert client.post(check, {}).status_code == 409
    save_marks(scene.card, actor=scene.expert, marks=full_marks(scene.card))
    form = read_form(client.get(check))
    body = form.filled()
    assert client.post(check, body).status_code == 302
    assert client.post(check, body).status_code == 302  # the same form again: the same answer
    assert AuditRecord.objects.filter(verb="scorecard.submitted").count() == 1
    assert client.post(check, {}).status_code == 409
    page = client.get(url("scorecard", scene.card.pk))
    text = page.content.decode()
    assert "评分表已提交" in text
    assert text.count("data-score-item") == text.count(" disabled>") == 36
    assert "保存本类评分" not in text
    answer = client.post(url("mark_save", scene.card.pk, "10.6"), {"10.6:value": "false"})
    assert answer.status_code == 409


def test_other_cards_are_not_there_and_recusal_takes_access_away(scene, sign_in):
    client = sign_in(scene.expert)
    piece = Evidence.objects.filter(dossier=scene.dossier).first()
    response = client.get(url("evidence_file", piece.pk))
    assert response.status_code == 200
    assert response.getvalue()
    other = cards_of(scene.dossier)[1]
    for name in ("scorecard", "scorecard_check"):
        assert client.get(url(name, other.pk)).status_code == 404
    assert client.post(url("mark_save", other.pk, "9.1"), {"9.1:value": "5"}).status_code == 404
    assert client.get(url("recusal", other.assignment_id)).status_code == 404
    form = read_form(client.get(url("recusal", scene.card.assignment_id)))
    short = client.post(url("recusal", scene.card.assignment_id), form.filled(reason="有关"))
    assert short.status_code == 400
    assert "至少 5 个字" in short.content.decode()
    done = client.post(
        url("recusal", scene.card.assignment_id), form.filled(reason="近三年为该企业提供过咨询。")
    )
    assert done.status_code == 302
    assert client.get(url("scorecard", scene.card.pk)).status_code == 404
    assert (
        client.post(url("mark_save", scene.card.pk, "9.1"), {"9.1:value": "5"}).status_code == 404
    )
    assert client.get(url("evidence_file", piece.pk)).status_code == 404
    assert client.get(url("evidence_thumbnail", piece.pk)).status_code == 404
    listed = client.get(url("assignment_list")).content.decode()
    assert "近三年为该企业提供过咨询。" in listed


def test_nobody_but_experts_has_assignments_or_cards(scene, sign_in):
    for role in ("city_officer", "auditor", "applicant", "county_officer", "tenant_admin"):
        client = sign_in(getattr(scene.people, role))
        assert client.get(url("assignment_list")).status_code == 403
        assert client.get(url("scorecard", scene.card.pk)).status_code == 404


def test_the_card_of_another_tenant_is_not_there(scene, sign_in, db):
    card = scene.card
    client = sign_in(scene.expert)
    assert client.get(f"/yunzhou/scorecards/{card.pk}/").status_code == 200
    assert client.get(f"/haizhou/scorecards/{card.pk}/").status_code == 404


def test_list_and_card_take_the_same_number_of_queries_however_much_there_is(
    people, sign_in, django_assert_num_queries
):
    first = make_scoring(people)[0]
    make_experts(people)
    make_panel(people, first.campaign)
    card = cards_of(first)[0]
    client = sign_in(expert_member(card.assignment))
    client.get(url("scorecard", card.pk))
    with django_assert_num_queries(LIST_QUERIES):
        client.get(url("assignment_list"))
    with django_assert_num_queries(CARD_QUERIES):
        client.get(url("scorecard", card.pk))
    set_clock("2023-09-15 10:00")
    make_scoring(people, 4)
    assign_dossiers(first.campaign.panels.get(), actor=people.city_officer)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(url("assignment_list"))
    save_marks(card, actor=expert_member(card.assignment), marks=full_marks(card))
    with django_assert_num_queries(CARD_QUERIES):
        client.get(url("scorecard", card.pk))


LIST_QUERIES = 11
CARD_QUERIES = 17

"""The case report by its outline: days, figures, requirements, and where they are read again."""

import pytest
from django.urls import reverse

from campaigns.definition import check_data
from reviews.documents import case_report
from reviews.selectors.case_answers import case_answer
from reviews.selectors.completeness import completeness
from tests.factories import dossiers as make
from tests.factories.forms import read_form


def url(name, *args):
    return reverse(f"reviews:{name}", args=["yunzhou", *args])


def blocking(dossier) -> list[str]:
    found = completeness(dossier.version.definition, dossier.track, dossier.draft, {})
    return [gap.message for gap in found.task("case_report").blocking]


def test_a_deed_has_its_day_and_a_requirement_its_figure(people, draft, sign_in):
    client = sign_in(people.applicant)
    page = url("dossier_case_report", draft.pk)
    answer = client.get(page)
    assert "满意度达到 90% 以上" in answer.content.decode()  # what the requirement says
    sent = read_form(answer, "version").filled(
        **{
            "case-good_deed-on": "2023-06-15",
            "case-good_deed": "加装无障碍坡道。",
            "case-principles-p7": "第三方测评。",
            "case-principles-p7-figure": "96.50",
        }
    )
    assert client.post(page, sent).status_code == 302
    draft.refresh_from_db()
    report = draft.draft["case_report"]
    assert report["good_deed:on"] == "2023-06-15"
    assert report["principles"]["p7:figure"] == "96.5"
    definition = draft.version.definition
    deed = case_answer(definition.case_section("good_deed"), report)
    assert (deed["on"], deed["text"]) == ("2023年6月15日", "加装无障碍坡道。")
    parts = case_answer(definition.case_section("principles"), report)["parts"]
    assert [p["figure"] for p in parts if p["figure"]] == ["业主满意度 96.5%"]
    check = client.get(url("dossier_check", draft.pk)).content.decode()
    assert "2023年6月15日" in check and "业主满意度 96.5%" in check


@pytest.mark.parametrize(
    ("day", "words"), [("2023-02-28", "时间更早"), ("2023-09-16", "不能晚于今天"), ("昨天", "日期")]
)
def test_a_day_outside_the_window_is_told_and_kept(people, draft, sign_in, day, words):
    client = sign_in(people.applicant)
    page = url("dossier_case_report", draft.pk)
    sent = read_form(client.get(page), "version").filled(**{"case-good_deed-on": day})
    answer = client.post(page, sent)
    assert answer.status_code == 200 and words in answer.content.decode()
    assert f'value="{day}"' in answer.content.decode()


def test_day_and_figure_are_required_for_submission(people, filled):
    assert blocking(filled)[:1] == ["“工作成效和亮点”至少要 2 张图片"]
    report = filled.draft["case_report"]
    del report["good_deed:on"], report["principles"]["p7:figure"]
    assert {"“为群众办实事：时间”还没有填写", "“业主满意度的数值”还没有填写"} <= set(
        blocking(filled)
    )
    report["good_deed:on"] = "2023-01-01"
    assert any("时间更早" in message for message in blocking(filled))


def test_the_frozen_paper_names_day_and_figure(people, filled):
    revision = make.submit_dossier(filled, actor=people.applicant)
    filled.refresh_from_db()
    sections = case_report(filled, revision).context["sections"]
    assert sections[4]["paragraphs"][0] == "时间：2023年6月15日。"
    assert sections[3]["parts"][6]["paragraphs"][0] == "业主满意度 96.5%。"


def test_a_part_answers_a_requirement_that_exists(people, draft):
    body = draft.version.definition.model_dump(mode="json", by_alias=True)
    parts = next(s for s in body["form"]["case_report"]["sections"] if s["parts"])["parts"]
    parts[0]["requirement"] = "R99"
    _, problems = check_data(body)
    assert any("没有原则要求“R99”" in problem.message for problem in problems)

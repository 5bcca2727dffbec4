"""Revisions side by side; last year's texts taken over and told apart."""

import pytest
from django.urls import reverse

from campaigns.services import create_campaign, open_campaign
from core.errors import Refused
from reviews.selectors.differences import compare_texts
from reviews.selectors.former import count_still_copied, former_dossier
from reviews.services.dossiers import copy_former, create_dossier, save_draft
from tests.factories import dossiers as make
from tests.factories import sign_offs as officers
from tests.factories.forms import read_form


def url(name, *args):
    return reverse(f"reviews:{name}", args=["yunzhou", *args])


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def marked(pieces) -> list[str]:
    return [piece.text for piece in pieces if piece.is_changed]


@pytest.mark.parametrize(
    ("before", "after", "gone", "new"),
    [
        ("满意度 95%", "满意度 96%", ["5"], ["6"]),
        ("一样", "一样", [], []),
        ("", "新写", [], ["新写"]),
        ("旧的", "", ["旧的"], []),
        ("甲。" * 150 + "乙。", "甲。" * 150 + "丙，丁。", ["乙。"], ["丙，丁。"]),
    ],
)
def test_what_differs_is_marked_and_nothing_is_lost(before, after, gone, new):
    left, right = compare_texts(before, after)
    assert (marked(left), marked(right)) == (gone, new)
    assert "".join(p.text for p in left) == before and "".join(p.text for p in right) == after


def test_revisions_stand_side_by_side(people, filled, sign_in):
    make.submit_dossier(filled, actor=people.applicant)
    officers.sign(
        filled, actor=people.committee_officer, outcome="return", opinion="请改正地址和概况。"
    )
    filled.refresh_from_db()
    form = filled.draft["form"] | {"address": "文化路 99 号"}
    filled = save_draft(
        filled, "form", form, lock_version=filled.lock_version, actor=people.applicant
    )
    check = text(sign_in(people.applicant).get(url("dossier_check", filled.pk)))
    assert "1 处不同" in check and "<ins>" in check and "99" in check
    make.submit_dossier(filled, actor=people.applicant)
    for reader in (people.applicant, people.committee_officer):
        page = text(sign_in(reader).get(url("dossier_differences", filled.pk, 2)))
        assert "1 处不同" in page and "第 1 版" in page and "<del>" in page
    assert "没有更早的" in text(sign_in(reader).get(url("dossier_differences", filled.pk, 1)))
    stranger = sign_in(people.other_applicant)
    assert stranger.get(url("dossier_differences", filled.pk, 2)).status_code == 404


@pytest.fixture
def next_year(people, filled):
    """A draft of the same community in another campaign, after ``filled`` was submitted."""
    make.submit_dossier(filled, actor=people.applicant)
    definition = filled.version.definition
    body = definition.model_copy(update={"key": "again-2024", "year": 2024, "title": "再次评选"})
    campaign = open_campaign(
        create_campaign(body, actor=people.city_officer), actor=people.city_officer
    )
    return create_dossier(campaign, filled.community, "professional", actor=people.applicant)


def test_last_years_texts_fill_the_empty_places_and_stay_marked(people, filled, next_year, sign_in):
    save_draft(
        next_year, "case_report", {"basics": "今年写的"}, lock_version=0, actor=people.applicant
    )
    client = sign_in(people.applicant)
    assert url("dossier_former", next_year.pk) in text(
        client.get(url("dossier_detail", next_year.pk))
    )
    page = url("dossier_former", next_year.pk)
    form = read_form(client.get(page))
    assert client.post(page, form.filled()).status_code == 302
    assert client.post(page, form.filled()).status_code == 302  # the second press copies nothing
    next_year.refresh_from_db()
    draft, old = next_year.draft, filled.draft
    assert draft["case_report"]["basics"] == "今年写的"
    assert draft["case_report"]["activities"] == old["case_report"]["activities"]
    texts = old["case_report"]["principles"].copy()
    del texts["p7:figure"]  # figures and days are this year's
    assert draft["case_report"]["principles"] == texts
    assert draft["form"]["statement"] == old["form"]["statement"]
    assert "self_assessment" not in draft and not next_year.evidence.exists()
    count = count_still_copied(next_year)
    marked_page = text(client.get(url("dossier_case_report", next_year.pk)))
    assert marked_page.count("这是 2023 年的内容") == 12
    assert f"{count} 处还是以前申报的原文" in text(client.get(url("dossier_check", next_year.pk)))
    sent = read_form(client.get(url("dossier_case_report", next_year.pk)), "version")
    client.post(
        url("dossier_case_report", next_year.pk), sent.filled(**{"case-activities": "今年的活动"})
    )
    next_year.refresh_from_db()
    assert count_still_copied(next_year) == count - 1
    assert "今年的活动" in text(client.get(page))


def test_a_dossier_without_a_former_one_has_nothing_to_copy(people, draft, sign_in):
    assert former_dossier(draft) is None
    with pytest.raises(Refused, match="没有可以带入"):
        copy_former(draft, actor=people.applicant)
    assert "没有可以带入" in text(sign_in(people.applicant).get(url("dossier_former", draft.pk)))

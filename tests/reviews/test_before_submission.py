"""What an applicant is told before submitting: requirements, items, how the papers will look."""

from decimal import Decimal

import pypdfium2
import pytest
from django.urls import reverse

from communities.services import record_fact
from core.errors import Refused
from documents.models import RenderedDocument
from reviews.selectors.requirements import barring, requirement_lines
from tests.factories import dossiers as make


def url(name, *args):
    return reverse(f"reviews:{name}", args=["yunzhou", *args])


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_requirements_are_judged_by_registers_and_the_rest_is_open(people, filled, sign_in):
    lines = {line.code: line for line in requirement_lines(filled)}
    assert list(lines) == [f"R{n}" for n in range(1, 9)]
    assert lines["R1"].status == "unknown" and "认定" in lines["R1"].text
    assert not barring(list(lines.values()))
    page = text(sign_in(people.applicant).get(url("dossier_check", filled.pk)))
    assert "原则要求预核" in page and "R7" in page
    assert "36 项指标" in page and "缺项" in page
    assert make.submit_dossier(filled, actor=people.applicant).number == 1


def test_a_requirement_that_bars_submission_is_enforced(people, sign_in):
    shipped = make.qinhuangdao()
    requirements = tuple(
        r.model_copy(update={"consequence": "bars_submission"}) if r.code == "R7" else r
        for r in shipped.requirements
    )
    definition = shipped.model_copy(update={"requirements": requirements})
    make.make_campaign(people.city_officer, definition)
    dossier = make.fill_dossier(make.make_dossier(people), actor=people.applicant)

    def measured(value: str):
        record_fact(
            dossier.community, actor=people.evaluator, metric="satisfaction_rate", period="2023",
            source="第三方测评", value=Decimal(value), unit="%",
        )  # fmt: skip

    measured("89.9")
    page = text(sign_in(people.applicant).get(url("dossier_check", dossier.pk)))
    assert "按方案规定不能提交" in page and "第三方测评" in page
    with pytest.raises(Refused, match="业主满意度 90% 以上：实测 89.9%"):
        make.submit_dossier(dossier, actor=people.applicant)
    measured("90")
    assert make.submit_dossier(dossier, actor=people.applicant).number == 1


def test_the_preview_is_the_paper_as_it_will_be_bound(people, filled, sign_in):
    answer = sign_in(people.applicant).get(url("dossier_preview", filled.pk, "case_report"))
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    pages = pypdfium2.PdfDocument(answer.content)
    words = "".join(page.get_textpage().get_text_range() for page in pages)
    assert "一、基本情况" in words and "（七）业主满意度" in words
    assert "预览稿" in words and "扫码" not in words
    assert not RenderedDocument.objects.exists() and not filled.revisions.exists()
    make.submit_dossier(filled, actor=people.applicant)
    assert sign_in(people.applicant).get(
        url("dossier_preview", filled.pk, "case_report")
    ).status_code == 409  # fmt: skip

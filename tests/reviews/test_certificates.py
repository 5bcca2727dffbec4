"""Certificates: written by the body that the notice names, never by the applicant."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from core.errors import Conflict, Refused
from core.models import AuditRecord
from reviews.models import Certificate
from reviews.selectors.certificates import certificates_by_slot
from reviews.selectors.completeness import completeness
from reviews.services.certificates import issue_certificate, withdraw_certificate
from reviews.services.evidence import add_evidence
from tests.factories import sign_offs as make
from tests.standing import standing

WORDS = "经查，2023 年以来没有进京赴省上访。"


@standing
def campaign(people):
    return make.make_campaign(people.city_officer)


@standing
def submitted(people, campaign):
    return make.make_submitted(people, campaign=campaign)


def issue(people, dossier, **fields):
    values = {"actor": people.street_officer, "is_granted": True, "text": WORDS}
    return issue_certificate(dossier, "3.3", **values | fields)


def standing_at(dossier, slot):
    (asked,) = certificates_by_slot(dossier)[slot]
    return asked


def test_street_and_county_are_asked_for_their_word(submitted):
    asked = certificates_by_slot(submitted)
    assert {slot: [a.level for a in rows] for slot, rows in asked.items()} == {
        "3.3": ["street"], "8.2": ["county"],
    }  # fmt: skip
    assert asked["3.3"][0].certificate is None


def test_the_body_certifies_and_everybody_reads_it(people, submitted, sign_in):
    certificate = issue(people, submitted, scan=make.photo())
    assert standing_at(submitted, "3.3").certificate == certificate
    record = AuditRecord.objects.get(verb="certificate.issued")
    assert record.body["text"] == WORDS and record.body["scan"] == certificate.scan.sha256
    for member in (people.applicant, people.county_officer):
        page = sign_in(member).get(
            reverse("reviews:dossier_detail", args=["yunzhou", submitted.pk])
        )
        assert WORDS in page.content.decode()


@pytest.mark.parametrize("name", ["applicant", "county_officer", "neighbourhood_officer"])
def test_nobody_else_certifies(people, submitted, name):
    with pytest.raises(PermissionDenied):
        issue(people, submitted, actor=getattr(people, name))


def test_a_second_one_needs_the_first_to_be_taken_back(people, submitted):
    certificate = issue(people, submitted)
    with pytest.raises(Conflict):
        issue(people, submitted)
    with pytest.raises(PermissionDenied):
        withdraw_certificate(certificate, actor=people.county_officer, reason="写错了小区。")
    withdraw_certificate(certificate, actor=people.street_officer, reason="写错了小区。")
    second = issue(people, submitted, is_granted=False, text="今年有一起赴省上访。")
    assert standing_at(submitted, "3.3").certificate == second
    assert Certificate.objects.count() == 2


def test_words_are_needed(people, submitted):
    with pytest.raises(ValidationError):
        issue(people, submitted, text=" 好 ")


def test_not_once_the_scoring_has_begun(people, submitted):
    make.pass_to(submitted, "scoring", people)
    with pytest.raises(Refused, match="评审开始以前"):
        issue(people, submitted)


def test_the_applicant_uploads_nothing_in_the_bodys_place(people, draft):
    with pytest.raises(ValidationError, match="由出具单位在系统里出具"):
        add_evidence(draft, "3.3", make.photo(), actor=people.applicant)
    found = completeness(draft.version.definition, draft.track, draft.draft, {})
    assert "3.3" not in {gap.part for gap in found.task("evidence").gaps}


def test_the_page_of_the_street(people, submitted, sign_in):
    client = sign_in(people.street_officer)
    url = reverse("reviews:certificate_issue", args=["yunzhou", submitted.pk, "3.3"])
    sheet = client.get(reverse("reviews:sign_off", args=["yunzhou", submitted.pk])).content.decode()
    assert url in sheet and "待出具" in sheet
    page = client.post(url, {"text": WORDS})
    assert "请选择是否予以证明" in page.content.decode() and WORDS in page.content.decode()
    answer = client.post(url, {"answer": "yes", "text": WORDS})
    assert answer.status_code == 302
    assert WORDS in client.get(url).content.decode()

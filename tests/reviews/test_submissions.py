"""Submission freezes what was checked, once, in time."""

import pytest

from reviews.enums import DossierState
from tests.factories import dossiers as make


@pytest.fixture
def filled(people):
    return make.fill_dossier(make.make_dossier(people), actor=people.applicant)


def test_submission_freezes_and_starts_the_route(people, filled):
    revision = make.submit_dossier(filled, actor=people.applicant)
    filled.refresh_from_db()
    assert (filled.state, filled.step) == (DossierState.IN_REVIEW, "owners_committee")
    assert filled.revision == revision and revision.number == 1
    assert revision.receipt == "R20230915-00001"
    content = revision.content
    assert content["form"]["community"] == filled.community.name
    assert content["campaign"]["definition_sha256"] == filled.version.sha256
    assert content["self_assessment_totals"]["points"] == "100"
    assert len(content["evidence"]) == filled.evidence.count() == 4
    assert {e["sha256"] for e in content["evidence"]} == set(
        filled.evidence.values_list("file__sha256", flat=True)
    )

"""Somebody of another organisation helps to write; the applicant alone submits."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.enums import Role
from accounts.services import add_member
from core import audit
from reviews.permissions.sign_offs import is_applicant_itself
from reviews.services.collaborators import add_collaborator, remove_collaborator
from reviews.services.dossiers import save_draft, withdraw_dossier
from tests.factories import cast
from tests.factories import dossiers as make
from tests.factories.forms import read_form


def url(name, *args):
    return reverse(f"reviews:{name}", args=["yunzhou", *args])


@pytest.fixture
def helper(people):
    return cast.make_member(people.other_applicant.organisation, Role.APPLICANT, "helper")


def test_a_helper_writes_and_the_applicant_submits(people, filled, helper, sign_in):
    page = url("collaborator_list", filled.pk)
    assert sign_in(helper).get(url("dossier_form", filled.pk)).status_code == 404
    client = sign_in(people.applicant)
    form = read_form(client.get(page), "username")
    assert client.post(page, form.filled(username=" Helper ")).status_code == 302
    helping = sign_in(helper)
    sent = read_form(helping.get(url("dossier_form", filled.pk)), "version")
    answer = helping.post(
        url("dossier_form", filled.pk), sent.filled(**{"form-remarks": "协助填写"})
    )
    assert answer.status_code == 302
    filled.refresh_from_db()
    assert filled.draft["form"]["remarks"] == "协助填写"
    check = helping.get(url("dossier_check", filled.pk)).content.decode()
    assert "的申报人员提交" in check and 'name="pledged"' not in check
    assert helping.post(url("dossier_submit", filled.pk), {"version": 1}).status_code == 403
    assert "添加协作人" not in helping.get(page).content.decode()
    for act in (
        lambda: make.submit_dossier(filled, actor=helper),
        lambda: withdraw_dossier(filled, actor=helper),
        lambda: add_collaborator(filled, "x", actor=helper),
    ):
        with pytest.raises(PermissionDenied):
            act()
    row = filled.collaborators.get()
    remove_collaborator(row, actor=people.applicant)
    assert helping.get(url("dossier_form", filled.pk)).status_code == 404
    with pytest.raises(PermissionDenied):
        save_draft(filled, "form", {}, lock_version=filled.lock_version, actor=helper)


@pytest.mark.parametrize("name", ["nobody", "city_officer", "applicant"])
def test_only_applicants_of_others_can_be_added(people, draft, name):
    member = getattr(people, name, None)
    with pytest.raises(ValidationError):
        add_collaborator(
            draft, member.user.username if member else "nobody", actor=people.applicant
        )
    assert not draft.collaborators.exists()


def test_who_helped_does_not_sign(people, draft, helper):
    office = add_member(
        actor=audit.SYSTEM,
        user=helper.user,
        organisation=people.committee_officer.organisation,
        role=Role.COMMITTEE_OFFICER,
    )
    assert not is_applicant_itself(office, draft)
    row = add_collaborator(draft, helper.user.username, actor=people.applicant)
    assert is_applicant_itself(office, draft)
    remove_collaborator(row, actor=people.applicant)
    assert is_applicant_itself(office, draft), "what was written stays"

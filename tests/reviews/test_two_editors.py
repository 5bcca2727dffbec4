"""Two people at one page of a draft: what they change apart is joined, what they change both is
shown to the second, and nothing is lost."""

import json

import pytest
from django.urls import reverse

from accounts.enums import Role
from core.errors import Conflict
from reviews.selectors.draft_changes import merge, seen_of, with_theirs
from reviews.services.dossiers import save_draft
from tests.factories import cast
from tests.factories.forms import PageForm, read_form, read_forms


def url(name, *args):
    return reverse(f"reviews:{name}", args=["yunzhou", *args])


@pytest.fixture
def colleague(people):
    return cast.make_member(people.applicant.organisation, Role.APPLICANT, "colleague")


def shown_again(answer) -> PageForm:
    assert answer.status_code == 409
    return next(form for form in read_forms(answer) if "version" in form.values)


@pytest.mark.parametrize(
    ("stored", "typed", "mine", "theirs", "clashes"),
    [
        ({"a": "1", "b": "1"}, {"a": "1", "b": "2"}, ("b",), (), ()),
        ({"a": "9", "b": "1"}, {"a": "1", "b": "2"}, ("b",), ("a",), ()),
        ({"a": "9", "b": "1"}, {"a": "2", "b": "1"}, ("a",), (), ("a",)),
        ({"a": "2", "b": "1"}, {"a": "2", "b": "1"}, (), (), ()),
        ({"a": "9", "b": "1"}, {"a": "", "b": "1"}, ("a",), (), ("a",)),
        ({"b": "1"}, {"a": "1", "b": "1"}, (), ("a",), ()),
        ({"a": "1", "b": "1", "c": {"x": "9"}}, {"a": "1", "b": "1"}, (), ("c/x",), ()),
    ],
)
def test_whose_change_is_whose(stored, typed, mine, theirs, clashes):
    found = merge(stored, typed, seen_of({"a": "1", "b": "1"}))
    assert (found.mine, found.theirs, found.clashes) == (mine, theirs, clashes)


def test_theirs_are_laid_over_the_typed_values():
    stored, typed = {"a": "9", "c": {"x": "1"}}, {"a": "1", "c": {"x": "2", "y": "3"}, "d": "4"}
    joined = with_theirs(stored, typed, ("a", "c/x", "c/y", "d"))
    assert joined == {"a": "9", "c": {"x": "1"}}
    assert typed["c"] == {"x": "2", "y": "3"}


def test_changes_in_different_places_are_joined(people, draft, colleague, sign_in):
    page = url("dossier_form", draft.pk)
    client = sign_in(people.applicant)
    mine = read_form(client.get(page), "version")
    theirs = read_form(sign_in(colleague).get(page), "version")
    saved = sign_in(colleague).post(page, theirs.filled(**{"form-remarks": "同事的备注"}))
    assert saved.status_code == 302
    answer = sign_in(people.applicant).post(page, mine.filled(**{"form-statement": "我的申报理由"}))
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.draft["form"]["remarks"] == "同事的备注"
    assert draft.draft["form"]["statement"] == "我的申报理由"


@pytest.mark.parametrize(
    ("choice", "kept"),
    [("mine", "我写的"), ("theirs", "同事写的"), ("both", "同事写的\n\n我写的")],
)
def test_the_second_chooses_which_text_stays(people, draft, colleague, sign_in, choice, kept):
    page = url("dossier_form", draft.pk)
    client = sign_in(people.applicant)
    form = read_form(client.get(page), "version")
    save_draft(
        draft, "form", draft.draft["form"] | {"statement": "同事写的", "remarks": "备注"},
        lock_version=0, actor=colleague,
    )  # fmt: skip
    answer = client.post(page, form.filled(**{"form-statement": "我写的"}))
    html = answer.content.decode()
    assert answer.status_code == 409 and "data-autosave=" not in html
    assert "同事写的" in html and "我写的" in html and colleague.label in html
    again = shown_again(answer)
    assert "take-form-remarks" not in again.values
    answer = client.post(page, again.filled(**{"take-form-statement": choice}))
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.draft["form"]["statement"] == kept
    assert draft.draft["form"]["remarks"] == "备注"
    html = client.get(page).content.decode()
    if choice == "theirs":
        assert "replaced" not in draft.draft
    else:  # what was written over can still be read
        assert [row["text"] for row in draft.draft["replaced"]] == ["同事写的"]
        assert "被改写的内容" in html and "同事写的" in html


def test_a_third_saving_between_is_seen_again(people, draft, colleague, sign_in):
    page = url("dossier_form", draft.pk)
    client = sign_in(people.applicant)
    form = read_form(client.get(page), "version")
    values = draft.draft["form"]
    save_draft(draft, "form", values | {"statement": "甲"}, lock_version=0, actor=colleague)
    answer = client.post(page, form.filled(**{"form-statement": "我"}))
    save_draft(draft, "form", values | {"statement": "乙"}, lock_version=1, actor=colleague)
    answer = client.post(page, shown_again(answer).filled())
    assert answer.status_code == 409 and "乙" in answer.content.decode()


def test_autosave_joins_and_then_knows_what_it_has_not_shown(people, draft, colleague, sign_in):
    page, save = url("dossier_form", draft.pk), url("dossier_autosave", draft.pk, "form")
    client = sign_in(people.applicant)
    form = read_form(client.get(page), "version")
    values = draft.draft["form"]
    save_draft(draft, "form", values | {"remarks": "同事"}, lock_version=0, actor=colleague)
    saved = client.post(save, form.filled(**{"form-statement": "我"})).json()
    now = {"version": [str(saved["version"])], "seen": [saved["seen"]]}
    # The colleague's remark was never on my page: writing there is a conflict, not a loss.
    sent = form.filled(**{"form-statement": "我", "form-remarks": "我的备注"}) | now
    assert client.post(save, sent).status_code == 409
    sent = form.filled(**{"form-statement": "我又写"}) | now
    saved = client.post(save, sent)
    assert saved.status_code == 200
    draft.refresh_from_db()
    assert draft.draft["form"] | {"statement": "我又写", "remarks": "同事"} == draft.draft["form"]


def test_what_a_page_says_it_has_seen_is_not_believed_blindly(people, draft, colleague, sign_in):
    page = url("dossier_form", draft.pk)
    client = sign_in(people.applicant)
    form = read_form(client.get(page), "version")
    save_draft(draft, "form", {"statement": "同事"}, lock_version=0, actor=colleague)
    for seen in ("[1]", "{", "[" * 100_000, json.dumps({"statement": 5}), ""):
        answer = client.post(page, form.filled(**{"form-statement": "我"}) | {"seen": [seen]})
        assert answer.status_code in (200, 409), seen
        draft.refresh_from_db()
        assert draft.draft["form"]["statement"] == "同事"


def test_without_what_was_seen_the_part_decides(people, draft, colleague):
    save_draft(draft, "form", {"statement": "甲"}, lock_version=0, actor=colleague)
    with pytest.raises(Conflict, match="谁的都没有丢失"):
        save_draft(draft, "form", {"statement": "乙"}, lock_version=0, actor=people.applicant)

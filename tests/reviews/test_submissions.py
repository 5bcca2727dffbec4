"""Submission freezes what was checked, once, in time."""

import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, connections, transaction
from django.db.models import Value
from django.urls import reverse

from core import audit
from core.errors import Conflict, Refused
from core.models import AuditRecord
from core.tenancy import tenant_context
from reviews.enums import DossierState
from reviews.models import Dossier, Revision
from reviews.services import dossiers, submissions
from reviews.services.dossiers import create_dossier, save_draft, withdraw_dossier
from reviews.services.evidence import add_evidence, remove_evidence
from reviews.services.submissions import submit_dossier
from tests.factories import cast
from tests.factories import dossiers as make
from tests.factories import sign_offs as officers
from tests.factories.forms import read_form


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
    assert AuditRecord.objects.filter(verb="dossier.submitted").get().body["sha256"] == (
        revision.sha256
    )
    assert list(audit.verify()) == []


def test_the_hash_binds_every_word_and_every_file(people, filled):
    revision = make.submit_dossier(filled, actor=people.applicant)
    revision.refresh_from_db()
    stored = revision.content
    assert audit.sha256(audit.canonical(stored)) == revision.sha256

    def changed(change) -> str:
        content = Revision.objects.get(pk=revision.pk).content
        change(content)
        return audit.sha256(audit.canonical(content))

    for change in (
        lambda c: c["form"].update(address="别处"),
        lambda c: c["case_report"]["principles"].update(p7="满意度 99%"),
        lambda c: c["self_assessment"]["1.1"].update(points="2.5"),
        lambda c: c["evidence"][0].update(sha256="0" * 64),
        lambda c: c["evidence"].pop(),
        lambda c: c["campaign"].update(definition_sha256="0" * 64),
    ):
        assert changed(change) != revision.sha256


def test_a_revision_cannot_be_changed_or_deleted(people, filled):
    revision = make.submit_dossier(filled, actor=people.applicant)
    for act in (
        lambda: Revision.objects.filter(pk=revision.pk).update(sha256="0" * 64),
        lambda: Revision.objects.filter(pk=revision.pk)._raw_delete("default"),
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            act()


def test_later_changes_do_not_reach_the_revision(people, filled):
    make.submit_dossier(filled, actor=people.applicant)
    officers.sign(
        filled, actor=people.committee_officer, outcome="return", opinion="请更换视频材料。"
    )
    filled.refresh_from_db()
    first = filled.revisions.get()
    removed = filled.evidence.get(slot="material:video")
    remove_evidence(removed, actor=people.applicant)
    with pytest.raises(Refused, match="创建工作宣传视频"):
        make.submit_dossier(filled, actor=people.applicant)
    first.refresh_from_db()
    assert str(removed.pk) in {e["id"] for e in first.content["evidence"]}


def test_nobody_else_submits_and_nothing_is_left_behind(people, filled):
    for actor in (people.other_applicant, people.city_officer, people.committee_officer):
        with pytest.raises(PermissionDenied):
            make.submit_dossier(filled, actor=actor)
    assert not Revision.objects.exists()


def test_an_incomplete_dossier_or_one_without_the_pledge_is_refused(people, draft, filled):
    with pytest.raises(Refused, match="真实性承诺"):
        submit_dossier(
            filled, pledged=False, lock_version=filled.lock_version, actor=people.applicant
        )
    other = make.make_dossier(people)
    with pytest.raises(Refused, match="申报材料”还没有填写"):
        make.submit_dossier(other, actor=people.applicant)


def test_what_was_changed_after_the_check_page_must_be_checked_again(people, filled):
    checked = filled.lock_version
    form = filled.draft["form"] | {"remarks": "后来加的"}
    save_draft(filled, "form", form, lock_version=checked, actor=people.applicant)
    with pytest.raises(Conflict, match="又有改动"):
        submit_dossier(filled, pledged=True, lock_version=checked, actor=people.applicant)


def test_the_deadline_holds_to_the_second_by_the_clock_of_the_database(people, filled):
    make.set_clock("2023-10-31 00:00:00")
    with pytest.raises(Refused, match="2023年10月30日 24:00 截止"):
        make.submit_dossier(filled, actor=people.applicant)
    filled.refresh_from_db()
    assert filled.state == DossierState.DRAFT and not Revision.objects.exists()
    make.set_clock("2023-10-30 23:59:30")
    assert make.submit_dossier(filled, actor=people.applicant).number == 1


def test_the_deadline_that_passes_inside_the_transaction_is_seen(people, filled):
    """``now()`` would still say the moment at which the transaction began."""
    make.set_clock("2023-10-30 23:59:59.5")
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.6)")
    with pytest.raises(Refused, match="截止"):
        make.submit_dossier(filled, actor=people.applicant)


def test_withdrawing_and_signing_exclude_each_other(people, filled):
    make.submit_dossier(filled, actor=people.applicant)
    officers.sign(filled, actor=people.committee_officer)
    with pytest.raises(Refused, match="不能再撤回"):
        withdraw_dossier(filled, actor=people.applicant)
    with pytest.raises(PermissionDenied):
        withdraw_dossier(filled, actor=people.other_applicant)


def test_a_community_applies_once(people, filled):
    with pytest.raises(Refused, match="已经申报"):
        make.make_dossier(people, community=filled.community)
    with pytest.raises(PermissionDenied):
        make.make_dossier(people, community=make.make_community(people), actor=people.city_officer)
    with pytest.raises(PermissionDenied):
        create_dossier(
            filled.campaign, filled.community, "professional", actor=people.other_applicant
        )
    with pytest.raises(ValidationError):
        make.make_dossier(people, track="self_managed")


def test_nothing_is_edited_after_submission(people, filled):
    slots = make.dossier_slots(filled.version.definition, filled.track)
    make.submit_dossier(filled, actor=people.applicant)
    filled.refresh_from_db()
    with pytest.raises(Refused, match="不能修改"):
        save_draft(filled, "form", {}, lock_version=filled.lock_version, actor=people.applicant)
    with pytest.raises(Refused, match="不能修改"):
        add_evidence(filled, "7.1", make.upload_for(slots["7.1"]), actor=people.applicant)
    with pytest.raises(Refused, match="不能修改"):
        remove_evidence(filled.evidence.first(), actor=people.applicant)


# Races, each with its twin


@pytest.fixture
def committed(committed_db):
    """A filled dossier that other connections can see: (tenant, people, dossier)."""
    tenant = cast.make_tenant("yunzhou", "云州")
    with tenant_context(tenant.pk):
        people = cast.make_people()
        dossier = make.fill_dossier(make.make_dossier(people), actor=people.applicant)
    return tenant, people, dossier


def together(count: int, act) -> list:
    """Run ``act(number)`` in that many threads at the same moment; results or exceptions."""
    barrier, results = threading.Barrier(count), [None] * count

    def run(number):
        try:
            barrier.wait()
            results[number] = act(number)
        except Exception as error:
            results[number] = error
        finally:
            for alias in connections:
                connections[alias].close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def submit_at_once(tenant, people, dossier, count=6) -> list:
    def act(number):
        with tenant_context(tenant.pk):
            return submit_dossier(
                dossier, pledged=True, lock_version=dossier.lock_version, actor=people.applicant
            )

    return together(count, act)


def count_revisions(tenant, dossier) -> int:
    with tenant_context(tenant.pk):
        return Revision.objects.filter(dossier=dossier).count()


def test_of_many_submissions_at_once_one_is_taken(committed):
    tenant, people, dossier = committed
    results = submit_at_once(tenant, people, dossier)
    assert sum(isinstance(r, Revision) for r in results) == 1
    assert sum(isinstance(r, Conflict) for r in results) == 5, results
    assert count_revisions(tenant, dossier) == 1
    with tenant_context(tenant.pk):
        assert list(audit.verify()) == []


def test_without_the_compare_and_set_the_race_would_be_seen(committed, monkeypatch):
    """The twin: no row lock, no compare-and-set, and a route that does not look at the state."""
    tenant, people, dossier = committed

    def unlocked(dossier):
        related = ("campaign", "version", "revision", "applicant", "community__county")
        return Dossier.objects.select_related(*related).get(pk=dossier.pk)

    monkeypatch.setattr(submissions, "lock_dossier", unlocked)
    monkeypatch.setattr(submissions, "_claim", lambda *args: None)
    results = submit_at_once(tenant, people, dossier)
    taken = [r for r in results if isinstance(r, Revision)]
    refused = [r for r in results if isinstance(r, Conflict)]
    # Somebody is taken twice or falls on the unique key: nobody is told in words.
    assert len(taken) != 1 or len(refused) != 5, results


@pytest.mark.parametrize("has_key", [True, False])
def test_the_button_pressed_in_parallel_gives_one_receipt(committed, client, has_key):
    tenant, people, dossier = committed
    backend = "django.contrib.auth.backends.ModelBackend"
    client.force_login(people.applicant.user, backend=backend)
    page = client.get(reverse("reviews:dossier_check", args=[tenant.slug, dossier.pk]))
    sent = read_form(page).filled(pledged="on")
    if not has_key:
        sent["form_key"] = [""]
    session = client.cookies["session"].value

    def act(number):
        browser = type(client)()
        browser.cookies["session"] = session
        return browser.post(reverse("reviews:dossier_submit", args=[tenant.slug, dossier.pk]), sent)

    answers = together(5, act)
    assert count_revisions(tenant, dossier) == 1
    codes = sorted(answer.status_code for answer in answers)
    if has_key:
        assert codes == [302] * 5 and len({answer.url for answer in answers}) == 1
    else:
        assert codes == [302, 409, 409, 409, 409]


def test_two_editors_at_once_one_is_told(committed):
    tenant, people, dossier = committed

    def act(number):
        with tenant_context(tenant.pk):
            values = {"statement": f"第 {number} 位"}
            return save_draft(
                dossier, "form", values, lock_version=dossier.lock_version, actor=people.applicant
            )

    results = together(4, act)
    assert sum(isinstance(r, Dossier) for r in results) == 1, results
    assert sum(isinstance(r, Conflict) for r in results) == 3, results


def test_without_the_row_lock_an_editor_would_be_lost(committed, monkeypatch):
    """The twin: no lock and a write that does not look at the version. All are told "saved"."""
    tenant, people, dossier = committed
    barrier = threading.Barrier(4)

    def unlocked(dossier):
        related = ("campaign", "version", "revision", "applicant", "community__county")
        found = Dossier.objects.select_related(*related).get(pk=dossier.pk)
        barrier.wait()
        return found

    def write(dossier, part, values, merged, actor):
        Dossier.objects.filter(pk=dossier.pk).update(draft=dossier.draft | {part: values})
        return dossier

    monkeypatch.setattr(dossiers, "lock_dossier", unlocked)
    monkeypatch.setattr(dossiers, "_write_draft", write)

    def act(number):
        with tenant_context(tenant.pk):
            values = {"statement": f"第 {number} 位"}
            return dossiers.save_draft(
                dossier, "form", values, lock_version=dossier.lock_version, actor=people.applicant
            )

    results = together(4, act)
    assert sum(isinstance(r, Dossier) for r in results) == 4, results


def submit_over_the_deadline(tenant, people, dossier):
    """A submission that begins in time and gets the dossier's row after the deadline."""
    with tenant_context(tenant.pk):
        make.set_clock("2023-10-30 23:59:59.9")
    results = []
    with tenant_context(tenant.pk):
        Dossier.objects.select_for_update().get(pk=dossier.pk)
        waiting = threading.Thread(
            target=lambda: results.append(submit_at_once(tenant, people, dossier, count=1)[0])
        )
        waiting.start()
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.5)")
    waiting.join()
    return results[0]


def test_submitting_at_the_deadline_nobody_slips_through(committed):
    tenant, people, dossier = committed
    result = submit_over_the_deadline(tenant, people, dossier)
    assert isinstance(result, Refused) and "截止" in result.message
    assert count_revisions(tenant, dossier) == 0


def test_by_the_clock_of_the_transactions_beginning_one_would_slip_through(committed, monkeypatch):
    """The twin: the moment is looked up before the row is waited for, as ``now()`` would be."""
    tenant, people, dossier = committed
    with tenant_context(tenant.pk):
        make.set_clock("2023-10-30 23:59:59.9")
        before = Value(submissions.now())
    monkeypatch.setattr(submissions, "moment", lambda: before)
    result = submit_over_the_deadline(tenant, people, dossier)
    assert isinstance(result, Revision)

"""A deadline ends later only by a signed act, for whom it says, and by the clock of the database."""

import threading
from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections
from django.db.models import Value
from django.urls import reverse
from django.utils import timezone

from core import audit
from core.errors import Refused
from core.models import AuditRecord
from core.tenancy import tenant_context
from reviews.models import SignOff
from reviews.selectors.work_list import waiting_for
from reviews.services import deadlines
from reviews.services.deadlines import extend_deadline
from tests.factories import cast
from tests.factories import dossiers as make
from tests.factories import sign_offs as officers
from tests.factories.forms import read_form
from tests.standing import standing


def local(text: str):
    return timezone.make_aware(datetime.fromisoformat(text))


@standing
def filled(people):
    return make.fill_dossier(make.make_dossier(people), actor=people.applicant)


def extend(dossier, people, until="2023-11-04", **whom):
    return extend_deadline(
        dossier.campaign, "application", until=local(until), reason="汛期影响，统一延长。",
        actor=people.city_officer, **whom,
    )  # fmt: skip


@pytest.mark.parametrize("whom", ["campaign", "organisation", "community", "somebody else"])
def test_who_was_given_more_time_submits_and_the_record_says_why(people, filled, whom):
    make.set_clock("2023-11-03 23:00")
    with pytest.raises(Refused, match="2023年10月30日 24:00 截止"):
        make.submit_dossier(filled, actor=people.applicant)
    given = {
        "organisation": {"organisation": filled.applicant},
        "community": {"community": filled.community},
        "somebody else": {"organisation": people.other_applicant.organisation},
    }
    row = extend(filled, people, **given.get(whom, {}))
    if whom == "somebody else":
        with pytest.raises(Refused, match="截止"):
            make.submit_dossier(filled, actor=people.applicant)
        return
    make.submit_dossier(filled, actor=people.applicant)
    body = AuditRecord.objects.get(verb="dossier.submitted").body
    assert body["extension"] == str(row.pk) and body["deadline"] == "application"


def test_the_extension_itself_ends_to_the_second(people, filled):
    make.set_clock("2023-11-04 00:00:00")
    row = extend(filled, people, until="2023-11-05")
    make.set_clock("2023-11-05 00:00:00")
    with pytest.raises(Refused, match="2023年11月4日 24:00（已延期） 截止"):
        make.submit_dossier(filled, actor=people.applicant)
    assert row.whom == "全部"


def test_only_the_city_extends_only_further_and_only_with_a_reason(people, filled):
    for actor in (people.county_officer, people.tenant_admin, people.auditor, people.applicant):
        with pytest.raises(PermissionDenied):
            extend_deadline(
                filled.campaign, "application", until=local("2023-11-04"), reason="汛期影响。",
                actor=actor,
            )  # fmt: skip
    for fields, name in (
        ({"until": local("2023-10-30")}, "until"),
        ({"reason": "急"}, "reason"),
        ({"until": local("2033-10-30")}, "until"),
        ({"organisation": filled.applicant, "community": filled.community}, "community"),
    ):
        values = {"until": local("2023-11-04"), "reason": "汛期影响，统一延长。"} | fields
        with pytest.raises(ValidationError) as error:
            extend_deadline(filled.campaign, "application", actor=people.city_officer, **values)
        assert name in error.value.message_dict


def test_the_work_list_shows_the_extended_day(people, filled):
    make.submit_dossier(filled, actor=people.applicant)
    definition = filled.version.definition
    step = next(s for s in definition.route if s.deadline)
    officers.pass_to(filled, step.code, people)
    officer = officers.officer_of(people, step.level)
    due = definition.deadline(step.deadline).due
    assert waiting_for(officer).get().due_on == due
    extend_deadline(
        filled.campaign, step.deadline, until=local("2023-12-25"), reason="汛期影响，统一延长。",
        community=filled.community, actor=people.city_officer,
    )  # fmt: skip
    assert str(waiting_for(officer).get().due_on) == "2023-12-24"


def test_the_page_asks_for_the_password_and_keeps_what_was_typed(people, filled, client, tenant):
    backend = "django.contrib.auth.backends.ModelBackend"
    client.force_login(people.city_officer.user, backend=backend)
    url = reverse("reviews:extension_list", args=[tenant.slug, filled.campaign.key])
    values = {"deadline": "application", "day": "2023-11-04", "reason": "汛期影响，统一延长。"}
    with cast.outside(tenant):
        page = client.post(url, read_form(client.get(url)).filled(**values))
        assert page.status_code == 200 and "汛期影响" in page.content.decode()
        sent = read_form(page).filled(**values, password=cast.PASSWORD)
        answer = client.post(url, sent, follow=True)
    assert "2023年11月4日 24:00" in answer.content.decode()


# the race, with its twin


@pytest.fixture
def waiting(committed_db):
    """A dossier at a step whose deadline is a moment away: (tenant, people, dossier, step)."""
    tenant = cast.make_tenant("yunzhou", "云州")
    with tenant_context(tenant.pk):
        people = cast.make_people()
        dossier = make.make_submitted(people)
        step = next(s for s in dossier.version.definition.route if s.deadline)
        dossier = officers.pass_to(dossier, step.code, people)
        if step.requires:
            officers.pass_checks(dossier, actor=officers.officer_of(people, step.level))
        make.set_clock("2023-10-30 23:59:59.9")
    return tenant, people, dossier, step


def sign_over_the_deadline(tenant, people, dossier, step):
    """A signature that begins in time and gets the dossier's row after the deadline."""
    results = []

    def act():
        try:
            with tenant_context(tenant.pk):
                results.append(
                    officers.sign(dossier, actor=officers.officer_of(people, step.level))
                )
        except Exception as error:
            results.append(error)
        finally:
            connections["default"].close()

    with tenant_context(tenant.pk):
        type(dossier).objects.select_for_update().get(pk=dossier.pk)
        thread = threading.Thread(target=act)
        thread.start()
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.5)")
    thread.join()
    return results[0]


def test_signing_over_the_deadline_is_refused(waiting):
    tenant, people, dossier, step = waiting
    result = sign_over_the_deadline(tenant, people, dossier, step)
    assert isinstance(result, Refused) and "截止" in result.message, result
    with tenant_context(tenant.pk):
        assert list(audit.verify()) == []


def test_by_an_earlier_look_at_the_clock_it_would_slip_through(waiting, monkeypatch):
    """The twin: the moment is known before the row is waited for."""
    tenant, people, dossier, step = waiting
    with tenant_context(tenant.pk):
        before = Value(deadlines.now())
    monkeypatch.setattr(deadlines, "moment", lambda: before)
    result = sign_over_the_deadline(tenant, people, dossier, step)
    assert isinstance(result, SignOff), result

"""Extra fields in a form do nothing: what is not on the page is not taken from the request."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import pytest
from django.apps import apps
from django.db import transaction

from core.models import Tenant
from core.tenancy import is_tenant_model, tenant_context
from tests.factories.forms import PageForm, read_forms

# What somebody might like to set: state, owner, tenant, rights and results.
WANTED = {
    "tenant_id": "2", "tenant": "2", "id": "7", "pk": "7", "state": "awarded", "step": "decision",
    "is_active": "on", "is_platform_admin": "on", "is_public": "on", "is_training": "on",
    "is_current": "on", "is_proposed": "on", "gates_passed": "on", "role": "tenant_admin",
    "organisation": "1", "organisation_id": "1", "applicant": "1", "applicant_id": "1",
    "managed_by_id": "1", "entered_by": "1", "created_by": "1", "decided_by": "1", "user": "1",
    "total": "100", "points": "100", "rank": "1", "score": "100", "number": "2099-001",
    "lock_version": "999", "revision": "1", "submitted_at": "2020-01-01", "entries": "[]",
    "accepted_at": "2020-01-01", "released_at": "2020-01-01", "county": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Form:
    """A page with a form, who fills it in, and what he types."""

    url: str
    actor: str
    thing: str = ""
    typed: dict = field(default_factory=dict)


OWN = "the applicant's organisation"
FORMS = [
    Form(
        "people:invitation_create",
        "tenant_admin",
        typed={"email": "", "role": "applicant", "organisation": OWN},
    ),
    Form("people:organisation_create", "tenant_admin", typed={"division": ""}),
    Form("platform:tenant_create", "platform_admin", typed={"slug": "xinshi", "admin_email": ""}),
    Form("communities:community_update", "county_officer", "north_community"),
    Form(
        "communities:company_update",
        "county_officer",
        "north_company",
        {"credit_grade": "B", "last_penalty_on": ""},
    ),
    Form("communities:fact_create", "evaluator", "north_community", {"period": "2022"}),
    Form("campaigns:campaign_create", "city_officer", typed={"key": "another"}),
    Form(
        "campaigns:import_item",
        "city_officer",
        "import_item",
        {"title": "改后的名称", "deduction": "", "components": "", "conditions": ""},
    ),
    Form("reviews:dossier_create", "applicant"),
    Form("reviews:dossier_form", "applicant", "draft", {"form-address": "改后的地址"}),
    Form("scoring:recusal", "expert_assigned", "assignment", {"reason": "与申报单位有利害关系"}),
    Form("publications:notice_detail", "city_officer", "draft_notice", {"title": "改后的标题"}),
    Form(
        "publications:objection_create", "anonymous", "notice", {"text": "名单中的小区与实际不符。"}
    ),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.url)
def test_extra_fields_change_nothing(sweep, form):
    """The form sent as it is and with all that is wanted besides has the same effect."""
    path = sweep.path(form.url, form.thing, sweep.own, sweep.own)
    actor = sweep.actors[form.actor]
    page = max(read_forms(actor.get(path)), key=lambda found: len(found.values))
    own = str(sweep.own.members["applicant"].organisation_id)
    typed = {name: own if value == OWN else value for name, value in form.typed.items()}
    honest = _filled(page) | typed
    before, known = _rows(sweep), _ids()
    effect = _effect(sweep, actor, path, honest, known)
    assert effect != _normal(before, known)
    assert _effect(sweep, actor, path, honest | _wanted(page), known) == effect


def _filled(page: PageForm) -> dict:
    """What the page contains; a choice that is open is made, a text that is empty is written."""
    filled = {}
    for name, values in page.values.items():
        options = [option for option in page.options.get(name, []) if option]
        is_empty = not "".join(values).strip()
        written = "" if name in page.options else "2023"
        filled[name] = (options[:1] or written) if is_empty else values
    for name, options in page.options.items():
        filled.setdefault(name, next((option for option in options if option), ""))
    return filled


def _wanted(page: PageForm) -> dict:
    """Fields that the page does not have, also under the prefixes of those it has."""
    known = page.values.keys() | page.options.keys()
    prefixes = {""} | {name.rsplit("-", 1)[0] + "-" for name in known if "-" in name}
    extra = {f"{prefix}{name}": value for prefix in prefixes for name, value in WANTED.items()}
    return {name: value for name, value in extra.items() if name not in known}


def _effect(sweep, actor, path: str, data: dict, known: set[UUID]) -> dict[str, Counter]:
    """The rows of all tables after the form was taken; undone again."""
    with transaction.atomic():
        response = actor.post(path, data)
        wrong = re.findall(r'field-error".*?</p>', response.content.decode())
        assert (response.status_code, wrong) == (302, [])
        found = _normal(_rows(sweep), known)
        transaction.set_rollback(True)
    return found


BOOKS = {"auditrecord", "audithead", "job", "givenanswer", "session"}


def _rows(sweep) -> dict[str, list[dict]]:
    """Table and tenant → rows; the books that tell of every write are left out."""
    found = {}
    for model in apps.get_models():
        if model._meta.model_name in BOOKS:
            continue
        if not is_tenant_model(model):
            found[model._meta.label] = list(model.objects.values())
            continue
        for tenant in Tenant.objects.all():
            with tenant_context(tenant.pk):
                found[f"{model._meta.label} of {tenant.slug}"] = list(model.objects.values())
    return found


def _ids() -> set[UUID]:
    known = set()
    for model in filter(is_tenant_model, apps.get_models()):
        for tenant in Tenant.objects.all():
            with tenant_context(tenant.pk):
                known |= set(model.objects.values_list("pk", flat=True))
    return known


def _normal(tables: dict[str, list[dict]], known: set[UUID]) -> dict[str, Counter]:
    """The rows without what differs from one time to the next: new ids, moments and hashes."""

    def plain(value):
        if isinstance(value, UUID):
            return str(value) if value in known else "new"
        if isinstance(value, date):
            return "moment"
        return re.sub(r"[0-9a-f]{64}|\d{4}-\d\d-\d\dT[\d:.+]+", "…", str(value))

    def row(values: dict):
        numbers = {"tenant_id", "id"} if isinstance(values.get("id"), int) else {"tenant_id"}
        return tuple((name, plain(value)) for name, value in values.items() if name not in numbers)

    return {table: Counter(map(row, rows)) for table, rows in tables.items()}

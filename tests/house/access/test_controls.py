"""The sweep under test: with one rule taken away it must find wrong cells; and two rules that
hold for every URL whatever the table says."""

from __future__ import annotations

import sys
from importlib import import_module

import pytest
from django.urls import reverse

from communities.models import Community
from core.models import AuditRecord, Job, Tenant
from publications.models import Notice, Objection
from reviews.models import Dossier, Evidence
from scoring.models import Assignment
from tests.house.access.browsing import urls
from tests.house.access.sweep import REFUSALS, TABLE, none_wrong


def yes(*_args, **_kwargs) -> bool:
    return True


def every(model, *related):
    """In place of a selector: all rows of the tenant, whoever asks."""
    return lambda *_args: model.objects.select_related(*related)


def any_evidence(_member, pk):
    return Evidence.objects.select_related("file", "dossier").filter(pk=pk).first()


# rule that is taken away → (what stands in its place, a URL on which it must be missed)
MUTATIONS = {
    "accounts.permissions.can_manage_people": (yes, "people:member_list"),
    "accounts.permissions.can_read_records": (yes, "people:operation_log"),
    "accounts.selectors.visible_records": (every(AuditRecord), "people:operation_log"),
    "documents.selectors.visible_jobs": (every(Job), "documents:job"),
    "communities.selectors.visible_communities": (
        every(Community), "communities:community_detail",
    ),
    "communities.permissions.can_create_community": (yes, "communities:community_create"),
    "communities.permissions.can_edit_community": (yes, "communities:community_update"),
    "communities.permissions.can_record_fact": (yes, "communities:fact_create"),
    "communities.permissions.can_register_company": (yes, "communities:company_create"),
    "campaigns.permissions.can_see_drafts": (yes, "campaigns:campaign_detail"),
    "campaigns.permissions.can_create_campaign": (yes, "campaigns:campaign_create"),
    "reviews.selectors.dossiers.visible_dossiers": (every(Dossier), "reviews:dossier_detail"),
    "reviews.selectors.evidence.visible_evidence": (any_evidence, "reviews:evidence_file"),
    "reviews.permissions.dossiers.can_create_dossier": (yes, "reviews:dossier_create"),
    "reviews.permissions.dossiers.is_own_dossier": (yes, "reviews:dossier_withdraw"),
    "reviews.permissions.dossiers.can_request_papers": (yes, "reviews:dossier_papers"),
    "scoring.permissions.can_see_results": (yes, "scoring:ranking"),
    "scoring.permissions.can_decide": (yes, "scoring:decision"),
    "scoring.permissions.can_manage_pool": (yes, "scoring:expert_create"),
    "scoring.selectors.assignments.own_assignments": (
        every(Assignment, "dossier__community__county"), "scoring:recusal",
    ),
    "publications.permissions.can_read_notices": (yes, "publications:objection_list"),
    "publications.selectors.visible_objections": (
        every(Objection, "notice"), "publications:objection_detail",
    ),
    "publications.selectors.public_notices": (every(Notice), "publications:public_notice"),
    "portal.permissions.can_see_overview": (yes, "portal:overview"),
}  # fmt: skip


@pytest.mark.parametrize("rule", MUTATIONS)
def test_a_missing_rule_is_found(sweep, monkeypatch, rule):
    replacement, url = MUTATIONS[rule]
    cells = [cell for cell in TABLE.cells(url) if cell.method in ("GET", "POST")]
    _take_away(monkeypatch, rule, replacement)
    assert sweep.wrong(cells) != []


def _take_away(monkeypatch, rule: str, replacement) -> None:
    """Put ``replacement`` in every place of our apps where the function is known."""
    module, name = rule.rsplit(".", 1)
    original = getattr(import_module(module), name)
    apps = {entry.split(".")[0] for entry in MUTATIONS}
    for found in [m for key, m in sys.modules.items() if key.split(".")[0] in apps]:
        for known, value in list(vars(found).items()):
            if value is original:
                monkeypatch.setattr(found, known, replacement)


def test_a_door_left_open_is_found(sweep, monkeypatch):
    """A page of the bureau marked public shows what is not for everybody."""
    view = urls()["publications:objection_list"][1]
    monkeypatch.setattr(view, "is_public", True, raising=False)
    assert sweep.wrong(TABLE.cells("publications:objection_list")) != []


def _users_of(url: str, method: str) -> list:
    """The cells of a row in which somebody signed in may use ``method``."""
    cells = TABLE.cells(url)
    return [c for c in cells if c.method == method and c.expected not in REFUSALS]


def test_every_form_needs_its_token(sweep):
    """No POST is taken without the CSRF token, by whomever and on whatever URL."""
    wrong, known = [], {}
    for url in TABLE.rows:
        for cell in _users_of(url, "POST")[:1]:
            if cell.actor not in known:
                known[cell.actor] = sweep.actors[cell.actor].strict()
            answer = known[cell.actor].ask(
                "POST", sweep.path(url, cell.thing, sweep.own, sweep.own)
            )
            if answer.status != 403 or answer.written:
                wrong.append(f"{cell}: {answer.status} without a token")
    assert len(known) > 3
    none_wrong(wrong)


def test_second_factor_stands_before_every_page(sweep):
    """Where a tenant asks for it, officers and experts see nothing without it."""
    Tenant.objects.filter(pk=sweep.own.tenant.pk).update(requires_second_factor=True)
    wrong = []
    try:
        for url in (u for u in TABLE.rows if TABLE.door(u) == "members"):
            for actor in ("city_officer", "expert_assigned", "tenant_admin"):
                for method in ("GET", "POST"):
                    cell = next((c for c in _users_of(url, method) if c.actor == actor), None)
                    answer = cell and sweep.ask(cell)
                    if answer and reverse("accounts:second_factor") not in answer.text:
                        wrong.append(f"{cell}: {answer.status}")
    finally:
        Tenant.objects.filter(pk=sweep.own.tenant.pk).update(requires_second_factor=False)
    none_wrong(wrong)

"""Drafts of definitions and the pages on which they are written."""

import json

from django.urls import reverse

from campaigns.definition import load_definition, shipped_definitions
from tests.factories.campaigns import SHIPPED
from tests.factories.forms import read_form


def shipped_body(key=SHIPPED):
    return json.loads(load_definition(shipped_definitions()[key]).canonical_json())


def url(draft, name, *args):
    return reverse(f"campaigns:draft_{name}", args=["yunzhou", draft.pk, *args])


def text(response):
    return response.content.decode()


def body(draft):
    draft.refresh_from_db()
    return draft.body


def form_of(officer, draft, place, name="part", field="was"):
    return read_form(officer.get(url(draft, name, place)), field)


def save(officer, draft, place, **changes):
    return officer.post(url(draft, "part", place), form_of(officer, draft, place).filled(**changes))

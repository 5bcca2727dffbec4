"""Divisions and organisations of a tenant."""

from django.db import transaction

from accounts.models import Division, Organisation
from core import audit


@transaction.atomic
def create_division(
    *, actor, level: str, code: str, name: str, parent: Division | None = None
) -> Division:
    path = f"{parent.path if parent else '/'}{code}/"
    division = Division(level=level, code=code, name=name, parent=parent, path=path)
    division.full_clean()
    division.save(force_insert=True)
    audit.record(actor, "division.created", division, code=code, name=name, path=path)
    return division


@transaction.atomic
def create_organisation(
    *, actor, kind: str, name: str, division: Division | None = None
) -> Organisation:
    organisation = Organisation(kind=kind, name=name, division=division)
    organisation.full_clean()
    organisation.save(force_insert=True)
    audit.record(actor, "organisation.created", organisation, kind=kind, name=name)
    return organisation

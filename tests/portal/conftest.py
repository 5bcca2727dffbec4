import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.tenancy import new_id
from reviews.models import Dossier, Revision
from tests.factories import dossiers as make
from tests.standing import standing


@pytest.fixture
def sign_in(client):
    """``sign_in(member)`` gives a client acting as that member."""

    def sign_in(member):
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def cost(client):
    """``cost(url)``: how many queries the page takes once everything is warm."""

    def cost(url):
        assert client.get(url).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    return cost


@standing
def submitted(people):
    """A dossier that waits for the owners' committee."""
    return make.make_submitted(people)


@pytest.fixture
def copies(people):
    """``copies(dossier, n)``: as many dossiers of other communities at the same place."""

    def copies(dossier, number):
        made = []
        for n in range(number):
            community = make.make_community(people)
            copy = Dossier.objects.get(pk=dossier.pk)
            revision = Revision.objects.get(pk=dossier.revision_id)
            copy.pk, copy.community, copy.revision = new_id(), community, None
            copy.number = f"{dossier.number}-{n}"
            copy.save(force_insert=True)
            revision.pk, revision.dossier = new_id(), copy
            revision.receipt = f"{revision.receipt}-{n}"
            revision.save(force_insert=True)
            copy.revision = revision
            copy.save()
            made.append(copy)
        return made

    return copies

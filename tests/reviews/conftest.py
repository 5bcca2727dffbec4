import pytest

from tests.factories import dossiers as make
from tests.standing import standing


@pytest.fixture
def sign_in(client):
    """``sign_in(member)`` gives a client acting as that member."""

    def sign_in(member):
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@standing
def draft(people):
    """A dossier of the applicant with nothing filled in."""
    return make.make_dossier(people)


@standing
def filled(people, draft):
    """Everything that must be there is there."""
    return make.fill_dossier(draft, actor=people.applicant)

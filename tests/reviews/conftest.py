import pytest

from accounts.confirmation import mark_confirmed
from tests.factories import dossiers as make
from tests.standing import standing


@pytest.fixture
def sign_in(client):
    """``sign_in(member)`` gives a client acting as that member, the password for signatures given."""

    def sign_in(member):
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        mark_confirmed(session)
        session.save()
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

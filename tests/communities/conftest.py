import pytest

from tests.factories.communities import make_community
from tests.standing import standing


@standing
def north(people):
    return make_community(people, owners_committee=people.committee_officer.organisation)


@standing
def south(people):
    return make_community(people, county="south", code="C-002", name="观澜苑", managed_by=None)


@pytest.fixture
def sign_in(client):
    """``sign_in(member)`` gives a client acting as that member."""

    def sign_in(member):
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in

import pytest


@pytest.fixture
def sign_in(client):
    """``sign_in(member)`` gives a client acting as that member."""

    def sign_in(member):
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in

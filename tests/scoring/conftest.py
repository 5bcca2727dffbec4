from types import SimpleNamespace

import pytest

from accounts.confirmation import mark_confirmed
from tests.factories.panels import (
    cards_of,
    expert_member,
    make_experts,
    make_panel,
    make_scoring,
)
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


def make_scene(people):
    """One dossier before a panel of five with two alternates; ``expert`` is one of the five."""
    dossier = make_scoring(people)[0]
    experts = make_experts(people)
    panel = make_panel(people, dossier.campaign)
    card = cards_of(dossier)[0]
    return SimpleNamespace(
        people=people, dossier=dossier, experts=experts, panel=panel, card=card,
        expert=expert_member(card.assignment), campaign=dossier.campaign,
    )  # fmt: skip


@standing
def scene(people):
    return make_scene(people)

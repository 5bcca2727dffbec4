"""Saving one mark through the whole request, against one INSERT and COMMIT through a bare view.

The bare view stands behind the same middleware and asks for nobody. ``without_middleware`` tells
what it would be against a view that Django calls at once.
"""

from __future__ import annotations

import statistics
from itertools import cycle

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path, reverse

from bench import Measured, figure, interleave
from core.access import public_page
from core.tenancy import tenant_context
from scoring.services.scorecards import save_marks
from tests.factories import cast
from tests.factories.panels import (
    cards_of,
    expert_member,
    full_marks,
    make_experts,
    make_panel,
    make_scoring,
)

SLUG = "bench-mark"


@public_page
def bare(request):
    """The least that keeps one value."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_mark (value) VALUES (%s)", [request.POST["value"]])
    return HttpResponse("ok")


urlpatterns = [path("account/bare/", bare)]


@figure("mark_save")
def mark_save() -> list[Measured]:
    """At most 6×: session, member, lock, mark, totals, record and the answer included."""
    from bench.database import as_owner

    as_owner(
        "CREATE TABLE bench_mark (id bigserial PRIMARY KEY, value text)",
        "GRANT INSERT ON bench_mark TO app_rw",
        "GRANT USAGE ON SEQUENCE bench_mark_id_seq TO app_rw",
    )
    tenant = cast.make_tenant(SLUG, "云州市住房和城乡建设局")
    with tenant_context(tenant.pk):
        people = cast.make_people()
        dossier = make_scoring(people)[0]
        make_experts(people)
        make_panel(people, dossier.campaign)
        card = cards_of(dossier)[0]
        member = expert_member(card.assignment)
        save_marks(card, actor=member, marks=full_marks(card))
    with override_settings(ALLOWED_HOSTS=["*"]):
        signed_in = Client()
        signed_in.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        url = reverse("scoring:mark_save", args=[SLUG, card.pk, "9.1"])
        values = cycle(["4.5", "5", "5.5", "6"])

        def ours():
            assert signed_in.post(url, {"9.1:value": next(values)}).status_code == 200

        def floor(client):
            def save():
                with override_settings(ROOT_URLCONF="bench.mark_save"):
                    answer = client.post("/account/bare/", {"value": next(values)})
                assert answer.status_code == 200

            return save

        behind = floor(Client())
        with override_settings(MIDDLEWARE=[]):
            alone = Client()
            alone.handler.load_middleware()
        taken = interleave(ours, behind, rounds=100, warmup=5)
        ours_s, alone_s = interleave(ours, floor(alone), rounds=100, warmup=5)
    against_alone = statistics.median(ours_s) / statistics.median(alone_s)
    words = "one INSERT and COMMIT through a bare view behind the same middleware"
    extra = {"without_middleware": round(against_alone, 2)}
    return [Measured("mark_save", *taken, words, at_most=6, extra=extra)]

"""Two at once on one dossier: one act wins, the other is told, and the state is one that the
table of moves allows. Every race has a control: without the dossier's lock both would act."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
from django.db import connection, connections

from core import audit
from core.errors import Refused
from core.tenancy import tenant_context
from reviews.enums import DossierState, Outcome
from reviews.models import Dossier, SignOff
from reviews.services import dossiers, route, sign_offs
from reviews.services.dossiers import withdraw_dossier
from tests.factories import cast
from tests.factories import sign_offs as make

S = DossierState
RETURN = {"outcome": Outcome.RETURN, "opinion": "请补充会议记录。"}


@pytest.fixture
def world(committed_db):
    """(tenant, people, dossier): submitted, waiting for the owners' committee, committed."""
    tenant = cast.make_tenant("yunzhou", "云州市住房和城乡建设局")
    with tenant_context(tenant.pk):
        people = cast.make_people()
        make.make_campaign(people.city_officer)
        dossier = make.make_submitted(people)
    return tenant, people, dossier


def race(tenant, *acts, first_done: threading.Event | None = None) -> list[str]:
    """Do all acts at once, each in its own transaction; "" for what was done, else the refusal.
    ``first_done`` is set when the first act is committed or refused."""
    barrier = threading.Barrier(len(acts))
    answers: list[str] = [""] * len(acts)

    def run(number, act):
        try:
            with tenant_context(tenant.pk):
                barrier.wait(timeout=30)
                act()
        except Refused as error:
            answers[number] = error.message
        finally:
            connection.close()
            if first_done and number == 0:
                first_done.set()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def without_lock(monkeypatch) -> threading.Event:
    """The control: everybody reads the dossier as it is, checks, waits for the other, and acts; a
    withdrawal once the event is set, for two that write without locks would only deadlock."""
    meet, first_done = threading.Barrier(2), threading.Event()

    def read(dossier):
        related = ("campaign", "version", "revision", "applicant", "community__division")
        return Dossier.objects.select_related(*related).get(pk=dossier.pk)

    def then_meet(check):
        def checked(*args):
            check(*args)
            meet.wait(timeout=30)

        return checked

    for module in (route, dossiers):
        monkeypatch.setattr(module, "lock_dossier", read)
    monkeypatch.setattr(sign_offs, "_check_turn", then_meet(sign_offs._check_turn))
    monkeypatch.setattr(sign_offs, "claim_in_time", lambda *args, **more: None)  # a second guard
    check_withdrawable = then_meet(dossiers.check_withdrawable)

    def then_wait(*args):
        check_withdrawable(*args)
        assert first_done.wait(timeout=30)

    monkeypatch.setattr(dossiers, "check_withdrawable", then_wait)
    return first_done


@contextmanager
def without_key():
    """The unique key of the standing opinions is gone for a while."""
    name = "reviews_signoff_once"
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef(%s::regclass)", [name])
        definition = cursor.fetchone()[0]
        cursor.execute(f"DROP INDEX {name}")
        try:
            yield
        finally:
            cursor.execute("TRUNCATE reviews_signoff CASCADE")
            cursor.execute(definition)


def signer(world, **fields):
    _, people, dossier = world

    def act():
        make.sign(dossier, actor=people.committee_officer, step="owners_committee", **fields)

    return act


def withdrawer(world):
    _, people, dossier = world
    return lambda: withdraw_dossier(dossier, actor=people.applicant)


def signed(world) -> int:
    with tenant_context(world[0].pk):
        return SignOff.objects.count()


def state(world) -> tuple[str, str]:
    with tenant_context(world[0].pk):
        dossier = Dossier.objects.get()
        assert list(audit.verify()) == []
        return dossier.state, dossier.step


def test_of_eight_signatures_at_once_one_is_given(world):
    answers = race(world[0], *[signer(world)] * 8)
    assert sorted(bool(answer) for answer in answers) == [False] + [True] * 7
    assert all("已于" in answer for answer in answers if answer)
    assert signed(world) == 1
    assert state(world) == (S.IN_REVIEW, "neighbourhood")


def test_without_the_lock_the_key_alone_refuses_the_second(world, monkeypatch):
    without_lock(monkeypatch)
    answers = race(world[0], signer(world), signer(world))
    assert sorted(map(bool, answers)) == [False, True]
    assert signed(world) == 1


@pytest.mark.parametrize("other", [{}, RETURN], ids=["sign", "return"])
def test_without_lock_and_key_both_opinions_would_be_given(world, monkeypatch, other):
    """The control: this test can see the race that the two close."""
    without_lock(monkeypatch)
    with without_key():
        assert race(world[0], signer(world), signer(world, **other)) == ["", ""]
        assert signed(world) == 2


@pytest.mark.parametrize("turn", range(3))
def test_signature_return_and_withdrawal_at_once_one_wins(world, turn):
    acts = [signer(world), signer(world, **RETURN), withdrawer(world)]
    answers = race(world[0], *acts[turn:], *acts[:turn])
    assert sorted(map(bool, answers)) == [False, True, True]
    winner = (answers.index("") + turn) % 3
    assert (
        state(world)
        == [(S.IN_REVIEW, "neighbourhood"), (S.RETURNED, ""), (S.WITHDRAWN, "")][winner]
    )
    assert signed(world) == [1, 1, 0][winner]


@pytest.mark.parametrize("opinion", [{}, RETURN], ids=["sign", "return"])
def test_without_the_lock_a_signed_dossier_would_be_withdrawn(world, monkeypatch, opinion):
    """The control: this test can see the race that the lock closes."""
    first_done = without_lock(monkeypatch)
    acts = [signer(world, **opinion), withdrawer(world)]
    assert race(world[0], *acts, first_done=first_done) == ["", ""]
    assert signed(world) == 1

"""Guesses sent at once are counted one by one."""

from __future__ import annotations

import threading

import pytest
from axes.models import AccessFailureLog
from django.db import connection
from django.test import Client

from accounts.views import sign_in
from tests.accounts.conftest import SIGN_IN, make_city

GUESSES = 12


def guess_at_once() -> int:
    """Send guesses from as many threads; return how many were evaluated."""
    start = threading.Barrier(GUESSES)

    def guess(number):
        try:
            client = Client(REMOTE_ADDR="198.51.100.7")
            start.wait()
            client.post(SIGN_IN, {"username": "yunzhou-applicant", "password": f"guess {number}"})
        finally:
            connection.close()

    threads = [threading.Thread(target=guess, args=[n]) for n in range(GUESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return AccessFailureLog.objects.count()


@pytest.fixture
def city(committed_db):
    return make_city("yunzhou", "云州市住房和城乡建设局")


def test_twelve_guesses_at_once_are_five(city):
    assert guess_at_once() == 5


def test_without_the_queue_more_would_pass(city, monkeypatch):
    """The control: this test can see the race that the queue closes."""
    monkeypatch.setattr(sign_in, "queue_sign_ins", lambda ip: None)
    assert guess_at_once() > 5

"""Files in pieces (tus 1.0): resumed where they were cut, seen by their sender only, swept."""

import contextlib
import os
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse

from core.errors import Conflict, Refused
from core.models import Job
from core.tenancy import tenant_context
from documents import storage
from documents.models import Upload
from documents.services import (
    discard_upload,
    open_upload,
    receive_piece,
    received_file,
    sweep_uploads,
)
from tests.factories import cast

PIECE = "application/offset+octet-stream"


@pytest.fixture
def sender(tenant):
    return cast.make_people().applicant


def begin(sender, size=10):
    return open_upload("x", name="片.mp4", media_type="video/mp4", size=size, owner=sender)


def bytes_of(upload):
    return storage.incoming(str(upload.pk)).read_bytes()


def send(client, upload, offset, content, **headers):
    address = reverse("documents:upload", args=["yunzhou", upload.pk])
    headers = {"Upload-Offset": str(offset), "Tus-Resumable": "1.0.0"} | headers
    return client.patch(address, content, content_type=PIECE, headers=headers)


@pytest.fixture
def browser(sender, client):
    client.force_login(sender.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_upload_goes_on_where_it_was_cut(sender, browser, share):
    content = os.urandom(300_000)
    upload, cut = begin(sender, len(content)), int(len(content) * share)
    first = send(browser, upload, 0, content[:cut])
    assert (first.status_code, first["Upload-Offset"]) == (204, str(cut))
    address = reverse("documents:upload", args=["yunzhou", upload.pk])
    told = browser.head(address)
    assert (told["Upload-Offset"], told["Upload-Length"]) == (str(cut), str(len(content)))
    assert send(browser, upload, cut, content[cut:])["Upload-Offset"] == str(len(content))
    upload.refresh_from_db()
    with received_file(upload) as file:
        assert file.read() == content and (file.name, file.size) == ("片.mp4", len(content))


def test_what_arrives_before_a_break_stays_and_a_torn_tail_does_not(sender):
    upload = begin(sender)

    def torn():
        yield b"abc"
        raise OSError("the disk is full")

    with pytest.raises(storage.StorageFull):
        receive_piece(upload, 0, torn())
    assert receive_piece(upload, 0, [b"ABCD"]).offset == 4
    assert bytes_of(upload) == b"ABCD"


def test_pieces_at_the_wrong_place_and_too_many_bytes_are_refused(sender, browser):
    upload = begin(sender)
    assert send(browser, upload, 0, b"12345").status_code == 204
    for offset in (0, 3, 11):
        assert send(browser, upload, offset, b"xx").status_code == 409
    for offset in ("", "-1", "x", "9" * 5000):
        assert send(browser, upload, offset, b"xx").status_code == 400
    assert send(browser, upload, 5, b"6789012345")["Upload-Offset"] == "10"  # never beyond the end
    assert bytes_of(upload) == b"1234567890"
    assert send(browser, upload, 10, b"", **{"Tus-Resumable": "0.2.2"}).status_code == 412


def test_storage_that_takes_nothing_is_said_and_nothing_is_counted(sender, browser):
    upload = begin(sender)
    place = storage.incoming(str(upload.pk))
    place.unlink()
    place.mkdir()
    answer = send(browser, upload, 0, b"12345")
    assert answer.status_code == 507 and "请稍后再试" in answer.json()["message"]
    upload.refresh_from_db()
    assert upload.offset == 0


def test_bytes_that_were_lost_are_asked_for_again(sender):
    upload = begin(sender)
    upload = receive_piece(upload, 0, [b"12345"])
    storage.incoming(str(upload.pk)).write_bytes(b"12")
    with pytest.raises(Conflict):
        receive_piece(upload, 5, [b"67890"])
    upload = receive_piece(upload, 2, [b"34567890"])
    assert bytes_of(upload) == b"1234567890"


def test_piece_of_an_upload_that_was_given_up_is_refused(sender):
    upload = begin(sender)
    discard_upload(upload)
    with pytest.raises(Conflict, match="已经取消"):
        receive_piece(upload, 0, [b"1"])


@pytest.fixture
def sent_at_once(committed_db):
    """``sent_at_once()``: two senders lay half of ten bytes at the same place, each waiting in the
    middle for the other as long as the other is not kept out; (answers, bytes, offset)."""
    tenant = cast.make_tenant("yunzhou", "云州市住房和城乡建设局")
    with tenant_context(tenant.pk):
        upload = begin(cast.make_people().applicant)
    meet, answers = threading.Barrier(2), {}

    def blocks(letter):
        yield letter
        with contextlib.suppress(threading.BrokenBarrierError):
            meet.wait(timeout=2)
        yield letter * 4

    def send(letter):
        try:
            with tenant_context(tenant.pk):
                answers[letter] = receive_piece(upload, 0, blocks(letter)).offset
        except Conflict:
            answers[letter] = None
        finally:
            connection.close()

    def run():
        threads = [threading.Thread(target=send, args=[letter]) for letter in (b"a", b"b")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with tenant_context(tenant.pk):
            upload.refresh_from_db()
            return answers, bytes_of(upload), upload.offset

    return run


def test_of_two_pieces_at_once_one_arrives_whole(sent_at_once):
    answers, content, offset = sent_at_once()
    (winner,) = [letter for letter, at in answers.items() if at]
    assert (content, offset, answers[winner]) == (winner * 5, 5, 5)


def test_without_the_lock_two_pieces_at_once_would_both_be_taken(sent_at_once, monkeypatch):
    """The control: this test can see the race that the lock closes."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)
    answers, _, _ = sent_at_once()
    assert set(answers.values()) == {5}


def test_unfinished_upload_is_no_file(sender):
    upload = receive_piece(begin(sender), 0, [b"123456789"])
    with pytest.raises(Refused, match="还没有传完"), received_file(upload):
        pass


def test_nobody_else_sees_or_sends_it(sender, client):
    upload = begin(sender)
    people = [cast.make_user("stranger", "外人")]
    people.append(cast.make_member(sender.organisation, sender.role, "colleague").user)
    for person in people:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        address = reverse("documents:upload", args=["yunzhou", upload.pk])
        assert client.head(address).status_code == client.delete(address).status_code == 404
        assert send(client, upload, 0, b"1").status_code == 404
    assert bytes_of(upload) == b""


def test_too_many_under_way_and_a_full_disk_are_said(sender, monkeypatch, settings):
    monkeypatch.setattr("documents.services.uploads.MOST_UPLOADS", 1)
    begin(sender)
    with pytest.raises(Refused, match="请先传完或取消"):
        begin(sender)
    monkeypatch.setattr(storage, "LEAST_FREE", 2)
    monkeypatch.setattr(storage, "ENOUGH_FREE", 2**60)
    with pytest.raises(storage.StorageFull):
        begin(sender)


def test_given_up_upload_leaves_nothing(sender, django_capture_on_commit_callbacks):
    upload = begin(sender)
    with django_capture_on_commit_callbacks(execute=True):
        discard_upload(upload)
    assert not Upload.objects.exists() and not storage.incoming(str(upload.pk)).exists()


def test_sweep_takes_what_was_left_for_a_day_and_comes_again(
    sender, django_capture_on_commit_callbacks
):
    kept, left = begin(sender), begin(sender)
    job = Job.objects.get(kind="documents.sweep_uploads")  # one for both
    assert job.next_at.minute == 0
    Upload.objects.filter(pk=left.pk).update(touched_at=Now() - timedelta(hours=24, minutes=1))
    for name, age in (("stray", 25), ("fresh", 1)):
        path = storage.incoming(name)
        path.write_bytes(b"1")
        os.utime(path, (time.time() - age * 3600,) * 2)
    Job.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_uploads() == 2
    assert [upload.pk for upload in Upload.objects.all()] == [kept.pk]
    names = {path.name for path in storage.incoming("").iterdir()}
    assert {str(kept.pk), "fresh"} <= names and not names & {str(left.pk), "stray"}
    assert Job.objects.filter(kind="documents.sweep_uploads").exists()

"""store_file: what is kept, what is reused, what is refused, what is left after a failure."""

import hashlib
import io
import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from PIL import Image

from core.audit import SYSTEM
from core.models import AuditRecord
from core.tenancy import tenant_context
from documents import storage
from documents.models import StoredFile
from documents.selectors import orphaned_paths
from documents.services import store_file
from tests.documents.test_inspection import WRONG
from tests.factories import cast, files

ALL = ("image", "pdf", "video")


def _upload(content, name="照片.jpg", declared="image/jpeg"):
    return SimpleUploadedFile(name, content, declared)


def _store(content, name="照片.jpg", declared="image/jpeg", **options):
    options = {"actor": SYSTEM, "allowed_kinds": ALL, "max_bytes": 20 << 20} | options
    return store_file(_upload(content, name, declared), **options)


def test_photo_is_stored_clean_with_time_and_place_aside(tenant):
    content = files.photo()
    stored = _store(content)
    stored.refresh_from_db()
    kept = storage.read(stored.path)
    assert stored.path == f"t{tenant.pk}/{stored.sha256[:2]}/{stored.sha256}.jpg"
    assert hashlib.sha256(kept).hexdigest() == stored.sha256 != stored.original_sha256
    assert stored.original_sha256 == hashlib.sha256(content).hexdigest()
    assert (stored.kind, stored.size, stored.name) == ("image", len(kept), "照片.jpg")
    assert (stored.width, stored.height) == Image.open(io.BytesIO(kept)).size
    assert stored.taken_at.isoformat() == "2023-09-05T02:20:30+00:00"
    assert (float(stored.latitude), float(stored.longitude)) == (39.9353, 119.6001)
    assert b"Exif" not in kept and default_storage.exists(stored.thumbnail_path)
    record = AuditRecord.objects.get(verb="file.stored")
    assert record.object_id == str(stored.pk) and record.body["sha256"] == stored.sha256


def test_camera_time_without_offset_is_local(tenant):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2023:09:05 10:20:30"
    out = io.BytesIO()
    files.picture().save(out, "JPEG", exif=exif)
    assert _store(out.getvalue()).taken_at.isoformat() == "2023-09-05T10:20:30+08:00"


def test_pdf_and_video_are_measured(tenant):
    assert _store(files.pdf(3), "方案.pdf", "application/pdf").page_count == 3
    video = _store(files.video(2), "宣传片.mp4", "video/mp4", max_seconds=300)
    video.refresh_from_db()
    assert (video.kind, float(video.duration_seconds)) == ("video", 2.0)
    assert default_storage.exists(video.thumbnail_path)


def test_same_bytes_are_one_row(tenant):
    first = _store(files.photo(), "甲.jpg")
    assert _store(files.photo(), "乙.jpg") == first
    assert StoredFile.objects.count() == 1
    assert AuditRecord.objects.filter(verb="file.stored").count() == 1


def test_same_bytes_of_two_tenants_are_two_rows(db):
    rows = []
    for slug, name in (
        ("yunzhou", "云州市住房和城乡建设局"),
        ("linzhou", "林州市住房和城乡建设局"),
    ):
        tenant = cast.make_tenant(slug, name)
        with tenant_context(tenant.pk):
            rows.append(_store(files.photo()))
            assert StoredFile.objects.count() == 1
        assert rows[-1].path.startswith(f"t{tenant.pk}/")
    first, second = rows
    assert first.pk != second.pk and first.path != second.path


def test_known_bytes_are_held_to_the_limits_of_this_place(tenant):
    video = files.video(3)
    _store(video, "a.mp4", "video/mp4")
    _store(files.photo())
    with pytest.raises(ValidationError, match="超过上限 2 秒"):
        _store(video, "a.mp4", "video/mp4", max_seconds=2)
    with pytest.raises(ValidationError, match="请上传PDF 文件"):
        _store(files.photo(), allowed_kinds=("pdf",))
    with pytest.raises(ValidationError, match="内容却是JPG"):
        _store(files.photo(), "a.png", "image/png")


def test_known_bytes_whose_content_was_lost_are_stored_again(tenant):
    first = _store(files.photo())
    default_storage.delete(first.path)
    assert _store(files.photo()) == first
    assert storage.sha256(first.path) == first.sha256


@pytest.mark.parametrize("case", WRONG)
def test_wrong_file_is_not_stored(tenant, case):
    before = set(storage.tenant_paths())
    content, name, declared, words = WRONG[case]
    content = content()
    with pytest.raises(ValidationError) as refused:
        _store(content, name, declared, max_seconds=300)
    sentence = refused.value.messages[0]
    assert sentence.startswith(f"「{name}」") and words in sentence and sentence.endswith("。")
    assert not StoredFile.objects.exists() and set(storage.tenant_paths()) == before


def test_too_many_bytes_are_refused_before_they_are_all_read(tenant):
    class Endless:
        name, size, content_type = "a.jpg", 10 << 30, "image/jpeg"
        read = 0

        def chunks(self):
            while True:
                self.read += 1
                yield bytes(64 * 1024)

    upload = Endless()
    with pytest.raises(ValidationError, match="有 10240.0 MB，超过上限 1.0 MB"):
        store_file(upload, actor=SYSTEM, allowed_kinds=ALL, max_bytes=1 << 20)
    assert upload.read == 17


@pytest.mark.parametrize("name", ["../../etc/passwd.jpg", "a/b\\c.jpg", "名" * 300 + ".jpg"])
def test_name_is_only_a_name(tenant, name):
    stored = _store(files.photo(), name)
    stored.refresh_from_db()
    assert "/" not in stored.name and len(stored.name) <= 200 and stored.name.endswith(".jpg")
    assert ".." not in stored.path


def test_rollback_leaves_a_file_that_the_sweep_finds_and_no_row(tenant):
    content = files.photo(333, 222)
    with pytest.raises(RuntimeError), transaction.atomic():
        path = _store(content).path
        raise RuntimeError
    assert not StoredFile.objects.exists() and default_storage.exists(path)
    assert path in set(orphaned_paths(timezone.now() + timedelta(minutes=1)))
    assert path not in set(orphaned_paths(timezone.now() - timedelta(days=1)))


def test_piece_of_a_file_is_replaced(tenant):
    stored = _store(files.photo())
    whole = storage.read(stored.path)
    with default_storage.open(stored.path, "wb") as handle:
        handle.write(whole[:100])
    storage.put(stored.path, whole)
    assert storage.read(stored.path) == whole


def test_storage_that_takes_nothing_is_said(tenant, settings, tmp_path):
    (tmp_path / "file").write_text("no folder")
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": str(tmp_path / "file")}}
    }
    with pytest.raises(storage.StorageFull, match="请稍后再试"):
        _store(files.photo())
    assert not StoredFile.objects.exists()


def test_check_files_finds_changed_and_missing_content(tenant, capsys):
    changed, missing = _store(files.photo()), _store(files.png(), "b.png", "image/png")
    call_command("check_files", tenant.slug)
    with default_storage.open(changed.path, "wb") as handle:
        handle.write(b"changed")
    default_storage.delete(missing.path)
    with pytest.raises(CommandError, match="发现 2 个文件"):
        call_command("check_files", tenant.slug)
    told = capsys.readouterr().out
    assert "照片.jpg" in told and "校验值不符" in told and "b.png" in told and "缺失" in told


@pytest.mark.faults
def test_two_uploads_of_the_same_bytes_at_once_are_one_row(committed_db):
    tenant = cast.make_tenant("yunzhou", "云州市住房和城乡建设局")
    content, barrier, rows = files.photo(), threading.Barrier(4), []

    def send():
        try:
            barrier.wait()
            with tenant_context(tenant.pk):
                rows.append(_store(content))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({row.pk for row in rows}) == 1 and len(rows) == 4
    with tenant_context(tenant.pk):
        assert StoredFile.objects.count() == 1
        assert storage.sha256(rows[0].path) == rows[0].sha256

"""Files of a dossier: in pieces, duplicates, order, turning, pairs, undo, and refusals that are said
on the page."""

import base64
import io
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from documents.models import StoredFile, Upload
from documents.selectors import file_bytes
from reviews.models import Evidence
from reviews.services.evidence import (
    add_evidence,
    describe_evidence,
    move_evidence,
    remove_evidence,
    restore_evidence,
    turn_evidence,
)
from tests.documents.test_inspection import WRONG
from tests.factories import dossiers as make
from tests.factories import files
from tests.factories.forms import read_forms

SLOT = "7.1"


def url(name, *args):
    return reverse(f"reviews:{name}", args=["yunzhou", *args])


def upload(name="照片.jpg", content=None, media_type="image/jpeg"):
    return SimpleUploadedFile(name, content or files.photo(), content_type=media_type)


@pytest.fixture
def pictures(people, draft):
    """Three pictures in one slot."""
    return [
        add_evidence(
            draft, SLOT, upload(f"{n}.jpg", files.photo(300 + n, 200)), actor=people.applicant
        )
        for n in range(3)
    ]


def order(dossier):
    rows = dossier.evidence.filter(slot=SLOT, removed_at=None).order_by("position", "pk")
    return [row.name for row in rows]


# In pieces


def begin(client, dossier, name, size, slot=SLOT, media_type="image/jpeg"):
    said = {"filename": name, "filetype": media_type}
    metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in said.items())
    return client.post(
        url("upload_create", dossier.pk, slot),
        headers={"Upload-Length": str(size), "Upload-Metadata": metadata},
    )


def send(client, dossier, name, content, slot=SLOT, media_type="image/jpeg"):
    """A whole file in one piece; the answer of taking it, or of beginning it where that failed."""
    begun = begin(client, dossier, name, len(content), slot, media_type)
    if begun.status_code != 201:
        return begun
    address = begun["Location"]
    kind = "application/offset+octet-stream"
    sent = client.patch(address, content, content_type=kind, headers={"Upload-Offset": "0"})
    assert sent["Upload-Offset"] == str(len(content))
    pk = address.rstrip("/").rpartition("/")[2]
    return client.post(url("upload_take", dossier.pk, slot, pk), {"form_key": pk})


def test_file_in_pieces_becomes_evidence_once(people, draft, sign_in):
    client, content = sign_in(people.applicant), files.photo()
    answer = send(client, draft, "绿化.jpg", content)
    piece = draft.evidence.get()
    assert answer.json()["url"].endswith(f"#file-{piece.pk}") and not answer.json()["is_known"]
    assert (piece.name, piece.slot) == ("绿化.jpg", SLOT) and not Upload.objects.exists()
    again = send(client, draft, "同一张.jpg", content)
    assert again.json()["is_known"] and draft.evidence.count() == 1


def test_taking_is_answered_again_alike(people, draft, sign_in):
    client, content = sign_in(people.applicant), files.photo()
    address = begin(client, draft, "a.jpg", len(content))["Location"]
    client.patch(address, content, content_type="application/offset+octet-stream",
                 headers={"Upload-Offset": "0"})  # fmt: skip
    pk = address.rstrip("/").rpartition("/")[2]
    take = url("upload_take", draft.pk, SLOT, pk)
    first, second = (client.post(take, {"form_key": pk}).json() for _ in range(2))
    assert first == second and draft.evidence.count() == 1


def test_what_cannot_be_taken_is_said_before_the_bytes_are_sent(people, draft, sign_in, settings):
    client = sign_in(people.applicant)

    def said(*args, **more):
        answer = begin(client, draft, *args, **more)
        assert answer.status_code == 422 and not Upload.objects.exists()
        return answer.json()["message"]

    assert "空文件" in said("a.jpg", 0)
    assert "超过上限 20.0 MB，请压缩" in said("a.jpg", 21 << 20)
    assert "不接受，请上传" in said("a.exe", 5)
    assert "没有扩展名" in said("照片", 5)
    settings.DOSSIER_QUOTA_MEGABYTES = 1
    assert "请先删除不需要的文件，或压缩" in said("a.jpg", 2 << 20)


def test_upload_of_another_place_is_not_taken(people, draft, sign_in):
    client = sign_in(people.applicant)
    pk = begin(client, draft, "a.jpg", 5)["Location"].rstrip("/").rpartition("/")[2]
    answer = client.post(url("upload_take", draft.pk, "7.2", pk), {"form_key": pk})
    assert answer.status_code == 409 and "刷新" in answer.json()["message"]


MORE_WRONG = {
    "path in the name": (files.html_page, "../../etc/passwd.jpg", "image/jpeg", "不是JPG"),
    "windows path": (files.html_page, "C:\\a\\..\\照片.jpg", "image/jpeg", "不是JPG"),
    "control characters": (files.html_page, "照\x00\u202e片.jpg", "image/jpeg", "不是JPG"),
    "name without end": (files.html_page, "名" * 3000 + ".jpg", "image/jpeg", "不是JPG"),
    "only an extension": (files.photo, ".jpg", "image/jpeg", "没有扩展名"),
    "200 Mpx png": (lambda: files.huge_png(20_000, 10_000), "a.png", "image/png", "5000 万像素"),
    "php in jpg": (lambda: b"\xff\xd8\xff\xe0<?php ?>", "a.jpg", "image/jpeg", "无法解码"),
    "text as png": (lambda: b"hello", "a.png", "image/png", "不是PNG"),
    "png head, no body": (lambda: b"\x89PNG\r\n\x1a\n", "a.png", "image/png", "无法解码"),
    "pdf declared zip": (files.pdf, "a.pdf", "application/zip", "与PDF 文件不符"),
    "docx": (files.archive, "a.docx", "", "不接受"),
    "lnk": (lambda: b"L\x00\x00\x00", "a.lnk", "", "不接受"),
    "html as heic": (files.html_page, "a.heic", "image/heic", "不是HEIC"),
    "zeros as jpg": (lambda: bytes(4096), "a.jpg", "image/jpeg", "不是JPG"),
    "page behind a pdf name": (files.pdf, "报告.pdf.html", "application/pdf", "不接受"),
    "playlist by its name": (files.playlist, "a.m3u8", "application/x-mpegURL", "不接受"),
    "locked pdf as jpg": (files.encrypted_pdf, "a.jpg", "image/jpeg", "内容却是PDF"),
    "png behind a long name": (files.png, "长" * 180 + ".jpg", "image/jpeg", "内容却是PNG"),
    "webp as heic": (files.webp, "a.heic", "image/heic", "内容却是WEBP"),
}


def test_sixty_wrong_files_none_is_kept_each_says_what_to_do(people, draft, sign_in):
    cases = WRONG | MORE_WRONG
    assert len(cases) >= 60
    client, unsaid = sign_in(people.applicant), {}
    for case, (content, name, declared, words) in cases.items():
        is_film = name.endswith((".mp4", ".mov", ".webm", ".avi"))
        slot = "material:video" if is_film else SLOT
        answer = send(client, draft, name, content(), slot, declared)
        sentence = answer.json().get("message", "")
        wrong_kind = "不接受" in sentence or "内容却是" in sentence  # the place, before the content
        if answer.status_code != 422 or not (words in sentence or wrong_kind):
            unsaid[case] = (answer.status_code, sentence)
        elif "请" not in sentence or not sentence.endswith("。"):
            unsaid[case] = sentence
    assert unsaid == {}
    assert not Evidence.objects.exists() and not StoredFile.objects.exists()
    assert not Upload.objects.exists()


# What is there


def test_order_is_changed_and_stops_at_the_ends(people, draft, pictures):
    move_evidence(pictures[2], -1, actor=people.applicant)
    assert order(draft) == ["0.jpg", "2.jpg", "1.jpg"]
    move_evidence(pictures[2], -5, actor=people.applicant)
    assert order(draft) == ["2.jpg", "0.jpg", "1.jpg"]
    move_evidence(pictures[2], 9, actor=people.applicant)
    assert order(draft) == ["0.jpg", "1.jpg", "2.jpg"]


def test_four_turns_come_back_to_the_same_bytes_and_revisions_keep_theirs(people, filled):
    picture = add_evidence(
        filled, SLOT, upload(content=files.photo(300, 200)), actor=people.applicant
    )
    make.submit_dossier(filled, actor=people.applicant)
    filled.state = "returned"
    filled.save(update_fields=["state"])
    turned = turn_evidence(picture, 1, actor=people.applicant)
    seen = Image.open(io.BytesIO(file_bytes(turned.file)))
    assert seen.size == (200, 300)
    assert seen.getpixel((190, 10))[0] > 150 > seen.getpixel((190, 10))[1]  # red corner, now right
    assert turned.file.taken_at == picture.file.taken_at
    picture.refresh_from_db()
    assert picture.removed_at and picture.file.sha256 != turned.file.sha256
    assert add_evidence(
        filled, SLOT, upload(content=files.photo(300, 200)), actor=people.applicant
    ).is_known
    for _ in range(3):
        turned = turn_evidence(turned, 1, actor=people.applicant)
    assert turned.file == picture.file and turned.pk != picture.pk
    assert order(filled) == ["照片.jpg"]


def test_pair_is_made_kept_while_turning_and_ends_with_one_of_it(people, pictures):
    first, second, third = pictures
    describe_evidence(second, "之后", before=first, actor=people.applicant)
    with pytest.raises(ValidationError, match="另一组"):
        describe_evidence(third, "", before=first, actor=people.applicant)
    with pytest.raises(ValidationError, match="另一组"):
        describe_evidence(first, "", before=third, actor=people.applicant)
    turned = turn_evidence(first, 1, actor=people.applicant)
    second.refresh_from_db()
    assert second.before == turned
    remove_evidence(turned, actor=people.applicant)
    second.refresh_from_db()
    assert second.before is None and second.caption == "之后"


def test_removal_is_undone_unless_there_is_no_room(people, draft):
    slot = "material:no_penalty_proof"
    pieces = [
        add_evidence(draft, slot, upload(f"{n}.jpg", files.photo(300 + n)), actor=people.applicant)
        for n in range(3)
    ]
    remove_evidence(pieces[0], actor=people.applicant)
    restore_evidence(pieces[0], actor=people.applicant)
    assert draft.evidence.filter(removed_at=None).count() == 3
    remove_evidence(pieces[0], actor=people.applicant)
    add_evidence(draft, slot, upload("4.jpg", files.photo(400)), actor=people.applicant)
    with pytest.raises(ValidationError, match="最多放 3 个文件"):
        restore_evidence(pieces[0], actor=people.applicant)


def forms_of(page, piece):
    return next(f for f in read_forms(page) if f.action == url("evidence_change", piece.pk))


def test_page_moves_turns_removes_and_brings_back(people, draft, pictures, sign_in):
    client, page = sign_in(people.applicant), url("dossier_slot", draft.pk, SLOT)
    about = forms_of(client.get(page), pictures[1])
    assert about.values["taken_on"] == ["2023-09-05"]
    answer = client.post(about.action, about.filled(caption="修剪后", then="up"))
    assert answer.url == f"{page}#file-{pictures[1].pk}"
    assert order(draft) == ["1.jpg", "0.jpg", "2.jpg"]
    assert draft.evidence.get(pk=pictures[1].pk).caption == "修剪后"  # what was typed is saved too
    assert client.post(about.action, about.filled(caption="修剪后", then="up")).url == answer.url
    assert order(draft) == ["1.jpg", "0.jpg", "2.jpg"]  # sent twice, done once
    about = forms_of(client.get(page), pictures[1])
    client.post(about.action, about.filled(then="right", before=[str(pictures[0].pk)]))
    turned = draft.evidence.get(name="1.jpg", removed_at=None)
    assert turned.file.turns == 1 and turned.before == pictures[0]
    add_evidence(draft, "7.2", upload("同.jpg", files.photo(302, 200)), actor=people.applicant)
    shown = client.get(page).content.decode()
    assert "同一个文件也放在了" in shown
    assert "与第 2 个文件前后对比" in shown and "与第 1 个文件前后对比" in shown
    about = forms_of(client.get(page), turned)
    gone = client.get(client.post(about.action, about.filled(then="remove")).url)
    assert "已删除“1.jpg”" in gone.content.decode() and order(draft) == ["0.jpg", "2.jpg"]
    undo = next(f for f in read_forms(gone) if f.action == url("evidence_restore", turned.pk))
    client.post(undo.action, undo.filled())
    assert order(draft) == ["0.jpg", "2.jpg", "1.jpg"]


def test_day_outside_the_window_is_warned_about_not_refused(people, draft, pictures, sign_in):
    client, page = sign_in(people.applicant), url("dossier_slot", draft.pk, SLOT)
    assert "评审时可能不予采信" not in client.get(page).content.decode()
    about = forms_of(client.get(page), pictures[0])
    client.post(about.action, about.filled(taken_on="2022-05-01"))
    assert draft.evidence.get(pk=pictures[0].pk).taken_on == date(2022, 5, 1)
    shown = client.get(page).content.decode()
    assert "评审时可能不予采信" in shown and "拍摄于 2022年5月1日" in shown
    check = client.get(url("dossier_check", draft.pk)).content.decode()
    assert "1 个文件的拍摄日期不在" in check and "2022年5月1日（申报单位填写）" in check
    for wrong, words in (("2033-01-01", "不能晚于今天"), ("2022-13-01", "的样子填写日期")):
        about = forms_of(client.get(page), pictures[0])
        answer = client.post(about.action, about.filled(taken_on=wrong, caption="字还在"))
        assert words in answer.content.decode() and "字还在" in answer.content.decode()


# Refusals are said on the page


def test_changes_after_submission_are_refused_on_the_page_itself(people, filled, sign_in):
    client = sign_in(people.applicant)
    piece = add_evidence(filled, SLOT, upload(), actor=people.applicant)
    page = url("dossier_slot", filled.pk, SLOT)
    about = forms_of(client.get(page), piece)
    checked = next(f for f in read_forms(client.get(url("dossier_check", filled.pk)))
                   if f.action == url("dossier_submit", filled.pk))  # fmt: skip
    make.submit_dossier(filled, actor=people.applicant)
    answers = [
        client.post(page, {"files": [upload("新.jpg", files.photo(321))]}),
        client.post(about.action, about.filled(caption="改一下", form_key="")),
        client.post(about.action, about.filled(then="remove", form_key="")),
        client.post(url("evidence_restore", piece.pk)),
    ]
    for answer in answers:
        shown = answer.content.decode()
        assert answer.status_code == 409 and "不能修改" in shown
        assert (
            piece.name in shown
            and "<form" not in shown.partition("<main")[2].partition("</main")[0]
        )
    twice = client.post(checked.action, checked.filled(pledged="on"))
    assert twice.status_code == 409 and "不需要再次提交" in twice.content.decode()
    assert "核对并提交" in twice.content.decode()


def test_submission_of_what_changed_meanwhile_shows_it_and_can_be_sent_again(
    people, filled, sign_in
):
    client = sign_in(people.applicant)
    address = url("dossier_submit", filled.pk)

    def form_on(page):
        return next(f for f in read_forms(page) if f.action == address)

    form = form_on(client.get(url("dossier_check", filled.pk)))
    filled.refresh_from_db()
    changed = filled.draft["form"] | {"statement": "同事刚刚改过"}
    make.save_draft(
        filled, "form", changed, lock_version=filled.lock_version, actor=people.applicant
    )
    answer = client.post(address, form.filled(pledged="on"))
    assert answer.status_code == 409
    assert "又有改动" in answer.content.decode() and "同事刚刚改过" in answer.content.decode()
    assert client.post(address, form_on(answer).filled()).status_code == 302

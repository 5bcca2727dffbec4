"""The public page: code, QR address and PDF; what it says and what it keeps to itself."""

import io
import re
from datetime import UTC, datetime
from uuid import UUID

import pikepdf
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from core.audit import SYSTEM
from core.tenancy import tenant_context
from documents import storage
from documents.enums import DocumentKind
from documents.services import create_rendered_document
from documents.verification import tidy_code
from documents.views import CHECKS_PER_MINUTE
from tests.factories import cast, files

SUBJECT = UUID("018bea01-0000-7000-8000-000000000001")
URL = "/yunzhou/public/verify/"


@pytest.fixture
def document(tenant, letter):
    return _document(letter)


def _document(letter, text="名单"):
    return create_rendered_document(
        DocumentKind.ANNOUNCEMENT,
        SUBJECT,
        {"issuer": "云州市", "text": text, "rows": [], "photo": None},
        template=letter,
        title="关于公布名单的通知",
        actor=SYSTEM,
        at=datetime(2023, 11, 20, 1, 0, tzinfo=UTC),
    )


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


@pytest.fixture
def ask(client, document):
    """Post the form as the page holds it; returns (status, text of the page without tags)."""

    def run(code="", content=None, name="a.pdf"):
        page = client.get(URL)
        names = set(re.findall(r'name="(\w+)"', page.content.decode()))
        assert {"code", "file"} <= names and page.status_code == 200
        data = {"code": code}
        if content is not None:
            data["file"] = SimpleUploadedFile(name, content, "application/pdf")
        response = client.post(URL, data)
        text = re.sub(r"<[^>]+>", " ", response.content.decode())
        return response.status_code, re.sub(r"\s+", " ", text)

    return run


def test_code_is_found_however_it_is_typed(ask, document):
    for typed in (document.code, document.code.lower(), document.code.replace("-", " ")):
        status, text = ask(typed)
        assert status == 200 and "编码真实" in text
    assert "关于公布名单的通知" in text and "云州市住房和城乡建设局" in text
    assert "2023年11月20日 09:00" in text and document.sha256 in text


def test_address_of_the_qr_answers(client, document):
    response = client.get(URL, {"code": document.code})
    assert response.status_code == 200 and "编码真实" in response.content.decode()


def test_untouched_pdf_is_genuine(ask, document):
    status, text = ask(content=storage.read(document.path))
    assert status == 200 and "真实 上传的文件与本系统出具的文书逐字节一致" in text


def test_older_version_is_told(ask, document, letter):
    newer = _document(letter, "更正")
    assert "真实，已有新版本" in ask(content=storage.read(document.path))[1]
    assert "编码真实，已有新版本" in ask(document.code)[1]
    assert "逐字节一致" in ask(content=storage.read(newer.path))[1]


def test_changed_pdf_is_told(ask, document):
    content = storage.read(document.path)
    assert "已改动" in ask(content=content + b"\n")[1]
    saved = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as opened:
        opened.pages.append(opened.pages[0])
        opened.save(saved, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert "已改动" in ask(content=saved.getvalue())[1]  # told by the file's properties
    foreign = files.pdf()
    assert "已改动" in ask(document.code, foreign)[1] and "未找到" in ask(content=foreign)[1]


def test_foreign_pdf_and_wrong_code_are_not_found(ask):
    assert "未找到" in ask(content=files.pdf())[1]
    assert "未找到" in ask("ABCD-EFGH-JKLM")[1]


def test_document_of_another_tenant_is_not_found(db, client, letter):
    codes = {}
    for slug in ("yunzhou", "linzhou"):
        tenant = cast.make_tenant(slug, f"{slug}住房和城乡建设局")
        with tenant_context(tenant.pk):
            codes[slug] = _document(letter).code
    page = client.get(URL, {"code": codes["linzhou"]}).content.decode()
    assert "未找到" in page and "linzhou" not in page
    assert "编码真实" in client.get(URL, {"code": codes["yunzhou"]}).content.decode()


@pytest.mark.parametrize(
    ("code", "content", "name", "words"),
    [
        ("", None, "", "请输入验证码，或选择要核验的 PDF 文件。"),
        ("ABC", None, "", "验证码应为 12 位"),
        ("家园" * 6, None, "", "未找到"),
        ("<script>" * 9, None, "", "最多 40 个字，现有 72 个字"),
        ("'; DROP TABLE", None, "", "验证码应为 12 位"),
        ("\x00" * 12, None, "", "请输入验证码"),
        ("", b"", "a.pdf", "空"),
        ("", b"<html>", "a.pdf", "这不是 PDF 文件"),
        ("", files.png, "a.pdf", "这不是 PDF 文件"),
        ("", b"%PDF-" + bytes(21 << 20), "a.pdf", "超过 20 MB"),
        ("", b"%PDF-1.7", "a.pdf", "未找到"),
    ],
)  # fmt: skip
def test_wrong_input_gets_a_sentence(ask, code, content, name, words):
    status, text = ask(code, content() if callable(content) else content, name)
    assert words in text and status == 200


def test_asking_too_often_is_refused(client, document):
    codes = [
        client.get(URL, {"code": document.code}).status_code for _ in range(CHECKS_PER_MINUTE + 1)
    ]
    assert codes[:-1] == [200] * CHECKS_PER_MINUTE and codes[-1] == 429
    assert client.get(URL).status_code == 200


def test_without_a_cache_nobody_is_refused(client, document, settings, caplog):
    settings.CACHES = {
        "default": settings.CACHES["default"] | {"LOCATION": "unix:///nowhere/valkey.sock"}
    }
    response = client.get(URL, {"code": document.code})
    assert response.status_code == 200 and "编码真实" in response.content.decode()
    assert "no cache" in caplog.text


def test_tidy_code():
    assert tidy_code(" abcd efgh—jklm ") == "ABCD-EFGH-JKLM" and tidy_code("") == ""

"""Printed documents: the right characters in text and in pixels, our fonts only, the same bytes."""

import io
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from core.audit import SYSTEM
from core.models import AuditRecord
from documents import rendering, storage
from documents.enums import DocumentKind
from documents.fonts import FONT_FILES, font_path, font_problems, printable
from documents.models import RenderedDocument
from documents.rendering import RenderingError, render_pages, render_pdf
from documents.services import (
    CODE_ALPHABET,
    create_rendered_document,
    new_code,
    render_document,
)
from tests.factories import files

AT = datetime(2023, 11, 20, 1, 0, tzinfo=UTC)
SUBJECT = UUID("018bea01-0000-7000-8000-000000000001")
TEXT = "经逐级审核、专家评审、公示无异议，现将名单公布如下。责任人喆堃赟龑䶮㛃𬭎，面积120㎡。"
CONTEXT = {
    "issuer": "云州市住房和城乡建设局文件",
    "text": TEXT,
    "rows": [[number, f"第{number}小区", Decimal("95.5")] for number in range(1, 31)],
    "photo": None,
}
FAMILIES = {"Jiayuan-Song", "Jiayuan-Song-Bold", "Jiayuan-Hei-Medium", "Jiayuan-Kai"}


@pytest.fixture
def make(tenant, letter):
    def run(context=CONTEXT, **options):
        options = {
            "template": letter,
            "title": "关于公布名单的通知",
            "at": AT,
            "actor": SYSTEM,
        } | options
        return create_rendered_document(DocumentKind.ANNOUNCEMENT, SUBJECT, context, **options)

    return run


def _text(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        pages = []
        for page in document:
            text_page = page.get_textpage()
            pages.append(text_page.get_text_bounded())
            text_page.close()
            page.close()
    return "".join("".join(pages).split())


def _picture(content: bytes, page: int = 0, scale: float = 2) -> Image.Image:
    with pypdfium2.PdfDocument(content) as document:
        sheet = document[page]
        image = sheet.render(scale=scale).to_pil().convert("L")
        sheet.close()
    return image


def _fonts(content: bytes) -> set[str]:
    with pikepdf.open(io.BytesIO(content)) as document:
        return {
            str(entry.FontName).split("+")[-1]
            for entry in document.objects
            if isinstance(entry, pikepdf.Dictionary) and "/FontName" in entry
        }


def test_document_is_right_in_text_fonts_and_size(make):
    document = make()
    content = storage.read(document.path)
    text = _text(content)
    for expected in (
        "云州市住房和城乡建设局文件", "关于公布名单的通知", TEXT,
        "一、名单", "（一）专业化物业管理",
        "√", "符合", "不符合", "30第30小区95.5", "—1—", "—3—", document.code,
        f"内容指纹{document.context_sha256[:16]}", "2023年11月20日",
    ):  # fmt: skip
        assert expected in text
    assert _fonts(content) == FAMILIES
    assert document.page_count == 3
    assert document.size == len(content) < 150 * 1024
    with pikepdf.open(io.BytesIO(content)) as opened:
        assert str(opened.docinfo["/CreationDate"]) == "D:20231120090000+08'00"
        assert [round(float(side)) for side in opened.pages[0].MediaBox] == [0, 0, 595, 842]
        assert len(opened.pages) == document.page_count


def test_every_font_prints_the_glyphs_it_should(letter):
    """The text layer can be right while the shapes are wrong: compare them with the font's own."""
    sample = "云州市家园评选龑䶮㛃𬭎"
    for name, family in zip(FONT_FILES, ("Song", "Song", "Hei", "Kai"), strict=True):
        weight = 700 if "Bold" in name else 400
        page = (
            "<style>@page{size:500pt 60pt;margin:0;@bottom-left{content:none}"
            "@bottom-center{content:none}@bottom-right{content:none}}"
            f"body{{font:{weight} 40pt/60pt 'Jiayuan {family}';white-space:nowrap}}</style>"
            f"<body>{sample}"
        )
        weasyprint, fonts, base = rendering._engine()
        content = weasyprint.HTML(string=page, url_fetcher=rendering._fetcher({})).write_pdf(
            font_config=fonts, stylesheets=[base]
        )
        printed = _picture(content)
        drawn = Image.new("L", printed.size, 255)
        ImageDraw.Draw(drawn).text((0, 0), sample, font=ImageFont.truetype(font_path(name), 80))
        ours, theirs = (ImageChops.invert(image).crop(ImageChops.invert(image).getbbox())
                        for image in (printed, drawn))  # fmt: skip
        assert abs(ours.width - theirs.width) <= 4 and abs(ours.height - theirs.height) <= 4, name
        gap = ImageChops.difference(ours, theirs.resize(ours.size))
        ink = sum(i * n for i, n in enumerate(theirs.histogram()))
        assert sum(i * n for i, n in enumerate(gap.histogram())) < 0.35 * ink, name


def test_character_without_glyph_is_shown_as_such(letter):
    assert printable("家园😀") == "家园〓"
    content = render_pdf(letter, CONTEXT | {"text": "笑脸😀完", "document": _head()})
    assert "笑脸〓完" in _text(content) and _fonts(content) <= FAMILIES


def _head(**changes):
    return {
        "title": "标题",
        "issuer": "单位",
        "issued_at": AT,
        "code": "",
        "qr": "",
        "fingerprint": "",
    } | changes


def test_same_context_gives_the_same_bytes(letter, tenant):
    drafts = {
        render_document(
            DocumentKind.ANNOUNCEMENT, SUBJECT, CONTEXT,
            template=letter, title="标题", tenant=tenant, at=AT, code="ABCD-EFGH-JKLM",
        ).sha256
        for _ in range(2)
    }  # fmt: skip
    assert len(drafts) == 1


def test_same_bytes_in_another_process(tmp_path, letter):
    script = (
        "import sys, django; django.setup(); from django.conf import settings;"
        "settings.TEMPLATES[0]['DIRS'].append('tests/documents/templates');"
        "import hashlib; from datetime import datetime, UTC;"
        "from documents.rendering import render_pdf;"
        "head = dict(title='标题', issuer='单位', issued_at=datetime(2023, 11, 20, tzinfo=UTC),"
        " code='', qr='', fingerprint='');"
        "given = dict(issuer='云州市', text='家园', rows=[], photo=None, document=head);"
        "c = render_pdf('letter.html', given);"
        "print(hashlib.sha256(c).hexdigest())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(outputs) == 1 and len(outputs.pop()) == 65


def test_qr_is_printed_and_says_the_address(make, tenant, settings):
    """The modules of the QR are compared with those of the address, on every page."""
    import segno

    document = make()
    content = storage.read(document.path)
    url = f"{settings.BASE_URL}/{tenant.slug}/public/verify/?code={document.code}"
    modules = segno.make(url, error="m").matrix
    scale, count = 4, len(modules)
    for page in range(document.page_count):
        picture = _picture(content, page, scale)
        # foot of the page, left margin 28 mm, 15 mm wide
        side = 15 / 25.4 * 72 * scale
        left = 28 / 25.4 * 72 * scale
        foot = picture.crop(
            (int(left) - 2, int(picture.height * 0.885), int(left + side) + 2, picture.height)
        )
        top = ImageChops.invert(foot).getbbox()[1]
        step = side / count
        wrong = [
            (x, y)
            for y in range(count)
            for x in range(count)
            if (foot.getpixel((int(2 + (x + 0.5) * step), int(top + (y + 0.5) * step))) < 128)
            != bool(modules[y][x])
        ]
        assert not wrong


def test_head_is_fitted_to_the_line(letter):
    content = render_pdf(letter, CONTEXT | {"issuer": "云" * 30, "document": _head()})
    picture = ImageChops.invert(_picture(content))
    left, _, right, _ = picture.getbbox()
    assert left >= 28 / 25.4 * 144 - 4 and right <= (210 - 26) / 25.4 * 144 + 4


def test_22_lines_of_28_characters(letter):
    content = render_pdf(
        letter, CONTEXT | {"text": "家" * 28 * 10, "rows": [], "document": _head()}
    )
    with pypdfium2.PdfDocument(content) as document:
        page = document[0]
        text_page = page.get_textpage()
        lines = [line.strip() for line in text_page.get_text_bounded().splitlines()]
        text_page.close()
        page.close()
    assert [len(line) for line in lines if line and set(line) == {"家"}][:3] == [26, 28, 28]


def test_stored_image_is_shown_and_nothing_else_is_loaded(letter):
    photo = files.photo(800, 600, gps=False)
    context = CONTEXT | {"document": _head(), "photo": "stored:one"}
    content = render_pdf(letter, context, images={"one": lambda: photo})
    assert len(content) > len(photo) * 0.8
    for address in (
        "stored:two", "http://127.0.0.1:1/a.png", "file:///etc/passwd", "style:../fonts.py",
        "font:../../etc/passwd", "ftp://example.org/a", "data:image/svg+xml,<svg/>",
    ):  # fmt: skip
        with pytest.raises(RenderingError):
            render_pdf(letter, CONTEXT | {"document": _head(), "photo": address})


def test_markup_in_user_text_is_text(letter):
    text = '<img src="file:///etc/passwd"><script>x</script>{{ issuer }}'
    content = render_pdf(letter, CONTEXT | {"document": _head(), "text": text})
    assert "<script>x</script>" in _text(content)


def test_documents_are_registered_and_the_newest_is_current(make):
    first = make()
    second = make(CONTEXT | {"text": "更正"})
    first.refresh_from_db()
    assert not first.is_current and second.is_current
    assert first.code != second.code and first.context_sha256 != second.context_sha256
    assert first.template_sha256 == second.template_sha256
    assert storage.sha256(second.path) == second.sha256
    record = AuditRecord.objects.filter(verb="document.rendered").latest("seq")
    assert record.body["code"] == second.code
    assert RenderedDocument.objects.count() == 2


def test_context_must_be_plain(make, tenant):
    with pytest.raises(TypeError, match="plain data"):
        make(CONTEXT | {"tenant": tenant})


def test_code_is_unambiguous():
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000 and not set("".join(codes)) - set(CODE_ALPHABET + "-")
    assert not set("01IO") & set(CODE_ALPHABET) and len(CODE_ALPHABET) == 32


def test_fonts_are_there_and_a_missing_one_is_said(settings, tmp_path):
    assert font_problems() == []
    settings.FONT_DIR = tmp_path
    (tmp_path / FONT_FILES[0]).write_bytes(b"half")
    problems = font_problems()
    assert len(problems) == len(FONT_FILES) and "不完整" in problems[0] and "缺少" in problems[1]


def test_pages_are_counted(letter):
    assert render_pages(letter, CONTEXT | {"document": _head(), "rows": []})[1] == 1

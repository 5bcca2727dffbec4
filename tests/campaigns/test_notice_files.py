"""What is refused before it is read, and that damage is never more than a refusal."""

import io
import random
import warnings
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.notice_import.archive import MOST_ENTRIES
from campaigns.notice_import.entry import read_annex
from campaigns.notice_import.marks import (
    amount_in_cell,
    amount_in_heading,
    amount_in_text,
    ordinal,
    ordinal_in_cell,
)
from campaigns.notice_import.reading import propose
from campaigns.notice_import.tables import Annex, Cell, Table
from documents.inspection import InspectionError
from tests.factories import notices

GOOD = {
    (notice, extension): notices.notice_file(notice, extension)
    for notice in ("qinhuangdao", "houma")
    for extension in ("docx", "xlsx")
}
DOCX, XLSX = GOOD["houma", "docx"], GOOD["houma", "xlsx"]


def changed(content: bytes, **parts: bytes | None) -> bytes:
    """The package with parts replaced, added or (None) left out."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            if entry.filename not in parts:
                new.writestr(entry.filename, old.read(entry))
        for name, part in parts.items():
            if part is not None:
                new.writestr(name, part)
    return target.getvalue()


def part_of(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read(name)


def with_relation(content: bytes, rels: str, type_: str, mode: str = "External") -> bytes:
    relation = (
        f'<Relationship Id="rX" Type="http://x/relationships/{type_}" Target="http://x/a" '
        f'TargetMode="{mode}"/></Relationships>'
    ).encode()
    old = part_of(content, rels).replace(b"</Relationships>", relation)
    return changed(content, **{rels: old})


def encrypted_flag(content: bytes) -> bytes:
    """The flag bit of every entry says "encrypted"."""
    found = bytearray(content)
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = found.find(mark)
        while at >= 0:
            found[at + offset] |= 1
            at = found.find(mark, at + 4)
    return bytes(found)


WORD_RELS, TYPES = "word/_rels/document.xml.rels", "[Content_Types].xml"
ENTITY = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

REFUSED = {
    "empty": ("a.docx", b"", "空文件"),
    "no extension": ("附件", DOCX, "没有扩展名"),
    "pdf": ("a.pdf", b"%PDF-1.7", ".pdf 文件，此处不接受"),
    "old word": ("a.doc", OLE + b"0" * 600, "另存为 .docx"),
    "old word renamed": ("a.docx", OLE + b"0" * 600, "旧版格式"),
    "password": ("a.xlsx", OLE + b"0" * 600 + "EncryptedPackage".encode("utf-16-le"), "密码"),
    "password of the archive": ("a.docx", encrypted_flag(DOCX), "密码"),
    "picture": ("a.docx", b"\x89PNG\r\n\x1a\n" + b"0" * 100, "已损坏"),
    "cut off": ("a.docx", DOCX[: len(DOCX) // 2], "已损坏"),
    "plain zip": ("a.xlsx", changed(DOCX, **{"word/document.xml": None}), "不是Excel"),
    "swapped": ("a.xlsx", DOCX, "内容却是Word"),
    "macro extension": ("a.xlsm", XLSX, "宏"),
    "macro part": ("a.docx", changed(DOCX, **{"word/vbaProject.bin": b"x"}), "宏"),
    "macro type": (
        "a.docx",
        changed(DOCX, **{TYPES: part_of(DOCX, TYPES).replace(b"wordprocessingml.document.main",
                                                             b"macroEnabled.main")}),
        "宏",
    ),
    "control": ("a.xlsx", changed(XLSX, **{"xl/activeX/activeX1.xml": b"<a/>"}), "宏或控件"),
    "linked workbook": (
        "a.xlsx", changed(XLSX, **{"xl/externalLinks/externalLink1.xml": b"<a/>"}), "外部"),
    "remote template": ("a.docx", with_relation(DOCX, WORD_RELS, "attachedTemplate"), "外部"),
    "linked picture": ("a.docx", with_relation(DOCX, WORD_RELS, "image"), "外部"),
    "entity": ("a.docx", changed(DOCX, **{"word/settings.xml": ENTITY}), "文档类型声明"),
    "broken xml": ("a.docx", changed(DOCX, **{"word/document.xml": b"<w:document"}), "已损坏"),
    "no relations": ("a.docx", changed(DOCX, **{"_rels/.rels": None}), "已损坏"),
    "no sheet": ("a.xlsx", changed(XLSX, **{"xl/worksheets/sheet1.xml": None}), "没有表格"),
    "ratio": ("a.docx", changed(DOCX, **{"word/media/a.bin": b"0" * (8 << 20)}), "过大"),
    "size": ("a.docx", changed(DOCX, **{f"word/media/{n}.bin": random.Random(n).randbytes(64)
                                        * 16_000 for n in range(70)}), "过大"),
    "entries": ("a.docx", changed(DOCX, **{f"x/{n}": b"" for n in range(MOST_ENTRIES)}), "过大"),
    "not a rubric": ("a.docx", notices.as_docx([[["姓名", "电话"], ["甲", "1"]]]), "都不是评选标准"),
    "nothing": ("a.docx", notices.as_docx([]), "没有表格"),
    "header only": ("a.docx", notices.as_docx([[notices.Q_HEAD]]), "没有读到任何指标|不是评选标准"),
    "too many rows": (
        "a.xlsx", notices.as_xlsx([[notices.J_HEAD] + [["", "", "1.甲", ""]] * 2001]), "过大"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_the_reason(case, tmp_path):
    name, content, words = REFUSED[case]
    source = tmp_path / "upload"
    source.write_bytes(content)
    with pytest.raises(InspectionError, match=words) as refusal:
        read_annex(source, name)
    assert str(refusal.value).endswith("。")


def test_sheet_that_claims_a_million_rows_is_refused(tmp_path):
    sheet = part_of(XLSX, "xl/worksheets/sheet1.xml")
    far = (
        b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    )
    source = tmp_path / "a.xlsx"
    far_sheet = sheet.replace(b"</sheetData>", far)
    source.write_bytes(changed(XLSX, **{"xl/worksheets/sheet1.xml": far_sheet}))
    with pytest.raises(InspectionError, match="范围过大"):
        read_annex(source, source.name)


def test_merged_cell_over_the_whole_sheet_is_refused(tmp_path):
    sheet = part_of(XLSX, "xl/worksheets/sheet1.xml")
    sheet = sheet.replace(b'ref="C2:C6"', b'ref="A1:XFD1048576"')
    source = tmp_path / "a.xlsx"
    source.write_bytes(changed(XLSX, **{"xl/worksheets/sheet1.xml": sheet}))
    with pytest.raises(InspectionError, match="过大"):
        read_annex(source, source.name)


def test_address_in_the_text_is_no_reason_to_refuse(tmp_path):
    source = tmp_path / "a.docx"
    source.write_bytes(with_relation(DOCX, WORD_RELS, "hyperlink"))
    assert len(read_annex(source, source.name).items) == 38


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    which=st.sampled_from(sorted(GOOD)),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=6),
    length=st.floats(0.2, 1),
)
def test_damage_to_the_file_is_at_most_a_refusal(which, cuts, length, tmp_path_factory):
    content = bytearray(GOOD[which])
    for place, noise in cuts:
        at = int(place * (len(content) - 1))
        content[at : at + len(noise)] = noise
    _read_or_refuse(bytes(content[: int(length * len(content))]), which[1], tmp_path_factory)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(which=st.sampled_from(sorted(GOOD)), data=st.data())
def test_damage_inside_a_part_is_at_most_a_refusal(which, data, tmp_path_factory):
    content = GOOD[which]
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        name = data.draw(st.sampled_from(sorted(package.namelist())))
        part = package.read(name)
    at = data.draw(st.integers(0, max(len(part) - 1, 0)))
    cut = data.draw(st.integers(0, 40))
    noise = data.draw(
        st.sampled_from([b"", b'"-1"', b'"99999999999"', b"<w:tc/>", b"<w:vMerge/>", b"<c/>", b"0"])
        | st.binary(max_size=12)
    )
    part = part[:at] + noise + part[at + cut :]
    _read_or_refuse(changed(content, **{name: part}), which[1], tmp_path_factory)


def _read_or_refuse(content: bytes, extension: str, tmp_path_factory) -> None:
    source = tmp_path_factory.getbasetemp() / f"damaged.{extension}"
    source.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            read_annex(source, source.name)
        except InspectionError as refused:
            assert str(refused)


WORDS = st.sampled_from(
    ["", "一、甲（10分）", "乙（5分)", "1. 整洁", "２．绿化计３分，否则不计分。", "分值", "标准", "项目",
     "资料", "3", "20%", "１0", "合计", "注：", "加分项", "有一处扣0.5分", "缺甲扣1分，缺乙扣1分", "…",
     "未", "达到要求不计分。 丙，计2分。", "权重", "(10) 分", "0", "-1", "十二", "2份"]
) | st.text(max_size=20)  # fmt: skip


@st.composite
def tables(draw):
    height, width = draw(st.integers(1, 8)), draw(st.integers(1, 6))
    cells = [
        Cell(row=r, column=c, text=draw(WORDS), numbered=draw(st.sampled_from([(), (0,)])),
             rows=draw(st.integers(1, height - r)), columns=draw(st.integers(1, width - c)))
        for r in range(height) for c in range(width) if draw(st.booleans())
    ]  # fmt: skip
    if draw(st.booleans()):
        heads = draw(st.permutations(["项目", "分值", "标准", "资料", "序号", "得分"]))
        cells = [cell for cell in cells if cell.row] + [
            Cell(row=0, column=c, text=heads[c]) for c in range(width)
        ]
    return Table(height=height, width=width, cells=tuple(cells))


@settings(max_examples=400, deadline=None)
@given(found=st.lists(tables(), max_size=3))
def test_any_table_gives_a_proposal_or_a_refusal(found):
    try:
        proposal = propose(Annex(tables=tuple(found)))
    except InspectionError:
        return
    keys = {section.key for section in proposal.sections}
    assert proposal.items and all(item.section in keys for item in proposal.items)
    assert all(item.points is None or item.points > 0 for item in proposal.items)
    assert len({item.key for item in proposal.items}) == len(proposal.items)
    proposal.sum_doubts(), proposal.codes()
    assert type(proposal).model_validate(proposal.model_dump(mode="json")) == proposal


@given(text=st.text(max_size=40) | WORDS)
def test_marks_read_any_text(text):
    for read in (amount_in_cell, amount_in_heading, amount_in_text, ordinal, ordinal_in_cell):
        read(text)

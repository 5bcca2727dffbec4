"""What a file must be before it is opened: a sound, small .docx or .xlsx without active parts."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from openpyxl.utils import range_boundaries

from documents.inspection.result import InspectionError

MOST_ENTRIES = 2000
MOST_UNPACKED = 64 << 20  # bytes of all parts together
MOST_UNPACKED_PART = 24 << 20  # bytes of one part that is read
MOST_RATIO = 200  # unpacked to packed; text of office files is at 10 to 30
MOST_MERGED = 100_000  # places of one merged cell; each is walked when the sheet is opened
SMALL = 1 << 20  # a part below this may be as compressible as it likes

OLD_BINARY = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MAIN_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
TITLES = {"docx": "Word 文档", "xlsx": "Excel 工作簿"}
ACTIVE = re.compile(r"vbaProject|vbaData|/macrosheets/|/activeX/|/dialogsheets/", re.I)
LINKED = re.compile(r"^xl/externalLinks/", re.I)
SHEET_NAMES = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
HARMLESS = ("/hyperlink",)  # an address in the text; it is never followed

WANTED = "请上传 .docx 或 .xlsx 文件。"
DAMAGED = "无法读取，文件可能已损坏或未传完，请用 Word 或 WPS 打开确认后另存，再重新上传。"
TOO_BIG = "解压后过大，不是正常的附件，请只保留评选标准的表格，另存后再上传。"
MACROS = "含有宏或控件，系统不打开这样的文件，请另存为不含宏的 .docx 或 .xlsx 后再上传。"
LINKS = (
    "引用了外部文件或外部模板，系统不打开这样的文件，请把表格复制到新建的空白文件中，另存后再上传。"
)


def checked_format(source: Path, name: str) -> str:
    """ "docx" or "xlsx"; InspectionError when the file is anything else or not to be opened."""
    extension = Path(name).suffix.lower().removeprefix(".")
    if extension in ("docm", "xlsm", "dotm", "xltm", "xlsb"):
        raise InspectionError(MACROS)
    if extension in ("doc", "xls", "wps", "et", "rtf"):
        raise InspectionError(
            f"是 .{extension} 文件，此处不能读取，请另存为 .docx 或 .xlsx 后再上传。"
        )
    if extension not in MAIN_PARTS:
        kind = f"是 .{extension[:12]} 文件，此处不接受" if extension else "没有扩展名，无法判断类型"
        raise InspectionError(f"{kind}，{WANTED}")
    head = source.read_bytes()[:8]
    if not head:
        raise InspectionError("是空文件（0 字节），请重新选择文件上传。")
    if head == OLD_BINARY:
        if ENCRYPTED in source.read_bytes():
            raise InspectionError("设有打开密码，请取消密码另存后再上传。")
        raise InspectionError("是旧版格式，只改了扩展名，请用 Word 或 WPS 另存为新格式后再上传。")
    try:
        with zipfile.ZipFile(source) as archive:
            return _checked_parts(archive, extension)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise InspectionError(DAMAGED) from error
    except (RuntimeError, ValueError, KeyError, TypeError) as error:  # nonsense in headers, ranges
        raise InspectionError(DAMAGED) from error


def _checked_parts(archive: zipfile.ZipFile, extension: str) -> str:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise InspectionError(TOO_BIG)
    if len(set(names)) != len(names):
        raise InspectionError(DAMAGED)
    if any(entry.flag_bits & 1 for entry in entries):
        raise InspectionError("设有打开密码，请取消密码另存后再上传。")
    if any(ACTIVE.search(name) for name in names):
        raise InspectionError(MACROS)
    if any(LINKED.match(name) for name in names):
        raise InspectionError(LINKS)
    found = next((kind for kind, part in MAIN_PARTS.items() if part in names), None)
    if found is None:
        raise InspectionError(f"的内容不是{TITLES[extension]}，可能被改过扩展名，{WANTED}")
    if found != extension:
        raise InspectionError(
            f"的扩展名是 .{extension}，内容却是{TITLES[found]}，请改用正确的扩展名后再上传。"
        )
    for entry in entries:
        if entry.file_size > SMALL and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise InspectionError(TOO_BIG)
        if entry.filename.lower().endswith((".xml", ".rels")):
            _check_xml(archive, entry)
    return found


def _check_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Well-formed, without a document type, of the size it claims; relations point inside."""
    if entry.file_size > MOST_UNPACKED_PART:
        raise InspectionError(TOO_BIG)
    with archive.open(entry) as part:
        content = part.read(MOST_UNPACKED_PART + 1)
    if len(content) > MOST_UNPACKED_PART:
        raise InspectionError(TOO_BIG)
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise InspectionError(
            "含有不允许的文档类型声明，请用 Word 或 WPS 另存后再上传。"
        ) from error
    except (ParseError, LookupError, ValueError) as error:
        raise InspectionError(DAMAGED) from error
    if entry.filename == "[Content_Types].xml" and b"macroEnabled" in content:
        raise InspectionError(MACROS)
    if entry.filename.startswith("xl/worksheets/"):
        for merged in root.iter(f"{SHEET_NAMES}mergeCell"):
            left, top, right, bottom = range_boundaries(merged.get("ref", ""))
            if (right - left + 1) * (bottom - top + 1) > MOST_MERGED:
                raise InspectionError(TOO_BIG)
    if entry.filename.lower().endswith(".rels"):
        for relation in root:
            outside = relation.get("TargetMode") == "External"
            if outside and not relation.get("Type", "").endswith(HARMLESS):
                raise InspectionError(LINKS)

"""PDFs: opened for real and written anew without anything that acts, hides or travels along."""

import warnings
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from documents.inspection.result import Inspection, InspectionError

MAX_PAGES = 500
MAX_DEPTH = 60  # of direct objects inside each other
MAX_UNPACKED = 256 << 20  # bytes of one stream that qpdf itself must read (tables, object streams)

pikepdf.settings.set_qpdf_limits(
    flate_max_memory=MAX_UNPACKED, run_length_max_memory=MAX_UNPACKED,
    png_max_memory=MAX_UNPACKED, tiff_max_memory=MAX_UNPACKED, dct_max_memory=MAX_UNPACKED,
)  # fmt: skip

FORBIDDEN_KEYS = {
    "/AA", "/OpenAction", "/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/AF", "/XFA",
    "/RichMediaContent", "/Collection",
}  # fmt: skip
FORBIDDEN_ACTIONS = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition",
    "/Movie", "/Sound", "/RichMediaExecute",
}  # fmt: skip
FORBIDDEN_ANNOTATIONS = {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}


def rewrite_pdf(source: Path, target: Path) -> Inspection:
    """Write the clean PDF to `target`. Damaged files are refused, never repaired by guessing:
    a repaired one could lack pages without anybody noticing."""
    try:
        with pikepdf.open(source, suppress_warnings=True, attempt_recovery=False) as pdf:
            if pdf.is_encrypted:
                raise pikepdf.PasswordError
            pages = len(pdf.pages)
            if pages == 0:
                raise InspectionError("没有任何页面，请重新导出 PDF 后上传。")
            if pages > MAX_PAGES:
                raise InspectionError(f"有 {pages} 页，超过上限 {MAX_PAGES} 页，请拆分后再上传。")
            _strip(pdf)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about forms that may look odd in one viewer
                pdf.save(target, deterministic_id=True, encryption=False)
    except pikepdf.PasswordError as error:
        raise InspectionError("设有密码或编辑限制，请取消保护后再上传。") from error
    except (pikepdf.PdfError, RecursionError, ValueError, TypeError, KeyError) as error:
        raise InspectionError(
            "无法读取，PDF 可能已损坏或未传完，请用“打印为 PDF”重新生成后上传。"
        ) from error
    return Inspection(kind="pdf", extension="pdf", media_type="application/pdf", pages=pages)


def read_keywords(source: Path) -> str:
    """The keywords in the properties; empty for what cannot be read."""
    try:
        with pikepdf.open(source, suppress_warnings=True) as pdf:
            return str(pdf.docinfo.get("/Keywords", ""))[:200]
    except (pikepdf.PdfError, RecursionError, ValueError, TypeError, KeyError):
        return ""


def _strip(pdf: pikepdf.Pdf) -> None:
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    for obj in pdf.objects:
        _clean(obj, 0)
    if Name.Metadata in pdf.Root:
        del pdf.Root.Metadata


def _clean(obj, depth: int) -> None:
    """Remove what is forbidden from one object and the direct objects inside it."""
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(obj, Dictionary | Stream):
        for key in list(obj.keys()):
            if key in FORBIDDEN_KEYS or _is_forbidden(obj.get(key)):
                del obj[key]
            else:
                _descend(obj.get(key), depth)
    elif isinstance(obj, Array):
        for index in reversed(range(len(obj))):
            if _is_forbidden(obj[index]):
                del obj[index]
            else:
                _descend(obj[index], depth)


def _descend(value, depth: int) -> None:
    if isinstance(value, Dictionary | Array) and not value.is_indirect:
        _clean(value, depth + 1)


def _is_forbidden(value) -> bool:
    if not isinstance(value, Dictionary):
        return False
    action = value.get("/S")
    if isinstance(action, Name) and str(action) in FORBIDDEN_ACTIONS:
        return True
    return "/Rect" in value and str(value.get("/Subtype")) in FORBIDDEN_ANNOTATIONS

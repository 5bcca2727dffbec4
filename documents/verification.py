"""Is a printed document or a PDF genuine? Pure reading; shows no personal data."""

import hashlib
import re
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from documents.inspection import pdf_keywords_safely
from documents.models import RenderedDocument
from documents.selectors import document_by_code, document_by_sha256


class Verdict(StrEnum):
    GENUINE = "genuine"
    ON_RECORD = "on_record"
    ALTERED = "altered"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    verdict: Verdict
    document: RenderedDocument | None = None


def tidy_code(text: str) -> str:
    """A code as it is stored: capitals, groups of four. What was typed may lack the hyphens."""
    signs = re.sub(r"[\s\-—–_.·]", "", text).upper()
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))


def verify_code(code: str) -> Finding:
    """A code proves that the document exists; the paper must still be compared with the record."""
    document = document_by_code(tidy_code(code))
    return Finding(Verdict.ON_RECORD if document else Verdict.UNKNOWN, document)


def verify_pdf(content: bytes, code: str = "") -> Finding:
    """Genuine when the bytes are those we made. Otherwise the code typed, or the one in the file's
    properties, tells which document it was altered from."""
    document = document_by_sha256(hashlib.sha256(content).hexdigest())
    if document:
        return Finding(Verdict.GENUINE, document)
    with tempfile.NamedTemporaryFile(suffix=".pdf") as copy:
        copy.write(content)
        copy.flush()
        codes = (code, pdf_keywords_safely(Path(copy.name)))
    for candidate in map(tidy_code, codes):
        if candidate and (document := document_by_code(candidate)):
            return Finding(Verdict.ALTERED, document)
    return Finding(Verdict.UNKNOWN)

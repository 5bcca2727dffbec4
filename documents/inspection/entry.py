"""The way in: the format is agreed on, then the kind's own reader rewrites the file."""

from collections.abc import Collection
from pathlib import Path

from documents.inspection.formats import agreed_format
from documents.inspection.image import rewrite_image
from documents.inspection.pdf import rewrite_pdf
from documents.inspection.result import Inspection
from documents.inspection.video import rewrite_video


def inspect_file(
    source: Path,
    *,
    name: str,
    declared_type: str,
    allowed: Collection[str],
    target: Path,
    thumbnail: Path,
    max_seconds: float | None = None,
) -> Inspection:
    """Check `source`; write its clean copy to `target` and, unless a PDF, a JPEG to `thumbnail`.

    name: the file name given by the user. declared_type: Content-Type of the upload, may be empty.
    allowed: kinds accepted here. max_seconds: longest video. Raises InspectionError.
    """
    kind = agreed_format(source, name, declared_type, allowed).kind
    if kind == "image":
        return rewrite_image(source, target, thumbnail)
    if kind == "pdf":
        return rewrite_pdf(source, target)
    return rewrite_video(source, target, thumbnail, max_seconds=max_seconds)

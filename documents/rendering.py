"""HTML template to PDF bytes by WeasyPrint: our fonts only, no network, no files but those given.

WeasyPrint is imported at the first rendering (about a second) and shares one FontConfiguration per
process. Templates extend `documents/pdf_base.html`; the styles they name are in documents/styles.
"""

import hashlib
import logging
import threading
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from django.template.loader import get_template, render_to_string

from documents.fonts import font_path, font_problems, printable

STYLES = Path(__file__).parent / "styles"
MEDIA_TYPES = {".ttf": "font/ttf", ".css": "text/css", ".jpg": "image/jpeg", ".png": "image/png"}

# Pango and fontconfig are not made for threads, and the configuration is shared.
_lock = threading.Lock()


class RenderingError(Exception):
    """The document could not be made: a forbidden or missing resource, or no PDF libraries."""


def render_pdf(
    template: str,
    context: dict,
    *,
    images: Mapping[str, bytes | Callable[[], bytes]] | None = None,
) -> bytes:
    """The PDF of `template`: same context, same bytes.

    images: what `<img src="stored:KEY">` shows, JPEG bytes or a function that returns them.
    Nothing else can be loaded: an unknown resource raises RenderingError instead of leaving a gap.
    Dates in the PDF come from `document.issued_at` of the context (see pdf_base.html), never from
    the clock.
    """
    return render_pages(template, context, images=images)[0]


def render_pages(
    template: str,
    context: dict,
    *,
    images: Mapping[str, bytes | Callable[[], bytes]] | None = None,
) -> tuple[bytes, int]:
    """As `render_pdf`, with the number of pages."""
    html = printable(render_to_string(template, context))
    weasyprint, fonts, base = _engine()
    from weasyprint.urls import FatalURLFetchingError

    page = weasyprint.HTML(string=html, base_url="", url_fetcher=_fetcher(images or {}))
    with _lock:
        try:
            document = page.render(font_config=fonts, stylesheets=[base])
            return document.write_pdf(pdf_identifier=b"jiayuan"), len(document.pages)
        except FatalURLFetchingError as error:
            raise RenderingError(str(error)) from error


def template_sha256(template: str) -> str:
    """Hash of the template, the base it extends and the styles: what a document was made with."""
    sources = [get_template(name).template.source for name in (template, "documents/pdf_base.html")]
    sources += [path.read_text() for path in sorted(STYLES.glob("*.css"))]
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()


def pdf_problems() -> list[str]:
    """Chinese sentences on why PDFs cannot be made here; empty when they can."""
    problems = font_problems()
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        problems.append("缺少 WeasyPrint 所需的系统库（Pango、HarfBuzz），请运行 ./dev 安装。")
    return problems


@cache
def _engine():
    """(weasyprint, the FontConfiguration, the parsed base style), once per process."""
    try:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
    except (ImportError, OSError) as error:
        raise RenderingError("PDF 系统库不可用") from error
    for name in ("fontTools", "weasyprint"):
        logging.getLogger(name).setLevel(logging.ERROR)
    fonts = FontConfiguration()
    base = weasyprint.CSS(
        string=(STYLES / "base.css").read_text(), font_config=fonts, url_fetcher=_fetcher({})
    )
    return weasyprint, fonts, base


def _fetcher(images: Mapping[str, bytes | Callable[[], bytes]]):
    """A WeasyPrint fetcher for `font:`, `style:` and `stored:` and nothing else."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class Fetcher(URLFetcher):
        def fetch(self, url, headers=None):
            scheme, _, name = url.partition(":")
            try:
                if scheme == "font":
                    content = font_path(name).read_bytes()
                elif scheme == "style" and "/" not in name:
                    content = (STYLES / name).read_bytes()
                elif scheme == "stored":
                    image = images[name]
                    content = image() if callable(image) else image
                    name += ".jpg"
                else:
                    raise KeyError(url)
            except (KeyError, OSError) as error:
                raise FatalURLFetchingError(f"resource not allowed or missing: {url}") from error
            return URLFetcherResponse(
                url, content, {"Content-Type": MEDIA_TYPES[Path(name).suffix]}
            )

    return Fetcher()

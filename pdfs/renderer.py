"""HTML to PDF by xhtml2pdf, which may load nothing: what a page needs is in the page."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

from reportlab import rl_config
from xhtml2pdf.config.resources import ResourceAccessPolicy, render_budget, use_policy
from xhtml2pdf.context import pisaContext
from xhtml2pdf.default import DEFAULT_PAGE_NAME
from xhtml2pdf.document import pisaStory
from xhtml2pdf.files import cleanFiles
from xhtml2pdf.util import reset_caches
from xhtml2pdf.xhtml2pdf_reportlab import PmlBaseDoc

from pdfs.fonts import REGULAR, register_fonts
from pdfs.metadata import Metadata

# its warnings quote the page, which is about people
logging.getLogger("xhtml2pdf").setLevel(logging.CRITICAL)

# text armour for binary streams: a fifth more bytes, and slow without a compiled helper
rl_config.useA85 = 0

# no host, no folder: whatever text or markup asks for, nothing is opened
NOTHING_LOADED = ResourceAccessPolicy(
    allow_remote=False,
    allowed_hosts=frozenset(),
    base_dir=None,
    max_local_bytes=5_000_000,
    max_image_pixels=1_000_000,
    max_document_bytes=1_000_000,
    max_depth=50,
)


@dataclass(frozen=True, slots=True)
class Rendered:
    pdf: bytes
    pages: int


def render_html(html: str, metadata: Metadata) -> Rendered:
    """The page as a document: the same bytes for the same page and metadata."""
    register_fonts()
    try:
        with use_policy(NOTHING_LOADED), render_budget(NOTHING_LOADED):
            return _build(html, metadata)
    finally:
        cleanFiles()
        reset_caches()


def _build(html: str, metadata: Metadata) -> Rendered:
    """As `pisaDocument` does it, but for what it has no argument for: dates, XMP, first font."""
    context = pisaContext()
    context.resource_policy = NOTHING_LOADED
    pisaStory(html, context=context, default_css=_default_css())
    out = BytesIO()
    document = _Document(out, metadata, pagesize=context.pageSize)
    body = context.templateList.pop(DEFAULT_PAGE_NAME)
    document.addPageTemplates([body, *context.templateList.values()])
    document.pisaPositioned = context.positioned
    document.build(context.story)
    return Rendered(out.getvalue(), document.page)


class _Document(PmlBaseDoc):  # type: ignore[misc]
    """Takes its dates and names from the letter: not the machine's clock, not its user's name."""

    def __init__(self, out: BytesIO, metadata: Metadata, **options: Any) -> None:
        super().__init__(
            out,
            title=metadata.title,
            author=metadata.author,
            subject=metadata.subject,
            keywords=metadata.keywords,
            creator=metadata.author,
            lang=metadata.language,
            displayDocTitle=True,
            initialFontName=REGULAR,
            invariant=1,
            **options,
        )
        self._metadata = metadata

    def _makeCanvas(self, filename: Any = None, canvasmaker: Any = None) -> Any:  # noqa: N802
        canvas = super()._makeCanvas(filename=filename, canvasmaker=canvasmaker)
        file = canvas._doc  # noqa: SLF001 - the canvas has no method for these
        stamp, created_at = file._timeStamp, self._metadata.created_at  # noqa: SLF001
        hours, seconds = divmod((created_at.utcoffset() or timedelta()).total_seconds(), 3600)
        stamp.YMDhms = created_at.timetuple()[:6]
        stamp.dhh, stamp.dmm = int(hours), int(seconds // 60)
        file.Catalog.Metadata = self._metadata.xmp()
        return canvas


@cache
def _default_css() -> str:
    """Stands for xhtml2pdf's own style sheet, which is parsed anew for each document."""
    return (files("pdfs") / "templates" / "default.css").read_text(encoding="utf-8")

"""HTML to PDF by xhtml2pdf, which may load nothing: what a page needs is in the page."""

import logging
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from xhtml2pdf import pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy

from pdfs.fonts import register_fonts

# its warnings quote the page, which is about people
logging.getLogger("xhtml2pdf").setLevel(logging.CRITICAL)

# no host, no folder: whatever text or markup asks for, nothing is opened
NOTHING_LOADED = ResourceAccessPolicy(
    allow_remote=False, allowed_hosts=frozenset(), base_dir=None, max_image_pixels=25_000_000
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a reader shows about the file."""

    title: str
    author: str
    subject: str
    keywords: str
    language: str
    created_at: datetime


def render_html(html: str, metadata: Metadata) -> bytes:
    register_fonts()
    out = BytesIO()
    pisa.pisaDocument(html, out, resource_policy=NOTHING_LOADED)
    return out.getvalue()

"""The typeface of everything that is printed, embedded, and what it can print."""

import unicodedata
from functools import cache
from importlib.resources import as_file, files

from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from xhtml2pdf.default import DEFAULT_FONT

FAMILY = "notosans"
"""What style sheets call it."""

REGULAR, BOLD = "NotoSans-Regular", "NotoSans-Bold"
# xhtml2pdf puts this on paragraphs that hold only a picture; it is no face of ours to embed
FALLBACK = "Helvetica"


@cache
def register_fonts() -> None:
    """Read the faces, once a process: no style sheet names a file, no text a face of the reader."""
    for name, face in ((REGULAR, REGULAR), (BOLD, BOLD), (FALLBACK, REGULAR)):
        with as_file(files("pdfs") / "assets" / "fonts" / f"{face}.ttf") as path:
            pdfmetrics.registerFont(TTFont(name, path))
    for bold, name in ((0, REGULAR), (1, BOLD)):
        for italic in (0, 1):
            addMapping(FAMILY, bold, italic, name)
    DEFAULT_FONT[FAMILY] = FAMILY


def printable(text: str) -> str:
    """
    The text without what the typeface cannot print: an empty box never stands on paper.

    A letter in fancy dress becomes the plain one; emoji and foreign scripts are left out.
    """
    covered = _covered()
    if covered.issuperset(text):
        return text
    plain = "".join(_nearest(char, covered) for char in text)
    return " ".join(plain.split())


def _nearest(char: str, covered: frozenset[str]) -> str:
    if char in covered or char.isspace():
        return char
    plain = unicodedata.normalize("NFKC", char)
    return plain if covered.issuperset(plain) else ""


@cache
def _covered() -> frozenset[str]:
    register_fonts()
    glyphs = pdfmetrics.getFont(REGULAR).face.charToGlyph
    return frozenset(
        chr(code) for code in glyphs if chr(code).isprintable() and not _is_combining(chr(code))
    )


def _is_combining(char: str) -> bool:
    # drawn beside its letter, not on it; what can be composed was composed on the way in
    return bool(unicodedata.combining(char))

"""What stands on a printed document, and how it looks: read back with pypdf."""

from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

from pypdf import PageObject, PdfReader


@dataclass(frozen=True)
class Glyphs:
    """Some text as it was set; `size` is in points on paper, whatever the page scales."""

    text: str
    font: str
    size: float


class Printed:
    def __init__(self, pdf: bytes) -> None:
        self.bytes = pdf
        self.reader = PdfReader(BytesIO(pdf))

    @property
    def pages(self) -> int:
        return len(self.reader.pages)

    @cached_property
    def text(self) -> str:
        """All of it, as one line: a sentence is found wherever its lines were broken."""
        whole = "\n".join(page.extract_text() for page in self.reader.pages)
        return " ".join(whole.replace("\N{NO-BREAK SPACE}", " ").split())

    @property
    def size_mm(self) -> tuple[int, int]:
        box = self.reader.pages[0].mediabox
        return round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)

    @property
    def fonts(self) -> dict[str, bool]:
        """Each face by name, and whether it is inside the file."""
        fonts = {}
        for page in self.reader.pages:
            for reference in page["/Resources"].get("/Font", {}).values():
                font = reference.get_object()
                descriptor = font.get("/FontDescriptor", {})
                fonts[font["/BaseFont"]] = "/FontFile2" in descriptor
        return fonts

    @property
    def glyphs(self) -> list[Glyphs]:
        return [each for page in self.reader.pages for each in _glyphs(page)]


def _glyphs(page: PageObject) -> list[Glyphs]:
    found = []

    def visit(text, matrix, text_matrix, font, size) -> None:
        if text.strip() and font:
            scale = abs(matrix[3] * text_matrix[3])
            found.append(Glyphs(text.strip(), font["/BaseFont"], size * scale))

    page.extract_text(visitor_text=visit)
    return found

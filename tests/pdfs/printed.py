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


@dataclass(frozen=True)
class PrintedPicture:
    """A picture as large as it stands on paper, and the colour in its middle."""

    width_mm: float
    height_mm: float
    bottom_mm: float
    colour: tuple[int, ...] | int


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

    @cached_property
    def pictures(self) -> list[PrintedPicture]:
        return [each for page in self.reader.pages for each in _pictures(page)]


def _pictures(page: PageObject) -> list[PrintedPicture]:
    images = {each.name.rpartition(".")[0]: each.image for each in page.images}
    found = []

    def visit(operator, operands, matrix, _text_matrix) -> None:
        if operator == b"Do":
            image = images[operands[0].removeprefix("/")]
            middle = image.getpixel((image.width // 2, image.height // 2))
            width, *_, height, _left, bottom = (value / 72 * 25.4 for value in matrix)
            found.append(PrintedPicture(width, height, bottom, middle))

    page.extract_text(visitor_operand_before=visit)
    return found


def _glyphs(page: PageObject) -> list[Glyphs]:
    found = []

    def visit(text, matrix, text_matrix, font, size) -> None:
        if text.strip() and font:
            scale = abs(matrix[3] * text_matrix[3])
            found.append(Glyphs(text.strip(), font["/BaseFont"], size * scale))

    page.extract_text(visitor_text=visit)
    return found

"""Pictures as they go onto paper: small, opaque, and inside the page."""

import base64
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

from PIL import Image
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

from pdfs.errors import UnusableLogo

MAX_LOGO = (600, 200)
MAX_LOGO_PIXELS = 20_000_000
PIXELS_A_MODULE = 8
WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture inside the page, and how many pixels it has."""

    uri: str
    width: int
    height: int

    def fit(self, width: int, height: int) -> tuple[int, int]:
        """Its width and height where it fills as much of that room as its shape allows."""
        scale = min(width / self.width, height / self.height)
        return max(1, round(self.width * scale)), max(1, round(self.height * scale))


def data_uri(png: bytes) -> str:
    """An address for which nothing has to be fetched."""
    return "data:image/png;base64," + base64.b64encode(png).decode()


@lru_cache(maxsize=16)
def logo_picture(logo: bytes | None) -> Picture:
    """A PNG or JPEG on white, ours if there is none; UnusableLogo if it is neither or enormous."""
    if logo is None:
        logo = (files("pdfs") / "assets" / "mark.png").read_bytes()
    try:
        picture = Image.open(BytesIO(logo), formats=["PNG", "JPEG"])
        if picture.width * picture.height > MAX_LOGO_PIXELS:
            raise UnusableLogo
        picture.thumbnail(MAX_LOGO)
    except (
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        raise UnusableLogo from None
    coloured = picture.convert("RGBA")
    paper = Image.new("RGB", coloured.size, WHITE)
    paper.paste(coloured, mask=coloured.getchannel("A"))
    return Picture(data_uri(_png(paper)), *paper.size)


def qr_png(text: str) -> bytes:
    """A QR code without its quiet zone: leave four of its modules free around it.

    xhtml2pdf's own tag encodes each code twice and draws it square by square, which takes longer
    than the rest of a letter.
    """
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    modules = code.getModuleCount()
    picture = Image.new("L", (modules, modules))
    picture.putdata([0 if dark else 255 for row in code.modules for dark in row])
    side = modules * PIXELS_A_MODULE
    return _png(picture.resize((side, side), Image.Resampling.NEAREST))


def _png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()

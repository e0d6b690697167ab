"""Pictures as they go onto paper: small, opaque, and inside the page."""

import base64
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


def data_uri(png: bytes) -> str:
    """An address for which nothing has to be fetched."""
    return "data:image/png;base64," + base64.b64encode(png).decode()


@lru_cache(maxsize=16)
def logo_uri(logo: bytes | None) -> str:
    """A PNG or JPEG on white, ours if there is none; UnusableLogo if it is neither or enormous."""
    ours = files("pdfs") / "assets" / "mark.png"
    try:
        picture = Image.open(BytesIO(logo or ours.read_bytes()), formats=["PNG", "JPEG"])
        if picture.width * picture.height > MAX_LOGO_PIXELS:
            raise UnusableLogo
        picture.thumbnail(MAX_LOGO)
    except (OSError, ValueError, SyntaxError):
        raise UnusableLogo from None
    coloured = picture.convert("RGBA")
    paper = Image.new("RGB", coloured.size, WHITE)
    paper.paste(coloured, mask=coloured.getchannel("A"))
    return data_uri(_png(paper))


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

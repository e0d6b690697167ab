"""Logos as they go onto paper: small, opaque, and inside the page."""

import base64
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

from PIL import Image

MAX_WIDTH, MAX_HEIGHT = 600, 200
WHITE = (255, 255, 255)


@lru_cache(maxsize=16)
def data_uri(logo: bytes | None) -> str:
    """The picture, ours when there is none, as an address that nothing has to be fetched for."""
    picture = Image.open(BytesIO(logo if logo is not None else _our_mark()))
    picture.thumbnail((MAX_WIDTH, MAX_HEIGHT))
    coloured = picture.convert("RGBA")
    paper = Image.new("RGB", coloured.size, WHITE)
    paper.paste(coloured, mask=coloured.getchannel("A"))
    out = BytesIO()
    paper.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def _our_mark() -> bytes:
    return (files("pdfs") / "assets" / "mark.png").read_bytes()

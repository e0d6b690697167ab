"""Picture files, good and bad."""

import zlib
from io import BytesIO
from typing import Any

from PIL import Image

RED = (170, 40, 30)


def a_picture(
    mode: str = "RGB",
    size: tuple[int, int] = (300, 100),
    *,
    colour: Any = None,
    kind: str = "PNG",
    **options: Any,
) -> bytes:
    """A picture file of one colour, red if none is given; `options` are Pillow's."""
    picture = Image.new("RGB", size, RED) if colour is None else Image.new(mode, size, colour)
    out = BytesIO()
    picture.convert(mode, palette=Image.Palette.ADAPTIVE).save(out, kind, **options)
    return out.getvalue()


def with_chunk(png: bytes, kind: bytes, content: bytes) -> bytes:
    """The PNG with one more chunk before its end."""
    checksum = zlib.crc32(kind + content).to_bytes(4)
    return png[:-12] + len(content).to_bytes(4) + kind + content + checksum + png[-12:]

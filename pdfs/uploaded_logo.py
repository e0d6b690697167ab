"""Makes a picture file from outside a logo of ours: what it shows is kept, the file is not."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from PIL import Image, ImageOps

MAX_SIZE = (600, 300)
MAX_PIXELS = 10_000_000
"""What is read at once takes four bytes for each."""
MAX_SCANS = 64
"""Every scan of a JPEG costs as much as the whole picture; no program writes so many."""

PNG_BEGINS = b"\x89PNG\r\n\x1a\n"
JPEG_BEGINS = b"\xff\xd8\xff"
_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA
_STANDALONE = {0x01, *range(0xD0, 0xD8)}
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7]", re.DOTALL)


class LogoFault(StrEnum):
    """Why a file cannot be a logo."""

    NOT_A_PICTURE = "not_a_picture"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"
    MORE_THAN_A_PICTURE = "more_than_a_picture"


class UnacceptableLogo(Exception):
    """The file is refused; nothing of it was kept."""

    def __init__(self, fault: LogoFault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Logo:
    """A PNG without metadata; the same for the same file."""

    png: bytes
    width: int
    height: int


def clean_logo(file: bytes) -> Logo:
    """
    What a PNG or JPEG file shows, at most 600 by 300 pixels; UnacceptableLogo says why not.

    The content decides what it is. A file that goes on where its picture ends is refused: it may
    be something else to another reader.
    """
    ends_at = _kind(file)
    try:
        _refuse_unless_whole(file, ends_at(file))
        return _redrawn(file)
    except UnacceptableLogo:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnacceptableLogo(LogoFault.TOO_MANY_PIXELS) from None
    except Exception:  # noqa: BLE001 - a file made to do harm makes its reader fail in many ways
        raise UnacceptableLogo(LogoFault.DAMAGED) from None


def _kind(file: bytes) -> Callable[[bytes], int]:
    """What finds the end of such a picture."""
    if file.startswith(PNG_BEGINS):
        return _png_end
    if file.startswith(JPEG_BEGINS):
        return _jpeg_end
    raise UnacceptableLogo(LogoFault.NOT_A_PICTURE)


def _refuse_unless_whole(file: bytes, picture_ends_at: int) -> None:
    if picture_ends_at != len(file):
        raise UnacceptableLogo(LogoFault.MORE_THAN_A_PICTURE)


def _png_end(file: bytes) -> int:
    at, kind = len(PNG_BEGINS), b""
    while kind != b"IEND":
        length, kind = int.from_bytes(file[at : at + 4]), file[at + 4 : at + 8]
        # length, kind and checksum
        at += length + 12
        if at > len(file):
            raise ValueError("cut off")
    return at


def _jpeg_end(file: bytes) -> int:
    at, scans = 2, 0
    while True:
        if file[at] != 0xFF:
            raise ValueError("no marker")
        while file[at] == 0xFF:
            at += 1
        marker = file[at]
        at += 1
        if marker == _END_OF_IMAGE:
            return at
        if marker in _STANDALONE:
            continue
        at += int.from_bytes(file[at : at + 2])
        if marker == _START_OF_SCAN:
            scans += 1
            following = _AFTER_SCAN.search(file, at)
            if following is None or scans > MAX_SCANS:
                raise ValueError("never ends")
            at = following.start()


def _redrawn(file: bytes) -> Logo:
    with Image.open(BytesIO(file), formats=["PNG", "JPEG"]) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise UnacceptableLogo(LogoFault.TOO_MANY_PIXELS)
        # a JPEG is read no larger than this takes; a turned one is turned afterwards
        picture.draft("RGB", (max(MAX_SIZE), max(MAX_SIZE)))
        drawn = ImageOps.exif_transpose(_in_colour(picture))
    drawn.thumbnail(MAX_SIZE)
    out = BytesIO()
    # drawn onto a new one: nothing else that the file said comes along
    clean = Image.new("RGBA", drawn.size)
    clean.paste(drawn)
    clean.save(out, "PNG", optimize=True)
    return Logo(out.getvalue(), *clean.size)


def _in_colour(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        # 16 bits of grey, which would otherwise be cut instead of scaled
        picture = picture.point(lambda value: value / 256).convert("L")
    return picture.convert("RGBA")

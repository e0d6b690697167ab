"""Lines of a file of unknown origin, in bounded memory whatever it holds."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

MAX_LINE_BYTES = 1_000_000


class Line(NamedTuple):
    """`content` is None when the line is longer than MAX_LINE_BYTES; `end` counts bytes so far."""

    number: int
    content: bytes | None
    end: int


def read_lines(file: BinaryIO) -> Iterator[Line]:
    """Every line that is not blank, with its number in the file; a byte order mark is dropped."""
    number = end = 0
    while chunk := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        end += len(chunk)
        is_endless = len(chunk) > MAX_LINE_BYTES
        while is_endless and chunk and not chunk.endswith(b"\n"):
            chunk = file.readline(MAX_LINE_BYTES)
            end += len(chunk)
        content = (chunk.removeprefix(codecs.BOM_UTF8) if number == 1 else chunk).strip()
        if is_endless or content:
            yield Line(number, None if is_endless else content, end)

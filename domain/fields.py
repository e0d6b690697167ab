"""Field types that several models share."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

MAX_TEXT_CHARACTERS = 200

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", re.ASCII)


class DomainModel(BaseModel):
    """Immutable; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _identifier(text: str) -> str:
    if not _IDENTIFIER.fullmatch(text):
        raise ValueError("not an id: up to 64 letters, digits and . _ : -, no blanks")
    return text


def _short_text(text: str) -> str:
    if not text.isprintable():
        visible = (each for each in text if unicodedata.category(each) != "Cf")
        text = "".join(visible).replace("\N{NO-BREAK SPACE}", " ")
    text = unicodedata.normalize("NFC", text.strip(" "))
    if not 1 <= len(text) <= MAX_TEXT_CHARACTERS:
        raise ValueError(f"must have 1 to {MAX_TEXT_CHARACTERS} visible characters")
    if not text.isprintable():
        raise ValueError("line breaks and control characters are not allowed")
    return text


Identifier = Annotated[
    str,
    AfterValidator(_identifier),
    WithJsonSchema({"type": "string", "pattern": f"^{_IDENTIFIER.pattern}$"}),
]
"""An id given by the lender's system, safe in a URL and in a log."""

ShortText = Annotated[
    str,
    AfterValidator(_short_text),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_TEXT_CHARACTERS}),
]
"""A name or description of one line: Unicode NFC, no invisible or direction-changing characters."""

MinorAmount = Annotated[int, Field(ge=0)]
PositiveMinorAmount = Annotated[int, Field(gt=0)]


def last4(identifier: str) -> str:
    """Last four digits in an id or document number: "L-2026-004821" is "4821"."""
    return re.sub(r"[^0-9]", "", identifier)[-4:]

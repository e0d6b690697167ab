"""Field types that several models share."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


class DomainModel(BaseModel):
    """Immutable; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _clean_text(text: str) -> str:
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("control characters are not allowed")
    return unicodedata.normalize("NFC", text)


Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
"""An id given by the lender's system, safe in a URL and in a log."""

ShortText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_clean_text),
]
"""A name or a description of one line, in Unicode NFC."""

MinorAmount = Annotated[int, Field(ge=0)]
PositiveMinorAmount = Annotated[int, Field(gt=0)]


def last4(identifier: str) -> str:
    """Last four digits in an id or document number: "L-2026-004821" is "4821"."""
    return re.sub(r"[^0-9]", "", identifier)[-4:]

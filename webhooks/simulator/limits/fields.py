"""Kinds of field that the limits of every endpoint are made of."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

EMOJI = re.compile("[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]")
MARKDOWN = re.compile(r"[*_~`]")


class Closed(BaseModel):
    """A body in camelCase in which an unknown field is an error and no type is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


def length(text: str) -> int:
    """UTF-16 units, the strictest reading of an unstated unit: an emoji counts as two or more."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def sized(low: int, high: int) -> AfterValidator:
    """A text of `low` to `high` units that is not blank when something is demanded."""

    def check(text: str) -> str:
        if not low <= length(text) <= high:
            raise ValueError(f"size must be between {low} and {high}")
        if low and not text.strip():
            raise ValueError("must not be blank")
        return text

    return AfterValidator(check)


def _http_url(url: str) -> str:
    if not re.match(r"https?://[^/\s]+", url):
        raise ValueError("must be a valid http or https URL")
    return url


def _without_surrounding_spaces(text: str) -> str:
    if text != text.strip():
        raise ValueError("must not have leading or trailing spaces")
    return text


def _plain(text: str) -> str:
    if EMOJI.search(text) or MARKDOWN.search(text):
        raise ValueError("must not contain emoji or markdown")
    return text


Url = Annotated[str, sized(1, 2048), AfterValidator(_http_url)]
Caption = Annotated[str, sized(0, 3000)]
FileName = Annotated[str, sized(0, 240)]
ButtonId = Annotated[str, sized(1, 256), AfterValidator(_without_surrounding_spaces)]
ButtonTitle = Annotated[str, sized(1, 20), AfterValidator(_plain)]
Label = Annotated[str, sized(1, 20)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


def check_unique(values: list[Any], what: str) -> None:
    """ValueError when two of `values` are the same."""
    if len(set(values)) != len(values):
        raise ValueError(f"{what} must be unique")

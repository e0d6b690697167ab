"""Lists in pages: how many, and from where on."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from pydantic import ConfigDict, Field

from domain.fields import DomainModel
from webhooks.portal_api.problems import ApiProblem, invalid_field

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MAX_CURSOR_CHARACTERS = 400


class PageQuery(DomainModel):
    """Which page of a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(
        None,
        max_length=MAX_CURSOR_CHARACTERS,
        description="`next_cursor` of the page before; left out: the first page",
    )

    def place(self, parts: int) -> list[str] | None:
        """What `cursor_at` was given, so many strings; None for the first page."""
        if self.cursor is None:
            return None
        try:
            place = json.loads(urlsafe_b64decode(self.cursor.encode("ascii")))
        except (ValueError, RecursionError):
            raise bad_cursor() from None
        is_ours = isinstance(place, list) and all(isinstance(part, str) for part in place)
        if not is_ours or len(place) != parts:
            raise bad_cursor()
        return [str(part) for part in place]


def cursor_at(*place: str) -> str:
    """An opaque text for where a page ended."""
    return urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode()


def bad_cursor() -> ApiProblem:
    return invalid_field("cursor", "is not one that this list gave")

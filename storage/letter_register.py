"""The register of letters: every letter ever issued, newest first, searched a page at a time."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict
from pymongo import IndexModel

from domain.letter import Letter, LetterState
from domain.letter_content import LetterKind
from storage.letters import to_letter
from storage.mongo import Document, MongoDatabase

INDEXES = [
    IndexModel([("kind", 1), ("issued_at", -1), ("_id", -1)], name="of_kind"),
    IndexModel([("is_current", 1), ("issued_at", -1), ("_id", -1)], name="current_or_not"),
]

_NARROWEST_FIRST = {
    "loan_id": "of_loan",
    "borrower_id": "of_borrower",
    "kind": "of_kind",
    "is_current": "current_or_not",
}


class Place(NamedTuple):
    """Where a page ended: the letters after it are older."""

    issued_at: datetime
    folio: str


class RegisterSearch(BaseModel):
    """Which letters are looked for; None asks nothing."""

    model_config = ConfigDict(frozen=True)

    today: date
    loan_id: str | None = None
    borrower_id: str | None = None
    kind: LetterKind | None = None
    state: LetterState | None = None
    issued_since: datetime | None = None
    issued_before: datetime | None = None


class LetterRegister:
    """Reads the `letters` collection."""

    def __init__(self, database: MongoDatabase) -> None:
        self._letters = database["letters"]

    def list_newest(
        self, search: RegisterSearch, *, after: Place | None = None, limit: int
    ) -> list[Letter]:
        """Up to `limit` letters, newest first; those older than `after` if it is given."""
        query = _query(search, after)
        index = next(
            (index for field, index in _NARROWEST_FIRST.items() if field in query), "newest"
        )
        newest = [("issued_at", -1), ("_id", -1)]
        found = self._letters.find(query).sort(newest).limit(limit).hint(index)
        return [to_letter(document) for document in found]


def _query(search: RegisterSearch, after: Place | None) -> Document:
    query: Document = {
        name: value
        for name, value in search.model_dump(
            mode="json", include={"loan_id", "borrower_id", "kind"}
        ).items()
        if value is not None
    }
    if search.state is not None:
        query |= _in_state(search.state, search.today)
    issued_at: dict[str, datetime] = {}
    if search.issued_since is not None:
        issued_at["$gte"] = search.issued_since
    if search.issued_before is not None:
        issued_at["$lt"] = search.issued_before
    if after is not None:
        issued_at["$lte"] = after.issued_at
        older = {"issued_at": {"$lt": after.issued_at}}
        query["$or"] = [older, {"issued_at": after.issued_at, "_id": {"$lt": after.folio}}]
    return query | ({"issued_at": issued_at} if issued_at else {})


def _in_state(state: LetterState, today: date) -> Mapping[str, Any]:
    """What `Letter.state` decides, as a query."""
    match state:
        case LetterState.VALID:
            return {"is_current": True, "valid_until": {"$gte": today.isoformat()}}
        case LetterState.EXPIRED:
            return {"is_current": True, "valid_until": {"$lt": today.isoformat()}}
        case LetterState.SUPERSEDED:
            return {"is_current": False, "revoked_at": None}
        case LetterState.REVOKED:
            return {"is_current": False, "revoked_at": {"$ne": None}}

"""Letters as far as they wait to be printed: claimed one by one, noted once, given up at last."""

from datetime import datetime, timedelta
from typing import Any

from pymongo import IndexModel, ReturnDocument
from pymongo.database import Database

from domain.letter import Letter, StoredFile
from storage.letters import to_letter

INDEXES = [
    IndexModel(
        [("print_at", 1)],
        name="next_to_print",
        partialFilterExpression={"print_at": {"$exists": True}},
    ),
    IndexModel(
        [("given_up_at", 1)],
        name="given_up",
        partialFilterExpression={"given_up_at": {"$exists": True}},
    ),
]


class LetterPrinting:
    """The `letters` collection as a queue of documents to print."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._letters = database["letters"]

    def claim_unprinted(self, *, now: datetime, lease: timedelta) -> tuple[Letter, int] | None:
        """The letter waiting longest for its document, and the attempt (next_to_print)."""
        document = self._letters.find_one_and_update(
            {"print_at": {"$lte": now}},
            {"$set": {"print_at": now + lease}, "$inc": {"print_attempts": 1}},
            sort=[("print_at", 1)],
            return_document=ReturnDocument.AFTER,
        )
        return (to_letter(document), document["print_attempts"]) if document else None

    def awaits_printing(self, folio: str) -> bool:
        """Whether its document is still to come."""
        return self._letters.find_one({"_id": folio, "print_at": {"$exists": True}}) is not None

    def note_printed(self, folio: str, file: StoredFile) -> None:
        """The document is stored; the first one stays, whoever printed it."""
        self._letters.update_one(
            {"_id": folio, "file": None},
            {"$set": {"file": file.model_dump()}, "$unset": {"print_at": "", "given_up_at": ""}},
        )

    def print_again(self, folio: str, *, at: datetime) -> None:
        """Try once more, from `at` on."""
        self._letters.update_one({"_id": folio, "file": None}, {"$set": {"print_at": at}})

    def give_up(self, folio: str, *, at: datetime) -> None:
        """No further attempt for now; the letter stays without a document."""
        self._letters.update_one(
            {"_id": folio, "file": None}, {"$set": {"given_up_at": at}, "$unset": {"print_at": ""}}
        )

    def resume(self, folio: str | None = None, *, at: datetime) -> int:
        """Try anew what was given up, one letter or all of them (given_up); how many."""
        given_up: dict[str, Any] = {"given_up_at": {"$lte": at}}
        if folio is not None:
            given_up["_id"] = folio
        result = self._letters.update_many(
            given_up,
            {"$set": {"print_at": at, "print_attempts": 0}, "$unset": {"given_up_at": ""}},
        )
        return result.modified_count

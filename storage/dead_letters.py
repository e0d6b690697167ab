"""What was given up or could not be read, kept whole for a person to look at."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from bson import encode
from bson.errors import InvalidDocument
from pymongo import IndexModel, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from domain.rejected import RejectedResult

INDEXES = [
    IndexModel([("dedupe_key", 1)], name="once", unique=True),
    IndexModel([("at", -1)], name="newest"),
]
MAX_DEPTH = 100
"""Levels of nesting; the server takes 180 in all."""


class DeadLetters:
    """The `dead_letters` collection."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._letters = database["dead_letters"]

    def add(
        self,
        *,
        source: str,
        reason: str,
        body: Any,
        dedupe_key: str,
        at: datetime,
        conversation_id: str | None = None,
        session: ClientSession | None = None,
    ) -> bool:
        """Keep one; False if the same one is already there."""
        letter = {
            "source": source,
            "reason": reason,
            "body": _storable(body),
            "at": at,
            "conversation_id": conversation_id,
        }
        result = self._letters.update_one(
            {"dedupe_key": dedupe_key}, {"$setOnInsert": letter}, upsert=True, session=session
        )
        return result.upserted_id is not None

    def add_rejected(self, source: str, results: Sequence[RejectedResult], *, at: datetime) -> None:
        """Keep parts of a webhook body that nobody could read, each once, in one round trip."""
        letters = {
            f"{source}:{sha256(result.raw.encode()).hexdigest()}": {
                "source": source,
                "reason": result.reason,
                "body": result.raw,
                "at": at,
                "conversation_id": None,
            }
            for result in results
        }
        if letters:
            self._letters.bulk_write(
                [
                    UpdateOne({"dedupe_key": key}, {"$setOnInsert": letter}, upsert=True)
                    for key, letter in letters.items()
                ],
                ordered=False,
            )

    def depth(self) -> int:
        return self._letters.estimated_document_count()


def _storable(body: Any) -> Any:
    """The body itself, or its text if MongoDB cannot hold it (deep nesting, huge integers)."""
    try:
        encode({"body": body})
    except (InvalidDocument, OverflowError, UnicodeError, RecursionError):
        return repr(body)
    return body if _depth(body) <= MAX_DEPTH else repr(body)


def _depth(body: Any) -> int:
    nested = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    return 1 + max(map(_depth, nested), default=0)

"""What was given up or could not be read, kept whole for a person to look at."""

from datetime import datetime
from typing import Any

from bson import encode
from bson.errors import InvalidDocument
from pymongo import IndexModel
from pymongo.client_session import ClientSession
from pymongo.database import Database

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
        result = self._letters.update_one(
            {"dedupe_key": dedupe_key},
            {
                "$setOnInsert": {
                    "source": source,
                    "reason": reason,
                    "body": _storable(body),
                    "at": at,
                    "conversation_id": conversation_id,
                }
            },
            upsert=True,
            session=session,
        )
        return result.upserted_id is not None

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

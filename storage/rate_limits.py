"""How often something was tried, counted for all web processes together."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import IndexModel, ReturnDocument, WriteConcern
from pymongo.database import Database

INDEXES = [IndexModel([("ends_at", 1)], name="forgotten", expireAfterSeconds=0)]


@dataclass(frozen=True, slots=True)
class Tries:
    """How many there were in the running window, this one included, and when it ends."""

    count: int
    ends_at: datetime


class RateLimits:
    """
    The `rate_limits` collection: a counter for each key and window of time; `_id` is both.

    A counter that a crash of MongoDB takes along harms nobody, so its writes are not waited for
    like others.
    """

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._counters = database.get_collection("rate_limits", write_concern=WriteConcern(w=1))

    def count(self, key: str, window: timedelta, *, now: datetime) -> Tries:
        """Count one more try of `key`. Windows begin at whole multiples of their length."""
        length = window.total_seconds()
        ends_at = datetime.fromtimestamp((now.timestamp() // length + 1) * length, UTC)
        document = self._counters.find_one_and_update(
            {"_id": f"{key} {length:.0f}s to {ends_at:%Y%m%dT%H%M%S}"},
            {"$inc": {"count": 1}, "$setOnInsert": {"ends_at": ends_at}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return Tries((document or {})["count"], ends_at)

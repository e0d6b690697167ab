"""Outbound messages whose file is not stored yet: put back, and let go at once when it is."""

from datetime import datetime
from typing import Any

from pymongo.database import Database

from domain.delivery import DeliveryStatus
from storage.outbox import OutboxEntry


class OutboxFiles:
    """The `outbox` collection as far as it waits for files."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._entries = database["outbox"]

    def put_back(self, entry: OutboxEntry, file_id: str, *, retry_at: datetime) -> bool:
        """End an attempt that had no file to send; it counts as none. False if it was taken over.

        Whoever does not hear that the file is stored tries again at `retry_at`.
        """
        result = self._entries.update_one(
            {
                "_id": entry.message_id,
                "status": DeliveryStatus.SENDING.value,
                "fence": entry.fence,
            },
            {
                "$set": {
                    "status": DeliveryStatus.PENDING.value,
                    "available_at": retry_at,
                    "awaited_file": file_id,
                },
                "$inc": {"attempts": -1},
            },
        )
        return result.modified_count == 1

    def release(self, file_id: str, *, now: datetime) -> list[str]:
        """Let go what waits for the file; the conversations that have something to send now."""
        waiting = list(
            self._entries.find(
                {
                    # the type lets MongoDB see that the partial index holds all there is
                    "awaited_file": {"$eq": file_id, "$type": "string"},
                    "status": DeliveryStatus.PENDING.value,
                },
                {"conversation_id": 1, "available_at": 1},
            )
        )
        for entry in waiting:
            # what came later was held back until the same instant, and follows at once
            self._entries.update_many(
                {
                    "conversation_id": entry["conversation_id"],
                    "status": DeliveryStatus.PENDING.value,
                    "available_at": entry["available_at"],
                },
                {"$set": {"available_at": now}},
            )
        return [entry["conversation_id"] for entry in waiting]

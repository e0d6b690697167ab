"""What reports do to outbound messages: states move forward, and some failures are tried again."""

from datetime import datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.database import Database

from domain.delivery import DeliveryStatus, lower_ranked
from storage.outbox import OutboxEntry, read_entry

FAILED = [DeliveryStatus.FAILED.value, DeliveryStatus.EXPIRED.value]


class OutboxReports:
    """The `outbox` collection as reports change it."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._entries = database["outbox"]

    def apply(
        self, message_id: str, status: DeliveryStatus, *, at: datetime, reason: str | None
    ) -> OutboxEntry | None:
        """
        Move forward to a reported state; None if unknown or already as far (never back).

        A failure leaves its follow-up open until `close_follow_up`: see `find_open_follow_up`.
        """
        changes: dict[str, Any] = {"status": status.value, "reported_at": at, "reason": reason}
        if status.value in FAILED:
            changes["follow_up_open"] = True
        document = self._entries.find_one_and_update(
            {"_id": message_id, "status": {"$in": lower_ranked(status)}},
            {"$set": changes},
            return_document=ReturnDocument.AFTER,
        )
        return read_entry(document) if document else None

    def find_open_follow_up(self, message_id: str) -> OutboxEntry | None:
        """The failed message, if whoever heard of its failure did not get to act on it."""
        document = self._entries.find_one(
            {"_id": message_id, "status": {"$in": FAILED}, "follow_up_open": True}
        )
        return read_entry(document) if document else None

    def close_follow_up(self, message_id: str) -> None:
        """All that followed from the failure is done."""
        self._entries.update_one({"_id": message_id}, {"$unset": {"follow_up_open": ""}})

    def retry_failed(self, message_id: str, *, at: datetime, max_attempts: int) -> bool:
        """Send once more, under the same id, what may have arrived; False after the last try."""
        result = self._entries.update_one(
            {
                "_id": message_id,
                "status": DeliveryStatus.FAILED.value,
                "attempts": {"$lt": max_attempts},
            },
            {"$set": {"status": DeliveryStatus.PENDING.value, "available_at": at}},
        )
        return result.modified_count == 1

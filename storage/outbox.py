"""Outbound messages: stored before they are sent, one at a time and in order per conversation."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from pymongo import IndexModel, ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

from domain.conversation import Author
from domain.delivery import DeliveryStatus, lower_ranked
from domain.message import OutboundContent
from storage.errors import DUPLICATE_KEY, AlreadyStoredError

IN_FLIGHT = [DeliveryStatus.PENDING, DeliveryStatus.SENDING]

INDEXES = [
    IndexModel([("dedupe_key", 1)], name="once", unique=True),
    IndexModel([("status", 1), ("available_at", 1)], name="next_ready"),
    IndexModel([("conversation_id", 1), ("seq", 1)], name="in_order"),
    IndexModel(
        [("conversation_id", 1)],
        name="one_in_flight",
        unique=True,
        partialFilterExpression={"status": DeliveryStatus.SENDING.value},
    ),
]


class OutboxEntry(BaseModel):
    """One outbound message; `message_id` is ours and stays the same through every attempt."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    message_id: str
    conversation_id: str
    business_number: str
    to: str
    seq: int
    author: Author
    purpose: str | None = None
    content: OutboundContent
    status: DeliveryStatus
    attempts: int = 0
    fence: int = 0
    enqueued_at: datetime
    reply_to: str | None = None
    copies: int = 0


class NewOutbound(BaseModel):
    """A message to enqueue. `dedupe_key` makes "once" true; `purpose` names its template if any."""

    model_config = ConfigDict(frozen=True)

    message_id: str
    dedupe_key: str
    content: OutboundContent
    author: Author
    purpose: str | None = None
    copies: int = 0


class Outbox:
    """The `outbox` collection."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._entries = database["outbox"]

    def add_many(
        self,
        messages: list[NewOutbound],
        *,
        conversation_id: str,
        business_number: str,
        to: str,
        first_seq: int,
        now: datetime,
        available_at: datetime | None = None,
        session: ClientSession | None = None,
    ) -> None:
        """Enqueue in order. AlreadyStoredError if one is there already (index once)."""
        documents = [
            {
                "_id": message.message_id,
                "dedupe_key": message.dedupe_key,
                "conversation_id": conversation_id,
                "business_number": business_number,
                "to": to,
                "seq": first_seq + place,
                "author": message.author.value,
                "purpose": message.purpose,
                "content": message.content.model_dump(),
                "status": DeliveryStatus.PENDING.value,
                "attempts": 0,
                "fence": 0,
                "copies": message.copies,
                "available_at": available_at or now,
                "enqueued_at": now,
            }
            for place, message in enumerate(messages)
        ]
        if not documents:
            return
        try:
            self._entries.insert_many(documents, session=session)
        except BulkWriteError as error:
            if all(each["code"] == DUPLICATE_KEY for each in error.details["writeErrors"]):
                raise AlreadyStoredError("outbox") from error
            raise

    def list_ready(self, *, now: datetime, limit: int, busy: set[str]) -> list[OutboxEntry]:
        """First sendable message of each conversation that is not `busy`."""
        self._free_expired(now)
        query: dict[str, Any] = {
            "status": DeliveryStatus.PENDING.value,
            "available_at": {"$lte": now},
        }
        if busy:
            query["conversation_id"] = {"$nin": list(busy)}
        first: dict[str, dict[str, Any]] = {}
        for document in self._entries.find(query, sort=[("available_at", 1)], limit=limit * 4):
            known = first.get(document["conversation_id"])
            if known is None or document["seq"] < known["seq"]:
                first[document["conversation_id"]] = document
        return [_entry(document) for document in list(first.values())[:limit]]

    def claim(
        self, conversation_id: str, *, worker: str, now: datetime, lease: timedelta
    ) -> OutboxEntry | None:
        """
        Take the conversation's earliest unfinished message, if it may be tried now.

        None if it waits for a retry, or another worker has one of this conversation in flight
        (index one_in_flight): a later message never overtakes an earlier one.
        """
        head = self._entries.find_one(
            {"conversation_id": conversation_id, "status": {"$in": IN_FLIGHT}}, sort=[("seq", 1)]
        )
        if head is None or head["status"] != DeliveryStatus.PENDING or head["available_at"] > now:
            return None
        try:
            document = self._entries.find_one_and_update(
                {"_id": head["_id"], "status": DeliveryStatus.PENDING.value},
                {
                    "$set": {
                        "status": DeliveryStatus.SENDING.value,
                        "worker": worker,
                        "lease_until": now + lease,
                    },
                    "$inc": {"attempts": 1, "fence": 1},
                },
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            return None
        return _entry(document) if document else None

    def settle(
        self,
        entry: OutboxEntry,
        status: DeliveryStatus,
        *,
        now: datetime,
        retry_at: datetime | None = None,
        reason: str | None = None,
        content: OutboundContent | None = None,
    ) -> bool:
        """
        End this attempt; False if the entry was taken over or a report was faster.

        `retry_at` is when a pending one is tried again, or an unknown one is given up waiting for.
        """
        changes: dict[str, Any] = {"status": status.value, "settled_at": now, "reason": reason}
        if retry_at is not None:
            changes["available_at"] = retry_at
        if content is not None:
            changes["sent_as"] = content.model_dump()
        result = self._entries.update_one(
            {
                "_id": entry.message_id,
                "status": DeliveryStatus.SENDING.value,
                "fence": entry.fence,
            },
            {"$set": changes},
        )
        return result.modified_count == 1

    def apply_report(
        self, message_id: str, status: DeliveryStatus, *, at: datetime, reason: str | None
    ) -> OutboxEntry | None:
        """Move forward to a reported state; None if unknown or already as far (never back)."""
        document = self._entries.find_one_and_update(
            {"_id": message_id, "status": {"$in": lower_ranked(status)}},
            {"$set": {"status": status.value, "reported_at": at, "reason": reason}},
            return_document=ReturnDocument.AFTER,
        )
        return _entry(document) if document else None

    def retry_failed(self, message_id: str, *, at: datetime, max_attempts: int = 5) -> None:
        """Send once more under the same id what was reported failed but may have arrived."""
        self._entries.update_one(
            {
                "_id": message_id,
                "status": DeliveryStatus.FAILED.value,
                "attempts": {"$lt": max_attempts},
            },
            {"$set": {"status": DeliveryStatus.PENDING.value, "available_at": at}},
        )

    def park(self, message_id: str) -> None:
        """A message that failed because the window was closed waits for the contact to write."""
        self._entries.update_one(
            {"_id": message_id, "status": DeliveryStatus.FAILED.value},
            {"$set": {"status": DeliveryStatus.WAITING_WINDOW.value}},
        )

    def list_parked_since(self, before: datetime, limit: int = 500) -> list[OutboxEntry]:
        """What has waited for the window since before that instant (next_ready)."""
        found = self._entries.find(
            {
                "status": DeliveryStatus.WAITING_WINDOW.value,
                "available_at": {"$lte": before},
            },
            limit=limit,
        )
        return [_entry(document) for document in found]

    def expire_parked(self, message_id: str, *, now: datetime) -> None:
        """Stop waiting for the window; a message that was released meanwhile stays."""
        self._entries.update_one(
            {"_id": message_id, "status": DeliveryStatus.WAITING_WINDOW.value},
            {"$set": {"status": DeliveryStatus.EXPIRED.value, "settled_at": now}},
        )

    def release_parked(
        self, conversation_id: str, *, now: datetime, session: ClientSession | None = None
    ) -> None:
        """The contact wrote: what waited for the window may go."""
        self._entries.update_many(
            {
                "conversation_id": conversation_id,
                "status": DeliveryStatus.WAITING_WINDOW.value,
            },
            {"$set": {"status": DeliveryStatus.PENDING.value, "available_at": now}},
            session=session,
        )

    def list_overdue_unknown(self, now: datetime, limit: int = 100) -> list[OutboxEntry]:
        """Sends without an answer whose report did not come in time (next_ready)."""
        found = self._entries.find(
            {"status": DeliveryStatus.UNKNOWN.value, "available_at": {"$lte": now}}, limit=limit
        )
        return [_entry(document) for document in found]

    def retry_unknown(self, message_id: str, *, now: datetime) -> None:
        """Try again under the same id: the provider refuses it if it had arrived."""
        self._entries.update_one(
            {"_id": message_id, "status": DeliveryStatus.UNKNOWN.value},
            {"$set": {"status": DeliveryStatus.PENDING.value, "available_at": now}},
        )

    def give_up_unknown(self, message_id: str, *, now: datetime) -> None:
        """No report after the last attempt: nobody will ever know, so it ends as expired."""
        self._entries.update_one(
            {"_id": message_id, "status": DeliveryStatus.UNKNOWN.value},
            {"$set": {"status": DeliveryStatus.EXPIRED.value, "settled_at": now}},
        )

    def find(self, message_id: str) -> OutboxEntry | None:
        document = self._entries.find_one({"_id": message_id})
        return _entry(document) if document else None

    def depth_by_status(self) -> dict[str, int]:
        """How many wait in each unfinished state."""
        open_states = [*IN_FLIGHT, DeliveryStatus.WAITING_WINDOW, DeliveryStatus.UNKNOWN]
        return {
            state.value: self._entries.count_documents({"status": state.value})
            for state in open_states
        }

    def oldest_ready_at(self) -> datetime | None:
        oldest = self._entries.find_one(
            {"status": DeliveryStatus.PENDING.value}, sort=[("available_at", 1)]
        )
        return oldest["available_at"] if oldest else None

    def watch_arrivals(self, wait_milliseconds: int) -> Any:
        """A change stream that wakes when something may be sendable; iterate with `try_next`."""
        return self._entries.watch(
            [
                {"$match": {"operationType": "insert"}},
                {"$project": {"_id": 1, "operationType": 1}},
            ],
            max_await_time_ms=wait_milliseconds,
        )

    def _free_expired(self, now: datetime) -> None:
        """A sender died in the middle: nobody knows whether it arrived, so a report decides."""
        self._entries.update_many(
            {"status": DeliveryStatus.SENDING.value, "lease_until": {"$lte": now}},
            {
                "$set": {
                    "status": DeliveryStatus.UNKNOWN.value,
                    "available_at": now + timedelta(seconds=30),
                },
                "$inc": {"fence": 1},
            },
        )


def _entry(document: dict[str, Any]) -> OutboxEntry:
    return OutboxEntry.model_validate({"message_id": document["_id"], **document})

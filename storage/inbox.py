"""Inbound messages: each stored once, taken in order, kept as the conversation's history."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from pymongo import IndexModel
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from domain.message import InboundMessage
from storage.errors import DUPLICATE_KEY

INDEXES = [
    IndexModel([("state", 1), ("available_at", 1)], name="next_ready"),
    IndexModel([("address", 1), ("state", 1), ("received_at", 1)], name="by_address"),
    IndexModel([("conversation_id", 1), ("received_at", 1)], name="history", sparse=True),
]


class InboxEntry(BaseModel):
    """One stored inbound message; `address` groups what must be handled in order."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    entry_id: str
    address: str
    message: InboundMessage
    arrived_at: datetime


class ReadyAddress(BaseModel):
    """An address with work to do and the message that has waited longest there."""

    model_config = ConfigDict(frozen=True)

    address: str
    message: InboundMessage
    arrived_at: datetime


class Inbox:
    """The `inbox` collection; `_id` is the provider's message id, so "once" is the primary key."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._entries = database["inbox"]

    def add_many(
        self,
        messages: list[tuple[InboundMessage, timedelta]],
        *,
        arrived_at: datetime,
        now: datetime,
    ) -> int:
        """Store each message once, in one round trip; return how many were new.

        Each comes with how long to hold it back for what may follow. `arrived_at` is business
        time, `now` machine time.
        """
        documents = [
            {
                "_id": message.external_id,
                "address": address_of(message),
                "received_at": message.received_at,
                "arrived_at": arrived_at,
                "state": "ready",
                "available_at": now + hold,
                "message": message.model_dump(mode="python"),
            }
            for message, hold in messages
        ]
        if not documents:
            return 0
        try:
            return len(self._entries.insert_many(documents, ordered=False).inserted_ids)
        except BulkWriteError as error:
            others = [e for e in error.details["writeErrors"] if e["code"] != DUPLICATE_KEY]
            if others or error.details.get("writeConcernErrors"):
                raise
            return int(error.details["nInserted"])

    def list_ready(self, *, now: datetime, limit: int, busy: set[str]) -> list[ReadyAddress]:
        """Addresses with a ready message, longest waiting first, without the `busy` ones."""
        query: dict[str, Any] = {"state": "ready", "available_at": {"$lte": now}}
        if busy:
            query["address"] = {"$nin": list(busy)}
        found: dict[str, ReadyAddress] = {}
        for document in self._entries.find(query, sort=[("available_at", 1)], limit=limit * 4):
            if document["address"] not in found and len(found) < limit:
                found[document["address"]] = ReadyAddress.model_validate(document)
        return list(found.values())

    def list_waiting(self, addresses: list[str], limit: int = 50) -> list[InboxEntry]:
        """What is not handled yet at those addresses, in the channel's order (by_address)."""
        documents = self._entries.find(
            {"address": {"$in": addresses}, "state": "ready"},
            sort=[("received_at", 1), ("_id", 1)],
            limit=limit,
        )
        return [_entry(document) for document in documents]

    def get_many(self, entry_ids: list[str]) -> list[InboxEntry]:
        """Those entries, in the order asked for; missing ones are left out."""
        found = {d["_id"]: d for d in self._entries.find({"_id": {"$in": entry_ids}})}
        return [_entry(found[entry_id]) for entry_id in entry_ids if entry_id in found]

    def finish(
        self, entry_ids: list[str], conversation_id: str, *, state: str, session: ClientSession
    ) -> None:
        """Mark entries `done` or `dead` as part of the turn's transaction."""
        self._entries.update_many(
            {"_id": {"$in": entry_ids}},
            {"$set": {"state": state, "conversation_id": conversation_id}},
            session=session,
        )

    def delay(self, entry_ids: list[str], until: datetime) -> None:
        """Try these again at `until`; new messages of the same person may bring it forward."""
        self._entries.update_many(
            {"_id": {"$in": entry_ids}, "state": "ready"}, {"$set": {"available_at": until}}
        )

    def depth(self) -> int:
        return self._entries.count_documents({"state": "ready"})

    def oldest_ready_at(self) -> datetime | None:
        """When the longest waiting ready message became available (next_ready)."""
        oldest = self._entries.find_one({"state": "ready"}, sort=[("available_at", 1)])
        return oldest["available_at"] if oldest else None

    def watch_arrivals(self, wait_milliseconds: int) -> Any:
        """A change stream that wakes on each stored message; iterate with `try_next`."""
        return self._entries.watch(
            [
                {"$match": {"operationType": "insert"}},
                {"$project": {"_id": 1, "operationType": 1}},
            ],
            max_await_time_ms=wait_milliseconds,
        )


def address_of(message: InboundMessage) -> str:
    """What keeps one person's messages in one line, before the contact is looked up."""
    return f"{message.business_number}|{message.aliases[0]}"


def _entry(document: dict[str, Any]) -> InboxEntry:
    return InboxEntry.model_validate({"entry_id": document["_id"], **document})

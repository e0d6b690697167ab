"""Inbound messages: each stored once, taken in order, kept as the conversation's history."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pymongo import IndexModel
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from domain.message import InboundMessage
from storage.dead_letters import DeadLetters
from storage.errors import DUPLICATE_KEY

INDEXES = [
    IndexModel([("state", 1), ("available_at", 1)], name="next_ready"),
    IndexModel([("address", 1), ("state", 1), ("received_at", 1), ("arrival", 1)], name="in_order"),
]


class InboxEntry(BaseModel):
    """
    One stored inbound message; `address` groups what must be handled in order.

    `arrived_at` is business time, `stored_at` machine time.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    entry_id: str
    address: str
    message: InboundMessage
    arrived_at: datetime
    stored_at: datetime


class Inbox:
    """The `inbox` collection; `_id` is the provider's message id, so "once" is the primary key."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._entries = database["inbox"]
        self._dead_letters = DeadLetters(database)

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
                "stored_at": now,
                "arrival": int(now.timestamp() * 1_000_000) + place,
                "state": "ready",
                "available_at": now + hold,
                "message": message.model_dump(mode="python"),
            }
            for place, (message, hold) in enumerate(messages)
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

    def list_ready(self, *, now: datetime, limit: int, busy: set[str]) -> list[InboxEntry]:
        """The longest ready message of each address that is not `busy` (next_ready)."""
        query: dict[str, Any] = {"state": "ready", "available_at": {"$lte": now}}
        if busy:
            query["address"] = {"$nin": list(busy)}
        found: dict[str, InboxEntry] = {}
        documents = self._entries.find(query, sort=[("available_at", 1)], limit=limit * 4)
        for entry in self._readable(documents):
            found.setdefault(entry.address, entry)
        return list(found.values())[:limit]

    def list_waiting(self, addresses: list[str], limit: int = 50) -> list[InboxEntry]:
        """
        What is not handled yet at those addresses (in_order).

        In the order of the channel's clock; within one tick of it, in the order of arrival.
        """
        documents = self._entries.find(
            {"address": {"$in": addresses}, "state": "ready"},
            sort=[("received_at", 1), ("arrival", 1)],
            limit=limit,
        )
        return self._readable(documents)

    def get_waiting(self, entry_ids: list[str]) -> list[InboxEntry]:
        """Those of the entries that are not handled yet, in the order asked for."""
        documents = self._entries.find({"_id": {"$in": entry_ids}, "state": "ready"})
        found = {entry.entry_id: entry for entry in self._readable(documents)}
        return [found[entry_id] for entry_id in entry_ids if entry_id in found]

    def finish(
        self, entry_ids: list[str], conversation_id: str, *, state: str, session: ClientSession
    ) -> None:
        """Mark entries `done` or `dead` as part of the turn's transaction."""
        self._entries.update_many(
            {"_id": {"$in": entry_ids}},
            {"$set": {"state": state, "conversation_id": conversation_id}},
            session=session,
        )

    def delay(self, addresses: list[str], until: datetime) -> None:
        """Nothing that waits at those addresses is ready before `until` (in_order)."""
        self._entries.update_many(
            {"address": {"$in": addresses}, "state": "ready", "available_at": {"$lt": until}},
            {"$set": {"available_at": until}},
        )

    def is_deeper_than(self, bound: int) -> bool:
        """Whether more than `bound` messages wait; counts no further than that (next_ready)."""
        return self._entries.count_documents({"state": "ready"}, limit=bound + 1) > bound

    def depth(self) -> int:
        return self._entries.count_documents({"state": "ready"})

    def oldest_ready_at(self) -> datetime | None:
        """When the longest waiting ready message became available (next_ready)."""
        oldest = self._entries.find_one({"state": "ready"}, sort=[("available_at", 1)])
        return oldest["available_at"] if oldest else None

    def _readable(self, documents: Iterable[dict[str, Any]]) -> list[InboxEntry]:
        """The entries; one that this version cannot read is kept whole and stops nobody."""
        entries = []
        for document in documents:
            try:
                entries.append(InboxEntry.model_validate({"entry_id": document["_id"], **document}))
            except ValidationError:
                self._put_away(document)
        return entries

    def _put_away(self, document: dict[str, Any]) -> None:
        self._dead_letters.add(
            source="inbound",
            reason="unreadable",
            body=document.get("message"),
            dedupe_key=f"inbound:{document['_id']}",
            at=document["arrived_at"],
        )
        self._entries.update_one({"_id": document["_id"]}, {"$set": {"state": "dead"}})


def address_of(message: InboundMessage) -> str:
    """What keeps one person's messages in one line, before the contact is looked up."""
    return f"{message.business_number}|{message.aliases[0]}"

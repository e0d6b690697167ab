"""Tickets: what waits for a person of the lender. Numbered without gaps, one per cause."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from pymongo import IndexModel, ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from domain.ticket import Ticket, TicketReason

INDEXES = [
    IndexModel([("number", 1)], name="number_once", unique=True),
    IndexModel([("state", 1), ("opened_at", 1)], name="queue"),
    IndexModel(
        [("conversation_id", 1), ("reason", 1)],
        name="one_open_per_reason",
        unique=True,
        partialFilterExpression={"state": "open"},
    ),
]


class NewTicket(BaseModel):
    """What to put before a person. `cause_id` is the inbound message that asked for it."""

    model_config = ConfigDict(frozen=True)

    cause_id: str
    conversation_id: str
    contact_id: str
    reason: TicketReason
    is_urgent: bool = False
    attachment_id: str | None = None


class Tickets:
    """The `tickets` collection."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._client = database.client
        self._tickets = database["tickets"]
        self._counters = database["counters"]

    def open_once(self, new: NewTicket, *, now: datetime) -> Ticket:
        """
        The open ticket of this conversation for this reason, opened if there is none.

        Asking again, or a replay of the same message, gets the same number; a further attachment
        is added to it (index one_open_per_reason).
        """
        found = self._add_to_open(new)
        if found is not None:
            return found
        try:
            with self._client.start_session() as session:
                return session.with_transaction(lambda s: self._insert(new, now, s))
        except DuplicateKeyError:
            found = self._add_to_open(new)
            if found is None:
                raise
            return found

    def count_open(self) -> int:
        return self._tickets.count_documents({"state": "open"})

    def list_open(self, limit: int = 50) -> list[Ticket]:
        """The queue, oldest first (queue)."""
        found = self._tickets.find({"state": "open"}, sort=[("opened_at", 1)], limit=limit)
        return [_ticket(document) for document in found]

    def _add_to_open(self, new: NewTicket) -> Ticket | None:
        change: dict[str, Any] = {"$addToSet": {"cause_ids": new.cause_id}}
        if new.attachment_id:
            change["$addToSet"]["attachment_ids"] = new.attachment_id
        if new.is_urgent:
            change["$set"] = {"is_urgent": True}
        document = self._tickets.find_one_and_update(
            {"conversation_id": new.conversation_id, "reason": new.reason.value, "state": "open"},
            change,
            return_document=ReturnDocument.AFTER,
        )
        return _ticket(document) if document else None

    def _insert(self, new: NewTicket, now: datetime, session: Any) -> Ticket:
        # the counter moves in the same transaction, so a refused insert leaves no gap
        counter = self._counters.find_one_and_update(
            {"_id": "ticket"},
            {"$inc": {"value": 1}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        document = {
            "number": f"T-{(counter or {})['value']:06d}",
            "state": "open",
            "conversation_id": new.conversation_id,
            "contact_id": new.contact_id,
            "reason": new.reason.value,
            "is_urgent": new.is_urgent,
            "cause_ids": [new.cause_id],
            "attachment_ids": [new.attachment_id] if new.attachment_id else [],
            "opened_at": now,
        }
        self._tickets.insert_one(document, session=session)
        return _ticket(document)


def _ticket(document: dict[str, Any]) -> Ticket:
    return Ticket.model_validate(document)

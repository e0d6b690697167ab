"""Outbound messages: stored before they are sent, one at a time and in order per conversation."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError
from pymongo import IndexModel, ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

from domain.conversation import Author
from domain.delivery import DeliveryStatus
from domain.message import OutboundContent
from storage.dead_letters import DeadLetters
from storage.errors import DUPLICATE_KEY, AlreadyStoredError

UNFINISHED = [DeliveryStatus.PENDING, DeliveryStatus.SENDING, DeliveryStatus.UNKNOWN]

UNFINISHED_FIRST = "unfinished_in_order"

INDEXES = [
    IndexModel([("dedupe_key", 1)], name="once", unique=True),
    IndexModel([("status", 1), ("available_at", 1)], name="next_ready"),
    # the unfinished ones of a long conversation are found without its past
    IndexModel([("conversation_id", 1), ("status", 1), ("seq", 1)], name=UNFINISHED_FIRST),
    IndexModel(
        [("conversation_id", 1)],
        name="one_in_flight",
        unique=True,
        partialFilterExpression={"status": DeliveryStatus.SENDING.value},
    ),
    IndexModel(
        [("conversation_id", 1), ("subject", 1), ("seq", -1)],
        name="about_subject",
        partialFilterExpression={"subject": {"$type": "string"}},
    ),
    IndexModel(
        [("awaited_file", 1)],
        name="awaiting_file",
        partialFilterExpression={"awaited_file": {"$type": "string"}},
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
    subject: str | None = None
    content: OutboundContent
    status: DeliveryStatus
    attempts: int = 0
    fence: int = 0
    enqueued_at: datetime
    copies: int = 0
    is_followed: bool = False
    for_borrower: str | None = None


class NewOutbound(BaseModel):
    """
    A message to enqueue. `dedupe_key` makes "once" true; `purpose` names its template if any.

    `subject` is what it is about, a letter's folio. `for_borrower` is whom the contact had proven
    to be: the message may hold that person's data.
    """

    model_config = ConfigDict(frozen=True)

    message_id: str
    dedupe_key: str
    content: OutboundContent
    author: Author
    purpose: str | None = None
    subject: str | None = None
    copies: int = 0
    for_borrower: str | None = None


class Outbox:
    """The `outbox` collection."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._entries = database["outbox"]
        self._dead_letters = DeadLetters(database)

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
                "subject": message.subject,
                "content": message.content.model_dump(),
                "status": DeliveryStatus.PENDING.value,
                "attempts": 0,
                "fence": 0,
                "awaited_file": None,
                "copies": message.copies,
                "for_borrower": message.for_borrower,
                "is_followed": place + 1 < len(messages),
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

    def list_ready(self, *, now: datetime, limit: int, busy: set[str]) -> list[str]:
        """Conversations with something to send that are not `busy`, longest waiting first."""
        query: dict[str, Any] = {
            "status": DeliveryStatus.PENDING.value,
            "available_at": {"$lte": now},
        }
        if busy:
            query["conversation_id"] = {"$nin": list(busy)}
        documents = self._entries.find(
            query, {"conversation_id": 1}, sort=[("available_at", 1)], limit=limit * 4
        )
        return list(dict.fromkeys(each["conversation_id"] for each in documents))[:limit]

    def claim(
        self, conversation_id: str, *, worker: str, now: datetime, lease: timedelta
    ) -> OutboxEntry | None:
        """
        Take the conversation's earliest unfinished message, if it may be tried now.

        None if it waits for a retry or a report, or another worker has it in flight (index
        one_in_flight): a later message never overtakes an earlier one.
        """
        claim_id = uuid4().hex
        may_try = {
            "$and": [
                {"$eq": ["$status", DeliveryStatus.PENDING.value]},
                {"$lte": ["$available_at", now]},
            ]
        }
        changes = {
            "status": DeliveryStatus.SENDING.value,
            "worker": worker,
            "claim_id": claim_id,
            "lease_until": now + lease,
            "attempts": {"$add": ["$attempts", 1]},
            "fence": {"$add": ["$fence", 1]},
            "awaited_file": None,
        }
        try:
            # one round trip: the head is found in order and taken only if it may be tried
            head = self._entries.find_one_and_update(
                {"conversation_id": conversation_id, "status": {"$in": UNFINISHED}},
                [{"$set": {f: {"$cond": [may_try, new, f"${f}"]} for f, new in changes.items()}}],
                sort=[("seq", 1)],
                hint=UNFINISHED_FIRST,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            return None
        if head is None:
            return None
        if head.get("claim_id") == claim_id:
            return self._readable(head)
        if head["status"] == DeliveryStatus.PENDING:
            self._hold_back(conversation_id, head["available_at"])
        return None

    def settle(
        self,
        entry: OutboxEntry,
        status: DeliveryStatus,
        *,
        now: datetime,
        retry_at: datetime | None = None,
        reason: str | None = None,
        counts: bool = True,
    ) -> bool:
        """
        End this attempt; False if the entry was taken over or a report was faster.

        `retry_at` is when a pending one is tried again, or an unknown one without a report is. An
        attempt that does not count failed for a reason that has nothing to do with the message.
        """
        changes: dict[str, Any] = {"status": status.value, "settled_at": now, "reason": reason}
        if retry_at is not None:
            changes["available_at"] = retry_at
        result = self._entries.update_one(
            {
                "_id": entry.message_id,
                "status": DeliveryStatus.SENDING.value,
                "fence": entry.fence,
            },
            {"$set": changes, "$inc": {"attempts": 0 if counts else -1}},
        )
        return result.modified_count == 1

    def find(self, message_id: str) -> OutboxEntry | None:
        document = self._entries.find_one({"_id": message_id})
        return read_entry(document) if document else None

    def list_of_subject(
        self, conversation_id: str, subject: str, limit: int = 20
    ) -> list[OutboxEntry]:
        """What was put in there about that subject, newest first (about_subject)."""
        found = self._entries.find(
            # the type lets MongoDB see that the partial index holds all there is
            {
                "conversation_id": conversation_id,
                "subject": {"$eq": subject, "$type": "string"},
            },
            sort=[("seq", -1)],
            limit=limit,
        )
        return [read_entry(document) for document in found]

    def depth_by_status(self) -> dict[str, int]:
        """How many wait in each unfinished state."""
        open_states = [*UNFINISHED, DeliveryStatus.WAITING_WINDOW]
        return {
            state.value: self._entries.count_documents({"status": state.value})
            for state in open_states
        }

    def oldest_ready_at(self) -> datetime | None:
        oldest = self._entries.find_one(
            {"status": DeliveryStatus.PENDING.value}, sort=[("available_at", 1)]
        )
        return oldest["available_at"] if oldest else None

    def _readable(self, document: dict[str, Any]) -> OutboxEntry | None:
        """The entry; one that this version cannot read is kept whole and stops nobody."""
        try:
            return read_entry(document)
        except ValidationError:
            self._dead_letters.add(
                source="outbound",
                reason="unreadable",
                body=document.get("content"),
                dedupe_key=f"outbound:{document['_id']}",
                at=document["enqueued_at"],
                conversation_id=document["conversation_id"],
            )
            changes = {"status": DeliveryStatus.FAILED.value, "reason": "unreadable"}
            self._entries.update_one({"_id": document["_id"]}, {"$set": changes})
            return None

    def _hold_back(self, conversation_id: str, until: datetime) -> None:
        """What waits behind a message that is to be tried again need not be looked at before it."""
        self._entries.update_many(
            {
                "conversation_id": conversation_id,
                "status": DeliveryStatus.PENDING.value,
                "available_at": {"$lt": until},
            },
            {"$set": {"available_at": until}},
        )


def read_entry(document: dict[str, Any]) -> OutboxEntry:
    return OutboxEntry.model_validate({"message_id": document["_id"], **document})

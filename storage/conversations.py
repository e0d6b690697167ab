"""Conversations: their state, and the fenced lease that lets one worker at a time move them on."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError
from pymongo.write_concern import WriteConcern

from domain.conversation import Conversation, DialogueSession, Handler, Offer, Reply


class LeaseLostError(Exception):
    """Another worker took the conversation over; nothing of this attempt was written."""


class Lease(BaseModel):
    """
    The right to move one conversation on until it runs out.

    `attempts` counts claims since the last finished turn, this one included; `batch` holds the
    entries that an unfinished attempt had taken together, to be taken together again.
    """

    model_config = ConfigDict(frozen=True)

    conversation: Conversation
    worker: str
    fence: int
    attempts: int
    batch: list[str] | None


class TurnOutcome(BaseModel):
    """What a finished turn leaves on the conversation."""

    session: DialogueSession
    offer: Offer | None
    active_form: str | None = None
    last_answer: list[Reply]
    last_answer_for: str | None = None
    arrived_at: datetime
    handled_by: Handler | None = None


class Conversations:
    """The `conversations` collection."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._conversations = database["conversations"]
        # a lease that a crash of MongoDB forgets is claimed again; nothing lasting hangs on it,
        # so it need not wait for the journal
        self._leases = database.get_collection(
            "conversations", write_concern=WriteConcern(w=1, j=False)
        )

    def claim(
        self,
        contact_id: str,
        business_number: str,
        *,
        worker: str,
        now: datetime,
        lease: timedelta,
        arrived_at: datetime,
    ) -> Lease | None:
        """
        Lease the conversation, made if new; None while somebody else holds it.

        `arrived_at` is when the message that calls for it arrived: it opens the messaging window
        at once, so that even "please wait" may be said.
        """
        conversation_id = conversation_id_of(contact_id, business_number)
        try:
            document = self._leases.find_one_and_update(
                {
                    "_id": conversation_id,
                    "$or": [{"lease_until": None}, {"lease_until": {"$lte": now}}],
                },
                {
                    "$set": {"lease_worker": worker, "lease_until": now + lease},
                    "$inc": {"lease_fence": 1, "attempts": 1},
                    "$max": {"last_inbound_at": arrived_at},
                    "$setOnInsert": {"contact_id": contact_id, "business_number": business_number},
                },
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            return None
        if document is None:
            raise LeaseLostError(conversation_id)
        return Lease(
            conversation=_conversation(document),
            worker=worker,
            fence=document["lease_fence"],
            attempts=document["attempts"],
            batch=document.get("batch"),
        )

    def renew(self, lease: Lease, *, until: datetime) -> bool:
        """Hold on for longer; False if the lease is lost."""
        # a lease that was let go meanwhile stays free
        held = _held(lease) | {"lease_until": {"$ne": None}}
        result = self._conversations.update_one(held, {"$set": {"lease_until": until}})
        return result.matched_count == 1

    def remember_batch(self, lease: Lease, entry_ids: list[str]) -> None:
        """Note which entries are taken together, so that a retry takes the same ones."""
        result = self._conversations.update_one(_held(lease), {"$set": {"batch": entry_ids}})
        if result.matched_count == 0:
            raise LeaseLostError(lease.conversation.conversation_id)

    def release(self, lease: Lease) -> None:
        """Let go without having tried anything: it counts as no attempt."""
        self._conversations.update_one(
            _held(lease), {"$set": {"lease_until": None}, "$inc": {"attempts": -1}}
        )

    def postpone(
        self, lease: Lease, entry_ids: list[str], *, until: datetime, counts: bool
    ) -> None:
        """
        Let nobody try before `until`, and then the same entries together again.

        An attempt that does not count failed for a reason that has nothing to do with them.
        """
        self._conversations.update_one(
            _held(lease),
            {
                "$set": {"lease_worker": None, "lease_until": until, "batch": entry_ids},
                "$inc": {"attempts": 0 if counts else -1},
            },
        )

    def finish_turn(
        self, lease: Lease, outcome: TurnOutcome, *, messages: int, session: ClientSession
    ) -> int:
        """
        Write what the turn left, let go of the lease, reserve `messages` outbox places.

        Returns the first reserved place. Part of the turn's transaction; LeaseLostError if the
        fence says that somebody else has taken over.
        """
        changes: dict[str, Any] = {
            "session": outcome.session.model_dump(),
            "offer": outcome.offer.model_dump() if outcome.offer else None,
            "active_form": outcome.active_form,
            "lease_until": None,
            "attempts": 0,
            "batch": None,
        }
        if outcome.last_answer:
            changes["last_answer"] = [reply.model_dump() for reply in outcome.last_answer]
            changes["last_answer_for"] = outcome.last_answer_for
        if outcome.handled_by is not None:
            changes["handled_by"] = outcome.handled_by.value
        document = self._conversations.find_one_and_update(
            _held(lease),
            {
                "$set": changes,
                "$inc": {"out_seq": messages, "turns": 1},
                "$max": {"last_inbound_at": outcome.arrived_at},
            },
            projection={"out_seq": 1},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        if document is None:
            raise LeaseLostError(lease.conversation.conversation_id)
        return int(document["out_seq"]) - messages + 1

    def reserve_places(
        self, conversation_id: str, messages: int, *, session: ClientSession | None = None
    ) -> int:
        """First of `messages` consecutive places in the conversation's outbound order."""
        document = self._conversations.find_one_and_update(
            {"_id": conversation_id},
            {"$inc": {"out_seq": messages}},
            projection={"out_seq": 1},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        if document is None:
            raise KeyError(conversation_id)
        return int(document["out_seq"]) - messages + 1

    def get(self, conversation_id: str) -> Conversation:
        """The conversation; KeyError if there is none."""
        conversation = self.find(conversation_id)
        if conversation is None:
            raise KeyError(conversation_id)
        return conversation

    def find(self, conversation_id: str) -> Conversation | None:
        document = self._conversations.find_one({"_id": conversation_id})
        return _conversation(document) if document else None

    def find_latest(self, contact_id: str) -> Conversation | None:
        """The one in which the contact wrote last; None if they never wrote (primary key)."""
        # one for each of our business numbers; "." is the character after "-"
        found = self._conversations.find(
            {
                "_id": {"$gt": f"{contact_id}-", "$lt": f"{contact_id}."},
                "last_inbound_at": {"$ne": None},
            }
        )
        latest = max(found, key=lambda each: each["last_inbound_at"], default=None)
        return _conversation(latest) if latest else None

    def add_to_offer(self, conversation_id: str, offer: Offer) -> None:
        """Let what a message outside a turn offers be chosen too, after what is offered already."""
        new = offer.model_dump()
        joined = {
            "$mergeObjects": [
                "$offer",
                {"options": {"$concatArrays": ["$offer.options", {"$literal": new["options"]}]}},
            ]
        }
        is_first = {"$eq": [{"$ifNull": ["$offer", None]}, None]}
        changes = {"offer": {"$cond": [is_first, {"$literal": new}, joined]}}
        self._conversations.update_one({"_id": conversation_id}, [{"$set": changes}])

    def close_window(self, conversation_id: str) -> None:
        """The provider says that the window is closed, whatever we had counted."""
        self._conversations.update_one(
            {"_id": conversation_id}, {"$set": {"last_inbound_at": None}}
        )


def conversation_id_of(contact_id: str, business_number: str) -> str:
    return f"{contact_id}-{business_number}"


def _held(lease: Lease) -> dict[str, Any]:
    return {
        "_id": lease.conversation.conversation_id,
        "lease_worker": lease.worker,
        "lease_fence": lease.fence,
    }


def _conversation(document: dict[str, Any]) -> Conversation:
    return Conversation.model_validate({"conversation_id": document["_id"], **document})

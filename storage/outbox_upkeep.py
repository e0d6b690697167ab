"""Outbound messages that nobody is working on: what died, what waits, what is given up."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from domain.delivery import DeliveryStatus
from storage.dead_letters import DeadLetters
from storage.outbox import OutboxEntry, read_entry


class OutboxUpkeep:
    """The `outbox` collection between sends."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._client = database.client
        self._entries = database["outbox"]
        self._dead_letters = DeadLetters(database)

    def free_expired(self, now: datetime) -> int:
        """
        Take unfinished attempts from senders that died; return how many there were.

        Nobody knows whether they arrived; their lease was long enough for a report to tell.
        """
        result = self._entries.update_many(
            {"status": DeliveryStatus.SENDING.value, "lease_until": {"$lte": now}},
            {
                "$set": {"status": DeliveryStatus.UNKNOWN.value, "available_at": now},
                "$inc": {"fence": 1},
            },
        )
        return result.modified_count

    def list_overdue_unknown(self, now: datetime, limit: int = 100) -> list[OutboxEntry]:
        """Sends without an answer whose report did not come in time (next_ready)."""
        return self._list_waiting_since(DeliveryStatus.UNKNOWN, now, limit)

    def retry_unknown(self, message_id: str, *, now: datetime) -> None:
        """Try again under the same id: the provider refuses it if it had arrived."""
        self._entries.update_one(
            {"_id": message_id, "status": DeliveryStatus.UNKNOWN.value},
            {"$set": {"status": DeliveryStatus.PENDING.value, "available_at": now}},
        )

    def list_parked(self, since: datetime, limit: int = 500) -> list[OutboxEntry]:
        """What has waited for the window since before that instant (next_ready)."""
        return self._list_waiting_since(DeliveryStatus.WAITING_WINDOW, since, limit)

    def release_parked(
        self,
        conversation_id: str,
        *,
        now: datetime,
        answered: Collection[str] = (),
        session: ClientSession | None = None,
    ) -> None:
        """
        The contact wrote: what waited for the window may go.

        `answered` are the ids they tapped, on a template that went in a message's place: what
        offers such an id has been answered unseen, and is not sent any more.
        """
        parked = {
            "conversation_id": conversation_id,
            "status": DeliveryStatus.WAITING_WINDOW.value,
        }
        if answered:
            self._entries.update_many(
                parked | {"content.options.reply_id": {"$in": list(answered)}},
                {
                    "$set": {
                        "status": DeliveryStatus.WITHHELD.value,
                        "settled_at": now,
                        "reason": "answered",
                    }
                },
                session=session,
            )
        self._entries.update_many(
            parked,
            {"$set": {"status": DeliveryStatus.PENDING.value, "available_at": now}},
            session=session,
        )

    def give_up(
        self,
        entry: OutboxEntry,
        status: DeliveryStatus,
        *,
        reason: str,
        now: datetime,
        at: datetime,
    ) -> bool:
        """
        End a message as failed or expired together with its dead letter, which is dated `at`.

        False, and nothing is written, if it is no longer as `entry` shows it.
        """
        with self._client.start_session() as session:
            return session.with_transaction(
                lambda s: self._end(entry, status, reason=reason, now=now, at=at, session=s)
            )

    def _end(
        self,
        entry: OutboxEntry,
        status: DeliveryStatus,
        *,
        reason: str,
        now: datetime,
        at: datetime,
        session: ClientSession,
    ) -> bool:
        result = self._entries.update_one(
            {"_id": entry.message_id, "status": entry.status.value, "fence": entry.fence},
            {"$set": {"status": status.value, "settled_at": now, "reason": reason}},
            session=session,
        )
        if result.matched_count == 0:
            return False
        self._dead_letters.add(
            source="outbound",
            reason=reason,
            body=entry.content.model_dump(mode="json"),
            dedupe_key=f"outbound:{entry.message_id}",
            at=at,
            conversation_id=entry.conversation_id,
            session=session,
        )
        return True

    def _list_waiting_since(
        self, status: DeliveryStatus, instant: datetime, limit: int
    ) -> list[OutboxEntry]:
        found = self._entries.find(
            {"status": status.value, "available_at": {"$lte": instant}},
            sort=[("available_at", 1)],
            limit=limit,
        )
        return [read_entry(document) for document in found]

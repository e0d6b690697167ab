"""The end of a turn in one transaction: conversation, inbox, outbox and attachments, or nothing."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel
from pymongo.client_session import ClientSession
from pymongo.database import Database

from domain.contact import Contact
from domain.message import Tap
from storage.attachments import Attachments, NewAttachment
from storage.conversations import Conversations, Lease, TurnOutcome
from storage.dead_letters import DeadLetters
from storage.inbox import Inbox, InboxEntry
from storage.outbox import NewOutbound, Outbox
from storage.outbox_upkeep import OutboxUpkeep


class FinishedTurn(BaseModel):
    """All that a turn leaves behind; `given_up` says why its messages were not answered, if so."""

    outcome: TurnOutcome
    replies: list[NewOutbound]
    attachments: list[NewAttachment]
    given_up: str | None = None


class Turns:
    """Writes finished turns: effect, answer and "done" are stored together or not at all."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._client = database.client
        self._conversations = Conversations(database)
        self._inbox = Inbox(database)
        self._outbox = Outbox(database)
        self._outbox_upkeep = OutboxUpkeep(database)
        self._attachments = Attachments(database)
        self._dead_letters = DeadLetters(database)

    def commit(
        self,
        lease: Lease,
        contact: Contact,
        batch: list[InboxEntry],
        turn: FinishedTurn,
        *,
        now: datetime,
    ) -> None:
        """Finish `batch` under `lease`. LeaseLostError if another worker has taken over."""
        with self._client.start_session() as session:
            session.with_transaction(
                lambda s: self._write(lease, contact, batch, turn, now=now, session=s)
            )

    def _write(
        self,
        lease: Lease,
        contact: Contact,
        batch: list[InboxEntry],
        turn: FinishedTurn,
        *,
        now: datetime,
        session: ClientSession,
    ) -> None:
        conversation = lease.conversation
        first_seq = self._conversations.finish_turn(
            lease, turn.outcome, messages=len(turn.replies), session=session
        )
        self._inbox.finish(
            [entry.entry_id for entry in batch],
            conversation.conversation_id,
            state="dead" if turn.given_up else "done",
            session=session,
        )
        contents = [entry.message.content for entry in batch]
        self._outbox_upkeep.release_parked(
            conversation.conversation_id,
            now=now,
            answered=[each.reply_id for each in contents if isinstance(each, Tap)],
            session=session,
        )
        self._outbox.add_many(
            turn.replies,
            conversation_id=conversation.conversation_id,
            business_number=conversation.business_number,
            to=contact.send_to,
            first_seq=first_seq,
            now=now,
            session=session,
        )
        self._attachments.add_many(turn.attachments, conversation.conversation_id, now, session)
        if turn.given_up:
            for entry in batch:
                self._dead_letters.add(
                    source="inbound",
                    reason=turn.given_up,
                    body=entry.message.model_dump(mode="json"),
                    dedupe_key=f"inbound:{entry.entry_id}",
                    at=now,
                    conversation_id=conversation.conversation_id,
                    session=session,
                )

"""Messages, people and leases for tests: name only what the test is about."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from domain.conversation import Author, DialogueSession
from domain.message import InboundMessage, OutboundText, Text
from storage.conversations import Conversations, Lease, TurnOutcome
from storage.outbox import NewOutbound

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PHONE = "5491155550101"
BUSINESS_NUMBER = "5491155550100"
CONVERSATION = f"c1-{BUSINESS_NUMBER}"

_ids = count(1)


def an_inbound(text: str = "Hola", **changes: Any) -> InboundMessage:
    """A text message that arrived at noon, with an id of its own."""
    fields: dict[str, Any] = {
        "external_id": f"in-{next(_ids)}",
        "business_number": BUSINESS_NUMBER,
        "phone": PHONE,
        "user_id": None,
        "received_at": NOON,
        "content": Text(text=text),
    }
    return InboundMessage(**(fields | changes))


def an_outbound(text: str = "Buenas", **changes: Any) -> NewOutbound:
    """A message of the bot with an id of its own."""
    message_id = f"out-{next(_ids)}"
    fields: dict[str, Any] = {
        "message_id": message_id,
        "dedupe_key": message_id,
        "content": OutboundText(text=text),
        "author": Author.BOT,
    }
    return NewOutbound(**(fields | changes))


def a_lease(conversations: Conversations, **changes: Any) -> Lease | None:
    """The lease of the conversation c1, claimed at noon for fifteen seconds."""
    fields: dict[str, Any] = {
        "worker": "w1",
        "now": NOON,
        "lease": timedelta(seconds=15),
        "arrived_at": NOON,
    }
    contact_id = changes.pop("contact_id", "c1")
    return conversations.claim(contact_id, BUSINESS_NUMBER, **(fields | changes))


def an_outcome(**changes: Any) -> TurnOutcome:
    """What an unremarkable turn at noon leaves."""
    fields: dict[str, Any] = {
        "session": DialogueSession(number=1, last_turn_at=NOON),
        "offer": None,
        "last_answer": [],
        "arrived_at": NOON,
    }
    return TurnOutcome(**(fields | changes))

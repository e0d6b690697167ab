"""All messages of one contact with one business number: who answers, until when we may write."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.contact import Identity
from domain.message import InboundContent, OutboundContent, Template, Text
from domain.text import fold

MESSAGING_WINDOW = timedelta(hours=24)
SESSION_IDLE = timedelta(minutes=30)


class Handler(StrEnum):
    """Who owns a conversation; exactly one at a time."""

    BOT = "bot"
    AGENT = "agent"
    NOBODY = "nobody"


class Author(StrEnum):
    """
    Who wrote an outbound message; the service's own notices go out whoever owns it.

    What follows an event unasked does so too, but not to who opted out.
    """

    BOT = "bot"
    AGENT = "agent"
    NOTICE = "notice"
    FOLLOW_UP = "follow_up"


class Offer(BaseModel):
    """What the person can choose from now; typing a choice means the same as tapping it."""

    model_config = ConfigDict(frozen=True)

    nonce: str
    options: list["OfferedOption"]


class OfferedOption(BaseModel):
    """One offered choice and the dialogue command it stands for."""

    model_config = ConfigDict(frozen=True)

    title: str
    description: str | None = None
    keywords: list[str] = []
    intent: str
    entities: dict[str, Any] = {}


class Reply(BaseModel):
    """One message of ours: `purpose` names its template, `subject` the letter it is about."""

    model_config = ConfigDict(frozen=True)

    content: OutboundContent
    purpose: str | None = None
    subject: str | None = None


class DialogueSession(BaseModel):
    """The span after which the dialogue starts afresh."""

    model_config = ConfigDict(frozen=True)

    number: int = 0
    last_turn_at: AwareDatetime | None = None
    is_finished: bool = False


class Conversation(BaseModel):
    """The state of one conversation."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    conversation_id: str
    contact_id: str
    business_number: str
    handled_by: Handler = Handler.BOT
    last_inbound_at: AwareDatetime | None = None
    session: DialogueSession = DialogueSession()
    offer: Offer | None = None
    active_form: str | None = None
    last_answer: list[Reply] = []
    last_answer_for: str | None = None
    turns: int = 0

    def next_session(self, now: datetime) -> DialogueSession:
        """The session a turn at `now` belongs to: the current one, or a new one after idling."""
        last = self.session.last_turn_at
        is_over = self.session.is_finished or last is None or now - last > SESSION_IDLE
        number = self.session.number + 1 if is_over else self.session.number
        return DialogueSession(number=number, last_turn_at=now)

    def may_repeat(self, identity: Identity, now: datetime) -> bool:
        """
        Whether the last answer may be shown again.

        What was said to a proven borrower is repeated only while the contact is still proven to
        be that borrower.
        """
        return self.last_answer_for in (None, identity.verified_borrower(now))

    def session_id(self, session: DialogueSession) -> str:
        return f"{self.conversation_id}.{session.number}"


class Route(StrEnum):
    BOT = "bot"
    AGENT = "agent"
    NOBODY = "nobody"


def route(handled_by: Handler, content: InboundContent, return_words: frozenset[str]) -> Route:
    """Who answers: the bot, the agent who owns the conversation, or nobody (they opted out).

    Someone who said "no soy yo" hears from us again only after one of `return_words`.
    """
    if handled_by is Handler.AGENT:
        return Route.AGENT
    if handled_by is Handler.NOBODY:
        wants_back = isinstance(content, Text) and fold(content.text) in return_words
        return Route.BOT if wants_back else Route.NOBODY
    return Route.BOT


def window_is_open(last_inbound_at: datetime | None, now: datetime) -> bool:
    """Whether free text may be sent: within 24 hours of the contact's last message."""
    return last_inbound_at is not None and now - last_inbound_at < MESSAGING_WINDOW


def may_send(
    content: OutboundContent, author: Author, handled_by: Handler, *, window_open: bool
) -> "SendDecision":
    """Whether one message may leave now; asked right before each send."""
    if handled_by is Handler.NOBODY and author is not Author.NOTICE:
        return SendDecision.WITHHOLD
    if handled_by is Handler.AGENT and author is Author.BOT:
        return SendDecision.WITHHOLD
    if isinstance(content, Template) or window_open:
        return SendDecision.SEND
    return SendDecision.NEEDS_TEMPLATE


class SendDecision(StrEnum):
    SEND = "send"
    WITHHOLD = "withhold"
    NEEDS_TEMPLATE = "needs_template"

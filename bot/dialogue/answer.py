"""The answer to a batch of messages while it grows, and what it leaves behind when it is whole."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from bot.dialogue.replies import Replies
from domain.contact import Identity
from domain.conversation import Author, Conversation, Handler, Reply
from storage.attachments import NewAttachment
from storage.conversations import TurnOutcome
from storage.inbox import InboxEntry
from storage.outbox import NewOutbound
from storage.turns import FinishedTurn

IDENTITY_FORM = "identity_form"


class Answer:
    """What the units of one batch add up to."""

    def __init__(self, conversation: Conversation, now: datetime) -> None:
        self.conversation = conversation
        self.now = now
        self.session = conversation.next_session(now)
        self.offer = conversation.offer
        is_same_session = self.session.number == conversation.session.number
        self.active_form = conversation.active_form if is_same_session else None
        self.handled_by = conversation.handled_by
        self.messages: list[tuple[Reply, str]] = []
        self.attachments: list[NewAttachment] = []
        self.is_last_word = False
        self.has_proof = False

    @property
    def needs_introduction(self) -> bool:
        """Whether nothing was said to this contact yet."""
        return self.conversation.turns == 0 and not self.messages

    @property
    def lapsed_letter(self) -> str | None:
        """The letter that the last question was about, if its session ran out before the answer."""
        options = self.offer.options if self.offer and self.active_form is None else []
        return next(filter(None, (each.entities.get("letter_draft") for each in options)), None)

    def add(self, replies: Replies, message_id: str, active_form: str | None) -> None:
        """Take in the answer to one unit; the newest offer and question are what counts."""
        self.active_form = active_form
        messages = replies.messages
        if "repeat" in replies.effects:
            messages = self.conversation.last_answer
        else:
            self.offer = replies.offer
        self.messages += [(message, message_id) for message in messages]
        if "finish_session" in replies.effects:
            self.session = self.session.model_copy(update={"is_finished": True})
        if "close_contact" in replies.effects:
            self.handled_by = Handler.NOBODY
            self.is_last_word = True

    def _changes_hands(self) -> bool:
        """Only then is the owner written: an agent may have taken over while Rasa was thinking."""
        return self.handled_by is not self.conversation.handled_by

    def finished(self, batch: list[InboxEntry], identity: Identity) -> FinishedTurn:
        """What to write; `identity` is the contact's after the turn."""
        author = Author.NOTICE if self.is_last_word else Author.BOT
        proven = identity.verified_borrower(self.now)
        replies = []
        for place, (reply, message_id) in enumerate(self.messages):
            dedupe_key = f"reply:{message_id}:{place}"
            replies.append(
                NewOutbound(
                    message_id=str(uuid5(NAMESPACE_URL, dedupe_key)),
                    dedupe_key=dedupe_key,
                    content=reply.content,
                    author=author,
                    purpose=reply.purpose,
                    subject=reply.subject,
                    for_borrower=proven,
                )
            )
        return FinishedTurn(
            outcome=TurnOutcome(
                session=self.session,
                offer=self.offer,
                active_form=self.active_form,
                last_answer=self._last_answer(),
                last_answer_for=proven,
                arrived_at=max(entry.arrived_at for entry in batch),
                handled_by=self.handled_by if self._changes_hands() else None,
            ),
            replies=replies,
            attachments=self.attachments,
        )

    def _last_answer(self) -> list[Reply]:
        """What "say it again" means; the identity question does not: what was before it stays."""
        if self.active_form == IDENTITY_FORM:
            return []
        return [reply for reply, _ in self.messages]

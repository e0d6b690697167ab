"""One turn: a person's messages in, the answer and the conversation's next state out."""

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bot.clock import Clock
from bot.dialogue.commands import Command, CommandSigner
from bot.dialogue.rasa_client import RasaClient, RasaResponse
from bot.dialogue.reading import Reader, Reading
from bot.dialogue.replies import Replies, shape_replies
from bot.logs import get_logger
from bot.metrics import TURN_SECONDS
from bot.site import Site
from domain.burst import Turn, join
from domain.contact import Contact, Identity
from domain.conversation import Author, Conversation, Handler, Route, route
from domain.message import InboundMessage, Media, OutboundContent, OutboundText
from storage.attachments import NewAttachment
from storage.contacts import Contacts
from storage.conversations import TurnOutcome
from storage.inbox import InboxEntry
from storage.outbox import NewOutbound
from storage.turns import FinishedTurn

IDENTITY_FORM = "identity_form"
WELCOME_BACK = Command(intent="welcome_back")

log = get_logger()


class TurnTaker:
    """
    Answers a batch of one conversation's messages through Rasa.

    Nothing is written here: the worker commits what comes back in one transaction. Asking again
    with the same batch gives the same answer, since Rasa replays by message id.
    """

    def __init__(
        self,
        rasa: RasaClient,
        reader: Reader,
        signer: CommandSigner,
        *,
        clock: Clock,
        contacts: Contacts,
        site: Site,
    ) -> None:
        self._rasa = rasa
        self._reader = reader
        self._signer = signer
        self._clock = clock
        self._contacts = contacts
        self._country = site.country
        notices = site.pack.notices
        self._return_words = notices.return_words
        self._sorry = notices.sorry
        self._introduction = RasaResponse(
            response="introduction",
            text=notices.introduction.format(
                brand_name=site.brand_name, privacy_url=site.privacy_notice_url
            ),
        )

    def take(
        self, conversation: Conversation, contact: Contact, batch: list[InboxEntry]
    ) -> FinishedTurn:
        """The finished turn. RasaUnavailableError: the same batch may be tried again."""
        now = self._clock.now()
        answer = _Answer(conversation, now)
        for unit in join([entry.message.content for entry in batch]):
            message = batch[unit.parts[-1]].message
            self._answer_unit(unit, message, contact, answer)
        # read again: who the contact proved to be may have changed within the turn
        return answer.finished(batch, self._contacts.get(contact.contact_id).identity)

    def _answer_unit(
        self, unit: Turn, message: InboundMessage, contact: Contact, answer: "_Answer"
    ) -> None:
        who = route(answer.handled_by, unit.content, self._return_words)
        log.info("message_routed", route=who.value, external_id=message.external_id)
        if who is Route.NOBODY:
            return
        if isinstance(unit.content, Media):
            answer.attachments.append(
                NewAttachment(
                    attachment_id=message.external_id,
                    contact_id=contact.contact_id,
                    media_kind=unit.content.media_kind,
                    url=unit.content.url,
                )
            )
        if who is not Route.BOT:
            return
        reading = self._read(unit, message, contact, answer)
        answer.handled_by = Handler.BOT
        if reading is not None:
            self._ask(reading, message, contact, answer)

    def _read(
        self, unit: Turn, message: InboundMessage, contact: Contact, answer: "_Answer"
    ) -> Reading | None:
        if answer.handled_by is Handler.NOBODY:
            return WELCOME_BACK
        return self._reader.read(
            unit.content,
            contact_id=contact.contact_id,
            offer=answer.offer,
            active_form=answer.active_form,
            attachment_id=message.external_id,
        )

    def _ask(
        self, reading: Reading, message: InboundMessage, contact: Contact, answer: "_Answer"
    ) -> None:
        conversation = answer.conversation
        metadata: dict[str, Any] = {
            "message_id": message.external_id,
            "contact_id": contact.contact_id,
            "conversation_id": conversation.conversation_id,
            "country": self._country,
            "is_first_contact": conversation.turns == 0,
        }
        with TURN_SECONDS.labels(step="dialogue").time():
            rasa = self._rasa.take_turn(
                conversation.session_id(answer.session), message.external_id, reading, metadata
            )
        introduction = [self._introduction] if answer.needs_introduction else []
        replies = shape_replies(
            introduction + rasa.responses, contact_id=contact.contact_id, signer=self._signer
        )
        log.info(
            "turn_answered",
            external_id=message.external_id,
            session_id=conversation.session_id(answer.session),
            responses=[response.response for response in rasa.responses],
            replayed=rasa.replayed,
        )
        if not rasa.responses:
            log.error("turn_without_answer", external_id=message.external_id)
            replies = Replies(contents=[OutboundText(text=self._sorry)])
        answer.add(replies, message.external_id, rasa.active_form)


class _Answer:
    """What the units of one batch add up to."""

    def __init__(self, conversation: Conversation, now: datetime) -> None:
        self.conversation = conversation
        self.now = now
        self.session = conversation.next_session(now)
        self.offer = conversation.offer
        is_same_session = self.session.number == conversation.session.number
        self.active_form = conversation.active_form if is_same_session else None
        self.handled_by = conversation.handled_by
        self.contents: list[tuple[OutboundContent, str]] = []
        self.attachments: list[NewAttachment] = []
        self.is_last_word = False

    @property
    def needs_introduction(self) -> bool:
        """Whether nothing was said to this contact yet."""
        return self.conversation.turns == 0 and not self.contents

    def add(self, replies: Replies, message_id: str, active_form: str | None) -> None:
        """Take in the answer to one unit; the newest offer and question are what counts."""
        self.active_form = active_form
        contents = replies.contents
        if "repeat" in replies.effects:
            contents = self.conversation.last_replies
        else:
            self.offer = replies.offer
        self.contents += [(content, message_id) for content in contents]
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
        replies = []
        for place, (content, message_id) in enumerate(self.contents):
            dedupe_key = f"reply:{message_id}:{place}"
            replies.append(
                NewOutbound(
                    message_id=str(uuid5(NAMESPACE_URL, dedupe_key)),
                    dedupe_key=dedupe_key,
                    content=content,
                    author=author,
                )
            )
        return FinishedTurn(
            outcome=TurnOutcome(
                session=self.session,
                offer=self.offer,
                active_form=self.active_form,
                last_replies=[] if self._only_asks_who() else [each for each, _ in self.contents],
                last_replies_for=identity.verified_borrower(self.now),
                arrived_at=max(entry.arrived_at for entry in batch),
                handled_by=self.handled_by if self._changes_hands() else None,
            ),
            replies=replies,
            attachments=self.attachments,
        )

    def _only_asks_who(self) -> bool:
        """The identity question is no answer to repeat: the one before it stays the last."""
        return self.active_form == IDENTITY_FORM

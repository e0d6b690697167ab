"""One turn: a person's messages in, the answer and the conversation's next state out."""

from typing import Any

from bot.clock import Clock
from bot.dialogue.answer import Answer
from bot.dialogue.commands import Command, CommandSigner
from bot.dialogue.rasa_client import RasaClient, RasaResponse
from bot.dialogue.reading import Reader, Reading
from bot.dialogue.replies import Replies, shape_replies
from bot.logs import get_logger
from bot.metrics import TURN_SECONDS
from bot.site import Site
from domain.burst import Turn, join
from domain.contact import Contact
from domain.conversation import Conversation, Handler, Reply, Route, route
from domain.message import InboundMessage, Media, OutboundText
from domain.text import fold
from storage.attachments import NewAttachment
from storage.contacts import Contacts
from storage.inbox import InboxEntry
from storage.turns import FinishedTurn

WELCOME_BACK = Command(intent="welcome_back")

# what Rasa's tracker store keeps, see compaction.TURNS_KEPT
REPLAYABLE_TURNS = 3

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
        answer = Answer(conversation, now)
        for unit in self._units(batch):
            message = batch[unit.parts[-1]].message
            if answer.messages:
                # what was said before may have changed who they are proven to be
                contact = self._contacts.get(contact.contact_id)
            self._answer_unit(unit, message, contact, answer)
        identity = contact.identity
        if answer.has_proof or identity.verified_borrower(now) is None:
            # they may have proved within the turn who they are
            identity = self._contacts.get(contact.contact_id).identity
        return answer.finished(batch, identity)

    def most_at_once(self, waiting: list[InboxEntry]) -> int:
        """How many of the waiting messages one batch may hold, so that Rasa can replay it all."""
        units = self._units(waiting)[:REPLAYABLE_TURNS]
        return units[-1].parts[-1] + 1 if units else 0

    def _units(self, batch: list[InboxEntry]) -> list[Turn]:
        return join([entry.message.content for entry in batch], self._stands_alone)

    def _stands_alone(self, text: str) -> bool:
        """Whether a message means something that it would lose among others."""
        return fold(text) in self._return_words or self._reader.is_global_word(text)

    def _answer_unit(
        self, unit: Turn, message: InboundMessage, contact: Contact, answer: Answer
    ) -> None:
        who = route(answer.handled_by, unit.content, self._return_words)
        log.info("message_routed", route=who.value, external_id=message.external_id)
        if who is Route.NOBODY:
            return
        if isinstance(unit.content, Media):
            answer.attachments.append(
                NewAttachment(
                    attachment_id=message.key,
                    contact_id=contact.contact_id,
                    media_kind=unit.content.media_kind,
                    url=unit.content.url,
                )
            )
        if who is not Route.BOT:
            return
        reading = self._read(unit, contact, answer)
        answer.handled_by = Handler.BOT
        if isinstance(reading, Command) and "identity_digits" in reading.entities:
            answer.has_proof = True
        if reading is not None:
            has_file = isinstance(unit.content, Media)
            self._ask(reading, message, contact, answer, has_file=has_file)

    def _read(self, unit: Turn, contact: Contact, answer: Answer) -> Reading | None:
        if answer.handled_by is Handler.NOBODY:
            return WELCOME_BACK
        return self._reader.read(
            unit.content,
            contact_id=contact.contact_id,
            offer=answer.offer,
            active_form=answer.active_form,
        )

    def _ask(
        self,
        reading: Reading,
        message: InboundMessage,
        contact: Contact,
        answer: Answer,
        *,
        has_file: bool,
    ) -> None:
        conversation = answer.conversation
        metadata: dict[str, Any] = {
            "message_id": message.key,
            "contact_id": contact.contact_id,
            "conversation_id": conversation.conversation_id,
            "country": self._country,
            "borrower_id": contact.identity.verified_borrower(answer.now),
            "has_file": has_file,
            "lapsed_letter": answer.lapsed_letter,
            "is_first_contact": conversation.turns == 0,
        }
        with TURN_SECONDS.labels(step="dialogue").time():
            rasa = self._rasa.take_turn(
                conversation.session_id(answer.session), message.key, reading, metadata
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
            replies = Replies(messages=[Reply(content=OutboundText(text=self._sorry))])
        answer.add(replies, message.key, rasa.active_form)

"""What a contact is told of a letter outside a turn: what to do, and nothing personal."""

from uuid import NAMESPACE_URL, uuid5

from bot.dialogue.commands import Command, CommandSigner
from bot.services.enqueuing import Enqueuing
from bot.site import Site
from domain.conversation import Author, Offer, OfferedOption
from domain.country.pack import LetterNotice
from domain.message import Buttons, Option
from storage.conversations import Conversations
from storage.outbox import OutboxEntry

READY = "letter_ready"
OFFER = "letter_offer"
REVOKED = "letter_revoked"


class LetterNotices:
    """
    Neutral messages with one button; whoever taps or types it proves who they are before they see
    more.

    Each is enqueued once per `dedupe_key`; the methods return False if it was before.
    """

    def __init__(
        self, enqueuing: Enqueuing, conversations: Conversations, signer: CommandSigner, site: Site
    ) -> None:
        self._enqueuing = enqueuing
        self._conversations = conversations
        self._signer = signer
        self._texts = site.pack.notices.letters
        self._brand_name = site.brand_name

    def say_ready(self, conversation_id: str, folio: str, *, dedupe_key: str) -> bool:
        """The letter can be received."""
        command = Command(intent="receive_letter", entities={"folio": folio})
        return self._say(conversation_id, self._texts.ready, command, READY, dedupe_key)

    def say_offer(self, conversation_id: str, loan_id: str, *, dedupe_key: str) -> bool:
        """The loan was paid in full: its no-debt letter can be asked for."""
        command = Command(intent="request_no_debt_letter", entities={"loan_id": loan_id})
        return self._say(conversation_id, self._texts.offer, command, OFFER, dedupe_key)

    def say_revoked(self, conversation_id: str, folio: str, *, dedupe_key: str) -> bool:
        """The letter holds no longer."""
        command = Command(intent="see_letter_notice", entities={"folio": folio})
        return self._say(conversation_id, self._texts.revoked, command, REVOKED, dedupe_key)

    def say_ready_again(self, entry: OutboxEntry) -> bool:
        """In the place of a held-back document: it waits until the contact proves who they are."""
        if entry.subject is None:
            return False
        return self.say_ready(
            entry.conversation_id, entry.subject, dedupe_key=f"{entry.message_id}:ready"
        )

    def _say(
        self,
        conversation_id: str,
        notice: LetterNotice,
        command: Command,
        purpose: str,
        dedupe_key: str,
    ) -> bool:
        nonce = uuid5(NAMESPACE_URL, dedupe_key).hex[:8]
        contact_id = self._conversations.get(conversation_id).contact_id
        reply_id = self._signer.sign(command, contact_id=contact_id, nonce=nonce)
        is_new = self._enqueuing.add(
            conversation_id,
            Buttons(
                body=notice.text.format(brand_name=self._brand_name),
                options=[Option(reply_id=reply_id, title=notice.button)],
            ),
            dedupe_key=dedupe_key,
            author=Author.FOLLOW_UP,
            purpose=purpose,
            subject=command.entities.get("folio"),
        )
        if is_new:
            option = OfferedOption(
                title=notice.button, intent=command.intent, entities=command.entities
            )
            self._conversations.add_to_offer(conversation_id, Offer(nonce=nonce, options=[option]))
        return is_new

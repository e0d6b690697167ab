"""Puts messages into the outbox outside a turn: notices, templates, second copies."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from bot.clock import Clock
from bot.doorbell import Doorbell
from bot.infobip.limits import TEMPLATE_PAYLOAD_LENGTH
from bot.site import Site
from domain.conversation import Author
from domain.message import Buttons, OutboundContent
from storage.contacts import Contacts
from storage.conversations import Conversations
from storage.errors import AlreadyStoredError
from storage.outbox import NewOutbound, Outbox, OutboxEntry

MAX_COPIES = 3
FIRST_RETRY = timedelta(seconds=30)


class Enqueuing:
    """Adds single messages at the end of a conversation's outbound order, each once."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        conversations: Conversations,
        contacts: Contacts,
        site: Site,
        clock: Clock,
        doorbell: Doorbell,
    ) -> None:
        self._outbox = outbox
        self._conversations = conversations
        self._contacts = contacts
        self._site = site
        self._clock = clock
        self._doorbell = doorbell

    def add(
        self,
        conversation_id: str,
        content: OutboundContent,
        *,
        dedupe_key: str,
        author: Author,
        purpose: str | None = None,
        subject: str | None = None,
        copies: int = 0,
        for_borrower: str | None = None,
        available_at: datetime | None = None,
    ) -> bool:
        """Enqueue one message; False if `dedupe_key` was enqueued before."""
        conversation = self._conversations.get(conversation_id)
        contact = self._contacts.get(conversation.contact_id)
        try:
            self._outbox.add_many(
                [
                    NewOutbound(
                        message_id=str(uuid5(NAMESPACE_URL, dedupe_key)),
                        dedupe_key=dedupe_key,
                        content=content,
                        author=author,
                        purpose=purpose,
                        subject=subject,
                        copies=copies,
                        for_borrower=for_borrower,
                    )
                ],
                conversation_id=conversation_id,
                business_number=conversation.business_number,
                to=contact.send_to,
                first_seq=self._conversations.reserve_places(conversation_id, 1),
                now=self._clock.machine_now(),
                available_at=available_at,
            )
        except AlreadyStoredError:
            return False
        self._doorbell.ring("outbox")
        return True

    def send_template_for(self, entry: OutboxEntry) -> None:
        """
        Call the person, once, with the template of the message's purpose, if the site has one.

        The template's buttons mean what the message's own would.
        """
        if entry.purpose is None:
            return
        template = self._site.template_for(entry.purpose, _reply_ids(entry.content))
        if template is not None:
            self.add(
                entry.conversation_id,
                template,
                dedupe_key=f"{entry.message_id}:template",
                author=entry.author,
            )

    def send_copy(self, entry: OutboxEntry, *, at: datetime | None = None) -> bool:
        """
        Send again, as a new message, what did not arrive; False after the last copy.

        `at` the given time, or later with each copy.
        """
        if entry.copies >= MAX_COPIES:
            return False
        self.add(
            entry.conversation_id,
            entry.content,
            dedupe_key=f"{entry.message_id}:copy",
            author=entry.author,
            purpose=entry.purpose,
            subject=entry.subject,
            copies=entry.copies + 1,
            for_borrower=entry.for_borrower,
            available_at=at or self.retry_at(entry),
        )
        return True

    def retry_at(self, entry: OutboxEntry) -> datetime:
        """When to try a message again: later with each attempt and copy."""
        tries = entry.attempts + entry.copies
        delay: timedelta = FIRST_RETRY * 2 ** min(max(tries - 1, 0), 6)
        return self._clock.machine_now() + delay


def _reply_ids(content: OutboundContent) -> list[str]:
    """What the message's buttons bring back; none if a template could not bring back one."""
    options = content.options if isinstance(content, Buttons) else []
    reply_ids = [option.reply_id for option in options]
    fits = all(len(reply_id) <= TEMPLATE_PAYLOAD_LENGTH for reply_id in reply_ids)
    return reply_ids if fits else []

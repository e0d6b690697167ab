"""What people are told when the dialogue itself is away: please wait once, or sorry once."""

from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from bot.services.enqueuing import Enqueuing
from bot.site import Site
from domain.conversation import Author, Conversation
from domain.message import OutboundText
from storage.conversations import TurnOutcome
from storage.inbox import InboxEntry
from storage.outbox import NewOutbound, OutboxEntry
from storage.turns import FinishedTurn

SAY_WAIT_AFTER = timedelta(seconds=6)


class FallbackNotices:
    """Fixed texts of the country pack; they need neither Rasa nor an action."""

    def __init__(self, enqueuing: Enqueuing, site: Site) -> None:
        self._enqueuing = enqueuing
        self._site = site

    def say_please_wait(self, conversation_id: str, entry: InboxEntry, waited: timedelta) -> None:
        """Tell the person once a message that its answer takes longer."""
        if waited >= SAY_WAIT_AFTER:
            self._enqueuing.add(
                conversation_id,
                OutboundText(text=self._site.pack.notices.please_wait),
                dedupe_key=f"wait:{entry.entry_id}",
                author=Author.NOTICE,
            )

    def say_no_document(self, entry: OutboxEntry) -> None:
        """Tell the person once that a document they wait for could not be made."""
        self._enqueuing.add(
            entry.conversation_id,
            OutboundText(text=self._site.pack.notices.no_document),
            dedupe_key=f"{entry.message_id}:no_document",
            author=Author.NOTICE,
        )

    def give_up(
        self, conversation: Conversation, batch: list[InboxEntry], reason: str
    ) -> FinishedTurn:
        """The turn of messages that cannot be answered: an apology, and a dead letter for us."""
        dedupe_key = f"sorry:{batch[0].entry_id}"
        return FinishedTurn(
            outcome=TurnOutcome(
                session=conversation.session,
                offer=None,
                last_answer=[],
                arrived_at=max(entry.arrived_at for entry in batch),
            ),
            replies=[
                NewOutbound(
                    message_id=str(uuid5(NAMESPACE_URL, dedupe_key)),
                    dedupe_key=dedupe_key,
                    content=OutboundText(text=self._site.pack.notices.sorry),
                    author=Author.NOTICE,
                )
            ],
            attachments=[],
            given_up=reason,
        )

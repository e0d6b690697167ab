"""How a borrower's letters travelled to a chat: which was sent, what became of it, what is left."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.clock import Clock
from bot.services.media_links import MediaLinks
from bot.site import Site
from domain.delivery import DeliveryStatus
from domain.letter import Letter, LetterState
from domain.letter_content import LetterKind
from domain.message import Document, UrlButton
from storage.letter_register import LetterRegister, RegisterSearch
from storage.letters import Letters
from storage.outbox import Outbox, OutboxEntry

LINK_LASTS = timedelta(minutes=30)
ARRIVES_WITHIN = timedelta(minutes=2)
LOOKED_THROUGH = 5
MOVING = {
    DeliveryStatus.PENDING,
    DeliveryStatus.SENDING,
    DeliveryStatus.UNKNOWN,
    DeliveryStatus.WAITING_WINDOW,
}
ARRIVED = {DeliveryStatus.DELIVERED, DeliveryStatus.SEEN}


class Way(StrEnum):
    """What is known of a letter's last document in a chat."""

    NOT_SENT = "not_sent"
    ON_ITS_WAY = "on_its_way"
    SENT = "sent"
    ARRIVED = "arrived"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Journey:
    """What became of a letter in one chat. `sent_at` is business time, as people read it."""

    way: Way
    sent_at: datetime | None
    times_sent: int
    was_linked: bool


class LetterDelivery:
    """Looks letters up for the borrower they are of; the caller has proven who that is."""

    def __init__(
        self,
        *,
        letters: Letters,
        register: LetterRegister,
        outbox: Outbox,
        media_links: MediaLinks,
        site: Site,
        clock: Clock,
    ) -> None:
        self._letters = letters
        self._register = register
        self._outbox = outbox
        self._media_links = media_links
        self._site = site
        self._clock = clock

    def find(self, folio: str, borrower_id: str) -> Letter | None:
        """
        The borrower's letter of that folio, or the newest of theirs that took its place.

        None if it was never theirs, or if what took its place is another borrower's.
        """
        letter = self._letters.find(folio)
        if letter is None or letter.borrower_id != borrower_id:
            return None
        if letter.superseded_by is None:
            return letter
        search = self._search(borrower_id, letter.kind, letter.loan_id)
        [newest] = self._register.list_newest(search, limit=1)
        return newest if newest.superseded_by is None else None

    def find_newest(self, borrower_id: str, kind: LetterKind | None = None) -> Letter | None:
        """The borrower's letter issued last."""
        found = self._register.list_newest(self._search(borrower_id, kind), limit=1)
        return found[0] if found else None

    def unreceived(self, borrower_id: str, conversation_id: str) -> Iterator[Letter]:
        """The letters that hold and were never put into this chat, newest first."""
        search = self._search(borrower_id).model_copy(update={"state": LetterState.VALID})
        for letter in self._register.list_newest(search, limit=LOOKED_THROUGH):
            if not self._documents(conversation_id, letter.folio):
                yield letter

    def journey(self, conversation_id: str, letter: Letter) -> Journey:
        """What became of the letter in this chat."""
        documents = self._documents(conversation_id, letter.folio)
        links = [
            entry
            for entry in self._outbox.list_of_subject(conversation_id, letter.folio)
            if isinstance(entry.content, UrlButton)
        ]
        last = documents[0] if documents else None
        # the outbox keeps the machine's time, people read the business's
        shift = self._clock.now() - self._clock.machine_now()
        return Journey(
            way=self._way(last),
            sent_at=last.enqueued_at + shift if last else None,
            times_sent=sum(not entry.copies for entry in documents),
            was_linked=bool(links),
        )

    def link(self, letter: Letter) -> str:
        """An address at which anybody who is given it gets the document, for half an hour."""
        name = self._site.pack.letters.file_name(letter.kind, letter.folio)
        return self._media_links.url(letter.file_id, name, lasts=LINK_LASTS)

    def _search(
        self, borrower_id: str, kind: LetterKind | None = None, loan_id: str | None = None
    ) -> RegisterSearch:
        today = self._site.local_date(self._clock.now())
        return RegisterSearch(today=today, borrower_id=borrower_id, kind=kind, loan_id=loan_id)

    def _documents(self, conversation_id: str, folio: str) -> list[OutboxEntry]:
        """Every time its document was put into the chat, newest first; a held-back one was not."""
        return [
            entry
            for entry in self._outbox.list_of_subject(conversation_id, folio)
            if isinstance(entry.content, Document) and entry.status is not DeliveryStatus.WITHHELD
        ]

    def _way(self, last: OutboxEntry | None) -> Way:
        if last is None:
            return Way.NOT_SENT
        if last.status in ARRIVED:
            return Way.ARRIVED
        is_recent = self._clock.machine_now() - last.enqueued_at < ARRIVES_WITHIN
        if last.status in MOVING or (last.status is DeliveryStatus.SENT and is_recent):
            return Way.ON_ITS_WAY
        return Way.SENT if last.status is DeliveryStatus.SENT else Way.FAILED

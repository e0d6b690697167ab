"""Says the notices about letters that wait, when and to whom they may be said."""

from datetime import UTC, datetime, time, timedelta

from bot.clock import Clock
from bot.logs import get_logger
from bot.metrics import LETTER_NOTICES
from bot.services.letter_notices import LetterNotices
from bot.services.people import People
from bot.site import Site
from domain.conversation import Conversation, Handler
from domain.delivery import DeliveryStatus
from domain.letter_content import LetterKind
from domain.letter_followups import payment_to_offer_for
from domain.message import Document
from storage.contacts import Contacts
from storage.conversations import Conversations
from storage.dead_letters import DeadLetters
from storage.errors import StorageError
from storage.letter_notices import LetterNotices as StoredNotices
from storage.letter_notices import NoticeEnd, NoticeKind, WaitingNotice
from storage.letters import Letters as StoredLetters
from storage.loans import Loans
from storage.outbox import Outbox

SAID_FROM = time(8)
SAID_UNTIL = time(21)
KEPT_FOR = timedelta(days=7)
NOT_ARRIVING = {DeliveryStatus.FAILED, DeliveryStatus.EXPIRED, DeliveryStatus.WITHHELD}

log = get_logger()


class LetterNoticeQueue:
    """
    Between the event and its notice: no one is written to at night.

    Notices wait here and not in the outbox, where they would hold up the answers behind them.
    While an agent talks to the contact they wait as well: nobody would answer the button.
    """

    def __init__(
        self,
        *,
        waiting: StoredNotices,
        notices: LetterNotices,
        letters: StoredLetters,
        loans: Loans,
        people: People,
        contacts: Contacts,
        conversations: Conversations,
        outbox: Outbox,
        dead_letters: DeadLetters,
        site: Site,
        clock: Clock,
    ) -> None:
        self._waiting = waiting
        self._notices = notices
        self._letters = letters
        self._loans = loans
        self._people = people
        self._contacts = contacts
        self._conversations = conversations
        self._outbox = outbox
        self._dead_letters = dead_letters
        self._site = site
        self._clock = clock

    def say_due(self) -> int:
        """Say, or end unsaid, what waits; how many notices were said."""
        now = self._clock.now()
        if not SAID_FROM <= now.astimezone(self._site.zone).time() < SAID_UNTIL:
            return 0
        count = 0
        for notice in self._waiting.list_waiting():
            try:
                how = self._say(notice, now)
            except StorageError:
                raise
            except Exception:
                log.exception("letter_notice_failed", kind=notice.kind.value, folio=notice.folio)
                continue
            if how is not None and self._waiting.end(notice.notice_id, how, at=now):
                log.info("letter_notice_ended", kind=notice.kind.value, outcome=how.value)
                LETTER_NOTICES.labels(kind=notice.kind.value, outcome=how.value).inc()
                count += how is NoticeEnd.SAID
        return count

    def _say(self, notice: WaitingNotice, now: datetime) -> NoticeEnd | None:
        """How the notice ends now; None if it goes on waiting."""
        if now - notice.added_at > KEPT_FOR:
            self._give_up(notice, now)
            return NoticeEnd.TOO_OLD
        conversation = self._conversation_for(notice)
        if conversation is None:
            return NoticeEnd.NEVER_WROTE
        if self._wants_silence(notice, conversation):
            return NoticeEnd.OPTED_OUT
        if conversation.handled_by is Handler.AGENT:
            return None
        if self._is_outdated(notice, conversation.conversation_id, now):
            return NoticeEnd.OUTDATED
        self._enqueue(notice, conversation.conversation_id)
        return NoticeEnd.SAID

    def _give_up(self, notice: WaitingNotice, now: datetime) -> None:
        """Leave it to a person."""
        self._dead_letters.add(
            source="letter_notice",
            reason=NoticeEnd.TOO_OLD.value,
            body=notice.model_dump(mode="json"),
            dedupe_key=f"letter_notice:{notice.notice_id}",
            at=now,
            conversation_id=notice.conversation_id,
        )

    def _enqueue(self, notice: WaitingNotice, conversation_id: str) -> None:
        key = notice.notice_id
        match notice.kind:
            case NoticeKind.READY:
                self._notices.say_ready(conversation_id, notice.folio or "", dedupe_key=key)
            case NoticeKind.OFFER:
                self._notices.say_offer(conversation_id, notice.loan_id, dedupe_key=key)
            case NoticeKind.REVOKED:
                self._notices.say_revoked(conversation_id, notice.folio or "", dedupe_key=key)

    def _conversation_for(self, notice: WaitingNotice) -> Conversation | None:
        """Where the letter was wished for, else where the borrower wrote last."""
        if notice.conversation_id is not None:
            return self._conversations.find(notice.conversation_id)
        phones = self._people.phones_of(notice.borrower_id)
        contacts = filter(None, (self._contacts.find_by_alias(f"phone:{each}") for each in phones))
        found = (self._conversations.find_latest(contact.contact_id) for contact in contacts)
        return max(filter(None, found), key=_last_heard_of, default=None)

    def _wants_silence(self, notice: WaitingNotice, conversation: Conversation) -> bool:
        """Who opted out hears nothing; who wants no promotions, nothing they did not ask for."""
        if conversation.handled_by is Handler.NOBODY:
            return True
        if notice.kind is not NoticeKind.OFFER:
            return False
        return not self._contacts.get(conversation.contact_id).wants_marketing

    def _is_outdated(self, notice: WaitingNotice, conversation_id: str, now: datetime) -> bool:
        """Whether things went on while the notice waited."""
        match notice.kind:
            case NoticeKind.READY:
                letter = self._letters.find(notice.folio or "")
                is_good = letter is not None and letter.revoked_at is None
                return not is_good or self._was_sent(conversation_id, notice.folio or "")
            case NoticeKind.OFFER:
                return not self._can_be_offered(notice, now)
            case NoticeKind.REVOKED:
                return False

    def _was_sent(self, conversation_id: str, folio: str) -> bool:
        """Whether the person asked for the letter by themselves meanwhile."""
        return any(
            isinstance(entry.content, Document) and entry.status not in NOT_ARRIVING
            for entry in self._outbox.list_of_subject(conversation_id, folio)
        )

    def _can_be_offered(self, notice: WaitingNotice, now: datetime) -> bool:
        history = self._loans.find(notice.loan_id)
        if history is None or history.loan.borrower_id != notice.borrower_id:
            return False
        if self._letters.find_current(notice.loan_id, LetterKind.NO_DEBT):
            return False
        today, terms = self._site.local_date(now), self._site.pack.letters.terms
        return payment_to_offer_for(history, today, terms) is not None


def _last_heard_of(conversation: Conversation) -> datetime:
    return conversation.last_inbound_at or datetime.min.replace(tzinfo=UTC)

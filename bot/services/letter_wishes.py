"""Letters wished for while they cannot be had: noted when asked, issued once they can be."""

from datetime import timedelta

from bot.clock import Clock
from bot.logs import get_logger
from bot.metrics import LETTER_FOLLOWUPS
from bot.services.letters import ACTOR, Letters
from bot.services.people import People
from bot.site import Site
from domain.conversation import Handler
from domain.letter import Letter
from domain.letter_content import LetterKind
from domain.letter_rules import LetterNotAvailable, refuse_unless_available
from domain.loan_position import LoanHistory
from storage.contacts import Contacts
from storage.conversations import Conversations
from storage.letter_followups import LetterFollowups as StoredFollowups
from storage.letter_notices import NewNotice, NoticeKind
from storage.letter_wishes import DropReason, LetterWish, NewWish
from storage.letter_wishes import LetterWishes as StoredWishes

WISH_LASTS = timedelta(days=365)

log = get_logger()


class LetterWishes:
    """Takes "tell me when I can have it": the letter is issued by itself once it can be."""

    def __init__(
        self,
        *,
        wishes: StoredWishes,
        followups: StoredFollowups,
        letters: Letters,
        conversations: Conversations,
        contacts: Contacts,
        people: People,
        site: Site,
        clock: Clock,
    ) -> None:
        self._wishes = wishes
        self._followups = followups
        self._letters = letters
        self._conversations = conversations
        self._contacts = contacts
        self._people = people
        self._site = site
        self._clock = clock

    def add(
        self,
        kind: LetterKind,
        loan_id: str,
        *,
        conversation_id: str,
        borrower_id: str,
        addressee: str | None,
        cause_id: str,
    ) -> bool:
        """
        Wait for the letter; False if this person waits for it already or asked by this message.

        A letter that can be had already is issued within the minute.
        """
        wish = NewWish(
            kind=kind,
            loan_id=loan_id,
            borrower_id=borrower_id,
            contact_id=self._conversations.get(conversation_id).contact_id,
            conversation_id=conversation_id,
            addressee=addressee,
            cause_id=cause_id,
        )
        is_new = self._wishes.add_once(wish, at=self._clock.now())
        if is_new:
            log.info("letter_wished", kind=kind.value, conversation_id=conversation_id)
        return is_new

    def look_after(self, wish: LetterWish, history: LoanHistory) -> None:
        """Issue the letter, and have the contact told, if that may be now; drop a vain wish."""
        today = self._site.local_date(self._clock.now())
        position = history.position(today)
        if position.is_cancelled:
            self._drop(wish, DropReason.LOAN_CANCELLED)
        elif self._is_nobody_there(wish, history):
            self._drop(wish, DropReason.CONTACT_GONE)
        else:
            try:
                # asked first: a wish that goes on waiting is no refused request
                refuse_unless_available(wish.kind, history, position, self._site.pack.letters.terms)
                self._fulfil(wish, self._issue(wish, history))
            except LetterNotAvailable:
                return

    def drop_old(self) -> None:
        """Nobody waits for a letter longer than a year."""
        for wish in self._wishes.list_added_before(self._clock.now() - WISH_LASTS):
            self._drop(wish, DropReason.TOO_OLD)

    def _issue(self, wish: LetterWish, history: LoanHistory) -> Letter:
        letter, _ = self._letters.issue(
            wish.kind,
            wish.loan_id,
            addressee=wish.addressee,
            # other facts make another letter: one issued on these may be revoked by then
            cause_id=f"wish:{wish.wish_id}:{history.version}",
            actor=ACTOR,
        )
        return letter

    def _fulfil(self, wish: LetterWish, letter: Letter) -> None:
        notice = NewNotice(
            notice_id=f"letter_ready:{wish.wish_id}",
            kind=NoticeKind.READY,
            loan_id=wish.loan_id,
            borrower_id=wish.borrower_id,
            folio=letter.folio,
            conversation_id=wish.conversation_id,
        )
        now = self._clock.now()
        if self._followups.fulfil(wish.wish_id, letter.folio, notice, at=now):
            log.info("letter_wish_fulfilled", folio=letter.folio)
            LETTER_FOLLOWUPS.labels(what="wish_fulfilled").inc()

    def _is_nobody_there(self, wish: LetterWish, history: LoanHistory) -> bool:
        """Whether who wished cannot be told any more: opted out, or not the borrower's number."""
        try:
            conversation = self._conversations.get(wish.conversation_id)
            contact = self._contacts.get(wish.contact_id)
        except KeyError:
            return True
        borrowers = {each.borrower_id for each in self._people.borrowers_at(contact)}
        is_theirs = history.loan.borrower_id == wish.borrower_id in borrowers
        return conversation.handled_by is Handler.NOBODY or not is_theirs

    def _drop(self, wish: LetterWish, reason: DropReason) -> None:
        if self._wishes.drop(wish, reason, actor=ACTOR, at=self._clock.now()):
            log.info("letter_wish_dropped", reason=reason.value)
            LETTER_FOLLOWUPS.labels(what="wish_dropped").inc()

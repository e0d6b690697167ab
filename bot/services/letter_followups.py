"""What a loan's events do to its letters: some end, some are issued by themselves or offered."""

from collections import defaultdict
from datetime import date

from bot.clock import Clock
from bot.logs import get_logger
from bot.metrics import LETTER_FOLLOWUPS
from bot.services.letter_revocations import LetterRevocations
from bot.services.letter_wishes import LetterWishes
from bot.services.letters import ACTOR
from bot.site import Site
from domain.letter_content import LetterKind
from domain.letter_followups import broken_by, next_change_on, payment_to_offer_for
from domain.loan_position import LoanHistory
from storage.dead_letters import DeadLetters
from storage.errors import StorageError
from storage.letter_notices import LetterNotices as StoredNotices
from storage.letter_notices import NewNotice, NoticeKind
from storage.letter_wishes import LetterWish
from storage.letter_wishes import LetterWishes as StoredWishes
from storage.letters import CurrentLetter, LoanChangedError
from storage.letters import Letters as StoredLetters
from storage.loan_reviews import LoanReviews, ReviewMark
from storage.loans import Loans

PAGE = 200
MAX_PAGES = 50
MAX_FAILURES = 20

log = get_logger()


class LetterFollowups:
    """
    Reviews loans of which something changed, or for which a day came that may matter.

    Every step may be repeated, by a second scheduler or after a crash, and is done once: a loan
    stays marked until all that follows for it is stored.
    """

    def __init__(
        self,
        *,
        reviews: LoanReviews,
        loans: Loans,
        letters: StoredLetters,
        wishes: StoredWishes,
        letter_wishes: LetterWishes,
        notices: StoredNotices,
        revocations: LetterRevocations,
        dead_letters: DeadLetters,
        site: Site,
        clock: Clock,
    ) -> None:
        self._reviews = reviews
        self._loans = loans
        self._letters = letters
        self._wishes = wishes
        self._letter_wishes = letter_wishes
        self._notices = notices
        self._revocations = revocations
        self._dead_letters = dead_letters
        self._site = site
        self._clock = clock

    def review_due(self) -> int:
        """Review what is due, a bounded number of loans; how many were done with."""
        put_off: set[str] = set()
        count = 0
        for _ in range(MAX_PAGES):
            due = self._reviews.list_due(self._today(), PAGE)
            page = [mark for mark in due if mark.loan_id not in put_off]
            if not page:
                break
            done = self._review_page(page)
            put_off |= {mark.loan_id for mark in page} - done
            count += len(done)
        return count

    def _review_page(self, page: list[ReviewMark]) -> set[str]:
        """Ids of the loans that are done with; the others are tried again in the next run."""
        loan_ids = [mark.loan_id for mark in page]
        letters: dict[str, list[CurrentLetter]] = defaultdict(list)
        for letter in self._letters.list_current(loan_ids):
            letters[letter.loan_id].append(letter)
        wishes: dict[str, list[LetterWish]] = defaultdict(list)
        for wish in self._wishes.list_waiting(loan_ids):
            wishes[wish.loan_id].append(wish)
        done: list[tuple[ReviewMark, date | None]] = []
        for mark in page:
            try:
                next_on = self._review(mark.loan_id, letters[mark.loan_id], wishes[mark.loan_id])
            except StorageError:
                raise
            except LoanChangedError:
                # it goes on changing; its mark stays
                continue
            except Exception:
                log.exception("letter_review_failed")
                if not self._is_hopeless(mark):
                    continue
                next_on = None
            done.append((mark, next_on))
        self._reviews.note_done(done)
        return {mark.loan_id for mark, _ in done}

    def _review(
        self, loan_id: str, current: list[CurrentLetter], waiting: list[LetterWish]
    ) -> date | None:
        """Do what follows for one loan now; the next day on which time alone may matter."""
        history = self._loans.find(loan_id)
        if history is None:
            return None
        lasting = [each for each in current if not self._revoke_if_broken(each.folio, history)]
        for wish in waiting:
            self._letter_wishes.look_after(wish, history)
        known = [letter.kind for letter in lasting] + [wish.kind for wish in waiting]
        if LetterKind.NO_DEBT not in known:
            self._offer_if_paid(history)
        return next_change_on(history, self._today(), self._site.pack.letters.terms)

    def _revoke_if_broken(self, folio: str, history: LoanHistory) -> bool:
        """Whether the letter was taken back now."""
        letter = self._letters.find(folio)
        reason = broken_by(letter, history, self._today()) if letter else None
        if letter is None or reason is None:
            return False
        revoked = self._revocations.revoke(
            letter, reason.value, actor=ACTOR, loan_version=history.version
        )
        if revoked is None:
            return False
        log.info("letter_broken", folio=folio, reason=reason.value)
        LETTER_FOLLOWUPS.labels(what="revoked").inc()
        return True

    def _offer_if_paid(self, history: LoanHistory) -> None:
        payment = payment_to_offer_for(history, self._today(), self._site.pack.letters.terms)
        if payment is None:
            return
        notice = NewNotice(
            # settled anew after a reversal, by another payment, it is offered anew
            notice_id=f"letter_offer:{payment.loan_id}:{payment.payment_id}",
            kind=NoticeKind.OFFER,
            loan_id=payment.loan_id,
            borrower_id=history.loan.borrower_id,
        )
        if self._notices.add_once(notice, at=self._clock.now()):
            LETTER_FOLLOWUPS.labels(what="offered").inc()

    def _is_hopeless(self, mark: ReviewMark) -> bool:
        """Put a failed review behind the others; after many a dead letter takes its place."""
        if self._reviews.note_failed(mark.loan_id) < MAX_FAILURES:
            self._reviews.mark(mark.loan_id)
            return False
        self._dead_letters.add(
            source="letter_review",
            reason="too_many_attempts",
            body={"loan_id": mark.loan_id},
            dedupe_key=f"letter_review:{mark.loan_id}:{mark.token}",
            at=self._clock.now(),
        )
        return True

    def _today(self) -> date:
        return self._site.local_date(self._clock.now())

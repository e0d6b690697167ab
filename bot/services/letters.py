"""Letters: who may have which, issued once, and taken back. The same for every door."""

import secrets
from dataclasses import dataclass
from datetime import date

from bot.clock import Clock
from bot.doorbell import Doorbell
from bot.logs import get_logger
from bot.metrics import LETTERS_ISSUED, LETTERS_REFUSED
from bot.services.letter_revocations import LetterRevocations
from bot.services.loan_accounts import NotTheirLoanError
from bot.site import Site
from domain.letter import (
    CODE_ALPHABET,
    CODE_CHARACTERS,
    Letter,
    LetterState,
    facts_key,
    tells_the_same,
)
from domain.letter_content import LetterKind
from domain.letter_followups import RevocationReason
from domain.letter_rules import LetterNotAvailable, refuse_unless_available
from domain.letter_writing import LetterDraft, Letterhead
from domain.loan_position import LoanHistory
from storage.borrowers import Borrowers
from storage.letter_printing import LetterPrinting
from storage.letters import Letters as StoredLetters
from storage.letters import LoanChangedError, NewLetter
from storage.loans import Loans
from storage.merchants import Merchants

MAX_TRIES = 5
ACTOR = "service"
"""Who does what nobody asked for."""

log = get_logger()


class LoanNotFoundError(NotTheirLoanError):
    """There is no loan of that id, or not for this borrower."""


@dataclass(frozen=True, slots=True)
class _Request:
    """What is to be issued, for whom, and because of what."""

    kind: LetterKind
    loan_id: str
    addressee: str | None
    cause_id: str
    actor: str
    borrower_id: str | None = None
    reason: str = ""
    is_anew: bool = False
    """Another letter even if nothing changed, of which its borrower is told."""


@dataclass(frozen=True, slots=True)
class LetterPreview:
    """What issuing would do: until when the letter may be presented, and which it replaces."""

    valid_until: date
    replaces: str | None


class Letters:
    """Issues and revokes letters; printing and sending them is others' work."""

    def __init__(
        self,
        *,
        letters: StoredLetters,
        printing: LetterPrinting,
        loans: Loans,
        borrowers: Borrowers,
        merchants: Merchants,
        site: Site,
        clock: Clock,
        revocations: LetterRevocations,
        doorbell: Doorbell,
        base_url: str,
    ) -> None:
        self._letters = letters
        self._printing = printing
        self._loans = loans
        self._borrowers = borrowers
        self._merchants = merchants
        self._site = site
        self._clock = clock
        self._revocations = revocations
        self._doorbell = doorbell
        self._head = Letterhead(
            country=site.country,
            time_zone=site.time_zone,
            issuer=site.issuer,
            payment_accounts=site.payment_accounts,
            terms=site.pack.letters.terms,
            verify_url=f"{base_url}/verificar/{{folio}}?c={{code}}",
        )

    def refuse_unless_available(
        self, kind: LetterKind, loan_id: str, *, borrower_id: str | None = None
    ) -> None:
        """Return if the letter could be issued now; LetterNotAvailable says why not."""
        self._refuse_unless_available(kind, self._history(loan_id, borrower_id), self._today())

    def preview(
        self,
        kind: LetterKind,
        loan_id: str,
        *,
        addressee: str | None,
        borrower_id: str | None = None,
    ) -> LetterPreview:
        """What `issue` would make now; LetterNotAvailable and LoanNotFoundError as there."""
        history = self._history(loan_id, borrower_id)
        content = self._draft(kind, history, addressee).content("")
        current = self._letters.find_current(loan_id, kind)
        replaces = None
        if (
            current is not None
            and current.borrower_id == history.loan.borrower_id
            and current.state(content.issued_on) is LetterState.VALID
        ):
            is_same = facts_key(current.content) == facts_key(content)
            replaces = None if is_same else current.folio
        return LetterPreview(content.valid_until, replaces)

    def is_up_to_date(self, letter: Letter) -> bool:
        """Whether the letter holds and is as good as one that would be issued now."""
        try:
            history = self._history(letter.loan_id, letter.borrower_id)
            position = history.position(self._today())
            # asked first: nobody was refused anything
            refuse_unless_available(letter.kind, history, position, self._site.pack.letters.terms)
            content = self._draft(letter.kind, history, letter.content.addressee).content("")
        except (LoanNotFoundError, LetterNotAvailable):
            return False
        is_valid = letter.state(content.issued_on) is LetterState.VALID
        return is_valid and tells_the_same(letter.content, content)

    def issue(
        self,
        kind: LetterKind,
        loan_id: str,
        *,
        addressee: str | None,
        cause_id: str,
        actor: str,
        borrower_id: str | None = None,
    ) -> tuple[Letter, bool]:
        """
        The letter, and whether it is a new one; its document is printed right afterwards.

        The same day, facts and addressee give the same letter, and so does the same `cause_id`.
        LetterNotAvailable says why there is none; LoanNotFoundError if `borrower_id` is given and
        the loan is not theirs.
        """
        return self._issue(_Request(kind, loan_id, addressee, cause_id, actor, borrower_id))

    def reissue(self, folio: str, reason: str, *, cause_id: str, actor: str) -> Letter:
        """
        A new letter in the place of one, with another code even if nothing else changed.

        Its borrower is told that it is there.
        KeyError if there is no such letter; LetterNotAvailable if the loan gets none any more;
        LoanNotFoundError if the loan is another borrower's by now.
        """
        old = self._letters.find(folio)
        if old is None:
            raise KeyError(folio)
        request = _Request(
            kind=old.kind,
            loan_id=old.loan_id,
            addressee=old.content.addressee,
            cause_id=cause_id,
            actor=actor,
            borrower_id=old.borrower_id,
            reason=reason,
            is_anew=True,
        )
        letter, _ = self._issue(request)
        return letter

    def find(self, folio: str) -> Letter | None:
        return self._letters.find(folio)

    def revoke(self, folio: str, reason: str, *, actor: str) -> Letter | None:
        """
        Take a letter back, and have its borrower told; None if there is none or it was before.

        The reason is for the audit log: people are told it if it is one of the service's own.
        """
        letter = self._letters.find(folio)
        return letter and self._revocations.revoke(letter, reason, actor=actor)

    def _history(self, loan_id: str, borrower_id: str | None) -> LoanHistory:
        history = self._loans.find(loan_id)
        if history is None or borrower_id not in (None, history.loan.borrower_id):
            raise LoanNotFoundError(loan_id)
        return history

    def _refuse_unless_available(self, kind: LetterKind, history: LoanHistory, on: date) -> None:
        position = history.position(on, self._site.due_soon_days)
        try:
            refuse_unless_available(kind, history, position, self._site.pack.letters.terms)
        except LetterNotAvailable as refusal:
            LETTERS_REFUSED.labels(kind=kind.value, reason=refusal.refusal.value).inc()
            raise

    def _issue(self, request: _Request) -> tuple[Letter, bool]:
        for _ in range(MAX_TRIES):
            history = self._history(request.loan_id, request.borrower_id)
            draft = self._draft(request.kind, history, request.addressee)
            self._revoke_anothers(request.kind, history)
            new = self._new_letter(request, draft)
            try:
                letter, is_new = self._letters.issue_once(
                    new, draft.content, now=self._clock.machine_now()
                )
            except LoanChangedError:
                # a payment came in between: what it changed decides anew
                continue
            if is_new:
                self._note_issued(letter)
            elif letter.file is None:
                # whoever asks again for what could not be printed asks for another attempt
                self._printing.resume(letter.folio, at=self._clock.machine_now())
                self._doorbell.ring("documents")
            return letter, is_new
        raise LoanChangedError(request.loan_id)

    def _revoke_anothers(self, kind: LetterKind, history: LoanHistory) -> None:
        """One borrower's letter never takes the place of another's: that one ends before."""
        current = self._letters.find_current(history.loan.loan_id, kind)
        if current is not None and current.borrower_id != history.loan.borrower_id:
            self._revocations.revoke(
                current,
                RevocationReason.BORROWER_CHANGED.value,
                actor=ACTOR,
                loan_version=history.version,
            )

    def _new_letter(self, request: _Request, draft: LetterDraft) -> NewLetter:
        loan = draft.history.loan
        rules = self._site.pack.letters.kinds[request.kind]
        year = self._site.local_date(draft.issued_at).year
        return NewLetter(
            kind=request.kind,
            loan_id=loan.loan_id,
            borrower_id=loan.borrower_id,
            merchant_id=loan.merchant_id,
            cause_id=request.cause_id,
            facts_key=facts_key(draft.content("")),
            loan_version=draft.history.version,
            folio_series=f"{self._site.country}-{rules.folio_code}-{year}",
            actor=request.actor,
            reason=request.reason,
            is_anew=request.is_anew,
        )

    def _draft(self, kind: LetterKind, history: LoanHistory, addressee: str | None) -> LetterDraft:
        now, loan = self._clock.now(), history.loan
        borrower = self._borrowers.find(loan.borrower_id)
        merchant = self._merchants.find(loan.merchant_id)
        if borrower is None or merchant is None:
            raise LoanNotFoundError(loan.loan_id)
        today = self._site.local_date(now)
        self._refuse_unless_available(kind, history, today)
        # on paper nothing counts that is known to come back: it would be owed again
        standing = history.standing
        return LetterDraft(
            kind=kind,
            code="".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARACTERS)),
            addressee=addressee,
            issued_at=now,
            head=self._head,
            history=standing,
            position=standing.position(today),
            borrower=borrower,
            merchant=merchant,
        )

    def _note_issued(self, letter: Letter) -> None:
        LETTERS_ISSUED.labels(kind=letter.kind.value).inc()
        log.info("letter_issued", folio=letter.folio, kind=letter.kind.value)
        self._doorbell.ring("documents")

    def _today(self) -> date:
        return self._site.local_date(self._clock.now())

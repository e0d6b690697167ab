"""Is this letter authentic? Answered to anybody who holds it, and to nobody else."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import blake2s
from hmac import compare_digest
from math import ceil

from bot.clock import Clock
from bot.logs import get_logger
from bot.metrics import LETTER_CHECKS
from bot.site import Site
from domain.letter import CODE_ALPHABET, CODE_CHARACTERS, Letter, LetterState, read_code, read_folio
from storage.errors import StorageError
from storage.letters import Letters
from storage.rate_limits import RateLimits

CHECKS_A_MINUTE = 30
WRONG_CODES_AN_HOUR = 10
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

# compared with where there is no letter, so that both take the same time
_NO_CODE = CODE_ALPHABET[0] * CODE_CHARACTERS

log = get_logger()


class TooManyTries(Exception):
    """Asked for too often; `retry_after` says when it may be tried again."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(f"try again in {retry_after}")
        self.retry_after = retry_after

    @property
    def retry_after_seconds(self) -> int:
        return max(1, ceil(self.retry_after.total_seconds()))


class CheckOutcome(StrEnum):
    """How a check ended, as it is counted."""

    VALID = "valid"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    NOT_FOUND = "not_found"
    TOO_MANY_TRIES = "too_many_tries"


@dataclass(frozen=True, slots=True)
class CheckedLetter:
    """A letter that exists, and what holds of it today."""

    letter: Letter
    state: LetterState
    ended_on: date | None
    """Local day of the newer letter or of the revocation; of an expired one, its last day."""


class LetterChecks:
    """
    Looks letters up by folio and code together.

    A wrong code, a folio that does not exist and one that cannot exist are the same answer after
    the same work. A right code is answered even after many wrong ones: nobody guesses one of 30^16,
    so locking a letter would only let a stranger shut out the clerk who holds it.
    """

    def __init__(
        self, letters: Letters, limits: RateLimits, site: Site, clock: Clock, *, secret: str
    ) -> None:
        self._letters = letters
        self._limits = limits
        self._site = site
        self._clock = clock
        self._secret = blake2s(secret.encode(), person=b"checks").digest()

    def check(self, folio_text: str, code_text: str, *, address: str) -> CheckedLetter | None:
        """
        The letter of that folio and code as typed, or None; counted as a look-up.

        TooManyTries after 30 checks a minute from `address` or 10 wrong codes an hour for a folio.
        """
        try:
            checked = self._check(folio_text, code_text, address)
        except TooManyTries:
            self._note(CheckOutcome.TOO_MANY_TRIES)
            raise
        self._note(CheckOutcome(checked.state.value) if checked else CheckOutcome.NOT_FOUND)
        return checked

    def _check(self, folio_text: str, code_text: str, address: str) -> CheckedLetter | None:
        self._count(f"address {self._hidden(address)}", MINUTE, CHECKS_A_MINUTE)
        folio = read_folio(folio_text)
        if folio is None:
            return None
        known = self._letters.find_code(folio)
        is_right = compare_digest(read_code(code_text) or "", known or _NO_CODE)
        if known is None or not is_right:
            self._count(f"folio {folio}", HOUR, WRONG_CODES_AN_HOUR)
            return None
        return self._checked(folio)

    def _checked(self, folio: str) -> CheckedLetter | None:
        letter = self._letters.find(folio)
        if letter is None:
            return None
        now = self._clock.now()
        self._letters.count_lookup(folio, now=now)
        state = letter.state(self._site.local_date(now))
        return CheckedLetter(letter, state, self._ended_on(letter, state))

    def _ended_on(self, letter: Letter, state: LetterState) -> date | None:
        if state is LetterState.REVOKED and letter.revoked_at is not None:
            return self._site.local_date(letter.revoked_at)
        if state is LetterState.SUPERSEDED and letter.superseded_by is not None:
            newer = self._letters.find(letter.superseded_by)
            return newer.content.issued_on if newer else None
        return letter.valid_until if state is LetterState.EXPIRED else None

    def _count(self, key: str, window: timedelta, limit: int) -> None:
        """TooManyTries past `limit`; while the counters are away nobody is turned away."""
        now = self._clock.machine_now()
        try:
            tries = self._limits.count(key, window, now=now)
        except StorageError as error:
            log.warning("rate_limit_unavailable", error=type(error).__name__)
            return
        if tries.count > limit:
            raise TooManyTries(tries.ends_at - now)

    def _hidden(self, address: str) -> str:
        """The same for the same address, and of no use to who reads the collection."""
        return blake2s(address.encode(), key=self._secret, digest_size=16).hexdigest()

    def _note(self, outcome: CheckOutcome) -> None:
        LETTER_CHECKS.labels(outcome=outcome.value).inc()
        log.info("letter_checked", outcome=outcome.value)

"""Prints the letters that were issued, and lets go the messages that wait for them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from bot.clock import Clock
from bot.doorbell import Doorbell
from bot.logs import get_logger
from bot.metrics import LETTER_SECONDS
from bot.services.merchant_logos import MerchantLogos
from domain.country.letters import LetterRules
from domain.letter import Letter
from domain.letter_content import AnyLetterContent
from pdfs.errors import PressError, UnusableMerchantLogo
from storage.dead_letters import DeadLetters
from storage.files import Files
from storage.letter_printing import LetterPrinting
from storage.outbox_files import OutboxFiles

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 3
FIRST_RETRY = timedelta(seconds=2)
CONTENT_TYPE = "application/pdf"

log = get_logger()


class Printer(Protocol):
    """What makes the document of a letter; PressError if it could not this time."""

    def print_letter(
        self, content: AnyLetterContent, /, *, merchant_logo: bytes | None = None
    ) -> bytes: ...


class DocumentWorker:
    """
    Takes issued letters one by one: print, store, note, let go.

    Whoever comes after a crash does what is left: the document that was stored first stays.
    """

    def __init__(
        self,
        press: Printer,
        *,
        letters: LetterPrinting,
        merchant_logos: MerchantLogos,
        rules: LetterRules,
        files: Files,
        outbox_files: OutboxFiles,
        dead_letters: DeadLetters,
        clock: Clock,
        doorbell: Doorbell,
        on_released: Callable[[str], None],
    ) -> None:
        """`on_released` is told each conversation that has something to send now."""
        self._press = press
        self._letters = letters
        self._merchant_logos = merchant_logos
        self._rules = rules
        self._files = files
        self._outbox_files = outbox_files
        self._dead_letters = dead_letters
        self._clock = clock
        self._doorbell = doorbell
        self._on_released = on_released

    def find_ready(self, _busy: set[str], limit: int) -> list[tuple[str, tuple[Letter, int]]]:
        """Letters to print now, which nobody else takes for a minute, each with its attempt."""
        ready = []
        for _ in range(limit):
            claimed = self._letters.claim_unprinted(now=self._clock.machine_now(), lease=LEASE)
            if claimed is None:
                break
            ready.append((claimed[0].folio, claimed))
        return ready

    def work(self, claimed: tuple[Letter, int]) -> bool:
        """Print one letter, or give it up after the last attempt; False if it must wait."""
        letter, attempt = claimed
        if attempt > MAX_ATTEMPTS and self._files.find(letter.file_id) is None:
            # none of them came to its end: it takes its worker down with it
            return self._give_up(letter, "never_finished")
        try:
            self._print(letter)
        except PressError as error:
            log.warning(
                "letter_not_printed", folio=letter.folio, attempt=attempt, reason=str(error)
            )
            if attempt == MAX_ATTEMPTS:
                return self._give_up(letter, str(error))
            delay = FIRST_RETRY * 4 ** (attempt - 1)
            self._letters.print_again(letter.folio, at=self._clock.machine_now() + delay)
            return False
        return True

    def _print(self, letter: Letter) -> None:
        # stored already: whoever did it was stopped before it could be noted
        stored = self._files.find(letter.file_id) or self._files.put_once(
            letter.file_id,
            self._printed(letter),
            name=self._rules.file_name(letter.kind, letter.folio),
            content_type=CONTENT_TYPE,
        )
        self._letters.note_printed(letter.folio, stored)
        self._release(letter)
        seconds = (self._clock.now() - letter.issued_at).total_seconds()
        LETTER_SECONDS.observe(max(0.0, seconds))
        log.info("letter_printed", folio=letter.folio, size_bytes=stored.size_bytes)

    def _printed(self, letter: Letter) -> bytes:
        """The document, with the merchant's logo unless that is what cannot be printed."""
        try:
            logo = self._merchant_logos.find(letter.merchant_id)
            return self._press.print_letter(letter.content, merchant_logo=logo)
        except UnusableMerchantLogo as error:
            log.warning("merchant_logo_left_out", folio=letter.folio, reason=str(error))
            return self._press.print_letter(letter.content)

    def _give_up(self, letter: Letter, reason: str) -> bool:
        """Leave it without a document; who waits for it is told so by the sender."""
        self._dead_letters.add(
            source="document",
            reason=reason,
            body={"folio": letter.folio, "kind": letter.kind.value},
            dedupe_key=f"document:{letter.folio}",
            at=self._clock.now(),
        )
        self._letters.give_up(letter.folio, at=self._clock.machine_now())
        self._release(letter)
        log.error("letter_given_up", folio=letter.folio, reason=reason)
        return True

    def _release(self, letter: Letter) -> None:
        waiting = self._outbox_files.release(letter.file_id, now=self._clock.machine_now())
        for conversation_id in waiting:
            self._on_released(conversation_id)
        if waiting:
            self._doorbell.ring("outbox")

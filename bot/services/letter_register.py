"""The register of letters as other systems see it: read, searched, and every look noted."""

import time
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import NamedTuple

from bot.clock import Clock
from bot.services.outgoing_files import FileState, OutgoingFiles
from bot.site import Site
from domain.letter import Letter, LetterState
from domain.letter_content import LetterKind
from storage.audit_log import AuditLog
from storage.files import Files, OpenFile
from storage.letter_register import LetterRegister as StoredRegister
from storage.letter_register import Place, RegisterSearch
from storage.letters import Letters

LOOK_EVERY_SECONDS = 0.02


class RegisterPage(NamedTuple):
    letters: list[Letter]
    next_place: Place | None
    """None: there are no more."""


class LetterRegister:
    """Every letter ever issued. Letters hold personal data, so who looked is in the audit log."""

    def __init__(
        self,
        *,
        register: StoredRegister,
        letters: Letters,
        files: Files,
        outgoing_files: OutgoingFiles,
        audit_log: AuditLog,
        site: Site,
        clock: Clock,
    ) -> None:
        self._register = register
        self._letters = letters
        self._files = files
        self._outgoing_files = outgoing_files
        self._audit_log = audit_log
        self._site = site
        self._clock = clock

    def search(
        self,
        *,
        actor: str,
        limit: int,
        after: Place | None = None,
        loan_id: str | None = None,
        borrower_id: str | None = None,
        kind: LetterKind | None = None,
        state: LetterState | None = None,
        issued_from: date | None = None,
        issued_to: date | None = None,
    ) -> RegisterPage:
        """A page of letters, newest first. Days are the site's own, the last one included."""
        search = RegisterSearch(
            today=self.today(),
            loan_id=loan_id,
            borrower_id=borrower_id,
            kind=kind,
            state=state,
            issued_since=self._midnight(issued_from),
            issued_before=self._midnight(issued_to and issued_to + timedelta(days=1)),
        )
        found = self._register.list_newest(search, after=after, limit=limit + 1)
        self._note("letters_searched", loan_id or borrower_id or "letters", actor)
        letters = found[:limit]
        last = letters[-1] if len(found) > limit else None
        return RegisterPage(letters, Place(last.issued_at, last.folio) if last else None)

    def read(self, folio: str, *, actor: str) -> Letter | None:
        letter = self._letters.find(folio)
        if letter is not None:
            self._note("letter_read", folio, actor)
        return letter

    def wait_printed(self, letter: Letter, *, seconds: float) -> bool:
        """Whether its document is stored, looking again for a while if it is still coming."""
        deadline = time.monotonic() + seconds
        while (state := self._outgoing_files.state(letter.file_id)) is FileState.COMING:
            if time.monotonic() >= deadline:
                return False
            time.sleep(LOOK_EVERY_SECONDS)
        return state is FileState.STORED

    def open_document(self, letter: Letter, *, actor: str) -> OpenFile | None:
        """Its document, noted as seen; None if it is not stored."""
        file = self._files.open(letter.file_id)
        if file is not None:
            self._note("letter_document_read", letter.folio, actor)
        return file

    def today(self) -> date:
        """The site's calendar day now."""
        return self._site.local_date(self._clock.now())

    def _midnight(self, day: date | None) -> datetime | None:
        """The instant at which the local day begins."""
        return datetime.combine(day, time_of_day(), self._site.zone) if day else None

    def _note(self, act: str, subject: str, actor: str) -> None:
        self._audit_log.add(actor=actor, act=act, subject=subject, at=self._clock.now())

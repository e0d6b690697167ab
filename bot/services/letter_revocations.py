"""Letters taken back, by the service itself or by an agent, and their borrowers told."""

from bot.clock import Clock
from bot.logs import get_logger
from domain.letter import Letter
from storage.letter_followups import LetterFollowups
from storage.letter_notices import NewNotice, NoticeKind

log = get_logger()


class LetterRevocations:
    """The one way in which a letter is revoked, whoever decides it."""

    def __init__(self, followups: LetterFollowups, clock: Clock) -> None:
        self._followups = followups
        self._clock = clock

    def revoke(
        self, letter: Letter, reason: str, *, actor: str, loan_version: int | None = None
    ) -> Letter | None:
        """
        Take the letter back, and have told whom it was issued to: both or neither.

        None if it was revoked before, or if the loan is not at the version given any more.
        """
        notice = NewNotice(
            notice_id=f"letter_revoked:{letter.folio}",
            kind=NoticeKind.REVOKED,
            loan_id=letter.loan_id,
            # the loan may be another borrower's by now
            borrower_id=letter.borrower_id,
            folio=letter.folio,
        )
        revoked = self._followups.revoke(
            letter.folio,
            reason,
            notice,
            loan_version=loan_version,
            actor=actor,
            at=self._clock.now(),
        )
        if revoked is not None:
            log.info("letter_revoked", folio=letter.folio)
        return revoked

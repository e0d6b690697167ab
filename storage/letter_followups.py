"""What follows for letters, each together with the notice of it: both are stored or neither is."""

from datetime import datetime

from pymongo.client_session import ClientSession

from domain.letter import Letter
from storage.letter_notices import LetterNotices, NewNotice
from storage.letter_wishes import LetterWishes
from storage.letters import Letters
from storage.loans import Loans
from storage.mongo import MongoDatabase


class LetterFollowups:
    """Transactions over letters, wishes and notices."""

    def __init__(self, database: MongoDatabase) -> None:
        self._client = database.client
        self._loans = Loans(database)
        self._letters = Letters(database)
        self._wishes = LetterWishes(database)
        self._notices = LetterNotices(database)

    def revoke(
        self,
        folio: str,
        reason: str,
        notice: NewNotice,
        *,
        loan_version: int | None,
        actor: str,
        at: datetime,
    ) -> Letter | None:
        """
        Take back the letter, with its audit entry, and have the borrower told.

        None, and nothing is written, if it was revoked before or if the loan changed since the
        version on which that was decided; without a version it was not decided on the loan.
        """

        def write(session: ClientSession) -> Letter | None:
            if loan_version is not None and not self._loans.is_at_version(
                notice.loan_id, loan_version, session=session
            ):
                return None
            letter = self._letters.revoke(folio, reason, actor=actor, at=at, session=session)
            if letter is not None:
                self._notices.add_once(notice, at=at, session=session)
            return letter

        with self._client.start_session() as session:
            return session.with_transaction(write)

    def fulfil(self, wish_id: str, folio: str, notice: NewNotice, *, at: datetime) -> bool:
        """End the wish for which the letter was issued, and have the contact told; once."""

        def write(session: ClientSession) -> bool:
            is_ended = self._wishes.fulfil(wish_id, folio, at=at, session=session)
            return is_ended and self._notices.add_once(notice, at=at, session=session)

        with self._client.start_session() as session:
            return session.with_transaction(write)

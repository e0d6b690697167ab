"""A borrower's loans as they stand now: the same figures for chat, portal and letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.clock import Clock
from bot.site import Site
from domain.loan_position import LoanHistory, LoanPosition, LoanState
from domain.merchant import Merchant
from storage.loans import Loans
from storage.merchants import Merchants

URGENCY = {
    LoanState.OVERDUE: 0,
    LoanState.DUE_SOON: 1,
    LoanState.UP_TO_DATE: 2,
    LoanState.PAID_IN_FULL: 3,
    LoanState.CANCELLED: 4,
}


class NotTheirLoanError(Exception):
    """The loan is not one of this borrower's: treated as one that does not exist."""


@dataclass(frozen=True)
class LoanAccount:
    """One loan at an instant: where it stands, and whose shop it is."""

    position: LoanPosition
    merchant: Merchant
    as_of: datetime

    @property
    def loan_id(self) -> str:
        return self.position.loan.loan_id

    @property
    def currency(self) -> str:
        return self.position.loan.currency


class LoanAccounts:
    """Reads loans with their merchants."""

    def __init__(self, loans: Loans, merchants: Merchants, site: Site, clock: Clock) -> None:
        self._loans = loans
        self._merchants = merchants
        self._site = site
        self._clock = clock

    def list_of(self, borrower_id: str) -> list[LoanAccount]:
        """The borrower's loans, most urgent first, then the newest; three queries in all."""
        histories = self._loans.list_of_borrower(borrower_id)
        return sorted(
            self._accounts(histories, self._clock.now()),
            key=lambda account: (
                URGENCY[account.position.state],
                -account.position.loan.granted_on.toordinal(),
            ),
        )

    def _accounts(self, histories: Sequence[LoanHistory], now: datetime) -> list[LoanAccount]:
        """Where each stands at `now`, in the same order."""
        today = self._site.local_date(now)
        merchants = self._merchants.by_id({history.loan.merchant_id for history in histories})
        return [
            LoanAccount(
                position=history.position(today, self._site.due_soon_days),
                merchant=merchants[history.loan.merchant_id],
                as_of=now,
            )
            for history in histories
        ]

    def get(self, borrower_id: str, loan_id: str) -> LoanAccount:
        """One of the borrower's loans; NotTheirLoanError otherwise."""
        for account in self.list_of(borrower_id):
            if account.loan_id == loan_id:
                return account
        raise NotTheirLoanError(loan_id)

    def find(self, loan_id: str) -> LoanAccount | None:
        """The loan of that id, whoever's it is."""
        history = self._loans.find(loan_id)
        return self._accounts([history], self._clock.now())[0] if history else None

    def page_of(
        self, borrower_id: str, *, after: tuple[date, str] | None, limit: int
    ) -> list[LoanAccount]:
        """Up to `limit` of the borrower's loans, oldest first; `after` is a day and an id."""
        rest = [
            history
            for history in self._loans.list_of_borrower(borrower_id)
            if after is None or (history.loan.granted_on, history.loan.loan_id) > after
        ]
        return self._accounts(rest[:limit], self._clock.now())

    def today(self) -> date:
        """The site's calendar day now."""
        return self._site.local_date(self._clock.now())

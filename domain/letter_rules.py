"""Which letter a loan may get today; if none, which condition fails and from when it may be met."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.errors import DomainError
from domain.letter_content import LetterKind
from domain.loan import Payment
from domain.loan_position import LoanHistory, LoanPosition, LoanState
from domain.text import fold


class Refusal(StrEnum):
    """Why there is no such letter today."""

    PAID_IN_FULL = "paid_in_full"
    CANCELLED = "cancelled"
    CANCELLATION_OPEN = "cancellation_open"
    STILL_OWED = "still_owed"
    PAYMENT_REVERSED = "payment_reversed"
    PAYMENT_UNCLEARED = "payment_uncleared"


class LetterNotAvailable(DomainError):
    """
    The loan gets no letter of this kind today.

    `amount_minor` is what would have to be paid today for it, and `available_on` the first day on
    which it can be had if everything is paid as agreed; None where paying changes nothing.
    """

    code = "letter_not_available"

    def __init__(
        self,
        kind: LetterKind,
        loan_id: str,
        refusal: Refusal,
        *,
        amount_minor: int = 0,
        available_on: date | None = None,
    ) -> None:
        super().__init__(f"no {kind} letter for loan {loan_id}: {refusal}")
        self.kind, self.loan_id, self.refusal = kind, loan_id, refusal
        self.amount_minor, self.available_on = amount_minor, available_on


@dataclass(frozen=True, slots=True)
class LetterTerms:
    """The country's rules for letters: how long each may be presented, what takes days to clear."""

    valid_days: Mapping[LetterKind, int]
    clearing_days: Mapping[str, int]
    """Days by folded payment method; a method not named clears at once."""

    def cleared_on(self, payment: Payment) -> date:
        """First local day on which the payment can no longer come back by itself."""
        return payment.paid_on + timedelta(days=self.clearing_days.get(fold(payment.method), 0))


def refuse_unless_available(
    kind: LetterKind, history: LoanHistory, position: LoanPosition, terms: LetterTerms
) -> None:
    """Return if the loan may get the letter on the position's day; LetterNotAvailable if not."""
    if position.is_cancelled:
        raise LetterNotAvailable(kind, history.loan.loan_id, Refusal.CANCELLED)
    if history.loan.open_case is not None:
        raise LetterNotAvailable(kind, history.loan.loan_id, Refusal.CANCELLATION_OPEN)
    if kind is LetterKind.BALANCE:
        _refuse_balance(history, position)
    else:
        _refuse_no_debt(history, position, terms)


def valid_until(kind: LetterKind, position: LoanPosition, terms: LetterTerms) -> date:
    """
    Last day on which the letter may be presented.

    A balance letter never outlives the next due date: after it, its figures are others.
    """
    latest = position.as_of + timedelta(days=terms.valid_days[kind])
    upcoming = position.next_installment
    if kind is LetterKind.BALANCE and upcoming is not None:
        return min(latest, upcoming.installment.due_on)
    return latest


def _refuse_balance(history: LoanHistory, position: LoanPosition) -> None:
    if position.state is LoanState.PAID_IN_FULL:
        raise LetterNotAvailable(LetterKind.BALANCE, history.loan.loan_id, Refusal.PAID_IN_FULL)


def _refuse_no_debt(history: LoanHistory, position: LoanPosition, terms: LetterTerms) -> None:
    today, loan = position.as_of, history.loan
    if position.left_to_pay_minor > 0:
        was_reversed = any(_is_reversed(payment) for payment in history.payments)
        raise LetterNotAvailable(
            LetterKind.NO_DEBT,
            loan.loan_id,
            Refusal.PAYMENT_REVERSED if was_reversed else Refusal.STILL_OWED,
            amount_minor=position.payoff(today).amount_minor,
            available_on=max(today, loan.installments[-1].due_on),
        )
    counted = [payment for payment in history.payments if payment.counts_on(today)]
    if any(_is_reversed(payment) for payment in counted):
        # known today, dated later: what it paid will be owed again
        raise LetterNotAvailable(LetterKind.NO_DEBT, loan.loan_id, Refusal.PAYMENT_REVERSED)
    cleared_on = max((terms.cleared_on(payment) for payment in counted), default=today)
    if cleared_on > today:
        raise LetterNotAvailable(
            LetterKind.NO_DEBT,
            loan.loan_id,
            Refusal.PAYMENT_UNCLEARED,
            available_on=cleared_on,
        )


def _is_reversed(payment: Payment) -> bool:
    return payment.reversal is not None

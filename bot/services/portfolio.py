"""One change of the portfolio at a time, by the rules of the import."""

from enum import StrEnum

from bot.services.letters import LoanNotFoundError
from domain.errors import DomainError
from domain.loan import Loan, Payment
from storage.bulk import WriteCounts, total
from storage.loans import Loans
from storage.mongo import MongoDatabase
from storage.portfolio_batch import Portfolio as StoredPortfolio
from storage.portfolio_batch import PortfolioBatch
from storage.portfolio_records import (
    LoanRecord,
    PaymentRecord,
    PaymentReversalRecord,
    Record,
    to_payment,
)


class Change(StrEnum):
    """What a record came to."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class PaymentConflict(DomainError):
    """The payment is known with other facts: money that came in is not rewritten."""

    code = "payment_conflict"


class PaymentNotFoundError(Exception):
    """The loan has no payment of that id."""


class Portfolio:
    """
    Takes single records of other systems; RecordError says what is wrong with one.

    Unlike the import, it never changes a payment or a reversal that is known.
    """

    def __init__(self, database: MongoDatabase, loans: Loans) -> None:
        self._stored = StoredPortfolio.of(database)
        self._loans = loans

    def has_borrower(self, borrower_id: str) -> bool:
        return bool(self._stored.borrowers.existing([borrower_id]))

    def put_loan(self, record: LoanRecord) -> Change:
        """Make the loan, or give it these terms."""
        return self._write(record)

    def add_payment(self, record: PaymentRecord) -> tuple[Payment, Change]:
        """
        The payment as it is kept, and whether it is new.

        LoanNotFoundError without the loan; PaymentConflict if the id stands for another payment.
        """
        payment = to_payment(record, self._loan(record.loan_id).currency)
        known = self._loans.payments_by_id([record.payment_id]).get(record.payment_id)
        if known is None:
            return payment, self._write(record)
        if known.model_copy(update={"reversal": None}) != payment:
            raise PaymentConflict(record.payment_id)
        return known, Change.UNCHANGED

    def reverse_payment(
        self, loan_id: str, record: PaymentReversalRecord
    ) -> tuple[Payment, Change]:
        """
        The payment with its reversal, and whether that is new.

        LoanNotFoundError, PaymentNotFoundError: there is no such payment to reverse;
        PaymentConflict if it was reversed before on another day or for another reason.
        """
        self._loan(loan_id)
        payment = self._payment(loan_id, record.payment_id)
        if payment.reversal is None:
            change = self._write(record)
            return self._payment(loan_id, record.payment_id), change
        is_same = (payment.reversal.reversed_on, payment.reversal.reason) == (
            record.reversed_on,
            record.reason,
        )
        if not is_same:
            raise PaymentConflict(record.payment_id)
        return payment, Change.UNCHANGED

    def _loan(self, loan_id: str) -> Loan:
        history = self._loans.find(loan_id)
        if history is None:
            raise LoanNotFoundError(loan_id)
        return history.loan

    def _payment(self, loan_id: str, payment_id: str) -> Payment:
        payment = self._loans.payments_by_id([payment_id]).get(payment_id)
        if payment is None or payment.loan_id != loan_id:
            raise PaymentNotFoundError(payment_id)
        return payment

    def _write(self, record: Record) -> Change:
        batch = PortfolioBatch(self._stored, [record])
        batch.take(record)
        return _change(total(batch.write()))


def _change(counts: WriteCounts) -> Change:
    if counts.created:
        return Change.CREATED
    return Change.CHANGED if counts.changed else Change.UNCHANGED

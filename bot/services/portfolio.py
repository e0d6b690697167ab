"""One change of the portfolio at a time, by the rules of the import."""

from bot.services.letters import LoanNotFoundError
from domain.errors import DomainError
from domain.loan import Loan, Payment, PaymentReversal
from storage.bulk import total
from storage.loans import Loans
from storage.mongo import MongoDatabase
from storage.portfolio_batch import Portfolio as StoredPortfolio
from storage.portfolio_batch import PortfolioBatch
from storage.portfolio_records import (
    LoanRecord,
    PaymentRecord,
    PaymentReversalRecord,
    Record,
    plain,
    to_payment,
)


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

    def put_loan(self, record: LoanRecord) -> bool:
        """Make the loan, or give it these terms; whether it is new."""
        return total(self._checked(record).write()).created > 0

    def add_payment(self, record: PaymentRecord) -> tuple[Payment, bool]:
        """
        The payment as it is kept, and whether it is new.

        LoanNotFoundError without the loan; PaymentConflict if the id stands for another payment.
        """
        payment = to_payment(record, self._loan(record.loan_id).currency)
        if self._loans.add_payment(payment):
            return payment, True
        known = self._loans.payments_by_id([record.payment_id])[record.payment_id]
        if known.model_copy(update={"reversal": None}) != payment:
            raise PaymentConflict(record.payment_id)
        return known, False

    def reverse_payment(self, loan_id: str, record: PaymentReversalRecord) -> tuple[Payment, bool]:
        """
        The payment with its reversal, and whether that is new.

        LoanNotFoundError, PaymentNotFoundError: there is no such payment to reverse;
        PaymentConflict if it was reversed before on another day or for another reason.
        """
        self._loan(loan_id)
        self._payment(loan_id, record.payment_id)
        self._checked(record)
        reversal = plain(PaymentReversal, record)
        is_new = self._loans.add_reversal(loan_id, reversal)
        payment = self._payment(loan_id, record.payment_id)
        if payment.reversal != reversal:
            raise PaymentConflict(record.payment_id)
        return payment, is_new

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

    def _checked(self, record: Record) -> PortfolioBatch:
        """The record as a batch of its own, its references looked up."""
        batch = PortfolioBatch(self._stored, [record])
        batch.take(record)
        return batch

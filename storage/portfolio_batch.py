"""Some records of a portfolio, checked against what exists and written together."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.borrower import Borrower
from domain.loan import Loan, Payment, PaymentReversal
from domain.merchant import MerchantFacts, Salesperson
from domain.transaction import Transaction
from storage.borrowers import Borrowers
from storage.bulk import WriteCounts
from storage.loans import KnownPayment, Loans
from storage.merchants import Merchants, Salespeople
from storage.mongo import MongoDatabase
from storage.portfolio_records import (
    BorrowerRecord,
    LoanRecord,
    MerchantRecord,
    PaymentRecord,
    PaymentReversalRecord,
    Record,
    SalespersonRecord,
    TransactionRecord,
    plain,
    to_loan,
    to_payment,
    to_transaction,
)
from storage.record_errors import RecordError
from storage.transactions import Transactions


@dataclass(frozen=True)
class Portfolio:
    """The repositories that an import writes to."""

    merchants: Merchants
    salespeople: Salespeople
    borrowers: Borrowers
    loans: Loans
    transactions: Transactions

    @classmethod
    def of(cls, database: MongoDatabase) -> "Portfolio":
        return cls(
            Merchants(database),
            Salespeople(database),
            Borrowers(database),
            Loans(database),
            Transactions(database),
        )


class PortfolioBatch:
    """
    Takes records one by one, each of which may refer to earlier ones, then writes all.

    Writing goes from what is referred to, to what refers: if it stops half-way nothing hangs in
    the air, and the same batch again completes it.
    """

    def __init__(self, portfolio: Portfolio, records: Iterable[Record]) -> None:
        """`records` are those that may be taken: what they refer to is looked up at once."""
        self._portfolio = portfolio
        self._look_up(records)
        self._merchants: dict[str, MerchantFacts] = {}
        self._salespeople: dict[str, Salesperson] = {}
        self._borrowers: dict[str, Borrower] = {}
        self._loans: dict[str, Loan] = {}
        self._payments: dict[str, Payment] = {}
        self._reversals: dict[str, PaymentReversal] = {}
        self._transactions: dict[str, Transaction] = {}

    def _look_up(self, records: Iterable[Record]) -> None:
        ids: dict[str, set[str]] = {
            f"{kind}_id": set()
            for kind in ("merchant", "salesperson", "borrower", "loan", "payment")
        }
        for record in records:
            for name, wanted in ids.items():
                if value := getattr(record, name, None):
                    wanted.add(value)
        stored = self._portfolio
        self._known_merchants = stored.merchants.existing(ids["merchant_id"])
        self._known_borrowers = stored.borrowers.existing(ids["borrower_id"])
        self._merchant_of_salesperson = stored.salespeople.merchants_of(ids["salesperson_id"])
        self._currency_of_loan = stored.loans.currencies(ids["loan_id"])
        self._known_payments = stored.loans.known_payments(ids["payment_id"])

    def take(self, record: Record) -> None:
        """Keep `record` for writing; RecordError when it contradicts or lacks what it refers to."""
        match record:
            case MerchantRecord():
                self._merchants[record.merchant_id] = plain(MerchantFacts, record)
                self._known_merchants.add(record.merchant_id)
            case BorrowerRecord():
                self._borrowers[record.borrower_id] = plain(Borrower, record)
                self._known_borrowers.add(record.borrower_id)
            case SalespersonRecord():
                self._require_merchant(record.merchant_id)
                self._salespeople[record.salesperson_id] = plain(Salesperson, record)
                self._merchant_of_salesperson[record.salesperson_id] = record.merchant_id
            case LoanRecord():
                self._take_loan(record)
            case PaymentRecord():
                self._take_payment(record)
            case PaymentReversalRecord():
                self._take_reversal(record)
            case TransactionRecord():
                self._take_transaction(record)

    def _take_loan(self, record: LoanRecord) -> None:
        self._require_merchant(record.merchant_id)
        if record.borrower_id not in self._known_borrowers:
            raise RecordError(f"borrower {record.borrower_id} is not known")
        if self._currency_of_loan.get(record.loan_id, record.currency) != record.currency:
            raise RecordError(f"the currency of loan {record.loan_id} cannot change")
        self._loans[record.loan_id] = to_loan(record)
        self._currency_of_loan[record.loan_id] = record.currency

    def _take_payment(self, record: PaymentRecord) -> None:
        payment = to_payment(record, self._require_loan(record.loan_id))
        known = self._known_payments.get(record.payment_id)
        if known is not None and known.loan_id != record.loan_id:
            raise RecordError(f"payment {record.payment_id} belongs to another loan")
        self._payments[record.payment_id] = payment
        self._known_payments[record.payment_id] = KnownPayment(payment.loan_id, payment.paid_on)

    def _take_reversal(self, record: PaymentReversalRecord) -> None:
        payment = self._known_payments.get(record.payment_id)
        if payment is None:
            raise RecordError(f"payment {record.payment_id} is not known")
        if record.reversed_on < payment.paid_on:
            raise RecordError(f"payment {record.payment_id} was made after this reversal")
        self._reversals[record.payment_id] = plain(PaymentReversal, record)

    def _take_transaction(self, record: TransactionRecord) -> None:
        self._require_merchant(record.merchant_id)
        if self._merchant_of_salesperson.get(record.salesperson_id) != record.merchant_id:
            raise RecordError(
                f"salesperson {record.salesperson_id} of merchant {record.merchant_id} is not known"
            )
        if record.loan_id is not None:
            self._require_loan(record.loan_id)
        self._transactions[record.transaction_id] = to_transaction(record)

    def _require_merchant(self, merchant_id: str) -> None:
        if merchant_id not in self._known_merchants:
            raise RecordError(f"merchant {merchant_id} is not known")

    def _require_loan(self, loan_id: str) -> str:
        currency = self._currency_of_loan.get(loan_id)
        if currency is None:
            raise RecordError(f"loan {loan_id} is not known")
        return currency

    def write(self) -> list[WriteCounts]:
        """Store everything taken; what each kind of record came to."""
        stored = self._portfolio
        return [
            stored.merchants.save(self._merchants.values()),
            stored.borrowers.save(self._borrowers.values()),
            stored.salespeople.save(self._salespeople.values()),
            stored.loans.save(
                [*self._loans.values(), *self._payments.values(), *self._reversals.values()]
            ),
            stored.transactions.save(self._transactions.values()),
        ]

"""Loans and their payments: two collections, read together."""

from collections import defaultdict
from collections.abc import Collection as Ids
from collections.abc import Iterable
from datetime import date

from pymongo import IndexModel, UpdateOne

from domain.loan import Loan, Payment, PaymentReversal
from domain.loan_position import LoanHistory
from storage.bulk import WriteCounts, to_document, to_fields, upsert
from storage.mongo import Document, MongoDatabase

INDEXES = {
    "loans": [
        IndexModel([("borrower_id", 1), ("granted_on", 1)], name="of_borrower"),
        IndexModel([("merchant_id", 1)], name="of_merchant"),
    ],
    "payments": [IndexModel([("loan_id", 1)], name="of_loan")],
}


class Loans:
    """The `loans` and `payments` collections; `_id` is the lender's own id in both."""

    def __init__(self, database: MongoDatabase) -> None:
        self._loans = database["loans"]
        self._payments = database["payments"]

    def find(self, loan_id: str) -> LoanHistory | None:
        """The loan with its payments, if there is one of that id."""
        histories = self._histories({"_id": loan_id})
        return histories[0] if histories else None

    def list_of_borrower(self, borrower_id: str) -> list[LoanHistory]:
        """Every loan with its payments, oldest first: two queries (of_borrower, of_loan)."""
        return self._histories({"borrower_id": borrower_id})

    def _histories(self, query: Document) -> list[LoanHistory]:
        documents = list(self._loans.find(query).sort([("granted_on", 1), ("_id", 1)]))
        payments: dict[str, list[Payment]] = defaultdict(list)
        for found in self._payments.find({"loan_id": {"$in": [each["_id"] for each in documents]}}):
            payments[found["loan_id"]].append(_payment(found))
        return [_history(each, payments[each["_id"]]) for each in documents]

    def save(self, loans: Iterable[Loan]) -> WriteCounts:
        """Make or update terms. Whether a loan is cancelled, or about to be, is not among them."""
        return upsert(
            self._loans,
            (to_document(loan, "loan_id", exclude={"cancelled_on", "open_case"}) for loan in loans),
        )

    def save_payments(self, payments: Iterable[Payment]) -> WriteCounts:
        """Make or update payments. A reversal recorded before stays."""
        return upsert(
            self._payments,
            (to_document(payment, "payment_id", exclude={"reversal"}) for payment in payments),
        )

    def save_reversals(self, reversals: Iterable[PaymentReversal]) -> WriteCounts:
        """Record each on its payment; one whose payment is unknown is not recorded."""
        updates = [
            UpdateOne(
                {"_id": each.payment_id}, {"$set": {"reversal": each.model_dump(mode="json")}}
            )
            for each in reversals
        ]
        if not updates:
            return WriteCounts()
        result = self._payments.bulk_write(updates)
        unchanged = result.matched_count - result.modified_count
        return WriteCounts(changed=result.modified_count, unchanged=unchanged)

    def mark_cancelled(self, loan_id: str, on: date) -> None:
        """The loan is undone from the local day `on` on."""
        self._loans.update_one({"_id": loan_id}, {"$set": {"cancelled_on": on.isoformat()}})

    def currencies(self, loan_ids: Ids[str]) -> dict[str, str]:
        """Currency of each loan that exists."""
        found = self._loans.find({"_id": {"$in": list(loan_ids)}}, {"currency": 1})
        return {document["_id"]: document["currency"] for document in found}

    def payments_by_id(self, payment_ids: Ids[str]) -> dict[str, Payment]:
        """The payments of `payment_ids` that exist."""
        found = self._payments.find({"_id": {"$in": list(payment_ids)}})
        return {document["_id"]: _payment(document) for document in found}


def _history(document: Document, payments: list[Payment]) -> LoanHistory:
    fields = to_fields(document, "loan_id")
    terms = {name: fields[name] for name in Loan.model_fields if name in fields}
    return LoanHistory(Loan.model_validate(terms), payments, fields.get("version", 0))


def _payment(document: Document) -> Payment:
    return Payment.model_validate(to_fields(document, "payment_id"))

"""Loans and their payments: two collections, written and read together."""

from collections import defaultdict
from collections.abc import Collection as Ids
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from pymongo import IndexModel
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from domain.loan import Loan, Payment, PaymentReversal
from domain.loan_position import LoanHistory
from storage.bulk import (
    ONE_BATCH,
    WriteCounts,
    to_document,
    to_fields,
    total,
    update_changed,
    upsert_changed,
)
from storage.loan_reviews import new_mark
from storage.mongo import Document, MongoDatabase

INDEXES = {
    "loans": [
        IndexModel([("borrower_id", 1), ("granted_on", 1)], name="of_borrower"),
        IndexModel([("merchant_id", 1)], name="of_merchant"),
        IndexModel(
            [("review_mark", 1)],
            name="to_review",
            partialFilterExpression={"review_mark": {"$exists": True}},
        ),
        IndexModel(
            [("review_on", 1)],
            name="to_review_by_day",
            partialFilterExpression={"review_on": {"$exists": True}},
        ),
    ],
    "payments": [IndexModel([("loan_id", 1)], name="of_loan")],
}


class KnownPayment(NamedTuple):
    """What a record that refers to a payment is checked against."""

    loan_id: str
    paid_on: date


class Loans:
    """
    The `loans` and `payments` collections; `_id` is the lender's own id in both.

    Whatever changes a loan makes its `version` grow and marks it for review, in one transaction
    with the change. A loan that is new has no version and no mark: nothing can follow from it.
    """

    def __init__(self, database: MongoDatabase) -> None:
        self._client = database.client
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
        # a version read before the payments is never newer than they are
        documents = list(self._loans.find(query).sort([("granted_on", 1), ("_id", 1)]))
        payments: dict[str, list[Payment]] = defaultdict(list)
        for found in self._payments.find({"loan_id": {"$in": [each["_id"] for each in documents]}}):
            payments[found["loan_id"]].append(_payment(found))
        return [_history(each, payments[each["_id"]]) for each in documents]

    def save(self, records: Iterable[Loan | Payment | PaymentReversal]) -> WriteCounts:
        """
        Make or update terms, payments and reversals, all of them or none; the later of one id.

        Whether a loan is cancelled, or about to be, is not among its terms. A payment saved again
        stays reversed; the reversal of an unknown payment is not recorded.
        """
        loans: dict[str, Document] = {}
        payments: dict[str, Document] = {}
        reversals: dict[str, Document] = {}
        for each in records:
            if isinstance(each, Loan):
                kept = to_document(each, "loan_id", exclude={"cancelled_on", "open_case"})
                loans[each.loan_id] = kept
            elif isinstance(each, Payment):
                kept = to_document(each, "payment_id", exclude={"reversal"})
                payments[each.payment_id] = kept
            else:
                kept = {"_id": each.payment_id, "reversal": each.model_dump(mode="json")}
                reversals[each.payment_id] = kept
        if not (loans or payments or reversals):
            return WriteCounts()
        with self._client.start_session() as session:
            return session.with_transaction(lambda s: self._save(loans, payments, reversals, s))

    def _save(
        self,
        loans: dict[str, Document],
        payments: dict[str, Document],
        reversals: dict[str, Document],
        session: ClientSession,
    ) -> WriteCounts:
        terms = upsert_changed(self._loans, loans, session=session)
        paid = upsert_changed(self._payments, payments, session=session)
        undone = update_changed(self._payments, reversals, session=session)
        paid_of = {payments[payment_id]["loan_id"] for payment_id in paid.created | paid.changed}
        undone_of = self._loans_of_payments(undone.changed, session)
        self._note_changed(terms.changed | paid_of | undone_of, session)
        return total([terms.counts, paid.counts, undone.counts])

    def _loans_of_payments(self, payment_ids: Ids[str], session: ClientSession) -> set[str]:
        found = self._payments.find(
            {"_id": {"$in": list(payment_ids)}}, {"loan_id": 1}, session=session
        )
        return {each["loan_id"] for each in found} if payment_ids else set()

    def add_payment(self, payment: Payment) -> bool:
        """Record a payment; False if its id is known, with whatever facts: those stay."""
        document = to_document(payment, "payment_id", exclude={"reversal"})

        def add(session: ClientSession) -> None:
            self._payments.insert_one(document, session=session)
            self._note_changed({payment.loan_id}, session)

        try:
            with self._client.start_session() as session:
                session.with_transaction(add)
        except DuplicateKeyError:
            return False
        return True

    def add_reversal(self, loan_id: str, reversal: PaymentReversal) -> bool:
        """Reverse a payment of that loan; False if there is none, or it was reversed before."""

        def add(session: ClientSession) -> bool:
            result = self._payments.update_one(
                {"_id": reversal.payment_id, "loan_id": loan_id, "reversal": None},
                {"$set": {"reversal": reversal.model_dump(mode="json")}},
                session=session,
            )
            if result.modified_count:
                self._note_changed({loan_id}, session)
            return bool(result.modified_count)

        with self._client.start_session() as session:
            return session.with_transaction(add)

    def mark_cancelled(self, loan_id: str, on: date) -> None:
        """The loan is undone from the local day `on` on."""
        self._loans.update_one(
            {"_id": loan_id, "cancelled_on": {"$ne": on.isoformat()}},
            {"$set": {"cancelled_on": on.isoformat(), **new_mark()}, "$inc": {"version": 1}},
        )

    def _note_changed(self, loan_ids: Ids[str], session: ClientSession) -> None:
        if loan_ids:
            self._loans.update_many(
                {"_id": {"$in": list(loan_ids)}},
                {"$inc": {"version": 1}, "$set": new_mark()},
                session=session,
            )

    def is_at_version(self, loan_id: str, version: int, *, session: ClientSession) -> bool:
        """Whether nothing of the loan changed since that version, as the transaction sees it."""
        query = {"_id": loan_id, "version": version or {"$exists": False}}
        return self._loans.find_one(query, {"_id": 1}, session=session) is not None

    def currencies(self, loan_ids: Ids[str]) -> dict[str, str]:
        """Currency of each loan that exists."""
        found = self._loans.find({"_id": {"$in": list(loan_ids)}}, {"currency": 1})
        return {each["_id"]: each["currency"] for each in found.batch_size(ONE_BATCH)}

    def known_payments(self, payment_ids: Ids[str]) -> dict[str, KnownPayment]:
        """Which of `payment_ids` exist, without all that is known of them."""
        found = self._payments.find(
            {"_id": {"$in": list(payment_ids)}}, {"loan_id": 1, "paid_on": 1}
        )
        return {
            each["_id"]: KnownPayment(each["loan_id"], date.fromisoformat(each["paid_on"]))
            for each in found.batch_size(ONE_BATCH)
        }

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

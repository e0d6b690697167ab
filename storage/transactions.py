"""The operations of merchants' days."""

from collections.abc import Iterable
from datetime import datetime

from pymongo import IndexModel

from domain.transaction import Transaction
from storage.bulk import WriteCounts, to_document, to_fields, upsert
from storage.mongo import MongoDatabase

INDEXES = {
    "transactions": [
        IndexModel([("salesperson_id", 1), ("occurred_at", 1)], name="of_salesperson"),
        IndexModel([("merchant_id", 1), ("occurred_at", 1)], name="of_merchant"),
    ]
}


class Transactions:
    """The `transactions` collection; `_id` is the reporting system's own id."""

    def __init__(self, database: MongoDatabase) -> None:
        self._transactions = database["transactions"]

    def list_of_salesperson(
        self, salesperson_id: str, since: datetime, until: datetime
    ) -> list[Transaction]:
        """From `since` to before `until`, oldest first (index of_salesperson)."""
        found = self._transactions.find(
            {
                "salesperson_id": salesperson_id,
                "occurred_at": {"$gte": since, "$lt": until},
            }
        ).sort([("occurred_at", 1), ("_id", 1)])
        return [Transaction.model_validate(to_fields(each, "transaction_id")) for each in found]

    def save(self, transactions: Iterable[Transaction]) -> WriteCounts:
        """Make or update each by its id."""
        documents = (
            {
                **to_document(transaction, "transaction_id", exclude={"occurred_at"}),
                "occurred_at": transaction.occurred_at,
            }
            for transaction in transactions
        )
        return upsert(self._transactions, documents)

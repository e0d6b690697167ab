"""Borrowers, found by the phone they write from or by their document."""

from collections.abc import Collection as Ids
from collections.abc import Iterable

from pymongo import IndexModel

from domain.borrower import Borrower
from storage.bulk import WriteCounts, existing_ids, to_document, to_fields, upsert
from storage.mongo import Document, MongoDatabase

INDEXES = {
    "borrowers": [
        IndexModel([("phone", 1)], name="by_phone"),
        IndexModel([("document_number", 1), ("document_type", 1)], name="by_document"),
    ]
}


class Borrowers:
    """The `borrowers` collection; `_id` is the lender's own id."""

    def __init__(self, database: MongoDatabase) -> None:
        self._borrowers = database["borrowers"]

    def find(self, borrower_id: str) -> Borrower | None:
        found = self._borrowers.find_one({"_id": borrower_id})
        return _borrower(found) if found else None

    def list_by_phone(self, *phones: str) -> list[Borrower]:
        """Everyone who has one of these phones (digits), in order of id (index by_phone)."""
        found = self._borrowers.find({"phone": {"$in": phones}}).sort("_id", 1)
        return [_borrower(document) for document in found]

    def list_by_document(self, document_type: str, document_number: str) -> list[Borrower]:
        """Everyone filed under this document (index by_document)."""
        found = self._borrowers.find(
            {"document_number": document_number, "document_type": document_type}
        )
        return [_borrower(document) for document in found.sort("_id", 1)]

    def save(self, borrowers: Iterable[Borrower]) -> WriteCounts:
        """Make or update each by its id."""
        documents = (to_document(borrower, "borrower_id") for borrower in borrowers)
        return upsert(self._borrowers, documents)

    def existing(self, borrower_ids: Ids[str]) -> set[str]:
        return existing_ids(self._borrowers, borrower_ids)


def _borrower(document: Document) -> Borrower:
    return Borrower.model_validate(to_fields(document, "borrower_id"))

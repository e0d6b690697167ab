"""Merchants and their salespeople, found by id or by the phone a person writes from."""

from collections.abc import Collection as Ids
from collections.abc import Iterable

from pymongo import IndexModel

from domain.merchant import Merchant, MerchantFacts, Salesperson
from storage.bulk import WriteCounts, existing_ids, to_document, to_fields, upsert
from storage.mongo import Document, MongoDatabase

INDEXES = {
    "merchants": [IndexModel([("owner_phone", 1)], name="by_owner_phone")],
    "salespeople": [
        IndexModel([("phone", 1)], name="by_phone"),
        IndexModel([("merchant_id", 1)], name="of_merchant"),
    ],
}


class Merchants:
    """The `merchants` collection; `_id` is the lender's own id."""

    def __init__(self, database: MongoDatabase) -> None:
        self._merchants = database["merchants"]

    def find(self, merchant_id: str) -> Merchant | None:
        found = self._merchants.find_one({"_id": merchant_id})
        return _merchant(found) if found else None

    def by_id(self, merchant_ids: Ids[str]) -> dict[str, Merchant]:
        """The merchants of `merchant_ids` that exist, in one query."""
        found = self._merchants.find({"_id": {"$in": list(merchant_ids)}})
        return {document["_id"]: _merchant(document) for document in found}

    def list_by_owner_phone(self, *phones: str) -> list[Merchant]:
        """Everything owned from one of these phones (digits), in order of id (by_owner_phone)."""
        found = self._merchants.find({"owner_phone": {"$in": phones}}).sort("_id", 1)
        return [_merchant(document) for document in found]

    def save(self, merchants: Iterable[MerchantFacts]) -> WriteCounts:
        """Make or update each by its id. Its logo is not among its facts and stays."""
        documents = (
            to_document(merchant, "merchant_id", exclude={"logo_file_id"}) for merchant in merchants
        )
        return upsert(self._merchants, documents)

    def set_logo(self, merchant_id: str, file_id: str | None) -> Merchant | None:
        """Name its logo, or none; the merchant as it was before, None if there is no such."""
        before = self._merchants.find_one_and_update(
            {"_id": merchant_id}, {"$set": {"logo_file_id": file_id}}
        )
        return _merchant(before) if before else None

    def existing(self, merchant_ids: Ids[str]) -> set[str]:
        return existing_ids(self._merchants, merchant_ids)


class Salespeople:
    """The `salespeople` collection; `_id` is the lender's own id."""

    def __init__(self, database: MongoDatabase) -> None:
        self._salespeople = database["salespeople"]

    def find(self, salesperson_id: str) -> Salesperson | None:
        found = self._salespeople.find_one({"_id": salesperson_id})
        return _salesperson(found) if found else None

    def list_by_phone(self, *phones: str) -> list[Salesperson]:
        """Whoever sells from one of these phones (digits), in order of id (index by_phone)."""
        found = self._salespeople.find({"phone": {"$in": phones}}).sort("_id", 1)
        return [_salesperson(document) for document in found]

    def save(self, salespeople: Iterable[Salesperson]) -> WriteCounts:
        """Make or update each by its id."""
        documents = (to_document(each, "salesperson_id") for each in salespeople)
        return upsert(self._salespeople, documents)

    def merchants_of(self, salesperson_ids: Ids[str]) -> dict[str, str]:
        """Merchant id of each salesperson that exists."""
        found = self._salespeople.find({"_id": {"$in": list(salesperson_ids)}}, {"merchant_id": 1})
        return {document["_id"]: document["merchant_id"] for document in found}


def _merchant(document: Document) -> Merchant:
    return Merchant.model_validate(to_fields(document, "merchant_id"))


def _salesperson(document: Document) -> Salesperson:
    return Salesperson.model_validate(to_fields(document, "salesperson_id"))

"""Keys of the portal API: what they may do and a hash to know them by, never the key itself."""

from datetime import datetime

from pymongo import IndexModel, ReturnDocument

from domain.api_key import ApiKey
from storage.mongo import Document, MongoDatabase

INDEXES = [IndexModel([("created_at", 1), ("_id", 1)], name="oldest")]


class ApiKeys:
    """The `api_keys` collection; `_id` is the key's prefix."""

    def __init__(self, database: MongoDatabase) -> None:
        self._keys = database["api_keys"]

    def add(self, key: ApiKey, key_hash: str) -> None:
        """Keep a new key; AlreadyStoredError if its prefix is taken."""
        self._keys.insert_one({"_id": key.prefix, "key_hash": key_hash, **_fields(key)})

    def find(self, prefix: str) -> tuple[ApiKey, str] | None:
        """The key and its hash."""
        document = self._keys.find_one({"_id": prefix})
        return (_key(document), document["key_hash"]) if document else None

    def list_all(self) -> list[ApiKey]:
        """Every key ever made, oldest first (index oldest)."""
        return [
            _key(document) for document in self._keys.find().sort([("created_at", 1), ("_id", 1)])
        ]

    def revoke(self, prefix: str, *, at: datetime) -> ApiKey | None:
        """The key, revoked now; None if there is none or it was revoked before."""
        document = self._keys.find_one_and_update(
            {"_id": prefix, "revoked_at": None},
            {"$set": {"revoked_at": at}},
            return_document=ReturnDocument.AFTER,
        )
        return _key(document) if document else None

    def note_used(self, prefix: str, *, at: datetime) -> None:
        self._keys.update_one({"_id": prefix}, {"$max": {"last_used_at": at}})


def _fields(key: ApiKey) -> Document:
    return key.model_dump(exclude={"prefix"}) | {"scope": key.scope.value}


def _key(document: Document) -> ApiKey:
    fields = {name: document.get(name) for name in ApiKey.model_fields if name != "prefix"}
    return ApiKey.model_validate({**fields, "prefix": document["_id"]})

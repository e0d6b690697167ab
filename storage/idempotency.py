"""Answers to requests that carry an idempotency key: the same request is answered once."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from pymongo import IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from storage.mongo import Document, MongoDatabase

KEPT_FOR = timedelta(hours=24)

INDEXES = [IndexModel([("expires_at", 1)], name="expired", expireAfterSeconds=0)]


class KeyReusedError(Exception):
    """The key came before with another request."""


class KeyInUseError(Exception):
    """The first request with this key is still being worked on."""


class StoredAnswer(NamedTuple):
    """What was answered, byte for byte."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Claim(NamedTuple):
    """The right to answer; `cause_id` is the same for whoever holds it after a crash."""

    key_id: str
    owner: str
    cause_id: str


class Idempotency:
    """The `idempotency_keys` collection; `_id` is the holder and the key, hashed by the caller."""

    def __init__(self, database: MongoDatabase) -> None:
        self._keys = database["idempotency_keys"]

    def claim(
        self, key_id: str, request_hash: str, *, now: datetime, lease: timedelta
    ) -> Claim | StoredAnswer:
        """
        The right to answer the request, or its answer if it has one.

        KeyReusedError if the key stands for another request; KeyInUseError while somebody else
        answers, at most until their lease has run out.
        """
        while True:
            claim = Claim(key_id, owner=uuid4().hex, cause_id=f"api:{uuid4().hex}")
            if self._insert(claim, request_hash, now, lease):
                return claim
            found = self._keys.find_one({"_id": key_id})
            if found is not None and found["expires_at"] > now:
                return self._answer_or_takeover(found, request_hash, claim.owner, now, lease)
            # MongoDB removes what has expired about once a minute: this request cannot wait
            self._keys.delete_one({"_id": key_id, "expires_at": {"$lte": now}})

    def _insert(self, claim: Claim, request_hash: str, now: datetime, lease: timedelta) -> bool:
        try:
            self._keys.insert_one(
                {
                    "_id": claim.key_id,
                    "request_hash": request_hash,
                    "cause_id": claim.cause_id,
                    "owner": claim.owner,
                    "leased_until": now + lease,
                    "expires_at": now + KEPT_FOR,
                    "answer": None,
                }
            )
        except DuplicateKeyError:
            return False
        return True

    def _answer_or_takeover(
        self, found: Document, request_hash: str, owner: str, now: datetime, lease: timedelta
    ) -> Claim | StoredAnswer:
        if found["request_hash"] != request_hash:
            raise KeyReusedError
        if found["answer"] is not None:
            return _answer(found["answer"])
        taken = self._keys.find_one_and_update(
            {"_id": found["_id"], "answer": None, "leased_until": {"$lte": now}},
            {"$set": {"owner": owner, "leased_until": now + lease}},
            return_document=ReturnDocument.AFTER,
        )
        if taken is None:
            raise KeyInUseError
        return Claim(taken["_id"], owner, taken["cause_id"])

    def finish(self, claim: Claim, answer: StoredAnswer) -> None:
        """Keep the answer, unless the lease ran out and somebody else took over."""
        self._keys.update_one(
            {"_id": claim.key_id, "owner": claim.owner, "answer": None},
            {
                "$set": {
                    "answer": {
                        "status": answer.status,
                        "headers": [list(header) for header in answer.headers],
                        "body": answer.body,
                    }
                }
            },
        )

    def release(self, claim: Claim) -> None:
        """Nothing worth keeping came of it: the next request may try at once."""
        self._keys.update_one(
            {"_id": claim.key_id, "owner": claim.owner, "answer": None},
            {"$set": {"leased_until": datetime.min}},
        )


def _answer(document: Document) -> StoredAnswer:
    headers = [(name, value) for name, value in document["headers"]]
    return StoredAnswer(document["status"], headers, bytes(document["body"]))

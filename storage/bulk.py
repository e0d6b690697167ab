"""Many documents in one round trip, each written only where it differs."""

from collections.abc import Collection as Ids
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pydantic import BaseModel
from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from storage.mongo import Document

ONE_BATCH = 10_000
"""Documents in the first answer of a query: all of a bulk, so that none is asked for later."""


class WriteCounts(NamedTuple):
    """What a bulk write did with the documents it was given."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


class Written(NamedTuple):
    """What a write that looked first did, by `_id`."""

    created: set[str]
    changed: set[str]
    unchanged: set[str]

    @property
    def counts(self) -> WriteCounts:
        return WriteCounts(len(self.created), len(self.changed), len(self.unchanged))


def total(counts: Iterable[WriteCounts]) -> WriteCounts:
    """All counts together."""
    return WriteCounts(*(sum(column) for column in zip(*counts, strict=True)))


def upsert(collection: Collection[Document], documents: Iterable[Document]) -> WriteCounts:
    """
    Make or update each document by its `_id`; fields it does not name stay as they are.

    The same document again changes nothing. When two share an `_id` the later one stands.
    """
    updates = [
        UpdateOne({"_id": document["_id"]}, {"$set": document}, upsert=True)
        for document in documents
    ]
    if not updates:
        return WriteCounts()
    result = collection.bulk_write(updates)
    return WriteCounts(
        created=result.upserted_count,
        changed=result.modified_count,
        unchanged=result.matched_count - result.modified_count,
    )


def upsert_changed(
    collection: Collection[Document], documents: Mapping[str, Document], *, session: ClientSession
) -> Written:
    """
    The same by `_id` and within a transaction; tells which documents are made and which differ.

    Nothing is written for those that are as they should be.
    """
    written = update_changed(collection, documents, session=session)
    new = documents.keys() - written.changed - written.unchanged
    if new:
        collection.insert_many(
            [documents[each] for each in documents if each in new], session=session
        )
    return written._replace(created=new)


def update_changed(
    collection: Collection[Document], documents: Mapping[str, Document], *, session: ClientSession
) -> Written:
    """`upsert_changed` that makes nothing: a document that is not there is left out."""
    if not documents:
        return Written(set(), set(), set())
    found = collection.find({"_id": {"$in": list(documents)}}, session=session)
    stored = {each["_id"]: each for each in found.batch_size(ONE_BATCH)}
    changed = {each for each in stored if _differs(documents[each], stored[each])}
    if changed:
        updates = [UpdateOne({"_id": each}, {"$set": documents[each]}) for each in changed]
        collection.bulk_write(updates, ordered=False, session=session)
    return Written(set(), changed, stored.keys() - changed)


def _differs(document: Document, stored: Document) -> bool:
    return any(stored.get(name) != value for name, value in document.items())


def existing_ids(collection: Collection[Document], ids: Ids[str]) -> set[str]:
    """Those of `ids` that the collection has."""
    found = collection.find({"_id": {"$in": list(ids)}}, {"_id": 1})
    return {document["_id"] for document in found.batch_size(ONE_BATCH)}


def to_document(model: BaseModel, id_field: str, *, exclude: set[str] | None = None) -> Document:
    """The model as MongoDB keeps it: `id_field` becomes `_id`, days and rates become strings."""
    document = model.model_dump(mode="json", exclude=exclude)
    document["_id"] = document.pop(id_field)
    return document


def to_fields(document: Document, id_field: str) -> Document:
    """The inverse of `to_document`, for the model to validate."""
    return {(id_field if name == "_id" else name): value for name, value in document.items()}

"""Many documents in one round trip, each written only where it differs."""

from collections.abc import Collection as Ids
from collections.abc import Iterable
from typing import NamedTuple

from pydantic import BaseModel
from pymongo import UpdateOne
from pymongo.collection import Collection

from storage.mongo import Document


class WriteCounts(NamedTuple):
    """What a bulk write did with the documents it was given."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


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


def existing_ids(collection: Collection[Document], ids: Ids[str]) -> set[str]:
    """Those of `ids` that the collection has."""
    found = collection.find({"_id": {"$in": list(ids)}}, {"_id": 1})
    return {document["_id"] for document in found}


def to_document(model: BaseModel, id_field: str, *, exclude: set[str] | None = None) -> Document:
    """The model as MongoDB keeps it: `id_field` becomes `_id`, days and rates become strings."""
    document = model.model_dump(mode="json", exclude=exclude)
    document["_id"] = document.pop(id_field)
    return document


def to_fields(document: Document, id_field: str) -> Document:
    """The inverse of `to_document`, for the model to validate."""
    return {(id_field if name == "_id" else name): value for name, value in document.items()}

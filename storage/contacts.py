"""Contacts: our own id, every address as an alias under a unique index."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from pymongo import IndexModel, ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from domain.contact import Contact, Identity, Role

INDEXES = [IndexModel([("aliases", 1)], name="alias_once", unique=True)]
NOTHING_PROVEN = {"identity.borrower_id": None, "identity.verified_until": None}


class Contacts:
    """The `contacts` collection."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._contacts = database["contacts"]

    def resolve(self, aliases: list[str], name: str | None = None) -> Contact:
        """
        The contact behind `aliases`, strongest first, made if new (alias_once).

        Two at once get the same one. Where the addresses lead to different contacts the strongest
        address counts: people are never merged by guess.
        """
        found = self._find(aliases) or self._add(aliases, name)
        new_aliases = [alias for alias in aliases if alias not in found["aliases"]]
        if new_aliases:
            found = self._add_aliases(found, new_aliases)
        return _contact(found)

    def get(self, contact_id: str) -> Contact:
        """The contact with that id; KeyError if there is none."""
        found = self._contacts.find_one({"_id": contact_id})
        if found is None:
            raise KeyError(contact_id)
        return _contact(found)

    def find_by_alias(self, alias: str) -> Contact | None:
        found = self._contacts.find_one({"aliases": alias})
        return _contact(found) if found else None

    def save_identity(
        self, contact_id: str, before: Identity, after: Identity, attempt_id: str
    ) -> bool:
        """
        Replace the identity state once per attempt; False if the state or attempt is not new.

        `attempt_id` is the inbound message that tried: a replay of the turn changes nothing.
        """
        result = self._contacts.update_one(
            {
                "_id": contact_id,
                "last_attempt_id": {"$ne": attempt_id},
                "identity.failed_attempts": before.failed_attempts or {"$in": [0, None]},
            },
            {"$set": {"identity": after.model_dump(), "last_attempt_id": attempt_id}},
        )
        return result.modified_count == 1

    def note_identity_hash(self, contact_id: str, identity_hash: str) -> bool:
        """Remember WhatsApp's identity hash; True if it changed, which ends what was proven."""
        changed = self._contacts.update_one(
            {"_id": contact_id, "identity_hash": {"$nin": [None, identity_hash]}},
            {"$set": {"identity_hash": identity_hash} | NOTHING_PROVEN},
        )
        if changed.modified_count:
            return True
        self._contacts.update_one(
            {"_id": contact_id, "identity_hash": None}, {"$set": {"identity_hash": identity_hash}}
        )
        return False

    def drop_verification(self, contact_id: str) -> None:
        """Ask for identity again before anything personal is shown; locks stay."""
        self._contacts.update_one({"_id": contact_id}, {"$set": NOTHING_PROVEN})

    def set_active_role(self, contact_id: str, role: Role) -> None:
        self._contacts.update_one({"_id": contact_id}, {"$set": {"active_role": role.value}})

    def set_marketing(self, contact_id: str, *, wants_marketing: bool, at: datetime) -> None:
        self._contacts.update_one(
            {"_id": contact_id},
            {"$set": {"wants_marketing": wants_marketing, "marketing_changed_at": at}},
        )

    def _find(self, aliases: list[str]) -> dict[str, Any] | None:
        found = list(self._contacts.find({"aliases": {"$in": aliases}}))
        holders = {alias: document for document in found for alias in document["aliases"]}
        return next((holders[alias] for alias in aliases if alias in holders), None)

    def _add(self, aliases: list[str], name: str | None) -> dict[str, Any]:
        document = {"_id": uuid4().hex, "aliases": aliases, "name": name}
        try:
            self._contacts.insert_one(document)
        except DuplicateKeyError:
            found = self._find(aliases)
            if found is None:  # pragma: no cover - the index says somebody holds an alias
                raise
            return found
        return document

    def _add_aliases(self, document: dict[str, Any], aliases: list[str]) -> dict[str, Any]:
        try:
            updated = self._contacts.find_one_and_update(
                {"_id": document["_id"]},
                {"$addToSet": {"aliases": {"$each": aliases}}},
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            # an address of these belongs to another contact
            return document
        return updated or document


def _contact(document: dict[str, Any]) -> Contact:
    return Contact.model_validate({"contact_id": document["_id"], **document})

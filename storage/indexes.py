"""Every collection's indexes in one list, made at start."""

from typing import Any

from pymongo import IndexModel
from pymongo.database import Database

from storage import (
    api_keys,
    attachments,
    audit_log,
    borrowers,
    contacts,
    dead_letters,
    files,
    idempotency,
    inbox,
    letter_notices,
    letter_printing,
    letter_register,
    letter_wishes,
    letters,
    loans,
    merchants,
    outbox,
    rate_limits,
    tickets,
    transactions,
)

INDEXES: dict[str, list[IndexModel]] = {
    "inbox": inbox.INDEXES,
    "outbox": outbox.INDEXES,
    "contacts": contacts.INDEXES,
    "dead_letters": dead_letters.INDEXES,
    "attachments": attachments.INDEXES,
    "letters": letters.INDEXES + letter_printing.INDEXES + letter_register.INDEXES,
    "letter_wishes": letter_wishes.INDEXES,
    "letter_notices": letter_notices.INDEXES,
    "api_keys": api_keys.INDEXES,
    "idempotency_keys": idempotency.INDEXES,
    "rate_limits": rate_limits.INDEXES,
    "tickets": tickets.INDEXES,
    "audit_log": audit_log.INDEXES,
    **borrowers.INDEXES,
    **files.INDEXES,
    **loans.INDEXES,
    **merchants.INDEXES,
    **transactions.INDEXES,
}


def ensure_indexes(database: Database[dict[str, Any]]) -> None:
    """Make what is missing; making them again costs nothing."""
    for collection, indexes in INDEXES.items():
        database[collection].create_indexes(indexes)

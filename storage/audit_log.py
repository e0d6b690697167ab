"""Audit log: append-only, who did or saw what, and why."""

from datetime import datetime
from typing import Any

from pymongo import IndexModel
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

INDEXES = [
    IndexModel([("subject", 1), ("at", -1)], name="by_subject"),
    IndexModel(
        [("cause_id", 1), ("act", 1)],
        name="once_per_cause",
        unique=True,
        partialFilterExpression={"cause_id": {"$exists": True}},
    ),
]


class AuditLog:
    """The `audit_log` collection. Nothing here is ever changed or removed by the service."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._entries = database["audit_log"]

    def add(
        self,
        *,
        actor: str,
        act: str,
        subject: str,
        at: datetime,
        reason: str = "",
        session: ClientSession | None = None,
    ) -> None:
        """Record that `actor` did `act` to `subject`; ids only, no personal data."""
        self._entries.insert_one(
            {"actor": actor, "act": act, "subject": subject, "reason": reason, "at": at},
            session=session,
        )

    def add_once(
        self,
        *,
        actor: str,
        act: str,
        subject: str,
        at: datetime,
        cause_id: str,
        reason: str = "",
    ) -> None:
        """The same, once for the message that caused it, however often its turn is replayed."""
        try:
            self._entries.insert_one(
                {
                    "actor": actor,
                    "act": act,
                    "subject": subject,
                    "reason": reason,
                    "at": at,
                    "cause_id": cause_id,
                }
            )
        except DuplicateKeyError:
            return

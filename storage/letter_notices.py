"""Notices about letters that wait for a time at which, and a person to whom, they may be said."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict
from pymongo import IndexModel
from pymongo.client_session import ClientSession

from storage.mongo import MongoDatabase

INDEXES = [
    IndexModel(
        [("added_at", 1)], name="oldest_waiting", partialFilterExpression={"state": "waiting"}
    )
]


class NoticeKind(StrEnum):
    READY = "ready"
    OFFER = "offer"
    REVOKED = "revoked"


class NoticeEnd(StrEnum):
    """How a notice stopped waiting; all but the first end it unsaid."""

    SAID = "said"
    OUTDATED = "outdated"
    OPTED_OUT = "opted_out"
    NEVER_WROTE = "never_wrote"
    TOO_OLD = "too_old"


class NewNotice(BaseModel):
    """
    What to say of a loan's letter, once per `notice_id`.

    Without a conversation it is for whoever writes from the borrower's phone.
    """

    model_config = ConfigDict(frozen=True)

    notice_id: str
    kind: NoticeKind
    loan_id: str
    borrower_id: str
    folio: str | None = None
    conversation_id: str | None = None


class WaitingNotice(NewNotice):
    """A notice as it is kept."""

    added_at: AwareDatetime


class LetterNotices:
    """The `letter_notices` collection; `_id` is the notice's own, so "once" is the primary key."""

    def __init__(self, database: MongoDatabase) -> None:
        self._notices = database["letter_notices"]

    def add_once(
        self, new: NewNotice, *, at: datetime, session: ClientSession | None = None
    ) -> bool:
        """Let it wait; False if there ever was one of that id."""
        fields = new.model_dump(mode="json", exclude={"notice_id"})
        result = self._notices.update_one(
            {"_id": new.notice_id},
            {"$setOnInsert": fields | {"state": "waiting", "added_at": at}},
            upsert=True,
            session=session,
        )
        return result.upserted_id is not None

    def list_waiting(self) -> Iterator[WaitingNotice]:
        """All that waits, oldest first (oldest_waiting)."""
        for found in self._notices.find({"state": "waiting"}).sort("added_at", 1):
            fields = {name: found.get(name) for name in WaitingNotice.model_fields}
            yield WaitingNotice.model_validate(fields | {"notice_id": found["_id"]})

    def end(self, notice_id: str, how: NoticeEnd, *, at: datetime) -> bool:
        """It waits no longer; False if it did not."""
        result = self._notices.update_one(
            {"_id": notice_id, "state": "waiting"},
            {"$set": {"state": how.value, "ended_at": at}},
        )
        return result.modified_count == 1

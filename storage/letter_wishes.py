"""Letters wished for while they cannot be had: one waiting wish a person, loan and kind."""

from collections.abc import Collection as Ids
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict
from pymongo import IndexModel
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from domain.letter_content import LetterKind
from storage.audit_log import AuditLog
from storage.loan_reviews import LoanReviews
from storage.mongo import Document, MongoDatabase

INDEXES = [
    IndexModel(
        [("loan_id", 1), ("kind", 1), ("contact_id", 1)],
        name="one_waiting",
        unique=True,
        partialFilterExpression={"state": "waiting"},
    ),
    IndexModel([("cause_id", 1)], name="once_per_cause", unique=True),
    IndexModel(
        [("added_at", 1)], name="oldest_waiting", partialFilterExpression={"state": "waiting"}
    ),
]


class DropReason(StrEnum):
    """Why a wish is not waited for any more."""

    LOAN_CANCELLED = "loan_cancelled"
    CONTACT_GONE = "contact_gone"
    TOO_OLD = "too_old"


class NewWish(BaseModel):
    """Who wishes for which letter. `cause_id` is the inbound message that said so."""

    model_config = ConfigDict(frozen=True)

    kind: LetterKind
    loan_id: str
    borrower_id: str
    contact_id: str
    conversation_id: str
    addressee: str | None
    cause_id: str


class LetterWish(NewWish):
    """A wish as it is kept."""

    wish_id: str
    added_at: AwareDatetime


class LetterWishes:
    """The `letter_wishes` collection; states are waiting, fulfilled and dropped."""

    def __init__(self, database: MongoDatabase) -> None:
        self._client = database.client
        self._wishes = database["letter_wishes"]
        self._loan_reviews = LoanReviews(database)
        self._audit_log = AuditLog(database)

    def add_once(self, new: NewWish, *, at: datetime) -> bool:
        """
        Note the wish and have its loan looked at; False if it waits already or its cause is old.

        Both or nothing: a letter that became possible a moment ago is not waited for in vain.
        """
        try:
            with self._client.start_session() as session:
                session.with_transaction(lambda s: self._insert(new, at, s))
        except DuplicateKeyError:
            return False
        return True

    def _insert(self, new: NewWish, at: datetime, session: ClientSession) -> None:
        waiting = {"_id": uuid4().hex, "state": "waiting", "added_at": at}
        self._wishes.insert_one(new.model_dump(mode="json") | waiting, session=session)
        self._loan_reviews.mark(new.loan_id, session=session)
        self._audit_log.add(
            actor=new.contact_id,
            act="letter_wished",
            subject=new.loan_id,
            reason=new.kind.value,
            at=at,
            session=session,
        )

    def list_waiting(self, loan_ids: Ids[str]) -> list[LetterWish]:
        """What is wished for of those loans, oldest first (one_waiting)."""
        query = {"loan_id": {"$in": list(loan_ids)}, "state": "waiting"}
        return [_wish(each) for each in self._wishes.find(query).sort("added_at", 1)]

    def list_added_before(self, instant: datetime, limit: int = 100) -> list[LetterWish]:
        """What has waited since before `instant`, oldest first (oldest_waiting)."""
        query = {"state": "waiting", "added_at": {"$lt": instant}}
        return [_wish(each) for each in self._wishes.find(query).sort("added_at", 1).limit(limit)]

    def fulfil(self, wish_id: str, folio: str, *, at: datetime, session: ClientSession) -> bool:
        """The letter was issued; False if the wish does not wait any more."""
        return self._end(wish_id, {"state": "fulfilled", "folio": folio, "ended_at": at}, session)

    def drop(self, wish: LetterWish, reason: DropReason, *, actor: str, at: datetime) -> bool:
        """It is not waited for any more, which is audited; False if it did not wait."""

        def write(session: ClientSession) -> bool:
            changes = {"state": "dropped", "reason": reason.value, "ended_at": at}
            if not self._end(wish.wish_id, changes, session):
                return False
            self._audit_log.add(
                actor=actor,
                act="letter_wish_dropped",
                subject=wish.loan_id,
                reason=reason.value,
                at=at,
                session=session,
            )
            return True

        with self._client.start_session() as session:
            return session.with_transaction(write)

    def _end(self, wish_id: str, changes: Document, session: ClientSession) -> bool:
        result = self._wishes.update_one(
            {"_id": wish_id, "state": "waiting"}, {"$set": changes}, session=session
        )
        return result.modified_count == 1


def _wish(document: Document) -> LetterWish:
    fields = {name: document[name] for name in LetterWish.model_fields if name in document}
    return LetterWish.model_validate(fields | {"wish_id": document["_id"]})

"""Letters: numbered without gaps, one current letter of each kind for a loan."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict
from pymongo import IndexModel, ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from domain.letter import Letter
from domain.letter_content import AnyLetterContent, LetterKind
from storage.audit_log import AuditLog
from storage.folios import Folios
from storage.letter_notices import LetterNotices, NewNotice, NoticeKind
from storage.mongo import deadline

INDEXES = [
    IndexModel(
        [("loan_id", 1), ("kind", 1)],
        name="one_current_per_loan",
        unique=True,
        partialFilterExpression={"is_current": True},
    ),
    IndexModel([("causes", 1)], name="once_per_cause", unique=True),
    IndexModel([("issued_at", -1), ("_id", -1)], name="newest"),
    IndexModel([("loan_id", 1), ("issued_at", -1), ("_id", -1)], name="of_loan"),
    IndexModel([("borrower_id", 1), ("issued_at", -1), ("_id", -1)], name="of_borrower"),
]

MAX_TRIES = 20
MAX_WAIT_SECONDS = 2.0
MAX_SECONDS = 15.0


class LoanChangedError(Exception):
    """The loan is not any more what the letter was made from: look again and decide anew."""


class CurrentLetter(NamedTuple):
    """A letter that holds, without what stands on it."""

    folio: str
    loan_id: str
    kind: LetterKind


class NewLetter(BaseModel):
    """
    A letter to issue. `cause_id` is the request; asking with the same one gives the same letter.

    `loan_version` is the version of the loan that the facts were taken from.
    """

    model_config = ConfigDict(frozen=True)

    kind: LetterKind
    loan_id: str
    borrower_id: str
    merchant_id: str
    cause_id: str
    facts_key: str
    loan_version: int
    folio_series: str
    """What a folio begins with: "AR-LD-2026"."""
    actor: str
    reason: str = ""
    is_anew: bool = False
    """Another letter even if the current one says the same, and its borrower is told of it."""


class Letters:
    """The `letters` collection; `_id` is the folio."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._client = database.client
        self._letters = database["letters"]
        self._loans = database["loans"]
        self._folios = Folios(database)
        self._audit_log = AuditLog(database)
        self._notices = LetterNotices(database)
        # all letters of a series count on one document: in turn they cost a tenth of colliding
        self._in_turn = Lock()

    def issue_once(
        self, new: NewLetter, write: Callable[[str], AnyLetterContent], *, now: datetime
    ) -> tuple[Letter, bool]:
        """
        The loan's letter for these facts, and whether it was made now.

        The current letter of that kind is given back if it says the same; else `write(folio)`
        makes the content of a new one, which supersedes it. All or nothing, with folio, audit entry
        and notice; `now` is the machine's instant, from which it waits to be printed.
        LoanChangedError if the loan changed since its facts were read.
        """
        for tries_left in reversed(range(MAX_TRIES)):
            found = self._asked_before(new)
            if found is not None:
                return found, False
            try:
                with (
                    self._taking_turns(),
                    deadline(MAX_SECONDS),
                    self._client.start_session() as session,
                ):
                    return session.with_transaction(lambda s: self._issue(new, write, now, s))
            except DuplicateKeyError:
                # another issue for this loan was faster, and what it made may be what is wanted;
                # or the counter is behind the letters, as after a restored backup
                if not tries_left:
                    raise
                self._folios.catch_up(new.folio_series)
        raise AssertionError("unreachable")

    @contextmanager
    def _taking_turns(self) -> Iterator[None]:
        """One issue of this process at a time; who waited long enough goes anyway."""
        is_ours = self._in_turn.acquire(timeout=MAX_WAIT_SECONDS)
        try:
            yield
        finally:
            if is_ours:
                self._in_turn.release()

    def _asked_before(self, new: NewLetter) -> Letter | None:
        document = self._letters.find_one({"causes": new.cause_id})
        return to_letter(document) if document else None

    def _issue(
        self,
        new: NewLetter,
        write: Callable[[str], AnyLetterContent],
        now: datetime,
        session: ClientSession,
    ) -> tuple[Letter, bool]:
        # the loan is written too, so that a payment or a reversal in the same moment collides;
        # a count always is: a time may be the one that stands there, which is no write
        unchanged = self._loans.update_one(
            {"_id": new.loan_id, "version": new.loan_version or {"$exists": False}},
            {"$inc": {"lettered": 1}},
            session=session,
        )
        if unchanged.matched_count == 0:
            raise LoanChangedError(new.loan_id)
        current = self._letters.find_one(
            {"loan_id": new.loan_id, "kind": new.kind.value, "is_current": True}, session=session
        )
        is_same = current is not None and current["facts_key"] == new.facts_key
        if current is not None and is_same and not new.is_anew:
            self._letters.update_one(
                {"_id": current["_id"]},
                {"$addToSet": {"causes": new.cause_id}},
                session=session,
            )
            return to_letter(current), False
        content = write(self._folios.next(new.folio_series, session))
        if current is not None:
            self._letters.update_one(
                {"_id": current["_id"]},
                {"$set": {"is_current": False, "superseded_by": content.folio}},
                session=session,
            )
        document = _document(new, content, now)
        self._letters.insert_one(document, session=session)
        self._audit_log.add(
            actor=new.actor,
            act="letter_issued",
            subject=content.folio,
            reason=new.reason,
            at=content.issued_at,
            session=session,
        )
        if new.is_anew:
            notice = NewNotice(
                notice_id=f"letter_ready:{content.folio}",
                kind=NoticeKind.READY,
                loan_id=new.loan_id,
                borrower_id=new.borrower_id,
                folio=content.folio,
            )
            self._notices.add_once(notice, at=content.issued_at, session=session)
        return to_letter(document), True

    def find(self, folio: str) -> Letter | None:
        document = self._letters.find_one({"_id": folio})
        return to_letter(document) if document else None

    def find_code(self, folio: str) -> str | None:
        """What its holder knows; reading no more takes as long for a folio that does not exist."""
        document = self._letters.find_one({"_id": folio}, projection={"code": True})
        return document["code"] if document else None

    def find_current(self, loan_id: str, kind: LetterKind) -> Letter | None:
        """The loan's letter of that kind that is neither superseded nor revoked."""
        document = self._letters.find_one(
            {"loan_id": loan_id, "kind": kind.value, "is_current": True}
        )
        return to_letter(document) if document else None

    def count_lookup(self, folio: str, *, now: datetime) -> None:
        """Note that somebody asked whether the letter is authentic."""
        self._letters.update_one(
            {"_id": folio}, {"$inc": {"lookups": 1}, "$set": {"looked_up_at": now}}
        )

    def list_current(self, loan_ids: Iterable[str]) -> list[CurrentLetter]:
        """Which letters of those loans are neither superseded nor revoked."""
        found = self._letters.find(
            {"loan_id": {"$in": list(loan_ids)}, "is_current": True}, {"loan_id": 1, "kind": 1}
        )
        return [
            CurrentLetter(each["_id"], each["loan_id"], LetterKind(each["kind"])) for each in found
        ]

    def revoke(
        self,
        folio: str,
        reason: str,
        *,
        actor: str,
        at: datetime,
        session: ClientSession | None = None,
    ) -> Letter | None:
        """
        Revoke it, with its audit entry; None if there is none or it was revoked before.

        With a `session` it is part of that transaction.
        """
        if session is not None:
            return self._revoke(folio, reason, actor, at, session)
        with self._client.start_session() as own:
            return own.with_transaction(lambda s: self._revoke(folio, reason, actor, at, s))

    def _revoke(
        self, folio: str, reason: str, actor: str, at: datetime, session: ClientSession
    ) -> Letter | None:
        document = self._letters.find_one_and_update(
            {"_id": folio, "revoked_at": None},
            {"$set": {"revoked_at": at, "revoked_reason": reason, "is_current": False}},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        if document is None:
            return None
        self._audit_log.add(
            actor=actor,
            act="letter_revoked",
            subject=folio,
            reason=reason,
            at=at,
            session=session,
        )
        return to_letter(document)


def _document(new: NewLetter, content: AnyLetterContent, now: datetime) -> dict[str, Any]:
    return {
        "_id": content.folio,
        "kind": new.kind.value,
        "loan_id": new.loan_id,
        "borrower_id": new.borrower_id,
        "merchant_id": new.merchant_id,
        "code": content.code,
        "content": content.model_dump(mode="json"),
        "issued_at": content.issued_at,
        "valid_until": content.valid_until.isoformat(),
        "file": None,
        "superseded_by": None,
        "revoked_at": None,
        "revoked_reason": None,
        "lookups": 0,
        "is_current": True,
        "causes": [new.cause_id],
        "facts_key": new.facts_key,
        "print_at": now,
        "print_attempts": 0,
    }


def to_letter(document: dict[str, Any]) -> Letter:
    """The letter that a document of the collection holds."""
    names = Letter.model_fields.keys() - {"folio"}
    fields = {name: document.get(name) for name in names}
    return Letter.model_validate({**fields, "folio": document["_id"]})

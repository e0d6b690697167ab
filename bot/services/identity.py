"""Checks who is writing: the number on file plus one thing only that person knows."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot.clock import Clock
from bot.logs import get_logger
from bot.services.people import People
from domain.contact import Identity
from storage.audit_log import AuditLog
from storage.contacts import Contacts

log = get_logger()


class Verdict(StrEnum):
    """How one try ended."""

    VERIFIED = "verified"
    WRONG = "wrong"
    LOCKED = "locked"
    SHARED = "shared"


class IdentityCheck(BaseModel):
    """The verdict, and what the person may do next."""

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    attempts_left: int = 0
    locked_until: datetime | None = None


class IdentityChecks:
    """
    Identity by the last four digits of the document on file.

    A number that is not on file gets the same question, the same answers and the same lock as a
    known one: nobody learns whether a number is a borrower's.
    """

    def __init__(
        self, contacts: Contacts, people: People, audit_log: AuditLog, clock: Clock
    ) -> None:
        self._contacts = contacts
        self._people = people
        self._audit_log = audit_log
        self._clock = clock

    def verified_borrower(self, contact_id: str) -> str | None:
        """The borrower the contact has proven to be within the last 30 minutes, or None."""
        return self._contacts.get(contact_id).identity.verified_borrower(self._clock.now())

    def locked_until(self, contact_id: str) -> datetime | None:
        """Until when tries are refused, or None."""
        identity = self._contacts.get(contact_id).identity
        return identity.locked_until if identity.is_locked(self._clock.now()) else None

    def check(self, contact_id: str, last4: str, *, attempt_id: str) -> IdentityCheck:
        """One try. The same `attempt_id` again gives the same verdict and costs no try."""
        now = self._clock.now()
        contact = self._contacts.get(contact_id)
        before = contact.identity
        if before.is_locked(now):
            return IdentityCheck(verdict=Verdict.LOCKED, locked_until=before.locked_until)
        matches = [
            borrower
            for borrower in self._people.borrowers_at(contact)
            if borrower.document_last4 == last4
        ]
        if len(matches) > 1:
            return IdentityCheck(verdict=Verdict.SHARED)
        after = (
            before.after_success(matches[0].borrower_id, now)
            if matches
            else before.after_failure(now)
        )
        is_new = self._contacts.save_identity(contact_id, before, after, attempt_id)
        if not is_new:
            # a replayed turn, or another one was faster: what is stored is what counts
            after = self._contacts.get(contact_id).identity
        verdict = self._verdict(after, now)
        log.info("identity_checked", contact_id=contact_id, outcome=verdict.verdict.value)
        if is_new:
            self._audit_log.add(
                actor=contact_id,
                act="identity_check",
                subject=contact_id,
                reason=verdict.verdict.value,
                at=now,
            )
        return verdict

    def forget(self, contact_id: str) -> None:
        """End what was proven."""
        self._contacts.drop_verification(contact_id)

    def _verdict(self, identity: Identity, now: datetime) -> IdentityCheck:
        if identity.verified_borrower(now):
            return IdentityCheck(verdict=Verdict.VERIFIED)
        if identity.is_locked(now):
            return IdentityCheck(verdict=Verdict.LOCKED, locked_until=identity.locked_until)
        return IdentityCheck(verdict=Verdict.WRONG, attempts_left=identity.attempts_left(now))

"""The person behind an address: who they proved to be, and what they allow."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

IDENTITY_LASTS = timedelta(minutes=30)
LOCK_LASTS = timedelta(minutes=30)
MAX_ATTEMPTS = 3


class Role(StrEnum):
    """What a contact is to the lender; one person may be several of them."""

    BORROWER = "borrower"
    SALESPERSON = "salesperson"
    OWNER = "owner"


class Identity(BaseModel):
    """Which borrower the contact proved to be, and how the last tries went."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    borrower_id: str | None = None
    verified_until: AwareDatetime | None = None
    failed_attempts: int = 0
    locked_until: AwareDatetime | None = None

    def verified_borrower(self, now: datetime) -> str | None:
        """The borrower this contact is proven to be at `now`, or None."""
        if self.borrower_id and self.verified_until and now < self.verified_until:
            return self.borrower_id
        return None

    def is_locked(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until

    def attempts_left(self, now: datetime) -> int:
        """Tries left before the lock; a lock that ran out gives all of them back."""
        if self.locked_until is not None and now >= self.locked_until:
            return MAX_ATTEMPTS
        return max(0, MAX_ATTEMPTS - self.failed_attempts)

    def after_success(self, borrower_id: str, now: datetime) -> "Identity":
        return Identity(borrower_id=borrower_id, verified_until=now + IDENTITY_LASTS)

    def after_failure(self, now: datetime) -> "Identity":
        """One try fewer; the last one locks. A failure also ends what was proven before."""
        failed = MAX_ATTEMPTS - self.attempts_left(now) + 1
        locked_until = now + LOCK_LASTS if failed >= MAX_ATTEMPTS else None
        return Identity(failed_attempts=failed, locked_until=locked_until)


class Contact(BaseModel):
    """One person as we know them, under an id of ours; addresses are aliases that may change."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    contact_id: str
    aliases: list[str]
    name: str | None = None
    identity: Identity = Identity()
    identity_hash: str | None = None
    active_role: Role | None = None
    wants_marketing: bool = True

    @property
    def phone(self) -> str | None:
        return self._alias("phone:")

    @property
    def send_to(self) -> str:
        """The address to write to: the number when known, else the user id."""
        return self.phone or self._alias("user:") or ""

    def _alias(self, prefix: str) -> str | None:
        found = [alias for alias in self.aliases if alias.startswith(prefix)]
        return found[0].removeprefix(prefix) if found else None

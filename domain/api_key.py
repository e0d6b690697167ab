"""A key of the portal API: which system holds it and what it may do. The secret is not here."""

from enum import StrEnum

from pydantic import AwareDatetime

from domain.fields import DomainModel, ShortText


class Scope(StrEnum):
    """What the holder of a key is for; an endpoint names those that it serves."""

    PORTAL = "portal"
    AGENT = "agent"
    INGEST = "ingest"


class ApiKey(DomainModel):
    """One key, told from others by `prefix`: the part of it that may be seen."""

    prefix: str
    name: ShortText
    scope: Scope
    created_at: AwareDatetime
    last_used_at: AwareDatetime | None = None
    revoked_at: AwareDatetime | None = None

    @property
    def actor(self) -> str:
        """Its holder in the audit log."""
        return f"api-key:{self.prefix}"

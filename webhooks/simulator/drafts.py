"""What the page may ask for: messages of a phone, changes of a person, moves of the clock."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from webhooks.simulator.faults import Fault


class _Draft(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FileKind(StrEnum):
    IMAGE = "IMAGE"
    VIDEO = "VIDEO"
    AUDIO = "AUDIO"
    VOICE = "VOICE"
    DOCUMENT = "DOCUMENT"
    STICKER = "STICKER"


class TextDraft(_Draft):
    type: Literal["TEXT"]
    text: str = Field(min_length=1, max_length=65_536)


class LocationDraft(_Draft):
    type: Literal["LOCATION"]
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    name: str | None = None
    address: str | None = None


class ContactDraft(_Draft):
    type: Literal["CONTACT"]
    contacts: list[dict[str, Any]] = Field(min_length=1)


class ReactionTarget(_Draft):
    id: str


class ReactionDraft(_Draft):
    type: Literal["REACTION"]
    action: Literal["ADDED", "REMOVED"]
    context: ReactionTarget
    emoji: str | None = None


class BareDraft(_Draft):
    type: Literal["UNSUPPORTED", "INFECTED_CONTENT"]


Draft = Annotated[
    TextDraft | LocationDraft | ContactDraft | ReactionDraft | BareDraft,
    Field(discriminator="type"),
]
_DRAFTS: TypeAdapter[Draft] = TypeAdapter(Draft)


def read_draft(body: dict[str, Any]) -> dict[str, Any]:
    """The `message` object to send; pydantic's ValidationError if a phone can't send it."""
    return _DRAFTS.validate_python(body).model_dump(exclude_none=True)


class Tap(_Draft):
    message_id: str
    reply_id: str


class PersonChanges(_Draft):
    name: str | None = Field(None, min_length=1, max_length=80)
    shows_phone: bool | None = None
    reads_messages: bool | None = None
    has_blocked_us: bool | None = None


class FaultOrder(_Draft):
    fault: Fault
    times: int = Field(1, ge=0, le=1000)


class ClockMove(_Draft):
    """One of: seconds to add; where to go, in the site's time zone if it names none; or back."""

    add_seconds: int | None = None
    to: datetime | None = None


class Replay(_Draft):
    fixture: str

"""What people and the service say to each other. No wire format here: see bot/infobip."""

import hashlib
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def message_key(external_id: str) -> str:
    """
    32 characters that stand for the provider's id of a message wherever it is handed on.

    The id itself has no bound, so it would not fit a button, and it holds the person's number,
    which must not reach the logs.
    """
    return hashlib.blake2s(external_id.encode(), digest_size=16).hexdigest()


# --- inbound -----------------------------------------------------------------------------


class Text(_Model):
    """Something typed."""

    kind: Literal["text"] = "text"
    text: str


class Tap(_Model):
    """A tapped reply button, list row or template button; `reply_id` is whatever we once sent."""

    kind: Literal["tap"] = "tap"
    reply_id: str
    title: str


class MediaKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"
    VOICE = "voice"
    AUDIO = "audio"
    STICKER = "sticker"


class Media(_Model):
    """A file the person sent. `url` is as received: untrusted until bot/infobip/media checks it."""

    kind: Literal["media"] = "media"
    media_kind: MediaKind
    url: str
    caption: str | None = None


class Location(_Model):
    kind: Literal["location"] = "location"
    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


class ContactCards(_Model):
    """Shared address-book cards; only how many, nobody else's data is kept in the model."""

    kind: Literal["contact_cards"] = "contact_cards"
    count: int


class Reaction(_Model):
    """An emoji put on (or taken off, `emoji` None) one of our messages."""

    kind: Literal["reaction"] = "reaction"
    emoji: str | None
    reacted_to: str | None


class FormReply(_Model):
    """Answers of a WhatsApp Flow."""

    kind: Literal["form_reply"] = "form_reply"
    text: str
    answers: dict[str, Any]


class InfectedFile(_Model):
    """A file that Infobip withheld because it carries malware."""

    kind: Literal["infected_file"] = "infected_file"


class Unsupported(_Model):
    """A kind that nobody here can read yet; `provider_type` names it. Kept, never dropped."""

    kind: Literal["unsupported"] = "unsupported"
    provider_type: str
    raw: str = Field(default="", description="the message as received, JSON text")


InboundContent = Annotated[
    Text
    | Tap
    | Media
    | Location
    | ContactCards
    | Reaction
    | FormReply
    | InfectedFile
    | Unsupported,
    Field(discriminator="kind"),
]


class InboundMessage(_Model):
    """One message of a contact to one of our business numbers."""

    external_id: str = Field(description="the provider's id of the message")
    business_number: str
    phone: str | None = Field(description="E.164 digits without '+'; None if the person hides it")
    user_id: str | None = Field(description="business-scoped user id (BSUID), if given")
    contact_name: str | None = None
    received_at: AwareDatetime = Field(description="the channel's own time, for order")
    content: InboundContent
    quoted_id: str | None = Field(default=None, description="the message it replies to or quotes")
    paired_message_id: str | None = Field(default=None, description="our message that it answers")
    identity_hash: str | None = Field(default=None, description="WhatsApp's identity hash")

    @property
    def key(self) -> str:
        """The short form of `external_id` that we hand on."""
        return message_key(self.external_id)

    @property
    def aliases(self) -> list[str]:
        """Every address the contact is known by, strongest first: `phone:...`, `user:...`."""
        phone = [f"phone:{self.phone}"] if self.phone else []
        return phone + ([f"user:{self.user_id}"] if self.user_id else [])


# --- outbound ----------------------------------------------------------------------------


class OutboundText(_Model):
    kind: Literal["text"] = "text"
    text: str


class Option(_Model):
    """One thing to tap. `reply_id` comes back when it is tapped."""

    reply_id: str
    title: str
    description: str | None = None


class Buttons(_Model):
    """Text with one to three reply buttons."""

    kind: Literal["buttons"] = "buttons"
    body: str
    options: list[Option]
    footer: str | None = None


class ListMessage(_Model):
    """Text with a list that opens: up to ten rows."""

    kind: Literal["list"] = "list"
    body: str
    button_title: str
    options: list[Option]
    section_title: str | None = None
    footer: str | None = None


class UrlButton(_Model):
    """Text with one button that opens a page."""

    kind: Literal["url_button"] = "url_button"
    body: str
    button_title: str
    url: str


class FileReference(_Model):
    """A file of ours by its id, and the name that people see; its address is made for each send."""

    file_id: str
    file_name: str


class Document(FileReference):
    kind: Literal["document"] = "document"
    caption: str | None = None


class Image(FileReference):
    kind: Literal["image"] = "image"
    caption: str | None = None


class Template(_Model):
    """A pre-approved message, the only kind allowed outside the messaging window."""

    kind: Literal["template"] = "template"
    name: str
    language: str
    placeholders: list[str] = []
    header_document: FileReference | None = None
    button_payloads: list[str] = []


OutboundContent = Annotated[
    OutboundText | Buttons | ListMessage | UrlButton | Document | Image | Template,
    Field(discriminator="kind"),
]


def file_of(content: OutboundContent) -> FileReference | None:
    """The file that the content carries, if any."""
    if isinstance(content, Template):
        return content.header_document
    return content if isinstance(content, FileReference) else None


class OutboundMessage(_Model):
    """One message of ours to a contact. `message_id` is ours, decided before the first attempt."""

    message_id: str
    business_number: str
    to: str = Field(description="phone digits or BSUID")
    content: OutboundContent
    file_url: str | None = Field(
        default=None, description="where Infobip can fetch the file that the content names"
    )
    reply_to: str | None = Field(default=None, description="the contact's message to quote")

"""Infobip's kinds of inbound `message`, each with the domain content it becomes."""

from abc import ABC, abstractmethod
from typing import Annotated, Any, ClassVar

from pydantic import Field, FiniteFloat

from bot.infobip.payload import (
    Lenient,
    NotEmpty,
    Received,
    UnreadableEntry,
    as_text,
    is_deeper_than,
)
from domain.message import (
    ContactCards,
    FormReply,
    InboundContent,
    InfectedFile,
    Location,
    Media,
    MediaKind,
    Reaction,
    Tap,
    Text,
    Unsupported,
)

MAX_ANSWER_LEVELS = 20
MAX_TYPE_LENGTH = 100


class Context(Received):
    """The message that this one quotes or reacts to."""

    id: Lenient[str] = None


class _Kind(Received, ABC):
    @abstractmethod
    def content(self) -> InboundContent:
        """What the domain makes of it."""


class _TextMessage(_Kind):
    text: str

    def content(self) -> InboundContent:
        return Text(text=self.text)


class _MediaMessage(_Kind):
    kind: ClassVar[MediaKind]
    url: NotEmpty
    caption: Lenient[str] = None

    def content(self) -> InboundContent:
        return Media(media_kind=self.kind, url=self.url, caption=self.caption)


class _ImageMessage(_MediaMessage):
    kind = MediaKind.IMAGE


class _VideoMessage(_MediaMessage):
    kind = MediaKind.VIDEO


class _DocumentMessage(_MediaMessage):
    kind = MediaKind.DOCUMENT


class _VoiceMessage(_MediaMessage):
    kind = MediaKind.VOICE


class _AudioMessage(_MediaMessage):
    kind = MediaKind.AUDIO


class _StickerMessage(_MediaMessage):
    kind = MediaKind.STICKER


class _LocationMessage(_Kind):
    latitude: Annotated[FiniteFloat, Field(ge=-90, le=90)]
    longitude: Annotated[FiniteFloat, Field(ge=-180, le=180)]
    name: Lenient[str] = None
    address: Lenient[str] = None

    def content(self) -> InboundContent:
        return Location(
            latitude=self.latitude, longitude=self.longitude, name=self.name, address=self.address
        )


class _ContactMessage(_Kind):
    contacts: list[Any]

    def content(self) -> InboundContent:
        return ContactCards(count=len(self.contacts))


class _TemplateButtonMessage(_Kind):
    """A quick-reply button of a template; without a payload of its own its text stands for it."""

    text: NotEmpty
    payload: Lenient[NotEmpty] = None

    def content(self) -> InboundContent:
        return Tap(reply_id=self.payload or self.text, title=self.text)


class _InteractiveReplyMessage(_Kind):
    """A reply button or a list row."""

    id: NotEmpty
    title: Lenient[str] = None

    def content(self) -> InboundContent:
        return Tap(reply_id=self.id, title=self.title or "")


class _FlowReplyMessage(_Kind):
    text: Lenient[str] = None
    response: dict[str, Any]

    def content(self) -> InboundContent:
        if is_deeper_than(self.response, MAX_ANSWER_LEVELS):
            raise UnreadableEntry("message.response: nested too deeply")
        return FormReply(text=self.text or "", answers=self.response)


class _ReactionMessage(_Kind):
    emoji: Lenient[str] = None
    action: Lenient[str] = None
    context: Lenient[Context] = None

    def content(self) -> InboundContent:
        return Reaction(
            emoji=None if self.action == "REMOVED" else self.emoji or None,
            reacted_to=self.context.id if self.context else None,
        )


class _InfectedMessage(_Kind):
    def content(self) -> InboundContent:
        return InfectedFile()


CONTENT_READERS: dict[str, type[_Kind]] = {
    "TEXT": _TextMessage,
    "IMAGE": _ImageMessage,
    "VIDEO": _VideoMessage,
    "DOCUMENT": _DocumentMessage,
    "VOICE": _VoiceMessage,
    "AUDIO": _AudioMessage,
    "STICKER": _StickerMessage,
    "LOCATION": _LocationMessage,
    "CONTACT": _ContactMessage,
    "BUTTON": _TemplateButtonMessage,
    "INTERACTIVE_BUTTON_REPLY": _InteractiveReplyMessage,
    "INTERACTIVE_LIST_REPLY": _InteractiveReplyMessage,
    "INTERACTIVE_FLOW_REPLY": _FlowReplyMessage,
    "REACTION": _ReactionMessage,
    "INFECTED_CONTENT": _InfectedMessage,
}


def read_content(provider_type: str, message: dict[str, Any]) -> InboundContent:
    """Kinds without a reader become Unsupported: kept and shown to an agent, never dropped."""
    reader = CONTENT_READERS.get(provider_type)
    if reader is None:
        return Unsupported(provider_type=provider_type[:MAX_TYPE_LENGTH], raw=as_text(message))
    return reader.model_validate(message).content()

"""Limits of what surrounds a content: the message itself, template messages, events."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from webhooks.simulator.limits.fields import Closed, Latitude, Longitude, Url, sized

Reference = Annotated[str, sized(0, 255)]


class Context(Closed):
    reply_to_message_id: Annotated[str, sized(1, 4096)]


class UrlOptions(Closed):
    shorten_url: bool = True
    track_clicks: bool = True
    tracking_url: str | None = None
    remove_protocol: bool | None = None
    custom_domain: str | None = None


def _address(address: str) -> str:
    if address.startswith("+"):
        raise ValueError("must be in international format without a plus sign")
    return address


class MessageFields(Closed):
    """Every field of a message but its content."""

    from_: Annotated[str, sized(1, 24), Field(alias="from")]
    to: Annotated[str, sized(1, 150), AfterValidator(_address)]
    message_id: Annotated[str, sized(1, 200)] | None = None
    callback_data: Annotated[str, sized(0, 4000)] | None = None
    notify_url: Url | None = None
    context: Context | None = None
    url_options: UrlOptions | None = None
    entity_id: Reference | None = None
    application_id: Reference | None = None


class TextHeader(Closed):
    type: Literal["TEXT"]
    placeholder: Annotated[str, sized(1, 1024)]


class FileHeader(Closed):
    type: Literal["IMAGE", "VIDEO", "GIF"]
    media_url: Url


class DocumentHeader(Closed):
    type: Literal["DOCUMENT"]
    media_url: Url
    filename: Annotated[str, sized(1, 240)]


class LocationHeader(Closed):
    type: Literal["LOCATION"]
    latitude: Latitude
    longitude: Longitude
    name: str = ""
    address: str = ""


class QuickReplyButton(Closed):
    type: Literal["QUICK_REPLY"]
    parameter: Annotated[str, sized(1, 128)]


class UrlButton(Closed):
    type: Literal["URL"]
    parameter: Annotated[str, sized(1, 2048)]


class CopyCodeButton(Closed):
    type: Literal["COPY_CODE"]
    parameter: Annotated[str, sized(1, 15)]


class FlowButton(Closed):
    type: Literal["FLOW"]
    parameter: Annotated[str, sized(1, 2048)]


Button = Annotated[
    QuickReplyButton | UrlButton | CopyCodeButton | FlowButton, Field(discriminator="type")
]
MAX_BUTTONS = {"URL": 2, "COPY_CODE": 1, "FLOW": 1}


class TemplateBody(Closed):
    placeholders: list[Annotated[str, sized(1, 1024)]]


class TemplateData(Closed):
    body: TemplateBody
    header: (
        Annotated[
            TextHeader | FileHeader | DocumentHeader | LocationHeader, Field(discriminator="type")
        ]
        | None
    ) = None
    buttons: Annotated[list[Button], Field(max_length=10)] = Field(default_factory=list)

    @model_validator(mode="after")
    def check_button_kinds(self) -> Self:
        kinds: list[str] = [button.type for button in self.buttons]
        for kind, highest in MAX_BUTTONS.items():
            if kinds.count(kind) > highest:
                raise ValueError(f"at most {highest} buttons of type {kind}")
        return self


class TemplateContent(Closed):
    template_name: Annotated[str, sized(1, 512), Field(pattern="^[a-z0-9_]+$")]
    template_data: TemplateData
    language: Annotated[str, sized(1, 20)]


class SmsFailover(Closed):
    from_: Annotated[str, sized(1, 24), Field(alias="from")]
    text: Annotated[str, sized(1, 4096)]


class TemplateItem(MessageFields):
    content: TemplateContent
    sms_failover: SmsFailover | None = None


class TemplateRequest(Closed):
    messages: Annotated[list[TemplateItem], Field(min_length=1)]
    bulk_id: Annotated[str, sized(0, 100)] | None = None


class Destination(Closed):
    to: Annotated[str, sized(1, 150)]


class TypingIndicator(Closed):
    type: Literal["TYPING_INDICATOR"]


class Event(Closed):
    sender: Annotated[str, sized(1, 24)]
    destinations: Annotated[list[Destination], Field(min_length=1, max_length=1)]
    content: TypingIndicator


class EventsRequest(Closed):
    events: Annotated[list[Event], Field(min_length=1)]


class MediaDeletion(Closed):
    url: Url


class IdentityRequest(Closed):
    hash: Annotated[str, sized(1, 1024)]

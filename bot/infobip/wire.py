"""Infobip's request bodies, strict: what breaks a limit of the vendor cannot be built."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic import model_validator as check
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from bot.infobip import limits

TOO_LARGE = "too_large"


def _up_to(limit: int) -> AfterValidator:
    def check_length(text: str) -> str:
        if limits.length(text) > limit:
            raise PydanticCustomError(TOO_LARGE, "longer than {limit}", {"limit": limit})
        if limits.HALF_CHARACTER.search(text):
            raise PydanticCustomError("half_character", "no lone surrogates")
        return text

    return AfterValidator(check_length)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "must not be blank")
    return text


def _plain(title: str) -> str:
    if not limits.is_plain(title):
        raise PydanticCustomError("not_plain", "no emoji or markdown here")
    return title


def _untrimmed(identifier: str) -> str:
    if identifier != identifier.strip():
        raise PydanticCustomError("not_trimmed", "no blanks around it")
    return identifier


NotBlank = AfterValidator(_not_blank)
Body = Annotated[str, NotBlank, _up_to(limits.BODY_LENGTH)]
Footer = Annotated[str, NotBlank, _up_to(limits.FOOTER_LENGTH)]
Caption = Annotated[str, _up_to(limits.CAPTION_LENGTH)]
ButtonTitle = Annotated[str, NotBlank, AfterValidator(_plain), _up_to(limits.BUTTON_TITLE_LENGTH)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]\S*$"), _up_to(limits.URL_LENGTH)]
FileName = Annotated[str, NotBlank, _up_to(limits.FILE_NAME_LENGTH)]
BusinessNumber = Annotated[str, NotBlank, _up_to(limits.BUSINESS_NUMBER_LENGTH)]
ContactAddress = Annotated[
    str, StringConstraints(pattern=r"^[^\s+]\S*$"), _up_to(limits.CONTACT_ADDRESS_LENGTH)
]
MessageId = Annotated[str, NotBlank, _up_to(limits.MESSAGE_ID_LENGTH)]


class _Wire(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


# --- content -----------------------------------------------------------------------------


class TextContent(_Wire):
    text: Annotated[str, NotBlank, _up_to(limits.TEXT_LENGTH)]


class ImageContent(_Wire):
    media_url: Url
    caption: Caption | None = None


class DocumentContent(_Wire):
    media_url: Url
    filename: FileName
    caption: Caption | None = None


class TextPart(_Wire):
    text: Body


class FooterPart(_Wire):
    text: Footer


class ReplyButton(_Wire):
    type: Literal["REPLY"] = "REPLY"
    id: Annotated[str, NotBlank, AfterValidator(_untrimmed), _up_to(limits.BUTTON_ID_LENGTH)]
    title: ButtonTitle


class ButtonsAction(_Wire):
    buttons: Annotated[list[ReplyButton], Field(min_length=1, max_length=limits.BUTTONS)]

    @check(mode="after")
    def check_unique(self) -> Self:
        _refuse_repeated([button.id for button in self.buttons])
        _refuse_repeated([button.title for button in self.buttons])
        return self


class ButtonsContent(_Wire):
    body: TextPart
    action: ButtonsAction
    footer: FooterPart | None = None


class Row(_Wire):
    id: Annotated[str, NotBlank, _up_to(limits.ROW_ID_LENGTH)]
    title: Annotated[str, NotBlank, _up_to(limits.ROW_TITLE_LENGTH)]
    description: Annotated[str, _up_to(limits.ROW_DESCRIPTION_LENGTH)] | None = None


class Section(_Wire):
    """We send one section, so its title is optional and its rows are all the rows."""

    title: Annotated[str, _up_to(limits.SECTION_TITLE_LENGTH)] | None = None
    rows: Annotated[list[Row], Field(min_length=1, max_length=limits.ROWS)]

    @check(mode="after")
    def check_unique(self) -> Self:
        _refuse_repeated([row.id for row in self.rows])
        return self


class ListAction(_Wire):
    title: ButtonTitle
    sections: Annotated[list[Section], Field(min_length=1, max_length=1)]


class ListContent(_Wire):
    body: TextPart
    action: ListAction
    footer: FooterPart | None = None


class UrlAction(_Wire):
    display_text: Annotated[str, NotBlank, _up_to(limits.BUTTON_TITLE_LENGTH)]
    url: Url


class UrlButtonContent(_Wire):
    body: TextPart
    action: UrlAction


class TemplateBody(_Wire):
    placeholders: list[Annotated[str, NotBlank]]


class DocumentHeader(_Wire):
    type: Literal["DOCUMENT"] = "DOCUMENT"
    media_url: Url
    filename: FileName


class QuickReply(_Wire):
    type: Literal["QUICK_REPLY"] = "QUICK_REPLY"
    parameter: Annotated[str, NotBlank, _up_to(limits.TEMPLATE_PAYLOAD_LENGTH)]


class TemplateData(_Wire):
    body: TemplateBody
    header: DocumentHeader | None = None
    buttons: (
        Annotated[list[QuickReply], Field(min_length=1, max_length=limits.TEMPLATE_BUTTONS)] | None
    ) = None


class TemplateContent(_Wire):
    template_name: Annotated[
        str, StringConstraints(pattern=r"^[a-z0-9_]+$"), _up_to(limits.TEMPLATE_NAME_LENGTH)
    ]
    language: Annotated[str, NotBlank]
    template_data: TemplateData


# --- envelopes ---------------------------------------------------------------------------

Content = (
    TextContent
    | ImageContent
    | DocumentContent
    | ButtonsContent
    | ListContent
    | UrlButtonContent
    | TemplateContent
)


class UrlOptions(_Wire):
    """The vendor shortens links unless told not to; people should see a lender's true domain."""

    shorten_url: Literal[False] = False
    track_clicks: Literal[False] = False


class QuoteContext(_Wire):
    reply_to_message_id: Annotated[str, NotBlank]


class Message(_Wire):
    sender: BusinessNumber = Field(alias="from")
    to: ContactAddress
    message_id: MessageId
    content: Content
    notify_url: Url | None = None
    url_options: UrlOptions = UrlOptions()
    context: QuoteContext | None = None


class TemplateMessages(_Wire):
    """Templates alone travel in a list."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=1)]


class Destination(_Wire):
    to: ContactAddress


class TypingIndicator(_Wire):
    type: Literal["TYPING_INDICATOR"] = "TYPING_INDICATOR"


class Event(_Wire):
    sender: BusinessNumber
    destinations: Annotated[list[Destination], Field(min_length=1, max_length=1)]
    content: TypingIndicator = TypingIndicator()


class Events(_Wire):
    events: list[Event]


def _refuse_repeated(values: list[str]) -> None:
    if len(set(values)) < len(values):
        raise PydanticCustomError("repeated", "must differ from one another")

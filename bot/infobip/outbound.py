"""The domain's outbound messages to Infobip's requests. Limits: wire. Sending: client."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from bot.infobip import wire
from bot.infobip.errors import InvalidMessage, MessageTooLarge
from bot.infobip.payload import explain
from domain.message import (
    Buttons,
    Document,
    Image,
    ListMessage,
    OutboundMessage,
    OutboundText,
    Template,
    UrlButton,
)

TOO_LARGE_ERRORS = {wire.TOO_LARGE, "too_long"}


@dataclass(frozen=True)
class WireRequest:
    """One call to Infobip; `path` starts at the base URL, `body` is JSON-ready."""

    method: str
    path: str
    body: dict[str, Any] | None = None


def to_wire(message: OutboundMessage, notify_url: str | None = None) -> WireRequest:
    """The request that sends `message`; MessageTooLarge or InvalidMessage if none may."""
    path, write_content = WRITERS[type(message.content)]
    is_template = isinstance(message.content, Template)
    # a template cannot quote
    quoted_id = None if is_template else message.reply_to
    try:
        body = wire.Message(
            sender=message.business_number,
            to=message.to,
            message_id=message.message_id,
            content=write_content(message.content, message.file_url or ""),
            notify_url=notify_url,
            context=wire.QuoteContext(reply_to_message_id=quoted_id) if quoted_id else None,
        )
    except ValidationError as error:
        raise _refusal(error) from None
    envelope = wire.TemplateMessages(messages=[body]) if is_template else body
    return WireRequest("POST", f"/whatsapp/1/message/{path}", _dump(envelope))


def typing_request(business_number: str, to: str) -> WireRequest:
    """The request that shows the contact that we are typing."""
    event = wire.Event(sender=business_number, destinations=[wire.Destination(to=to)])
    return WireRequest("POST", "/whatsapp/1/events", _dump(wire.Events(events=[event])))


def mark_as_read_request(business_number: str, external_id: str) -> WireRequest:
    """The request that turns the ticks of a contact's message blue."""
    sender, message_id = quote(business_number, safe=""), quote(external_id, safe="")
    return WireRequest("POST", f"/whatsapp/1/senders/{sender}/message/{message_id}/read")


def _write_text(content: OutboundText, _: str) -> wire.TextContent:
    return wire.TextContent(text=content.text)


def _write_buttons(content: Buttons, _: str) -> wire.ButtonsContent:
    buttons = [wire.ReplyButton(id=one.reply_id, title=one.title) for one in content.options]
    return wire.ButtonsContent(
        body=wire.TextPart(text=content.body),
        action=wire.ButtonsAction(buttons=buttons),
        footer=_write_footer(content.footer),
    )


def _write_list(content: ListMessage, _: str) -> wire.ListContent:
    rows = [
        wire.Row(id=one.reply_id, title=one.title, description=one.description)
        for one in content.options
    ]
    section = wire.Section(title=content.section_title, rows=rows)
    return wire.ListContent(
        body=wire.TextPart(text=content.body),
        action=wire.ListAction(title=content.button_title, sections=[section]),
        footer=_write_footer(content.footer),
    )


def _write_footer(text: str | None) -> wire.FooterPart | None:
    return wire.FooterPart(text=text) if text else None


def _write_url_button(content: UrlButton, _: str) -> wire.UrlButtonContent:
    return wire.UrlButtonContent(
        body=wire.TextPart(text=content.body),
        action=wire.UrlAction(display_text=content.button_title, url=content.url),
    )


def _write_document(content: Document, file_url: str) -> wire.DocumentContent:
    return wire.DocumentContent(
        media_url=file_url, filename=content.file_name, caption=content.caption
    )


def _write_image(content: Image, file_url: str) -> wire.ImageContent:
    return wire.ImageContent(media_url=file_url, caption=content.caption)


def _write_template(content: Template, file_url: str) -> wire.TemplateContent:
    header = None
    if content.header_document is not None:
        header = wire.DocumentHeader(media_url=file_url, filename=content.header_document.file_name)
    buttons = [wire.QuickReply(parameter=payload) for payload in content.button_payloads]
    return wire.TemplateContent(
        template_name=content.name,
        language=content.language,
        template_data=wire.TemplateData(
            body=wire.TemplateBody(placeholders=content.placeholders),
            header=header,
            buttons=buttons or None,
        ),
    )


WRITERS: dict[type, tuple[str, Callable[[Any, str], Any]]] = {
    OutboundText: ("text", _write_text),
    Buttons: ("interactive/buttons", _write_buttons),
    ListMessage: ("interactive/list", _write_list),
    UrlButton: ("interactive/url-button", _write_url_button),
    Document: ("document", _write_document),
    Image: ("image", _write_image),
    Template: ("template", _write_template),
}


def _dump(body: BaseModel) -> dict[str, Any]:
    return body.model_dump(by_alias=True, exclude_none=True)


def _refusal(error: ValidationError) -> InvalidMessage:
    is_too_large = any(item["type"] in TOO_LARGE_ERRORS for item in error.errors())
    return (MessageTooLarge if is_too_large else InvalidMessage)(explain(error))

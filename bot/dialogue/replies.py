"""Shapes what Rasa answered into WhatsApp messages, and reads the instructions among it."""

from typing import Any
from uuid import uuid4

from pydantic import BaseModel

from bot.dialogue.commands import CommandSigner, parse_payload
from bot.dialogue.rasa_client import RasaResponse
from domain.conversation import Offer, OfferedOption, Reply
from domain.message import (
    Buttons,
    Document,
    Image,
    ListMessage,
    Option,
    OutboundContent,
    OutboundText,
    UrlButton,
)

LIST_TITLE = "..."
MAX_TEXT = 4096
MAX_BODY = 1024
MAX_BUTTONS = 3
MAX_BUTTON_TITLE = 20
MAX_ROWS = 10
MAX_ROW_TITLE = 24
MAX_ROW_DESCRIPTION = 72
FILES: dict[str, type[Document] | type[Image]] = {"document": Document, "image": Image}
BESIDE_CONTENT = {"effect", "purpose", "subject"}


class Replies(BaseModel):
    """The bot's answer to one turn: messages in order, what they offer, what else should happen."""

    messages: list[Reply] = []
    offer: Offer | None = None
    effects: set[str] = set()


def shape_replies(
    responses: list[RasaResponse], *, contact_id: str, signer: CommandSigner
) -> Replies:
    """
    The messages of one turn.

    Plain texts in a row become one message, and lead in whatever buttons follow: people are not
    sent three bubbles where one says it. A file's own text is its caption. The last buttons or list
    are what can be chosen from.
    """
    replies = Replies()
    texts: list[str] = []
    for response in responses:
        effect = response.custom.get("effect")
        if effect:
            replies.effects.add(effect)
        if response.text:
            texts.append(response.text.strip())
        if response.custom.get("kind") in FILES:
            caption = texts.pop() if response.text else None
            _flush(texts, replies)
            replies.messages.append(_reply(_file(response.custom, caption), response.custom))
        elif response.custom.get("kind") == "url_button":
            _flush(texts, replies, keep_last=True)
            replies.messages.append(_reply(_url_button(response.custom, texts), response.custom))
        elif response.buttons:
            _add_options(response, texts, replies, contact_id, signer)
    _flush(texts, replies)
    return replies


def length(text: str) -> int:
    """Length as a phone counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def shorten(text: str, limit: int) -> str:
    """`text` within `limit`, cut at a word with an ellipsis if need be."""
    if length(text) <= limit:
        return text
    cut = text
    while length(cut) > limit - 1:
        cut = cut[:-1]
    head, _, _ = cut.rpartition(" ")
    return (head if length(head) > limit // 2 else cut).rstrip(" ,.;:·") + "…"


def split_text(text: str, limit: int) -> list[str]:
    """`text` in pieces within `limit`, cut at paragraphs, lines or words."""
    pieces = []
    while length(text) > limit:
        cut = text[:limit]
        while length(cut) > limit:
            cut = cut[:-1]
        for separator in ("\n\n", "\n", " "):
            head, _, _ = cut.rpartition(separator)
            if head.strip():
                cut = head
                break
        pieces.append(cut.rstrip())
        text = text[len(cut) :].lstrip()
    return [*pieces, text] if text else pieces


def _flush(texts: list[str], replies: Replies, *, keep_last: bool = False) -> None:
    """Turn collected texts into messages; with `keep_last` one that fits a body stays."""
    text = "\n\n".join(texts)
    texts.clear()
    if not text:
        return
    if keep_last and length(text) <= MAX_BODY:
        texts.append(text)
        return
    pieces = split_text(text, MAX_TEXT)
    replies.messages += [Reply(content=OutboundText(text=piece)) for piece in pieces]


def _add_options(
    response: RasaResponse,
    texts: list[str],
    replies: Replies,
    contact_id: str,
    signer: CommandSigner,
) -> None:
    if length("\n\n".join(texts)) > MAX_BODY and len(texts) > 1:
        lead = [texts.pop()]
        _flush(texts, replies)
        texts += lead
    _flush(texts, replies, keep_last=True)
    body = texts.pop() if texts else "⬇️"
    nonce = uuid4().hex[:8]
    offered, options = [], []
    for button in response.buttons[:MAX_ROWS]:
        command = parse_payload(button["payload"])
        reply_id = signer.sign(command, contact_id=contact_id, nonce=nonce)
        title, description = button["title"], button.get("description")
        offered.append(
            OfferedOption(
                title=title,
                description=description,
                keywords=button.get("keywords", []),
                intent=command.intent,
                entities=command.entities,
            )
        )
        options.append(Option(reply_id=reply_id, title=title, description=description))
    replies.offer = Offer(nonce=nonce, options=offered)
    replies.messages.append(Reply(content=_option_message(body, options, response.custom)))


def _option_message(body: str, options: list[Option], custom: dict[str, Any]) -> OutboundContent:
    has_descriptions = any(option.description for option in options)
    fits_buttons = len(options) <= MAX_BUTTONS and not has_descriptions
    if fits_buttons and all(length(option.title) <= MAX_BUTTON_TITLE for option in options):
        return Buttons(body=body, options=options)
    rows = [
        option.model_copy(
            update={
                "title": shorten(option.title, MAX_ROW_TITLE),
                "description": shorten(option.description, MAX_ROW_DESCRIPTION)
                if option.description
                else None,
            }
        )
        for option in options
    ]
    return ListMessage(body=body, button_title=custom.get("list_title", LIST_TITLE), options=rows)


def _reply(content: OutboundContent, custom: dict[str, Any]) -> Reply:
    return Reply(content=content, purpose=custom.get("purpose"), subject=custom.get("subject"))


def _file(custom: dict[str, Any], caption: str | None) -> OutboundContent:
    fields = {name: value for name, value in custom.items() if name not in BESIDE_CONTENT}
    return FILES[custom["kind"]].model_validate({"caption": caption} | fields)


def _url_button(custom: dict[str, Any], texts: list[str]) -> UrlButton:
    body = texts.pop() if texts else custom["url"]
    return UrlButton(body=body, button_title=custom["button_title"], url=custom["url"])

from contextlib import nullcontext
from typing import get_args

import pytest

from bot.infobip.errors import InvalidMessage, MessageTooLarge, SendRefused
from bot.infobip.limits import length
from bot.infobip.outbound import WRITERS, mark_as_read_request, to_wire, typing_request
from domain.message import (
    Buttons,
    Document,
    FileReference,
    Image,
    ListMessage,
    Option,
    OutboundContent,
    OutboundText,
    Template,
    UrlButton,
)
from tests.bot.infobip.cases import (
    BUSINESS_NUMBER,
    CONTACT_NUMBER,
    NOTIFY_URL,
    OUTBOUND,
    an_outbound,
    options,
)
from tests.bot.infobip.fixtures import fixture_json, fixture_names

FILE_URL = "https://bot.example.org/media/t0ken/a.pdf"
LONG_URL = "https://bot.example.org/" + "x" * 2025


@pytest.mark.parametrize("name", OUTBOUND)
def test_every_kind_of_message_has_its_request(name: str) -> None:
    message, path = OUTBOUND[name]
    request = to_wire(message, NOTIFY_URL)
    assert (request.method, request.path) == ("POST", f"/whatsapp/1/message/{path}")
    assert request.body == fixture_json(f"outbound/{name}.json")


def test_every_fixture_and_every_kind_is_used() -> None:
    assert fixture_names("outbound") == {*OUTBOUND, "typing"}
    kinds = set(get_args(get_args(OutboundContent)[0]))
    assert kinds == set(WRITERS) == {type(message.content) for message, _ in OUTBOUND.values()}


def test_typing_has_its_request() -> None:
    request = typing_request(BUSINESS_NUMBER, CONTACT_NUMBER)
    assert (request.method, request.path) == ("POST", "/whatsapp/1/events")
    assert request.body == fixture_json("outbound/typing.json")


def test_the_id_of_a_read_message_is_encoded() -> None:
    request = mark_as_read_request(BUSINESS_NUMBER, "wamid.a/b+c==")
    assert request.path == ("/whatsapp/1/senders/5491155550100/message/wamid.a%2Fb%2Bc%3D%3D/read")
    assert request.body is None


def test_reports_are_asked_for_only_where_told() -> None:
    body = to_wire(an_outbound()).body
    assert body is not None
    assert "notifyUrl" not in body


@pytest.mark.parametrize(
    ("text", "units"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("ñandú", 5, id="letters"),
        pytest.param("😀", 2, id="emoji"),
        pytest.param("👨‍👩‍👧", 8, id="a family"),
    ],
)
def test_length_counts_utf_16_units(text: str, units: int) -> None:
    assert length(text) == units


AT_THE_LIMIT: dict[str, OutboundContent] = {
    "text": OutboundText(text="x" * 4096),
    "text of emoji": OutboundText(text="😀" * 2048),
    "three buttons": Buttons(body="x" * 1024, options=options(3), footer="x" * 60),
    "button title": Buttons(body="b", options=[Option(reply_id="x" * 256, title="x" * 20)]),
    "ten rows": ListMessage(
        body="x" * 1024, button_title="x" * 20, options=options(10), section_title="x" * 24
    ),
    "row": ListMessage(
        body="b",
        button_title="b",
        options=[Option(reply_id="x" * 200, title="x" * 24, description="x" * 72)],
    ),
    "row with emoji": ListMessage(body="b", button_title="b", options=options(1, title="📄 Carta")),
    "link": UrlButton(body="b", button_title="x" * 20, url=LONG_URL[:2048]),
    "document": Document(file_id="x" * 999, file_name="x" * 240, caption="x" * 3000),
    "image": Image(file_id="x", file_name="x", caption="x" * 3000),
    "template": Template(
        name="x" * 512, language="es", placeholders=[], button_payloads=["x" * 128] * 10
    ),
}

TOO_LARGE: dict[str, OutboundContent] = {
    "text": OutboundText(text="x" * 4097),
    "text of emoji": OutboundText(text="😀" * 2049),
    "body of buttons": Buttons(body="x" * 1025, options=options(1)),
    "footer": Buttons(body="b", options=options(1), footer="x" * 61),
    "four buttons": Buttons(body="b", options=options(4)),
    "button title": Buttons(body="b", options=options(1, title="x" * 21)),
    "button title of two units": Buttons(body="b", options=options(1, title="\U0001d4b3" * 11)),
    "button id": Buttons(body="b", options=options(1, reply_id="x" * 257)),
    "eleven rows": ListMessage(body="b", button_title="b", options=options(11)),
    "list body": ListMessage(body="x" * 1025, button_title="b", options=options(1)),
    "list button": ListMessage(body="b", button_title="x" * 21, options=options(1)),
    "row title": ListMessage(body="b", button_title="b", options=options(1, title="x" * 25)),
    "row id": ListMessage(body="b", button_title="b", options=options(1, reply_id="x" * 201)),
    "row description": ListMessage(
        body="b", button_title="b", options=options(1, description="x" * 73)
    ),
    "section title": ListMessage(
        body="b", button_title="b", options=options(1), section_title="x" * 25
    ),
    "link title": UrlButton(body="b", button_title="x" * 21, url="https://a.example"),
    "link": UrlButton(body="b", button_title="b", url=LONG_URL),
    "file name": Document(file_id="x", file_name="x" * 241),
    "caption": Image(file_id="x", file_name="x", caption="x" * 3001),
    "template name": Template(name="x" * 513, language="es"),
    "template payload": Template(name="x", language="es", button_payloads=["x" * 129]),
    "template buttons": Template(name="x", language="es", button_payloads=["x"] * 11),
}

INVALID: dict[str, OutboundContent] = {
    "empty text": OutboundText(text=""),
    "blank text": OutboundText(text=" \n\t"),
    "half a character": OutboundText(text="a\ud83d"),
    "no buttons": Buttons(body="b", options=[]),
    "same title twice": Buttons(
        body="b",
        options=[Option(reply_id="1", title="Sí"), Option(reply_id="2", title="Sí")],
    ),
    "same button id twice": Buttons(
        body="b",
        options=[Option(reply_id="1", title="Sí"), Option(reply_id="1", title="No")],
    ),
    "blanks around a button id": Buttons(body="b", options=options(1, reply_id=" a")),
    "emoji on a button": Buttons(body="b", options=options(1, title="Sí 👍")),
    "markdown on a button": Buttons(body="b", options=options(1, title="*Sí*")),
    "no rows": ListMessage(body="b", button_title="b", options=[]),
    "same row id twice": ListMessage(
        body="b", button_title="b", options=options(2, reply_id="same")
    ),
    "emoji on a list's button": ListMessage(body="b", button_title="Ver 👇", options=options(1)),
    "a link without scheme": UrlButton(body="b", button_title="b", url="bot.example.org"),
    "a script for a link": UrlButton(body="b", button_title="b", url="javascript:alert(1)"),
    "a document without name": Document(file_id="x", file_name=""),
    "template name in capitals": Template(name="Hola", language="es"),
    "empty placeholder": Template(name="x", language="es", placeholders=["a", ""]),
    "template document without name": Template(
        name="x", language="es", header_document=FileReference(file_id="x", file_name="")
    ),
}


@pytest.mark.parametrize("name", AT_THE_LIMIT)
def test_what_is_at_its_limit_may_be_sent(name: str) -> None:
    assert to_wire(an_outbound(AT_THE_LIMIT[name], file_url=FILE_URL)).body


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_over_its_limit_is_refused_here(name: str) -> None:
    with pytest.raises(MessageTooLarge):
        to_wire(an_outbound(TOO_LARGE[name], file_url=FILE_URL))


@pytest.mark.parametrize("name", INVALID)
def test_what_breaks_a_rule_is_refused_here(name: str) -> None:
    with pytest.raises(InvalidMessage) as refusal:
        to_wire(an_outbound(INVALID[name], file_url=FILE_URL))
    assert not isinstance(refusal.value, MessageTooLarge)


@pytest.mark.parametrize("name", ["document", "image", "template_document_and_buttons"])
@pytest.mark.parametrize(
    ("url", "may_be_sent"),
    [
        pytest.param(LONG_URL[:2048], True, id="at the limit"),
        pytest.param("http://127.0.0.1:8000/a.pdf", True, id="without TLS"),
        pytest.param(LONG_URL, False, id="too long"),
        pytest.param("file:///etc/passwd", False, id="a local file"),
        pytest.param(None, False, id="none"),
    ],
)
def test_a_file_needs_an_address(name: str, url: str | None, may_be_sent: bool) -> None:
    message = OUTBOUND[name][0].model_copy(update={"file_url": url})
    with nullcontext() if may_be_sent else pytest.raises(InvalidMessage):
        to_wire(message)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"to": "+5491155550101"}, id="plus"),
        pytest.param({"to": ""}, id="nobody"),
        pytest.param({"to": "x" * 151}, id="an absurd recipient"),
        pytest.param({"business_number": "1" * 25}, id="an absurd sender"),
        pytest.param({"message_id": "x" * 201}, id="an absurd id"),
        pytest.param({"message_id": " "}, id="no id"),
    ],
)
def test_a_bad_envelope_is_refused_here(changes: dict[str, str]) -> None:
    with pytest.raises(InvalidMessage):
        to_wire(an_outbound(**changes))


def test_a_refusal_is_final_and_quotes_nothing() -> None:
    with pytest.raises(SendRefused) as refusal:
        to_wire(an_outbound(OutboundText(text="secreto" * 1000)))
    assert refusal.value.permanent
    assert str(refusal.value) == "text: too_large"

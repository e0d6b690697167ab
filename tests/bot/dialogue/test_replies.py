"""From Rasa's responses to messages: what is merged, split, cut, and offered."""

import pytest

from bot.dialogue.commands import CommandSigner
from bot.dialogue.rasa_client import RasaResponse
from bot.dialogue.replies import (
    MAX_BODY,
    MAX_ROW_DESCRIPTION,
    MAX_ROW_TITLE,
    MAX_ROWS,
    MAX_TEXT,
    length,
    shape_replies,
    shorten,
    split_text,
)
from domain.message import Buttons, Document, ListMessage, OutboundText, UrlButton

SIGNER = CommandSigner("key")
DOCUMENT = {
    "kind": "document",
    "file_id": "letter:AR-1",
    "file_name": "a.pdf",
    "caption": "Tu carta",
}


def shape(*responses):
    return shape_replies(list(responses), contact_id="c-1", signer=SIGNER)


def contents(replies):
    return [message.content for message in replies.messages]


def says(text, *titles, **custom):
    buttons = [{"title": title, "payload": f"/choose_{n}"} for n, title in enumerate(titles)]
    return RasaResponse(text=text, buttons=buttons, custom=custom)


def bodies(replies):
    return [
        getattr(each, "text", None) or getattr(each, "body", None) for each in contents(replies)
    ]


def test_texts_in_a_row_are_one_message():
    replies = shape(says("Hola."), says("¿Qué tal?"))
    assert contents(replies) == [OutboundText(text="Hola.\n\n¿Qué tal?")]
    assert replies.offer is None


def test_a_text_leads_in_the_buttons_that_follow():
    replies = shape(says("Hola."), says("¿Seguimos?", "Sí", "No"))
    (message,) = contents(replies)
    assert isinstance(message, Buttons)
    assert message.body == "Hola.\n\n¿Seguimos?"
    assert [option.title for option in message.options] == ["Sí", "No"]


def test_what_follows_the_buttons_is_a_message_of_its_own():
    assert bodies(shape(says("A", "Sí"), says("B"))) == ["A", "B"]


def test_the_last_options_are_the_offer():
    replies = shape(says("A", "Uno"), says("B", "Dos"))
    assert [option.title for option in replies.offer.options] == ["Dos"]
    tapped = SIGNER.read(contents(replies)[1].options[0].reply_id, contact_id="c-1")
    assert tapped.nonce == replies.offer.nonce


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        pytest.param(says("A", "1", "2", "3"), Buttons, id="three"),
        pytest.param(says("A", "1", "2", "3", "4"), ListMessage, id="four"),
        pytest.param(says("A", "x" * 20), Buttons, id="title of 20"),
        pytest.param(says("A", "x" * 21), ListMessage, id="title of 21"),
        pytest.param(says("A", "🙂" * 11), ListMessage, id="title of 22 as a phone counts"),
        pytest.param(
            RasaResponse(text="A", buttons=[{"title": "1", "payload": "/x", "description": "one"}]),
            ListMessage,
            id="descriptions",
        ),
    ],
)
def test_buttons_or_list(response, expected):
    (message,) = contents(shape(response))
    assert isinstance(message, expected)


def test_a_list_fits_whatsapp_while_the_offer_keeps_the_words():
    title, description = "Distribuidora del Litoral Norte", "d" * 100
    button = {"title": title, "payload": "/x", "description": description, "keywords": ["moto"]}
    replies = shape(RasaResponse(text="¿Cuál?", buttons=[button], custom={"list_title": "Elegir"}))
    (message,) = contents(replies)
    assert message.button_title == "Elegir"
    assert length(message.options[0].title) <= MAX_ROW_TITLE
    assert length(message.options[0].description) <= MAX_ROW_DESCRIPTION
    assert replies.offer.options[0].title == title
    assert replies.offer.options[0].keywords == ["moto"]


def test_a_list_has_at_most_ten_rows():
    replies = shape(says("A", *map(str, range(15))))
    assert len(contents(replies)[0].options) == MAX_ROWS
    assert len(replies.offer.options) == MAX_ROWS


def test_a_lead_that_does_not_fit_with_the_body_goes_before_it():
    long = "x" * (MAX_BODY - 3)
    assert bodies(shape(says(long), says("¿Seguimos?", "Sí"))) == [long, "¿Seguimos?"]


def test_a_body_that_is_too_long_goes_before_the_buttons():
    long = "palabra " * 200
    first, second = bodies(shape(says(long, "Sí")))
    assert first == long.strip()
    assert length(second) <= MAX_BODY


def test_a_document_comes_after_the_text_before_it():
    replies = shape(says("Tu carta:"), RasaResponse(custom=DOCUMENT), says("¿Algo más?"))
    assert [type(each) for each in contents(replies)] == [OutboundText, Document, OutboundText]


def test_the_text_of_a_document_is_its_caption():
    replies = shape(says("Listo."), RasaResponse(text="Tu carta", custom=DOCUMENT))
    text, document = (message.content for message in replies.messages)
    assert text == OutboundText(text="Listo.")
    assert document == Document.model_validate(DOCUMENT | {"caption": "Tu carta"})


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param({}, id="a file alone"),
        pytest.param({"purpose": "letter_ready", "subject": "AR-1"}, id="a letter"),
        pytest.param({"effect": "finish_session"}, id="with an effect"),
    ],
)
def test_a_document_may_tell_what_it_is_for(beside):
    (message,) = shape(RasaResponse(custom=DOCUMENT | beside)).messages
    assert message.content == Document.model_validate(DOCUMENT)
    assert (message.purpose, message.subject) == (beside.get("purpose"), beside.get("subject"))


def test_a_link_takes_the_text_before_it_as_its_body():
    link = {"kind": "url_button", "url": "https://x.invalid/", "button_title": "Abrir"}
    (message,) = shape(says("Mirá:"), RasaResponse(custom=link | {"subject": "AR-1"})).messages
    expected = UrlButton(body="Mirá:", button_title="Abrir", url="https://x.invalid/")
    assert message.content == expected
    assert message.subject == "AR-1"


@pytest.mark.parametrize(
    ("response", "messages"),
    [
        pytest.param(says("", effect="repeat"), 0, id="alone"),
        pytest.param(says("Chau.", effect="close_contact"), 1, id="with words"),
    ],
)
def test_effects_are_read_and_not_said(response, messages):
    replies = shape(response)
    assert replies.effects == {response.custom["effect"]}
    assert len(replies.messages) == messages


@pytest.mark.parametrize("separator", [" ", "\n", "\n\n"])
def test_a_long_text_is_split_where_it_pauses(separator):
    text = separator.join(["palabra"] * 1200)
    pieces = split_text(text, MAX_TEXT)
    assert len(pieces) > 1
    assert all(length(piece) <= MAX_TEXT for piece in pieces)
    assert separator.join(pieces) == text


@pytest.mark.parametrize("text", ["x" * 9000, "🙂" * 4500])
def test_a_text_without_pauses_is_split_anyway_and_loses_nothing(text):
    pieces = split_text(text, MAX_TEXT)
    assert "".join(pieces) == text
    assert all(length(piece) <= MAX_TEXT for piece in pieces)


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("Casa Norte", 24, "Casa Norte"),
        ("Distribuidora del Litoral Norte", 24, "Distribuidora del…"),
        ("Supercalifragilistico", 10, "Supercali…"),
        ("🙂🙂🙂🙂", 5, "🙂🙂…"),
        ("uno, dos", 6, "uno…"),
    ],
)
def test_shorten(text, limit, expected):
    assert shorten(text, limit) == expected
    assert length(shorten(text, limit)) <= limit

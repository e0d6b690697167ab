"""What a person's message means before the dialogue is asked."""

from datetime import date

import pytest

from bot.dialogue.commands import Command, CommandSigner
from bot.dialogue.reading import MAX_TEXT, STALE_MENU, Reader, Words, clean
from domain.conversation import Offer, OfferedOption
from domain.country import country_pack
from domain.message import (
    ContactCards,
    FormReply,
    InfectedFile,
    Location,
    Media,
    MediaKind,
    Reaction,
    Tap,
    Text,
    Unsupported,
)

SIGNER = CommandSigner("key")
READER = Reader(SIGNER, country_pack("AR"), today=lambda: date(2026, 3, 10))
OFFER = Offer(
    nonce="n1",
    options=[
        OfferedOption(title="Sí, con una persona", intent="talk_to_agent"),
        OfferedOption(title="No, ver el menú", intent="ask_menu"),
        OfferedOption(title="Casa Norte", intent="choose_loan", entities={"loan_id": "L-1"}),
    ],
)


def read(content, offer=None, active_form=None):
    return READER.read(content, contact_id="c-1", offer=offer, active_form=active_form)


def command(intent, **entities):
    return Command(intent=intent, entities=entities)


@pytest.mark.parametrize(
    ("text", "active_form", "expected"),
    [
        pytest.param("cuánto debo", None, Words(text="cuánto debo"), id="words"),
        pytest.param("/ask_menu", None, Words(text="/ask_menu"), id="a command is words"),
        pytest.param("menú", None, command("ask_menu"), id="a global word"),
        pytest.param("hola, menú por favor", None, command("ask_menu"), id="and politeness"),
        pytest.param("sí", None, command("talk_to_agent"), id="first word of a choice"),
        pytest.param("2", None, command("ask_menu"), id="number of a choice"),
        pytest.param("casa norte", None, command("choose_loan", loan_id="L-1"), id="title"),
        pytest.param("4", None, Words(text="4"), id="number of no choice"),
        pytest.param("3456", None, Words(text="3456"), id="digits to no question"),
        pytest.param(
            "3456", "identity_form", command("inform", identity_digits="3456"), id="digits"
        ),
        pytest.param("menú", "identity_form", command("ask_menu"), id="a global word in a form"),
        pytest.param("no sé", "identity_form", Words(text="no sé"), id="no digits"),
        pytest.param(
            "el viernes", "payoff_form", command("inform", payoff_date="2026-03-13"), id="a day"
        ),
        pytest.param("31/02", "payoff_form", Words(text="31/02"), id="a day in no calendar"),
        pytest.param("salir", "payoff_form", command("exit_task"), id="leaving a form"),
        pytest.param("\u200b \n", None, command("received_nothing_readable"), id="nothing"),
    ],
)
def test_text(text, active_form, expected):
    offer = None if active_form else OFFER
    assert read(Text(text=text), offer, active_form) == expected


ADDRESSING, CONFIRMING = "letter_form", "letter_confirmation_form"
SUMMARY = Offer(
    nonce="n1",
    options=[
        OfferedOption(title="Sí, emitir carta", intent="issue_letter"),
        OfferedOption(title="No, dejarlo", intent="drop_letter"),
    ],
)
FORMULA = Offer(
    nonce="n1", options=[OfferedOption(title="A quien corresponda", intent="to_anyone")]
)


@pytest.mark.parametrize(
    ("text", "active_form", "offer", "expected"),
    [
        pytest.param(
            "para el Banco Galicia",
            ADDRESSING,
            FORMULA,
            command("inform", letter_addressee="Banco Galicia"),
            id="a name",
        ),
        pytest.param("menú", ADDRESSING, FORMULA, command("ask_menu"), id="a global word"),
        pytest.param("1", ADDRESSING, FORMULA, command("to_anyone"), id="the button's number"),
        pytest.param(
            "28123456",
            ADDRESSING,
            FORMULA,
            command("inform", addressee_doubt="no_name"),
            id="no name",
        ),
        pytest.param(
            "cuánto debo?", ADDRESSING, FORMULA, Words(text="cuánto debo?"), id="a question"
        ),
        pytest.param("sí", CONFIRMING, SUMMARY, command("issue_letter"), id="yes"),
        pytest.param("dale", CONFIRMING, SUMMARY, Words(text="dale"), id="something like it"),
        pytest.param(
            "no, es para ANSES",
            CONFIRMING,
            SUMMARY,
            command("change_letter_addressee", letter_addressee="ANSES"),
            id="another name",
        ),
        pytest.param(
            "Banco Nación", CONFIRMING, SUMMARY, Words(text="Banco Nación"), id="a name alone"
        ),
        pytest.param("Banco Nación", None, None, Words(text="Banco Nación"), id="to no question"),
    ],
)
def test_for_whom_a_letter_is(text, active_form, offer, expected):
    assert read(Text(text=text), offer, active_form) == expected


@pytest.mark.parametrize("kind", [MediaKind.VOICE, MediaKind.IMAGE, MediaKind.STICKER])
def test_a_name_cannot_be_a_file(kind):
    content = Media(media_kind=kind, url="https://x.invalid")
    not_words = command("inform", addressee_doubt="not_words")
    assert read(content, active_form=ADDRESSING) == not_words


def test_an_answer_comes_before_a_choice():
    """The fourth row of a menu is not meant by who was asked for four digits."""
    digits = command("inform", identity_digits="0002")
    assert read(Text(text="0002"), OFFER, "identity_form") == digits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0002", command("first"), id="last digits"),
        pytest.param("0004", command("second"), id="last digits of the other"),
        pytest.param("2", command("second"), id="number"),
        pytest.param("02", command("second"), id="number with a zero"),
        pytest.param("0001", Words(text="0001"), id="digits of neither"),
    ],
)
def test_last_digits_with_zeros_are_no_number_of_a_choice(text, expected):
    loans = [
        OfferedOption(title="Casa Norte", keywords=["0002"], intent="first"),
        OfferedOption(title="Electro Sur", keywords=["0004"], intent="second"),
    ]
    assert read(Text(text=text), Offer(nonce="n1", options=loans)) == expected


def test_long_text_is_cut():
    assert read(Text(text="hola " * 5000)) == Words(text=("hola " * 5000)[:MAX_TEXT])


@pytest.mark.parametrize(
    ("kind", "caption", "expected"),
    [
        pytest.param(MediaKind.IMAGE, None, command("received_image"), id="photo"),
        pytest.param(MediaKind.DOCUMENT, " ", command("received_image"), id="document"),
        pytest.param(MediaKind.IMAGE, "ya pagué", Words(text="ya pagué"), id="photo and words"),
        pytest.param(MediaKind.VIDEO, "ya pagué", command("received_video"), id="video"),
        pytest.param(MediaKind.VOICE, None, command("received_voice"), id="voice note"),
        pytest.param(MediaKind.AUDIO, None, command("received_voice"), id="audio file"),
        pytest.param(MediaKind.STICKER, None, command("received_sticker"), id="sticker"),
    ],
)
def test_media(kind, caption, expected):
    assert read(Media(media_kind=kind, url="https://x.invalid", caption=caption)) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(Location(latitude=0, longitude=0), command("received_location"), id="place"),
        pytest.param(InfectedFile(), command("received_infected_file"), id="infected"),
        pytest.param(ContactCards(count=1), command("received_unsupported"), id="contact"),
        pytest.param(Unsupported(provider_type="X"), command("received_unsupported"), id="unknown"),
        pytest.param(FormReply(text="", answers={}), STALE_MENU, id="form"),
        pytest.param(Reaction(emoji="👍", reacted_to=None), None, id="reaction"),
    ],
)
def test_other_contents(content, expected):
    assert read(content) == expected


def signed(intent, contact_id="c-1", nonce="n1"):
    return SIGNER.sign(Command(intent=intent), contact_id=contact_id, nonce=nonce)


@pytest.mark.parametrize(
    ("reply_id", "expected"),
    [
        pytest.param(signed("ask_menu"), command("ask_menu"), id="ours"),
        pytest.param(signed("ask_menu", nonce="old"), command("ask_menu"), id="an old request"),
        pytest.param(signed("affirm"), command("affirm"), id="an answer"),
        pytest.param(signed("affirm", nonce="old"), STALE_MENU, id="an old answer"),
        pytest.param(
            signed("issue_letter", nonce="old"), STALE_MENU, id="the yes to an old letter"
        ),
        pytest.param(signed("ask_menu", contact_id="c-2"), STALE_MENU, id="somebody else's"),
        pytest.param("plan:12", STALE_MENU, id="foreign"),
        pytest.param("menú", command("ask_menu"), id="a template's, which says what it reads"),
    ],
)
def test_taps(reply_id, expected):
    title = reply_id if reply_id == "menú" else "x"
    assert read(Tap(reply_id=reply_id, title=title), OFFER) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\u202ehola\u202c", "hola"),
        ("ho\u200bla", "hola"),
        ("ho\x00la", "hola"),
        ("  a   b \n\n\n c ", "a b\nc"),
        ("cafe\u0301", "café"),
        ("\ud800hola", "hola"),
        ("\t", ""),
    ],
)
def test_clean(text, expected):
    assert clean(text) == expected

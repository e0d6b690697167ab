from datetime import timedelta

import pytest

from domain.burst import HOLD, MAX_JOINED_CHARACTERS, Turn, hold_for, join
from domain.country import country_pack
from domain.message import Media, MediaKind, Tap, Text

TAP = Tap(reply_id="x", title="Sí")
PHOTO = Media(media_kind=MediaKind.IMAGE, url="https://example.org/1")


@pytest.mark.parametrize(
    "text",
    [
        "hola",
        "Hola!!",
        "holaaa buenas tardes 🙂",
        "hola che, una consulta",
        "buenas, tengo una consulta por favor",
        "quiero",
        "disculpe",
        "quiero saber si",
        "necesito la carta de",
        "mi saldo y",
    ],
    ids=repr,
)
def test_openers_and_fragments_wait_for_the_rest(text):
    assert hold_for(Text(text=text), country_pack("AR").burst) == HOLD


@pytest.mark.parametrize(
    "text",
    [
        "2",
        "si",
        "no",
        "5678",
        "gracias",
        "menú",
        "cuanto debo",
        "hola quiero saber mi saldo",
        "hola, cuánto debo?",
        "",
        "🙂",
        "quiero pagar, dónde",
        "este mensaje no es para mí",
        "quiero pagar todo de una",
        "no pará",
        "hola hola hola hola hola hola hola hola hola",
    ],
    ids=repr,
)
def test_what_stands_alone_is_read_at_once(text):
    assert hold_for(Text(text=text), country_pack("AR").burst) == timedelta()


def test_openers_belong_to_their_country():
    assert hold_for(Text(text="qué xopa"), country_pack("PA").burst) == HOLD
    assert hold_for(Text(text="qué xopa"), country_pack("AR").burst) == timedelta()


@pytest.mark.parametrize("content", [TAP, PHOTO], ids=["tap", "photo"])
def test_only_text_waits(content):
    assert hold_for(content, country_pack("AR").burst) == timedelta()


def test_texts_in_a_row_become_one():
    contents = [Text(text="hola"), Text(text="mi saldo")]
    assert join(contents) == [Turn(Text(text="hola\nmi saldo"), (0, 1))]


def test_taps_and_media_stay_turns_of_their_own_in_order():
    contents = [Text(text="hola"), TAP, PHOTO, Text(text="ya"), Text(text="pagué")]
    assert join(contents) == [
        Turn(Text(text="hola"), (0,)),
        Turn(TAP, (1,)),
        Turn(PHOTO, (2,)),
        Turn(Text(text="ya\npagué"), (3, 4)),
    ]


def test_the_same_text_twice_counts_once():
    contents = [Text(text="hola"), Text(text="Sí"), Text(text="sí!")]
    assert join(contents) == [Turn(Text(text="hola\nSí"), (0, 1, 2))]


def test_what_stands_alone_is_not_read_with_others():
    contents = [Text(text=text) for text in ("cuánto debo", "agente", "es urgente")]
    turns = join(contents, lambda text: text == "agente")
    assert [turn.content.text for turn in turns] == ["cuánto debo", "agente", "es urgente"]


def test_a_joined_text_is_never_longer_than_one_message_may_be():
    contents = [Text(text=letter * 700) for letter in "abc"]
    turns = join(contents)
    assert [turn.parts for turn in turns] == [(0,), (1,), (2,)]
    assert all(len(turn.content.text) <= MAX_JOINED_CHARACTERS for turn in turns)


def test_nothing_joins_to_nothing():
    assert join([]) == []

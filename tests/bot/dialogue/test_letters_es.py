"""What a request says about the letter it asks for."""

import pytest

from bot.dialogue.letters_es import kind_in, names_no_kind
from domain.letter_content import LetterKind


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("carta", True),
        ("necesito una carta por favor", True),
        ("Hola, buenas tardes, quisiera pedir un certificado", True),
        ("recibirla", True),
        ("quiero recibir el documento", True),
        ("carta de saldo", False),
        ("libre deuda", False),
        ("un papel que diga que ya pagué", False),
        ("carta para el banco", False),
        ("necesito", False),
        ("", False),
    ],
)
def test_a_letter_of_no_kind(words, expected):
    assert names_no_kind(words) is expected


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("no me llegó el libre deuda", LetterKind.NO_DEBT),
        ("el paz y salbo no abre", LetterKind.NO_DEBT),
        ("y el certificado de que ya no debo nada?", LetterKind.NO_DEBT),
        ("la carta de saldo no llegó", LetterKind.BALANCE),
        ("no me llegó la carta", None),
        ("", None),
    ],
)
def test_the_kind_in_the_words(words, kind):
    assert kind_in(words) is kind

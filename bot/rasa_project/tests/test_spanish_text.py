"""How typed Spanish is made regular before a model sees it."""

from random import Random

import pytest
from rasa_extensions.spanish_noise import add_noise
from rasa_extensions.spanish_spelling import Speller
from rasa_extensions.spanish_text import fold, split_clauses, strip_courtesy, unify, words_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("¿CUÁNTO debo?", "cuanto debo", id="case and accents"),
        pytest.param("mañana", "mañana", id="enye stays"),
        pytest.param("man\u0303ana", "mañana", id="enye written as two characters"),
        pytest.param("holaaaa siiii", "hola si", id="stretched letters"),
        pytest.param("llegó el perro", "llego el perro", id="double letters of the language"),
        pytest.param("\uff53\uff41\uff4c\uff44\uff4f", "saldo", id="full-width letters"),
        pytest.param("sal\u200bdo \u202eya", "saldo ya", id="invisible and right-to-left marks"),
        pytest.param("dale 👍", "dale emojisi", id="picture with a meaning"),
        pytest.param("dale 🐘", "dale emoji", id="any other picture"),
        pytest.param("son $ 45.300,00", "son tagamount", id="amount with a sign"),
        pytest.param("son 50 lucas", "son tagamount", id="amount in slang"),
        pytest.param("vence 10/03/2026", "vence tagdate", id="date"),
        pytest.param("cuota 5 de 12", "cuota tagnumber de tagnumber", id="small numbers"),
        pytest.param("dni 28.123.456", "dni taglongnumber", id="document number"),
        pytest.param("codigo 48KZ21", "codigo tagcode", id="device code"),
        pytest.param("jajaja bueno", "taglaugh bueno", id="laughter"),
        pytest.param("q saldo tengo xfa", "que saldo tengo por favor", id="abbreviations"),
    ],
)
def test_words(text, expected):
    assert " ".join(words_of(fold(text))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("mi guita", "mi plata", id="lunfardo"),
        pytest.param("mi letra", "mi cuota", id="Panamanian instalment"),
        pytest.param("quisiera quiero saldo", "quiero saldo", id="the same wish twice"),
        pytest.param("cancelar netflix", "cancelar otraempresa", id="somebody else's service"),
    ],
)
def test_unify(text, expected):
    assert " ".join(unify(text.split())) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        pytest.param("hola buenas cuanto debo gracias", "cuanto debo", id="both sides"),
        pytest.param("manga de chorros cuanto debo", "cuanto debo", id="insult"),
        pytest.param("este eh bueno cuanto debo viste", "cuanto debo", id="spoken fillers"),
        pytest.param("hola gracias", "", id="nothing else"),
        pytest.param("holanda queda lejos", "holanda queda lejos", id="only whole words"),
    ],
)
def test_courtesy_is_put_aside(sentence, expected):
    assert strip_courtesy(sentence) == expected


def test_clauses_end_at_marks_and_connectives():
    assert split_clauses("hola. cuanto debo? pero quiero un asesor") == [
        "hola",
        "cuanto debo",
        "quiero un asesor",
    ]


KNOWN_WORDS = ["cuanto", "debo", "saldo", "quiero", "hablar", "carta", "si", "dale", "vez"] * 3


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        pytest.param("saldo", ["saldo"], id="known"),
        pytest.param("saldp", ["saldo"], id="key beside"),
        pytest.param("cuatno", ["cuanto"], id="two letters swapped"),
        pytest.param("hablr", ["hablar"], id="letter lost"),
        pytest.param("kiero", ["quiero"], id="as it sounds"),
        pytest.param("devo", ["debo"], id="b and v"),
        pytest.param("dlae", ["dale"], id="short word swapped"),
        pytest.param("cuantodebo", ["cuanto", "debo"], id="two words run together"),
        pytest.param("sx", ["sx"], id="too short to guess"),
        pytest.param("elefante", ["elefante"], id="nothing near"),
    ],
)
def test_speller(word, meant):
    assert Speller.from_words(KNOWN_WORDS).correct(word) == meant


def test_noise_is_repeatable_and_damages_some_words():
    sentence = "quiero saber cuanto debo de mi credito y cuando vence la cuota"
    noisy = [add_noise(sentence, Random(seed)) for seed in range(20)]
    assert noisy == [add_noise(sentence, Random(seed)) for seed in range(20)]
    assert sum(one != sentence for one in noisy) > 15
    assert add_noise(sentence, Random(1), rate=0) == sentence

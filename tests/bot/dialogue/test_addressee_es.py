"""For whom a letter is, in the words of people who are asked."""

import pytest

from bot.dialogue.addressee_es import (
    TO_ANYONE,
    Doubt,
    addressee_in_request,
    read_addressee,
    read_correction,
)
from domain.letter import MAX_ADDRESSEE_CHARACTERS


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Banco Nación", "Banco Nación"),
        ("banco nación", "Banco Nación"),
        ("Banco nación", "Banco Nación"),
        ("al consorcio", "Consorcio"),
        ("a la Municipalidad de Tigre", "Municipalidad de Tigre"),
        ("para el Banco Galicia", "Banco Galicia"),
        ("Para el banco galicia por favor", "Banco Galicia"),
        ("es para la inmobiliaria Toribio Achával", "Inmobiliaria Toribio Achával"),
        ("quiero que sea para Banco Macro", "Banco Macro"),
        ("ponele Banco Santander", "Banco Santander"),
        ("va dirigida a Sres. Banco Provincia", "Sres. Banco Provincia"),
        ("para presentar en la UBA", "UBA"),
        ("a nombre de Juan Pérez", "Juan Pérez"),
        ("mi empleador", "Empleador"),
        ("caja de ahorros", "Caja de Ahorros"),
        ("ANSES", "ANSES"),
        ("“Banco Ciudad”!!", "Banco Ciudad"),
        ("Banco\nNación", "Banco Nación"),
        # names that begin like something else
        ("La Caja", "La Caja"),
        ("para La Caja de Seguros", "La Caja de Seguros"),
        ("A & B Consultores", "A & B Consultores"),
        ("A. Pérez SRL", "A. Pérez SRL"),
        ("3 de Febrero S.A.", "3 de Febrero S.A."),
        ("Banco del Pago S.A.", "Banco del Pago S.A."),
        ("Despachos Pérez", "Despachos Pérez"),
        ("Banco de Crédito", "Banco de Crédito"),
        # names of the words in which something is asked for
        ("Mi Crédito SA", "Mi Crédito SA"),
        ("mi crédito s.a.", "Mi Crédito S.A."),
        ("Carta Financiera SA", "Carta Financiera SA"),
        ("Cancelo Ya S.A.", "Cancelo Ya S.A."),
        ("Deja de Deber SA", "Deja de Deber SA"),
        ("deja de deber srl, gracias", "Deja de Deber SRL"),
        ("Después SAS", "Después SAS"),
        ("el banco macro sa", "Banco Macro SA"),
        ("Banco Mi Cuenta", "Banco Mi Cuenta"),
        ("la cooperativa pagar", "Cooperativa Pagar"),
        ("Mutual Carta Abierta", "Mutual Carta Abierta"),
        ("La Caja Libre Deuda", "La Caja Libre Deuda"),
        ("Financiera Cancelo Ya", "Financiera Cancelo Ya"),
        ("inmobiliaria mi cuota", "Inmobiliaria Mi Cuota"),
        ("para Mi Crédito", "Mi Crédito"),
        ("es para Carta Financiera", "Carta Financiera"),
        ("para cancelo ya", "Cancelo Ya"),
        ("para dejá de deber", "Dejá de Deber"),
        # what is no part of a name
        ("<b>Banco</b> Nación", "Banco Nación"),
        ('<img src="file:///etc/passwd">Banco', "Banco"),
        ("Ban\u202eco", "Banco"),
        ("Banco 🏦 Nación", "Banco 🏦 Nación"),
        ("x" * MAX_ADDRESSEE_CHARACTERS, "X" + "x" * (MAX_ADDRESSEE_CHARACTERS - 1)),
    ],
)
def test_a_name(text, name):
    assert read_addressee(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "a quien corresponda",
        "A QUIEN CORRESPONDA.",
        "quiero que diga a quien corresponda",
        "a quien coresponda",
        "aquien corresponda",
        "a kien corresponda",
        "a quien concierne",
        "a quien pueda interesar",
        "a quien le pueda interesar",
        "a quienes corresponda",
    ],
)
def test_the_formula(text):
    assert read_addressee(text) == TO_ANYONE


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("para qué?", Doubt.WHY),
        ("¿por qué?", Doubt.WHY),
        ("xq", Doubt.WHY),
        ("a quién?", Doubt.WHY),
        ("cómo a quién", Doubt.WHY),
        ("no entiendo", Doubt.WHY),
        ("qué pongo", Doubt.WHY),
        ("es obligatorio?", Doubt.WHY),
        ("para pedir otro crédito", Doubt.WHY),
        ("para presentar", Doubt.WHY),
        ("es para sacar un préstamo", Doubt.WHY),
        ("no sé", Doubt.UNSURE),
        ("nose", Doubt.UNSURE),
        ("ni idea", Doubt.UNSURE),
        ("me da igual", Doubt.UNSURE),
        ("cualquiera", Doubt.UNSURE),
        ("nadie en particular", Doubt.UNSURE),
        ("para mí", Doubt.UNSURE),
        ("28123456", Doubt.NO_NAME),
        ("🏦🏦", Doubt.NO_NAME),
        ("x", Doubt.NO_NAME),
        ("<script></script>", Doubt.NO_NAME),
        ("http://169.254.169.254/x", Doubt.NO_NAME),
        ("www.banco.example", Doubt.NO_NAME),
        ("x" * (MAX_ADDRESSEE_CHARACTERS + 1), Doubt.TOO_LONG),
        ("Banco " * 800, Doubt.TOO_LONG),
    ],
)
def test_what_keeps_an_answer_from_being_a_name(text, doubt):
    assert read_addressee(text) is doubt


@pytest.mark.parametrize(
    "text",
    [
        "¿cuánto debo?",
        "cuánto debo",
        "cómo pago",
        "mejor mandame el libre deuda",
        "quiero hablar con alguien",
        "ver mi saldo",
        "no quiero nada",
        "dejalo",
        "sí",
        "no",
        "ok gracias",
        "buenas tardes",
        "ya pagué",
        # with words that a name may have
        "el banco me pide el libre deuda",
        "la inmobiliaria quiere una carta de saldo",
        "quiero la carta para Mi Crédito SA",
        "no quiero nada con ese banco sa",
        "puede ser Mi Crédito SA",
        "para mi crédito",
        "es para el libre deuda",
        "para mañana",
        "para después",
        "para cancelar el crédito",
        "para hablar con alguien",
        "anular la compra",
    ],
)
def test_what_is_about_something_else(text):
    assert read_addressee(text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("no, es para Banco Macro", "Banco Macro"),
        ("mejor para el Banco Nación", "Banco Nación"),
        ("para el banco galicia", "Banco Galicia"),
        ("cambialo por ANSES", "ANSES"),
        ("no, va dirigida a la UBA", "UBA"),
        ("poné a quien corresponda", TO_ANYONE),
        ("mejor para a quien corresponda", TO_ANYONE),
        ("no, para qué?", None),
        ("para cuándo la tengo?", None),
        ("Banco Macro", None),
        ("dale", None),
        ("no", None),
    ],
)
def test_a_correction_says_that_it_is_one(text, name):
    assert read_correction(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("favor emitir carta de saldo dirigida al Banco General", "Banco General"),
        ("carta dirigida a mi empleador con el saldo del crédito", "Empleador"),
        ("libre deuda dirigido a la UBA", "UBA"),
        ("carta de saldo a quien corresponda", TO_ANYONE),
        ("libre deuda para mañana", None),
        ("paz y salvo a mi nombre", None),
        ("carta dirigida a " + "x" * 90, None),
    ],
)
def test_a_request_may_say_for_whom(text, name):
    assert addressee_in_request(text) == name

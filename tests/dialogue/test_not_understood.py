"""The ladder for what was not understood: something new on every rung."""

from itertools import pairwise

import pytest

from tests.dialogue.people import LAST4, a_merchant, borrowing
from webhooks.simulator.faults import Fault

NOISE = ("xqzw", "plkj", "trrrw", "mnbvx", "qqwwk", "zzxxc")


def test_six_in_a_row_never_repeat_a_sentence_and_open_every_way_out(phone):
    answers = [phone.asks(text) for text in NOISE]
    assert all(one.text != other.text for one, other in pairwise(answers))
    first, second, third, *_ = answers
    assert "Ver mi crédito" in first.titles
    assert "Pedir una carta" in second.titles
    assert third.titles == ["Sí, con una persona", "No, ver el menú"]


def test_the_person_on_the_third_rung_is_a_word_away(phone):
    for text in NOISE[:3]:
        phone.asks(text)
    assert "tu pedido es el *T-" in phone.asks("sí")


def test_a_shop_is_offered_no_loans(running_service, phone):
    running_service.load(a_merchant(owner_name="Nora Paz", owner_phone=phone.number))
    assert phone.asks(NOISE[0]).titles == ["Ver el menú", "Hablar con alguien"]


def test_an_answer_in_between_starts_the_ladder_anew(phone):
    phone.asks("gracias")
    first = phone.asks(NOISE[0]).text
    phone.asks(NOISE[1])
    phone.asks("gracias")
    assert phone.asks(NOISE[2]).text == first


def test_what_is_not_done_here_is_said_once_and_then_climbs(phone):
    phone.asks("gracias")
    refusal = phone.asks("quiero pedir un préstamo nuevo")
    assert "Con eso no te puedo ayudar por acá." in refusal
    assert "Con eso no te puedo" not in phone.asks("cuánto sale una heladera?")


@pytest.mark.parametrize("word", ["sí", "no", "ok", "dale"])
def test_a_yes_or_no_to_nothing_confirms_nothing(phone, word):
    phone.asks("gracias")
    answer = phone.asks(word)
    assert "no quedó nada por confirmar" in answer
    assert phone.asks(word).text != answer.text


@pytest.mark.parametrize(
    "text",
    [
        "hola, cuánto debo?",
        "buenas tardes quería saber cuánto debo",
        "Hola!! cuanto debo",
        "gracias, y cuánto debo?",
    ],
)
def test_a_greeting_glued_to_a_question_gets_the_answer(phone, text):
    phone.asks("chau")
    answer = phone.asks(text)
    assert "últimos 4" in answer
    assert "¿En qué te ayudo?" not in answer


def test_a_greeting_and_a_question_in_one_breath_get_one_answer(running_service, phone):
    borrowing(running_service, phone)
    phone.asks("cuánto debo")
    phone.proves(LAST4)
    phone.says("hola")
    phone.says("cuánto debo")
    (reply,) = phone.hears().replies
    assert "Estado: *al día*" in reply.text


def test_the_same_message_delivered_twice_is_answered_once(running_service, phone):
    phone.asks("gracias")
    running_service.infobip.arm(Fault.DUPLICATE_INBOUND)
    assert len(phone.asks("menú").replies) == 1

"""The first message, being the wrong person, promotions, complaints, and saying it again."""

from datetime import timedelta

import pytest

from domain.ticket import TicketReason
from tests.dialogue.people import LAST4, borrowing

INTRODUCTION = "Soy el asistente automático de *Fiado*. Te ayudo con tus créditos, pagos y cartas."


@pytest.mark.parametrize(
    ("first", "also"),
    [
        pytest.param("hola", "¿En qué te ayudo?", id="greeting"),
        pytest.param("cuánto debo", "últimos 4", id="question"),
        pytest.param("xqzw", "No te entendí bien", id="noise"),
        pytest.param("menú", "¿En qué te ayudo?", id="menu"),
    ],
)
def test_the_first_answer_introduces_us_and_answers(phone, first, also):
    (reply,) = phone.asks(first).replies
    assert INTRODUCTION in reply.text
    assert "escribí *agente*" in reply.text
    assert "https://fiado.example/privacidad" in reply.text
    assert also in reply.text
    assert reply.text.count("¡Hola!") == 1


def test_we_are_introduced_once(phone, later):
    phone.asks("hola")
    assert INTRODUCTION not in phone.asks("hola")
    later.pass_time(timedelta(hours=2))
    assert INTRODUCTION not in phone.asks("hola")


def test_somebody_else_hears_no_more_until_they_want_to(running_service, phone):
    borrowing(running_service, phone)
    phone.asks("cuánto debo")
    phone.proves(LAST4)
    answer = phone.asks("no soy yo")
    assert "No te escribimos más a este número" in answer
    assert phone.asks("hola").replies == []
    assert phone.asks("cuánto debo").replies == []
    phone.sends_file("IMAGE", b"\xff\xd8\xff\xe0", "image/jpeg")
    assert phone.hears().replies == []
    back = phone.asks("Alta")
    assert "volvemos a escribirte" in back
    assert "Ver mi crédito" in back.titles
    assert "últimos 4" in phone.asks("cuánto debo")


@pytest.mark.parametrize("word", ["baja", "STOP", "no me manden más promociones"])
def test_promotions_can_be_stopped(running_service, phone, word):
    assert "no te mandamos más promociones" in phone.asks(word)
    contact = running_service.services.contacts.find_by_alias(f"phone:{phone.number}")
    assert contact.wants_marketing is False
    assert "últimos 4" in phone.asks("cuánto debo")


@pytest.mark.parametrize(
    "text",
    [
        "voy a hacer la denuncia en defensa del consumidor",
        "les voy a mandar a mi abogado",
        "esto es una estafa, son unos ladrones",
    ],
)
def test_a_complaint_goes_first_in_the_queue(running_service, phone, text):
    assert "Tu reclamo quedó anotado con el número *T-" in phone.asks(text)
    contact = running_service.services.contacts.find_by_alias(f"phone:{phone.number}")
    tickets = running_service.services.tickets.list_open(limit=1000)
    (ticket,) = [each for each in tickets if each.contact_id == contact.contact_id]
    assert ticket.reason is TicketReason.COMPLAINT
    assert ticket.is_urgent


def test_asking_for_a_person_twice_is_one_ticket(phone):
    first = phone.asks("agente").text.rpartition("*T-")[2]
    assert phone.asks("agente").text.rpartition("*T-")[2] == first


def test_out_of_hours_the_next_opening_is_told(phone, later):
    later.pass_time(timedelta(hours=12))
    answer = phone.asks("agente")
    assert "Ahora no hay nadie atendiendo" in answer
    assert "el miércoles 11 de marzo de 2026 a las 09:00" in answer


def test_the_last_answer_can_be_repeated(running_service, phone):
    borrowing(running_service, phone)
    phone.asks("cuánto debo")
    status = phone.proves(LAST4)
    assert phone.asks("repetir") == status
    assert phone.asks("repetir") == status
    assert "*Cómo pagar el crédito" in phone.chooses("Cómo pagar")


def test_personal_data_are_repeated_only_to_who_proves_it(running_service, phone, later):
    borrowing(running_service, phone)
    phone.asks("cuánto debo")
    status = phone.proves(LAST4)
    later.pass_time(timedelta(minutes=31))
    asked = phone.asks("repetir")
    assert "últimos 4" in asked
    assert "Casa Norte" not in asked
    assert phone.proves(LAST4) == status


def test_what_was_said_to_one_borrower_is_not_repeated_to_another(running_service, phone, later):
    borrowing(running_service, phone)
    borrowing(running_service, phone, document="45333444")
    phone.asks("cuánto debo")
    phone.proves(LAST4)
    later.pass_time(timedelta(minutes=31))
    phone.asks("repetir")
    assert "Todavía no te había respondido nada" in phone.proves("3444")

"""Who is writing: the question, its answers, the lock, and what ends the proof."""

from datetime import timedelta
from itertools import pairwise

import pytest

from tests.dialogue.people import (
    DOCUMENT,
    LAST4,
    a_borrower,
    a_loan,
    a_merchant,
    borrowing,
    last4,
)

QUESTION = "¿cuáles son los *últimos 4* números de tu DNI?"
WRONG = "No encontré un crédito con este número de celular y esos dígitos."


@pytest.fixture
def borrower(running_service, phone):
    """A phone whose borrower has a loan; its record is `loan`."""
    phone.loan = borrowing(running_service, phone)
    return phone


def test_the_question_comes_before_anything_personal(borrower):
    answer = borrower.asks("cuánto debo")
    assert QUESTION in answer
    assert "Casa Norte" not in answer
    assert last4(borrower.loan) not in answer


@pytest.mark.parametrize(
    "written",
    [
        LAST4,
        "3 4 5 6",
        "28.123.456",
        DOCUMENT,
        "son 3456 gracias",
        "mi dni termina en 3456",
        "tres cuatro cinco seis",
        "los últimos 4 son 3456",
    ],
)
def test_the_digits_can_be_written_in_many_ways(borrower, written):
    borrower.asks("cuánto debo")
    assert "Estado: *al día*" in borrower.asks(written)


def test_it_is_asked_once_in_half_an_hour(borrower, later):
    borrower.asks("cuánto debo")
    borrower.proves(LAST4)
    assert "Capital" in borrower.asks("explicame mi saldo")
    later.pass_time(timedelta(minutes=29))
    assert "Estado" in borrower.asks("cuánto debo")
    later.pass_time(timedelta(minutes=2))
    assert QUESTION in borrower.asks("cuánto debo")


def test_three_wrong_answers_lock_for_half_an_hour(borrower, later):
    borrower.asks("cuánto debo")
    first = borrower.asks("1111")
    assert WRONG in first
    assert "últimos 4" in first
    assert "Intentos que te quedan: 2." in first
    assert "Intentos que te quedan: 1." in borrower.asks("2222")
    locked = borrower.asks("4444")
    assert "podés volver a intentar a las 10:" in locked
    assert locked.titles == ["Sí, con una persona", "No, ver el menú"]
    refused = borrower.asks("cuánto debo")
    assert "en pausa hasta las 10:" in refused
    assert "últimos 4" not in refused
    assert refused.titles == ["Sí, con una persona", "No, ver el menú"]
    assert "tu pedido es el *T-" in borrower.asks("sí")
    later.pass_time(timedelta(minutes=31))
    assert QUESTION in borrower.asks("cuánto debo")
    assert "Estado: *al día*" in borrower.proves(LAST4)


def test_a_right_answer_gives_all_tries_back(borrower, later):
    borrower.asks("cuánto debo")
    borrower.asks("1111")
    borrower.proves(LAST4)
    later.pass_time(timedelta(minutes=31))
    borrower.asks("cuánto debo")
    assert "Intentos que te quedan: 2." in borrower.asks("1111")


def test_an_unknown_number_learns_nothing(running_service, borrower, phone):
    """The same words, tries and lock as for a number that is on file."""
    stranger = running_service.phone()
    typed = ["cuánto debo", "1111", "2222", "4444", "cuánto debo"]
    for text in typed:
        known, unknown = borrower.asks(text), stranger.asks(text)
        assert _without_times(known) == _without_times(unknown)


def _without_times(answer):
    return [line.partition(" a las ")[0] for line in answer.text.splitlines()], answer.titles


def test_two_borrowers_of_one_phone_each_see_their_own(running_service, phone):
    shop, other_shop = a_merchant("Casa Norte"), a_merchant("Electro Sur")
    mother = a_borrower(phone, "20111222", name="Ana Paz")
    son = a_borrower(phone, "45333444", name="Leo Paz")
    running_service.load(shop, other_shop, mother, son)
    running_service.load(a_loan(mother, shop), a_loan(son, other_shop))
    phone.asks("cuánto debo")
    answer = phone.proves("3444")
    assert "Electro Sur" in answer
    assert "Casa Norte" not in answer


def test_digits_that_fit_two_people_show_neither(running_service, phone):
    shop = a_merchant()
    twins = [a_borrower(phone, "20113456"), a_borrower(phone, "45333456")]
    running_service.load(shop, *twins, *(a_loan(twin, shop) for twin in twins))
    phone.asks("cuánto debo")
    answer = phone.proves(LAST4)
    assert "no puedo saber quién sos" in answer
    assert answer.titles == ["Sí, con una persona", "No, ver el menú"]
    assert "Casa Norte" not in answer


def test_the_proof_ends_when_whatsapp_says_that_the_person_changed(running_service, borrower):
    simulator = running_service.infobip.simulator
    borrower.asks("cuánto debo")
    borrower.proves(LAST4)
    simulator.incoming.change_identity(simulator.store.person(borrower.number))
    contacts = running_service.services.contacts
    running_service.wait_until(
        lambda: not contacts.find_by_alias(f"phone:{borrower.number}").identity.borrower_id,
        "the report was not heard",
    )
    assert QUESTION in borrower.asks("cuánto debo")


def test_the_proof_ends_when_a_message_carries_another_identity(running_service, borrower):
    person = running_service.infobip.simulator.store.person(borrower.number)
    person.identity_hash, person.identity_changed_at = "first", running_service.services.clock.now()
    borrower.asks("cuánto debo")
    assert "Estado" in borrower.proves(LAST4)
    person.identity_hash = "second"
    assert QUESTION in borrower.asks("cuánto debo")


def test_what_is_no_answer_is_asked_again_in_other_words(borrower):
    questions = [borrower.asks("cuánto debo").text.rpartition("\n\n")[2]]
    questions += [borrower.asks(text).text for text in ("no sé", "asdfgh", "sí", "12", "no")]
    assert all("últimos 4" in question for question in questions)
    assert all(one != other for one, other in pairwise(questions))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("menú", "¿En qué te ayudo?", id="menu"),
        pytest.param("ayuda", "¿En qué te ayudo?", id="help"),
        pytest.param("salir", "Listo, salimos. No se cambió nada.", id="leave"),
        pytest.param("agente", "tu pedido es el *T-", id="agent"),
        pytest.param("chau", "¡Hasta luego!", id="goodbye"),
    ],
)
def test_a_global_word_leaves_the_question(borrower, word, expected):
    borrower.asks("cuánto debo")
    answer = borrower.asks(word)
    assert expected in answer
    assert "últimos 4" not in answer
    assert "últimos 4" not in borrower.asks("gracias")


def test_repeat_in_the_question_asks_it_again(borrower):
    borrower.asks("cuánto debo")
    assert "últimos 4" in borrower.asks("repetir")


def test_another_request_is_answered_before_the_question_returns(borrower):
    borrower.asks("cuánto debo")
    answer = borrower.asks("ya pagué")
    assert "foto del comprobante" in answer
    assert "Cuando quieras seguir" in answer
    assert "Estado" in borrower.proves(LAST4)


def test_a_request_that_waited_for_the_digits_is_the_one_answered(borrower):
    borrower.asks("cuánto debo")
    borrower.asks("cómo pago?")
    assert "*Cómo pagar el crédito" in borrower.proves(LAST4)


def test_the_loan_of_a_button_is_remembered_over_the_question(running_service, phone, later):
    shop, other_shop = a_merchant("Casa Norte"), a_merchant("Electro Sur")
    borrower = a_borrower(phone)
    loans = [a_loan(borrower, shop), a_loan(borrower, other_shop)]
    running_service.load(shop, other_shop, borrower, *loans)
    phone.asks("cuánto debo")
    phone.proves(LAST4)
    phone.chooses("Electro Sur")
    later.pass_time(timedelta(minutes=31))
    assert "últimos 4" in phone.chooses("Cómo pagar")
    assert "*Electro Sur*" in phone.proves(LAST4)

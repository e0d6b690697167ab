"""What settles a loan on a day named in words."""

from datetime import date
from itertools import pairwise

import pytest

from tests.dialogue.people import LAST4, borrowing, last4


@pytest.fixture
def late(running_service, phone):
    """A verified borrower, six days late with one instalment: 67.95 of late interest a day."""
    phone.loan = borrowing(running_service, phone, paid=4, first_due_on=date(2025, 11, 4))
    phone.asks("cuánto debo")
    phone.proves(LAST4)
    return phone


def test_today_when_no_day_is_named(late):
    answer = late.asks("cuánto es para cancelar todo el crédito?")
    assert answer.text == (
        f"Para saldar todo el crédito ••{last4(late.loan)} · Casa Norte el *10/03/2026*: "
        "*$ 362.807,70* (incluye interés por mora $ 407,70)\n"
        "Vale si no hay otros pagos antes. Después de ese día suma $ 67,95 por día."
    )
    assert answer.titles == ["Cómo pagar", "Otra fecha", "Más opciones"]


@pytest.mark.parametrize(
    ("named", "on", "amount"),
    [
        pytest.param("el viernes", "13/03/2026", "$ 363.011,55", id="weekday"),
        pytest.param("fin de mes", "31/03/2026", "$ 364.234,65", id="end of month"),
        pytest.param("15/03", "15/03/2026", "$ 363.147,45", id="figures"),
        pytest.param("mañana", "11/03/2026", "$ 362.875,65", id="tomorrow"),
    ],
)
def test_the_day_can_be_named_in_the_question_and_when_asked(late, named, on, amount):
    expected = f"el *{on}*: *{amount}*"
    assert expected in late.asks(f"cuánto sale pagar todo {named}?")
    assert "¿Para qué día lo calculo?" in late.chooses("Otra fecha")
    assert expected in late.asks(named)


@pytest.mark.parametrize(
    ("named", "refusal"),
    [
        pytest.param("01/03/2026", "Esa fecha ya pasó.", id="past"),
        pytest.param("15/08/2027", "hasta un año hacia adelante", id="over a year ahead"),
        pytest.param("31/02", "Esa fecha no existe", id="in no calendar"),
    ],
)
def test_a_day_that_cannot_be_is_asked_for_again(late, named, refusal):
    asked = late.asks(f"cuánto sale pagar todo el {named}?")
    assert refusal in asked
    assert "¿Para qué día lo calculo?" in asked
    assert refusal in late.asks(named)
    assert "el *13/03/2026*" in late.asks("el viernes")


def test_what_is_no_day_is_asked_again_in_other_words(late):
    late.asks("cuánto sale pagar todo?")
    questions = [late.chooses("Otra fecha").text]
    questions += [late.asks(text).text for text in ("no sé", "qwxz", "asdf")]
    assert all("fecha" in question or "día" in question for question in questions)
    assert all(one != other for one, other in pairwise(questions))
    assert "No se cambió nada" in late.asks("salir")


def test_another_request_in_the_question_is_answered(late):
    late.asks("cuánto sale pagar todo?")
    late.chooses("Otra fecha")
    answer = late.asks("cuánto debo")
    assert "Estado: *con atraso" in answer
    assert "Si todavía querés el monto" in answer


def test_a_paid_loan_needs_no_settling(running_service, phone):
    borrowing(running_service, phone, paid=2, count=2)
    phone.asks("cuánto sale pagar todo el 31/02?")
    answer = phone.proves(LAST4)
    assert "no tiene nada pendiente" in answer
    assert "Recibir libre deuda" in answer.titles

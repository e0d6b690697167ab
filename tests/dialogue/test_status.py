"""What a borrower is told about a loan, figure by figure."""

from datetime import date

import pytest

from storage.loans import Loans
from tests.dialogue.people import LAST4, borrowing, last4, payments
from tests.running_service import without_clock

LATE_HINT = "\nSi ya pagaste, puede tardar hasta 48 horas en verse."


@pytest.mark.parametrize(
    ("loan", "expected", "titles"),
    [
        pytest.param(
            {"paid": 4},
            "Estado: *al día* ✅\nCuota 5 de 12: *$ 45.300,00*, vence el *20/03/2026*\n"
            "Pagaste 4 de 12 cuotas · Te falta: $ 362.400,00",
            ["Cómo pagar", "Pedir carta", "Más opciones"],
            id="up to date",
        ),
        pytest.param(
            {"paid": 4, "first_due_on": date(2025, 11, 13)},
            "Estado: *vence pronto* ⏰\nCuota 5 de 12: *$ 45.300,00*, vence el *13/03/2026*\n"
            "Pagaste 4 de 12 cuotas · Te falta: $ 362.400,00",
            ["Cómo pagar", "Pedir carta", "Más opciones"],
            id="due soon",
        ),
        pytest.param(
            {"paid": 4, "first_due_on": date(2025, 11, 9)},
            "Estado: *con atraso de 1 día*\nCuota 5 de 12: *$ 45.300,00*, venció el *09/03/2026*\n"
            "Para ponerte al día hoy: *$ 45.367,95* (cuota $ 45.300,00 + interés por mora $ 67,95)"
            "\nTe falta en total: $ 362.467,95",
            ["Ya pagué", "Cómo pagar", "Hablar con alguien"],
            id="a day late",
        ),
        pytest.param(
            {"paid": 3, "first_due_on": date(2025, 11, 4)},
            "Estado: *con atraso de 34 días*\nCuota 4 de 12: *$ 45.300,00*, venció el *04/02/2026*"
            "\nPara ponerte al día hoy: *$ 93.318,00* "
            "(2 cuotas $ 90.600,00 + interés por mora $ 2.718,00)"
            "\nTe falta en total: $ 410.418,00",
            ["Ya pagué", "Cómo pagar", "Hablar con alguien"],
            id="two instalments late",
        ),
        pytest.param(
            {"paid": 3, "count": 3, "first_due_on": date(2025, 11, 12)},
            "Estado: *pagado por completo* el 12/01/2026 🎉\nSaldo: $ 0,00",
            ["Recibir libre deuda", "Más opciones"],
            id="paid in full",
        ),
    ],
)
def test_status_tells_every_figure(running_service, phone, loan, expected, titles):
    record = borrowing(running_service, phone, **loan)
    phone.asks("cuánto debo")
    answer = phone.proves(LAST4)
    is_late = "atraso" in expected
    assert without_clock(answer.text) == (
        f"*Crédito ••{last4(record)} · Casa Norte*\n{expected}\n"
        f"Dato del 10/03/2026 a las HH:MM.{LATE_HINT if is_late else ''}"
    )
    assert answer.titles == titles


def test_a_partly_paid_instalment_shows_what_is_left_of_it(running_service, phone):
    loan = borrowing(running_service, phone, paid=4)
    part = payments(loan, 1)[0] | {"amount": "20300.00", "paid_on": "2026-03-01"}
    running_service.load(part)
    phone.asks("cuánto debo")
    answer = phone.proves(LAST4)
    assert "Cuota 5 de 12: *$ 25.000,00*, vence el *20/03/2026*" in answer
    assert "Te falta: $ 342.100,00" in answer
    assert "5. 20/03/2026 · $ 25.000,00 · próxima, pagada en parte" in phone.asks("mis cuotas")


def test_an_undone_loan_owes_nothing(running_service, phone):
    loan = borrowing(running_service, phone, paid=1)
    Loans(running_service.services.database).mark_cancelled(loan["loan_id"], date(2026, 2, 1))
    phone.asks("cuánto debo")
    answer = phone.proves(LAST4)
    assert "Estado: *anulado* desde el 01/02/2026. No debés nada por esta operación." in answer


def test_the_balance_is_explained(running_service, phone):
    loan = borrowing(running_service, phone, paid=3, first_due_on=date(2025, 11, 4))
    phone.asks("explicame mi saldo")
    answer = phone.proves(LAST4)
    assert without_clock(answer.text) == (
        f"*Saldo del crédito ••{last4(loan)} · Casa Norte*\n"
        "Capital: $ 225.000,00\nIntereses de las cuotas: $ 182.700,00\n"
        "Interés por mora: $ 2.718,00\n*Total: $ 410.418,00*\n"
        "El interés por mora es 0,15% por día sobre lo vencido.\n"
        "Dato del 10/03/2026 a las HH:MM."
    )
    assert answer.titles == ["Ver mis cuotas", "Pagar todo", "Más opciones"]


def test_every_instalment_is_listed_with_its_state(running_service, phone):
    borrowing(running_service, phone, paid=2, count=5, first_due_on=date(2025, 12, 9))
    phone.asks("cuáles son mis cuotas?")
    lines = phone.proves(LAST4).text.splitlines()
    assert lines[1:] == [
        "1. 09/12/2025 · $ 45.300,00 · pagada",
        "2. 09/01/2026 · $ 45.300,00 · pagada",
        "3. 09/02/2026 · $ 45.300,00 · vencida",
        "4. 09/03/2026 · $ 45.300,00 · vencida",
        "5. 09/04/2026 · $ 45.300,00 · próxima",
        "Pagaste 2 de 5 · Te falta: $ 137.938,50",
    ]


def test_many_instalments_come_whole_before_the_buttons(running_service, phone):
    borrowing(running_service, phone, count=48, paid=4)
    phone.asks("mostrame todas las cuotas")
    table, buttons = phone.proves(LAST4).replies
    assert [line.split(".")[0] for line in table.text.splitlines()[1:49]] == [
        str(number) for number in range(1, 49)
    ]
    assert buttons.titles == ["Explicame mi saldo", "Cómo pagar", "Más opciones"]

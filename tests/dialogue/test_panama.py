"""The same chats for a site in Panamá: usted, letras, balboas, twelve hours."""

from datetime import date

import pytest

from tests.dialogue.people import a_borrower, a_loan, a_merchant, last4, payments
from tests.running_service import without_clock

ACCOUNT = {"kind": "yappy", "number": "6123-4567", "holder": "Almacén El Canal"}


@pytest.fixture
def borrower(panama_service):
    """A Panamanian borrower; nobody knows yet who writes."""
    return panama_service.phone()


def borrowing_in_panama(service, phone, *, paid=4, first_due_on=date(2025, 11, 20), count=12):
    shop = a_merchant("Almacén El Canal", payment_accounts=[ACCOUNT | {"bank": "Banco General"}])
    person = a_borrower(phone, "8-456-1234", name="Yaneth Ríos", document_type="CEDULA")
    loan = a_loan(person, shop, currency="PAB", first_due_on=first_due_on, count=count)
    amounts = {"principal": "50.00", "interest": "12.50", "amount": "62.50"}
    loan["principal"] = f"{50 * count}.00"
    loan["installments"] = [each | amounts for each in loan["installments"]]
    service.load(shop, person, loan, *payments(loan, paid))
    return loan


@pytest.mark.parametrize(
    ("loan", "expected", "titles"),
    [
        pytest.param(
            {},
            "Estado: *al día* ✅\nLetra 5 de 12: *B/. 62.50*, vence el *20/03/2026*\n"
            "Pagó 4 de 12 letras · Saldo pendiente: B/. 500.00\n"
            "Información al 10/03/2026, HH:MM a. m.",
            ["Cómo pagar", "Solicitar carta", "Más opciones"],
            id="up to date",
        ),
        pytest.param(
            {"first_due_on": date(2025, 11, 4), "paid": 3},
            "Estado: *con atraso de 34 días*\n"
            "Letra 4 de 12: *B/. 62.50*, venció el *04/02/2026*\n"
            "Para ponerse al día hoy: *B/. 128.75* "
            "(2 letras B/. 125.00 + interés por mora B/. 3.75)\n"
            "Saldo pendiente: B/. 566.25\nInformación al 10/03/2026, HH:MM a. m.\n"
            "Si ya pagó, puede tardar hasta 48 horas en verse.",
            ["Ya pagué", "Cómo pagar", "Hablar con alguien"],
            id="overdue",
        ),
        pytest.param(
            {"paid": 2, "count": 2},
            "Estado: *pagado por completo* el 20/12/2025 🎉\nSaldo pendiente: B/. 0.00\n"
            "Información al 10/03/2026, HH:MM a. m.",
            ["Recibir paz y salvo", "Más opciones"],
            id="paid in full",
        ),
    ],
)
def test_status(panama_service, borrower, loan, expected, titles):
    record = borrowing_in_panama(panama_service, borrower, **loan)
    question = borrower.asks("cuánto debo")
    assert "¿cuáles son los *últimos 4* números de su cédula?" in question
    answer = borrower.proves("1234")
    heading = f"*Préstamo ••{last4(record)} · Almacén El Canal*\n"
    assert without_clock(answer.text) == heading + expected
    assert answer.titles == titles


def test_a_chat_is_in_usted_from_end_to_end(panama_service, borrower):
    borrowing_in_panama(panama_service, borrower)
    assert "Le ayudo con sus préstamos" in borrower.asks("qué xopa")
    assert "escriba *menú*" in borrower.asks("gracias")
    borrower.asks("cuánto me falta para saldar el 15 de marzo")
    assert "Intentos que le quedan: 2." in borrower.asks("9999")
    assert "el *15/03/2026*: *B/. 500.00*" in borrower.proves("8-456-1234")
    paying = borrower.asks("cómo pago mi letra")
    assert "Pague en *Almacén El Canal* o transfiera a:" in paying
    assert "Yappy: *6123-4567* · Banco General · Almacén El Canal" in paying
    assert "Envíeme una *foto del comprobante*" in borrower.asks("ya pagué")
    assert "su pedido es el *T-" in borrower.asks("agente")


def test_a_letter_is_asked_for_in_usted(panama_service, borrower):
    record = borrowing_in_panama(panama_service, borrower, paid=2, count=2)
    borrower.asks("necesito mi paz y salvo")
    asked = borrower.proves("1234")
    assert f"Su *paz y salvo* del préstamo ••{last4(record)} está disponible." in asked
    assert asked.titles == ["A quien concierne"]
    assert "sirve para cualquiera que la lea" in borrower.asks("no sé")
    summary = borrower.asks("a quien pueda interesar")
    assert summary.text == (
        f"*Paz y salvo* del préstamo ••{last4(record)} · Almacén El Canal\n"
        "Para: *A quien concierne*\nVale hasta el 09/04/2026\n¿Emito la carta?"
    )
    (document,) = borrower.asks("sí").replies
    assert document.kind == "document"
    assert "Folio PA-LD-2026-" in document.text
    assert "Si no abre, escriba *no abre*." in document.text
    assert "Se la envío otra vez." in borrower.asks("no me ha llegado")


def test_a_letter_that_cannot_be_had_is_refused_in_usted(panama_service, borrower):
    borrowing_in_panama(panama_service, borrower)
    borrower.asks("paz y salvo")
    refused = borrower.proves("1234")
    assert "tiene *B/. 500.00* por pagar, si lo salda hoy" in refused
    assert refused.titles == ["Avíseme cuando pueda", "Cómo pagar", "Carta de saldo"]
    assert "le aviso por aquí" in borrower.asks("1")


def test_the_menu_is_in_usted(borrower):
    menu = borrower.asks("menú")
    assert "¿En qué le ayudo?" in menu
    assert menu.titles[0] == "Ver mi préstamo"
    assert "Carta de saldo o paz y salvo" in menu.descriptions


def test_the_ladder_is_in_usted(borrower):
    answers = [borrower.asks(text).text for text in ("xqzw", "plkj", "trrrw", "mnbvx")]
    assert "¿Me lo dice con otras palabras?" in answers[0]
    assert "disculpe" in answers[1]
    assert "Prefiero que le ayude una persona" in answers[2]
    assert "Puede escribir *menú*" in answers[3]

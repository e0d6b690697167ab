"""How to pay, what was paid, and the receipt that goes to a person."""

import pytest

from domain.message import message_key
from tests.dialogue.people import (
    CBU,
    LAST4,
    a_borrower,
    a_loan,
    a_merchant,
    borrowing,
    last4,
    payments,
)

JPEG = b"\xff\xd8\xff\xe0 a photo of a receipt"


@pytest.fixture
def borrower(running_service, phone):
    phone.loan = borrowing(running_service, phone)
    phone.asks("cuánto debo")
    phone.proves(LAST4)
    return phone


def tickets_of(service, phone):
    contact = service.services.contacts.find_by_alias(f"phone:{phone.number}")
    return [
        ticket
        for ticket in service.services.tickets.list_open(limit=1000)
        if ticket.contact_id == contact.contact_id
    ]


def test_the_merchants_accounts_are_told(borrower):
    answer = borrower.asks("a qué cuenta deposito?")
    assert answer.text == (
        f"*Cómo pagar el crédito ••{last4(borrower.loan)}*\nPagá en *Casa Norte* o transferí a:\n"
        "CBU: *0170099220000067797370* · BBVA · Casa Norte SRL\n"
        "Cuando pagues, mandame una foto del comprobante."
    )
    assert answer.titles == ["Ya pagué", "Más opciones"]


@pytest.mark.parametrize(
    ("merchant", "paid", "expected"),
    [
        pytest.param({"payment_accounts": []}, 0, "Pagá directamente en *Casa Norte*", id="none"),
        pytest.param({}, 2, "no tiene nada pendiente de pago", id="nothing owed"),
        pytest.param(
            {"payment_accounts": [CBU, {"kind": "alias", "number": "casa.norte", "holder": "Ana"}]},
            0,
            "\nalias: *casa.norte* · Ana\n",
            id="several",
        ),
    ],
)
def test_how_to_pay_by_what_there_is(running_service, phone, merchant, paid, expected):
    shop, person = a_merchant(**merchant), a_borrower(phone)
    loan = a_loan(person, shop, count=2)
    running_service.load(shop, person, loan, *payments(loan, paid))
    phone.asks("cómo pago")
    assert expected in phone.proves(LAST4)


def test_a_photo_after_i_have_paid_becomes_a_ticket_with_the_file(running_service, borrower):
    asked = borrower.asks("ya pagué")
    assert "hasta 48 horas" in asked
    assert asked.titles == ["No tengo comprobante", "Ver el menú"]
    photo_id = borrower.sends_file("IMAGE", JPEG, "image/jpeg")
    answer = borrower.hears()
    (ticket,) = tickets_of(running_service, borrower)
    assert f"con el número *{ticket.number}*" in answer
    assert ticket.reason == "payment_reported"
    assert ticket.attachment_ids == [message_key(photo_id)]
    attachments = running_service.services.attachments
    running_service.wait_until(
        lambda: attachments.find(message_key(photo_id)).state == "stored",
        "the photo was not fetched",
    )
    assert attachments.read(message_key(photo_id)) == JPEG


def test_a_second_photo_is_added_to_the_same_ticket(running_service, borrower):
    borrower.asks("ya pagué")
    first = borrower.sends_file("IMAGE", JPEG, "image/jpeg")
    borrower.hears()
    borrower.asks("pagué otra más")
    second = borrower.sends_file("DOCUMENT", b"%PDF-1.4 a receipt", "application/pdf")
    borrower.hears()
    (ticket,) = tickets_of(running_service, borrower)
    assert ticket.attachment_ids == [message_key(first), message_key(second)]


def test_a_photo_out_of_the_blue_is_asked_about(running_service, borrower):
    photo_id = borrower.sends_file("IMAGE", JPEG, "image/jpeg")
    asked = borrower.hears()
    assert asked.text == "Recibí tu archivo. ¿Es un comprobante de pago?"
    assert asked.titles == ["Sí, es un pago", "No, es otra cosa"]
    assert tickets_of(running_service, borrower) == []
    assert "Recibí tu comprobante" in borrower.asks("sí")
    (ticket,) = tickets_of(running_service, borrower)
    assert ticket.attachment_ids == [message_key(photo_id)]


def test_a_photo_that_is_no_receipt_goes_to_a_person(running_service, borrower):
    borrower.sends_file("IMAGE", JPEG, "image/jpeg")
    borrower.hears()
    assert "tu pedido es el *T-" in borrower.asks("no, es otra cosa")


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        pytest.param("ya pagué, acá va el comprobante", "Recibí tu comprobante", id="a payment"),
        pytest.param("cuánto debo?", "Estado: *al día*", id="a question"),
        pytest.param("xqzw", "¿Es un comprobante de pago?", id="noise"),
        pytest.param("buenas tardes", "¿Es un comprobante de pago?", id="a greeting"),
    ],
)
def test_words_under_a_photo_are_read(borrower, caption, expected):
    borrower.sends_file("IMAGE", JPEG, "image/jpeg", caption)
    assert expected in borrower.hears()


def test_the_receipt_that_was_asked_for_may_have_any_words_under_it(borrower):
    borrower.asks("ya pagué")
    borrower.sends_file("IMAGE", JPEG, "image/jpeg", "gracias!")
    assert "Recibí tu comprobante" in borrower.hears()

"""How to pay, and what becomes of a receipt."""

import pytest

from actions.payments import ReceivedImage, ReportPayment, ShowHowToPay, TakeReceipt
from domain.ticket import TicketReason
from tests.actions.conftest import lend
from tests.loan_builders import a_loan, a_payment


def test_accounts_of_the_merchant(verified):
    (message,) = verified.run(ShowHowToPay(), "ask_how_to_pay").messages
    assert message["response"] == "utter_how_to_pay"
    assert message["accounts"] == "alias: *casa.norte* · Casa Norte SRL"


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param([a_loan(merchant_id="M-200")], "utter_how_to_pay_at_merchant", id="none"),
        pytest.param([a_payment(20000, payment_id="P-2")], "utter_nothing_to_pay", id="paid"),
    ],
)
def test_when_there_is_no_account_or_no_debt(service, verified, records, expected):
    lend(service, *records)
    assert verified.run(ShowHowToPay(), "ask_how_to_pay").said == [expected]


def test_who_says_they_paid_is_asked_for_the_receipt(caller):
    outcome = caller.run(ReportPayment(), "report_payment")
    assert outcome.said == ["utter_report_payment"]
    assert outcome.slots == {"awaits_receipt": True}


@pytest.mark.parametrize(
    ("action", "turn"),
    [
        pytest.param(
            ReceivedImage, {"has_file": True, "slots": {"awaits_receipt": True}}, id="asked for"
        ),
        pytest.param(ReportPayment, {"has_file": True}, id="photo and words"),
        pytest.param(TakeReceipt, {"entities": {"attachment_id": "in-1"}}, id="said so"),
    ],
)
def test_a_receipt_becomes_a_ticket(service, caller, action, turn):
    outcome = caller.run(action(), **turn)
    (ticket,) = service.tickets.list_open()
    assert outcome.said == ["utter_receipt_taken"]
    assert outcome.messages[0]["ticket"] == ticket.number
    assert ticket.reason is TicketReason.PAYMENT_REPORTED
    assert ticket.attachment_ids == ["in-1"]
    assert outcome.slots == {"awaits_receipt": False}


def test_a_photo_out_of_the_blue_is_asked_about(service, caller):
    outcome = caller.run(ReceivedImage(), "received_image", has_file=True)
    assert outcome.said == ["utter_is_it_a_receipt"]
    assert outcome.messages[0]["attachment_id"] == "in-1"
    assert service.tickets.count_open() == 0

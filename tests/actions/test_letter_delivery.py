"""What is said of an issued letter: its document, or why it holds no longer."""

from datetime import timedelta

import pytest

from actions.letter_delivery import ReceiveLetter, ReportLetterNotReceived
from domain.letter_content import LetterKind
from domain.loan import PaymentReversal
from tests.actions.conftest import NOON, lend
from tests.actions.letter_records import ALL_PAID, LOAN
from tests.loan_builders import a_loan, a_payment


@pytest.mark.parametrize(
    ("days", "revoked", "said"),
    [
        pytest.param(0, None, "utter_letter", id="it holds"),
        pytest.param(11, None, "utter_balance_letter_expired", id="its days are over"),
        pytest.param(0, "because", "utter_letter_revoked", id="an agent took it back"),
        pytest.param(0, "cancelled", "utter_letter_revoked_cancelled", id="the loan is undone"),
        pytest.param(
            0, "payment_reversed", "utter_balance_letter_revoked_reversed", id="money went back"
        ),
        pytest.param(
            0, "figures_changed", "utter_balance_letter_revoked_changed", id="other figures"
        ),
    ],
)
def test_what_is_said_of_an_issued_letter(service, clock, verified, letter, *, days, revoked, said):
    if revoked:
        service.letters.revoke(letter.folio, revoked, actor="a")
    clock.move(timedelta(days=days))
    service.identity.check(verified.contact_id, "3456", attempt_id="proof-then")
    outcome = verified.run(ReceiveLetter(), "receive_letter", entities={"folio": letter.folio})
    assert outcome.said == [said]
    assert outcome.slots == {"folio": None}


@pytest.fixture
def no_debt(service, borrower):
    """A no-debt letter of a loan whose last payment is not one after all."""
    lend(service, *ALL_PAID)
    issued, _ = service.letters.issue(
        LetterKind.NO_DEBT, LOAN, addressee=None, cause_id="portal", actor="portal"
    )
    lend(service, PaymentReversal(payment_id="P-2", reversed_on=NOON.date(), reason="bounced"))
    return issued


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("because", "utter_letter_revoked"),
        ("cancelled", "utter_letter_revoked_cancelled"),
        ("still_owed", "utter_letter_revoked_owing"),
        ("payment_reversed", "utter_letter_revoked_reversed"),
    ],
)
def test_what_is_said_of_a_no_debt_letter_taken_back(service, verified, no_debt, reason, said):
    service.letters.revoke(no_debt.folio, reason, actor="a")
    outcome = verified.run(ReceiveLetter(), "inform", slots={"folio": no_debt.folio})
    assert outcome.said == [said]


def test_a_debt_that_was_settled_meanwhile_leads_to_a_new_letter(service, verified, no_debt):
    service.letters.revoke(no_debt.folio, "payment_reversed", actor="a")
    lend(service, a_payment(20600, NOON.date(), payment_id="P-3"))
    outcome = verified.run(ReceiveLetter(), "inform", slots={"folio": no_debt.folio})
    assert outcome.said == ["utter_letter_revoked_settled"]


@pytest.mark.parametrize("is_reviewed", [True, False])
def test_a_letter_of_a_loan_that_is_anothers_now_is_explained(
    service, verified, letter, *, is_reviewed
):
    lend(service, a_loan(borrower_id="B-2"))
    if is_reviewed:
        service.letter_followups.review_due()
    outcome = verified.run(ReceiveLetter(), "inform", slots={"folio": letter.folio})
    assert outcome.said == ["utter_letter_not_theirs"]


@pytest.mark.parametrize("folio", ["AR-LS-2026-999999", None])
def test_a_letter_that_is_not_theirs_is_unknown(verified, folio):
    entities = {"folio": folio} if folio else {}
    outcome = verified.run(ReceiveLetter(), "receive_letter", entities=entities)
    assert outcome.said == ["utter_letter_unknown"]


def test_what_was_missed_and_never_sent_is_sent(verified, letter):
    outcome = verified.run(
        ReportLetterNotReceived(), "report_letter_not_received", text="no me llegó"
    )
    assert outcome.said == ["utter_letter"]


def test_who_has_no_letter_is_offered_one(verified):
    assert verified.run(ReportLetterNotReceived(), "x").said == ["utter_no_letter_yet"]

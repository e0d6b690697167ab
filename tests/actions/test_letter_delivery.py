"""What is said of an issued letter: its document, or why it holds no longer."""

from datetime import timedelta

import pytest

from actions.letter_delivery import ReceiveLetter, ReportLetterNotReceived
from tests.actions.conftest import lend
from tests.actions.letter_records import ALL_PAID


@pytest.mark.parametrize(
    ("days", "revoked", "said"),
    [
        pytest.param(0, None, "utter_letter", id="it holds"),
        pytest.param(11, None, "utter_balance_letter_expired", id="its days are over"),
        pytest.param(0, "because", "utter_letter_revoked", id="an agent took it back"),
        pytest.param(0, "cancelled", "utter_letter_revoked_cancelled", id="the loan is undone"),
        pytest.param(0, "still_owed", "utter_letter_revoked_owing", id="something is owed"),
        pytest.param(0, "payment_reversed", "utter_letter_revoked_reversed", id="money went back"),
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


def test_a_debt_that_was_settled_meanwhile_leads_to_a_new_letter(service, verified, letter):
    service.letters.revoke(letter.folio, "payment_reversed", actor="a")
    lend(service, *ALL_PAID)
    outcome = verified.run(ReceiveLetter(), "inform", slots={"folio": letter.folio})
    assert outcome.said == ["utter_letter_revoked_settled"]


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

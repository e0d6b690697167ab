"""Asking for a letter: which, for which loan, and why there is none yet."""

from datetime import date, timedelta

import pytest

from actions.letter_delivery import ReceiveLetter, ReportLetterNotReceived
from actions.letters import RequestBalanceLetter, RequestLetter, RequestNoDebtLetter, WishLetter
from domain.letter_content import LetterKind
from domain.loan import PaymentReversal
from tests.actions.conftest import lend
from tests.actions.letter_records import ALL_PAID, DRAFT, GONE, LOAN
from tests.loan_builders import a_loan, a_payment


def returned(on):
    return PaymentReversal(payment_id="P-1", reversed_on=on, reason="bounced")


@pytest.mark.parametrize(
    "action",
    [
        RequestLetter,
        RequestBalanceLetter,
        RequestNoDebtLetter,
        WishLetter,
        ReceiveLetter,
        ReportLetterNotReceived,
    ],
)
def test_nothing_is_said_before_the_identity_is_proven(borrower, action):
    outcome = borrower.run(action(), "request_letter", text="x", entities={"folio": "AR-1"})
    assert outcome.messages == []
    assert outcome.followed_by == "identity_form"
    assert outcome.slots["after_identity"] == action().name()


def test_what_can_be_had_leads_to_the_question_for_whom(verified):
    outcome = verified.run(RequestBalanceLetter(), "request_balance_letter", text="carta de saldo")
    assert outcome.said == []
    assert outcome.followed_by == "letter_form"
    assert outcome.slots == DRAFT | {"letter_addressee": None, "times_asked": 0}


def test_whoever_is_named_in_the_request_is_not_asked_for(verified):
    text = "carta de saldo dirigida a la UBA"
    outcome = verified.run(RequestBalanceLetter(), "request_balance_letter", text=text)
    assert outcome.followed_by == "letter_confirmation_form"
    assert outcome.slots["letter_addressee"] == "UBA"


@pytest.mark.parametrize("text", ["carta", "necesito un papel"])
def test_words_without_a_kind_lead_to_the_question_which(verified, text):
    outcome = verified.run(RequestBalanceLetter(), "request_balance_letter", text=text)
    assert outcome.followed_by == "action_request_letter"
    assert verified.run(RequestLetter(), "request_letter").said == ["utter_ask_letter_kind"]


REFUSED = {
    "still owed": ({}, [], RequestNoDebtLetter, "utter_letter_still_owed"),
    "returned": (
        {},
        [a_payment(), returned(date(2026, 2, 1))],
        RequestNoDebtLetter,
        "utter_letter_payment_reversed",
    ),
    "to be returned": (
        {},
        [*ALL_PAID, returned(date(2026, 3, 1))],
        RequestNoDebtLetter,
        "utter_letter_payment_reversing",
    ),
    "not cleared": (
        {},
        [a_payment(), ALL_PAID[1].model_copy(update={"method": "cheque"})],
        RequestNoDebtLetter,
        "utter_letter_payment_uncleared",
    ),
    "paid": ({}, ALL_PAID, RequestBalanceLetter, "utter_letter_paid_in_full"),
    "undone": (
        {"cancelled_on": "2026-02-01"},
        [],
        RequestBalanceLetter,
        "utter_letter_loan_cancelled",
    ),
    "being undone": (
        {"open_case": "C-1"},
        [],
        RequestBalanceLetter,
        "utter_letter_cancellation_open",
    ),
}


@pytest.mark.parametrize(
    ("loan", "paid", "action", "expected"), REFUSED.values(), ids=REFUSED.keys()
)
def test_each_refusal_has_its_words(service, caller, *, loan, paid, action, expected):
    lend(service, a_loan(), *paid)
    if loan:
        service.database["loans"].update_one({"_id": LOAN}, {"$set": loan})
    service.identity.check(caller.contact_id, "3456", attempt_id="proof")
    outcome = caller.run(action(), "request_letter")
    assert outcome.said == [expected]
    assert outcome.slots["loan_id"] == LOAN
    assert outcome.followed_by is None


def test_what_is_owed_after_the_last_due_date_has_no_later_one(service, clock, verified):
    clock.move(timedelta(days=30))
    service.identity.check(verified.contact_id, "3456", attempt_id="proof-then")
    outcome = verified.run(RequestNoDebtLetter(), "request_no_debt_letter")
    assert outcome.said == ["utter_letter_still_owed_overdue"]


def test_a_request_ends_the_one_before(verified):
    outcome = verified.run(
        RequestNoDebtLetter(), "request_no_debt_letter", slots=DRAFT, active_form="letter_form"
    )
    assert outcome.leaves_form
    assert outcome.slots.items() >= GONE.items()


def test_a_wish_is_kept_once(service, verified):
    for _ in range(2):
        outcome = verified.run(WishLetter(), "wish_letter", entities={"loan_id": LOAN})
        assert outcome.said == ["utter_letter_wished"]
    assert service.database["letter_wishes"].count_documents({}) == 1


def test_a_letter_that_never_came_is_offered_once(verified, letter):
    outcome = verified.run(RequestLetter(), "request_letter")
    assert outcome.said == ["utter_letter_waiting"]
    assert outcome.slots == {"offered_folio": letter.folio}
    asked = verified.run(RequestLetter(), "request_letter", slots=outcome.slots)
    assert asked.said == ["utter_ask_letter_kind"]


def test_a_waiting_balance_letter_is_no_answer_once_its_figures_are_old(
    service, clock, verified, letter
):
    lend(service, a_payment(5000, date(2026, 2, 16), payment_id="P-2"))
    for days in (0, 1):
        clock.move(timedelta(days=days))
        service.identity.check(verified.contact_id, "3456", attempt_id=f"proof-{days}")
        outcome = verified.run(RequestBalanceLetter(), "request_balance_letter", text="x")
        assert outcome.said == []
        assert outcome.followed_by == "letter_form"
        assert verified.run(RequestLetter(), "request_letter").said == ["utter_ask_letter_kind"]


def test_a_waiting_no_debt_letter_of_another_day_is_as_good(service, clock, verified):
    lend(service, *ALL_PAID)
    letter, _ = service.letters.issue(
        LetterKind.NO_DEBT, LOAN, addressee="UBA", cause_id="portal", actor="portal"
    )
    clock.move(timedelta(days=1))
    service.identity.check(verified.contact_id, "3456", attempt_id="proof-then")
    outcome = verified.run(RequestNoDebtLetter(), "request_no_debt_letter", text="libre deuda")
    assert outcome.said == ["utter_letter_waiting"]
    assert outcome.slots == {"offered_folio": letter.folio}
    lend(service, returned(date(2026, 2, 17)))
    refused = verified.run(RequestNoDebtLetter(), "request_no_debt_letter", text="libre deuda")
    assert refused.said == ["utter_letter_payment_reversed"]


@pytest.mark.parametrize(
    ("named", "offered"),
    [
        pytest.param("a quien corresponda", True, id="for whom it waits"),
        pytest.param("dirigida a la UBA", False, id="somebody else"),
    ],
)
def test_a_waiting_letter_for_another_reader_is_not_what_they_want(
    verified, letter, named, offered
):
    text = f"carta de saldo {named}"
    outcome = verified.run(RequestBalanceLetter(), "request_balance_letter", text=text)
    assert ("utter_letter_waiting" in outcome.said) is offered
    if not offered:
        assert outcome.followed_by == "letter_confirmation_form"
        assert outcome.slots["letter_addressee"] == "UBA"

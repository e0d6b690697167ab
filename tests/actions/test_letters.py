"""What the letters' actions say and keep, by the tracker they get."""

from datetime import date, timedelta

import pytest

from actions.letter_delivery import ReceiveLetter, ReportLetterNotReceived
from actions.letter_drafts import (
    AskLetterAddressee,
    AskLetterConfirmation,
    ChangeLetterAddressee,
    DropLetter,
    IssueLetter,
)
from actions.letters import RequestBalanceLetter, RequestLetter, RequestNoDebtLetter, WishLetter
from bot.dialogue.addressee_es import TO_ANYONE
from domain.letter_content import LetterKind
from domain.loan import PaymentReversal
from tests.actions.conftest import lend
from tests.actions.trackers import bot_event, user_event
from tests.loan_builders import a_loan, a_payment

LOAN = "L-2026-004821"
DRAFT = {"letter_kind": "balance", "letter_loan_id": LOAN, "letter_addressee": "UBA"}
GONE = {"letter_kind": None, "letter_loan_id": None, "letter_addressee": None}
ALL_PAID = [a_payment(), a_payment(20600, date(2026, 2, 16), payment_id="P-2")]


@pytest.fixture
def database(indexed):
    """With indexes: letters are looked up by them, and wished for once."""
    return indexed


def returned(on):
    return PaymentReversal(payment_id="P-1", reversed_on=on, reason="bounced")


def letters_in(service):
    return service.database["letters"].count_documents({})


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


@pytest.mark.parametrize(
    ("doubt", "expected"),
    [
        ("why", "utter_ask_letter_addressee_why"),
        ("unsure", "utter_ask_letter_addressee_unsure"),
        ("no_name", "utter_ask_letter_addressee_no_name"),
        ("too_long", "utter_ask_letter_addressee_shorter"),
        ("not_words", "utter_ask_letter_addressee_in_words"),
    ],
)
def test_each_doubt_has_its_words_but_not_twice_running(caller, doubt, expected):
    turn = {"entities": {"addressee_doubt": doubt}, "slots": DRAFT | {"times_asked": 1}}
    assert caller.run(AskLetterAddressee(), "inform", **turn).said == [expected]
    before = (user_event("inform"), bot_event(expected))
    again = caller.run(AskLetterAddressee(), "inform", before=before, **turn)
    assert again.said == ["utter_ask_letter_addressee_again"]


@pytest.mark.parametrize(
    ("times", "intent", "expected"),
    [
        pytest.param(0, "request_letter", "utter_ask_letter_addressee", id="first"),
        pytest.param(1, "nlu_fallback", "utter_ask_letter_addressee_again", id="lost"),
        pytest.param(2, "affirm", "utter_ask_letter_addressee_example", id="lost again"),
        pytest.param(1, "thank", "utter_ask_letter_addressee_later", id="something else"),
        pytest.param(
            0, "change_letter_addressee", "utter_ask_letter_addressee_other", id="another name"
        ),
    ],
)
def test_the_question_for_whom(caller, times, intent, expected):
    slots = DRAFT | {"times_asked": times}
    outcome = caller.run(AskLetterAddressee(), intent, slots=slots, active_form="letter_form")
    assert outcome.said == [expected]
    (button,) = outcome.messages[0]["buttons"]
    assert button["title"] == "A quien corresponda"


@pytest.mark.parametrize("action", [AskLetterAddressee, AskLetterConfirmation])
@pytest.mark.parametrize("draft", [{}, {"letter_kind": "balance"}], ids=["no draft", "half of one"])
def test_without_a_draft_nothing_is_asked(verified, action, draft):
    outcome = verified.run(action(), "affirm", slots=draft)
    assert outcome.said == ["utter_letter_draft_gone"]
    assert outcome.leaves_form


def test_the_summary_tells_all_that_would_stand_on_it(verified):
    outcome = verified.run(AskLetterConfirmation(), "inform", slots=DRAFT | {"times_asked": 0})
    assert outcome.said == ["utter_confirm_letter"]
    (message,) = outcome.messages
    assert (message["kind"], message["last4"], message["addressee"], message["valid_until"]) == (
        "Carta de saldo",
        "4821",
        "UBA",
        "26/02/2026",
    )
    assert outcome.slots == {"times_asked": 1}


def test_what_is_neither_yes_nor_no_gets_the_question_in_short(verified):
    outcome = verified.run(AskLetterConfirmation(), "affirm", slots=DRAFT | {"times_asked": 1})
    assert outcome.said == ["utter_confirm_letter_again"]


def test_the_summary_waits_for_the_proof(borrower):
    outcome = borrower.run(AskLetterConfirmation(), "inform", slots=DRAFT)
    assert outcome.said == []
    assert outcome.followed_by == "identity_form"
    assert outcome.slots["after_identity"] == "letter_confirmation_form"


def test_a_loan_that_changed_ends_the_draft_at_the_summary(service, verified):
    lend(service, *ALL_PAID)
    outcome = verified.run(AskLetterConfirmation(), "inform", slots=DRAFT)
    assert outcome.said == ["utter_letter_paid_in_full"]
    assert outcome.leaves_form


@pytest.mark.parametrize(
    ("entities", "form", "addressee"),
    [
        pytest.param({}, "letter_form", None, id="to be asked"),
        pytest.param(
            {"letter_addressee": "ANSES"}, "letter_confirmation_form", "ANSES", id="said already"
        ),
    ],
)
def test_another_name_keeps_the_rest(caller, entities, form, addressee):
    outcome = caller.run(
        ChangeLetterAddressee(), "change_letter_addressee", entities=entities, slots=DRAFT
    )
    assert outcome.followed_by == form
    assert outcome.slots == DRAFT | {"letter_addressee": addressee, "times_asked": 0}


def test_a_no_issues_nothing(service, caller):
    outcome = caller.run(DropLetter(), "drop_letter", slots=DRAFT)
    assert outcome.said == ["utter_letter_dropped"]
    assert outcome.slots.items() >= GONE.items()
    assert letters_in(service) == 0


@pytest.mark.parametrize(("addressee", "on_letter"), [("UBA", "UBA"), (TO_ANYONE, None)])
def test_a_yes_issues_once_however_often_it_runs(service, verified, addressee, on_letter):
    slots = DRAFT | {"letter_addressee": addressee}
    outcomes = [verified.run(IssueLetter(), "issue_letter", slots=slots) for _ in range(2)]
    (first, again) = (outcome.messages[0] for outcome in outcomes)
    assert first == again
    assert first["response"] == "utter_letter"
    letter = service.letters.find(first["folio"])
    assert (letter.content.addressee, letter.file_id) == (on_letter, first["file_id"])
    assert outcomes[0].leaves_form
    assert letters_in(service) == 1


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        pytest.param({}, "utter_letter_draft_gone", id="forgotten"),
        pytest.param(
            DRAFT | {"letter_loan_id": "L-2026-999999"}, "utter_letter_draft_gone", id="not theirs"
        ),
        pytest.param(
            DRAFT | {"letter_kind": "no_debt"}, "utter_letter_still_owed", id="not available"
        ),
    ],
)
def test_a_yes_that_cannot_be(service, verified, slots, said):
    outcome = verified.run(IssueLetter(), "issue_letter", slots=slots)
    assert outcome.said == [said]
    assert outcome.leaves_form
    assert letters_in(service) == 0


def test_a_yes_of_somebody_not_proven_any_more_keeps_the_draft(service, borrower):
    outcome = borrower.run(IssueLetter(), "issue_letter", slots=DRAFT)
    assert outcome.followed_by == "identity_form"
    assert outcome.slots["after_identity"] == "action_issue_letter"
    assert not outcome.slots.keys() & GONE.keys()
    assert letters_in(service) == 0


@pytest.fixture
def letter(service, verified):
    """A balance letter that no chat asked for."""
    issued, _ = service.letters.issue(
        LetterKind.BALANCE, LOAN, addressee=None, cause_id="portal", actor="portal"
    )
    return issued


def test_a_letter_that_never_came_is_offered_once(verified, letter):
    outcome = verified.run(RequestLetter(), "request_letter")
    assert outcome.said == ["utter_letter_waiting"]
    assert outcome.slots == {"offered_folio": letter.folio}
    asked = verified.run(RequestLetter(), "request_letter", slots=outcome.slots)
    assert asked.said == ["utter_ask_letter_kind"]


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

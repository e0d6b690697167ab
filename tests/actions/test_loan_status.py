"""What is said about a loan, and what is asked first."""

from datetime import date, timedelta

import pytest

from actions.loan_status import (
    AskPayoffDate,
    ChooseLoan,
    ShowBalanceBreakdown,
    ShowInstallments,
    ShowLoanStatus,
    ShowPayoffAmount,
    StartPayoffDate,
)
from storage.loans import Loans
from tests.actions.conftest import lend
from tests.loan_builders import a_loan, a_payment


@pytest.mark.parametrize(
    "action", [ShowLoanStatus, ShowBalanceBreakdown, ShowInstallments, ShowPayoffAmount]
)
def test_nothing_is_said_before_the_identity_is_proven(borrower, action):
    outcome = borrower.run(action(), "ask_loan_status", text="cuánto debo")
    assert outcome.messages == []
    assert outcome.followed_by == "identity_form"
    assert outcome.slots["after_identity"] == action().name()
    assert outcome.slots["asked_text"] == "cuánto debo"
    assert outcome.slots["times_asked"] == 0


def test_who_is_being_asked_already_is_not_asked_anew(borrower):
    outcome = borrower.run(ShowLoanStatus(), "ask_loan_status", active_form="identity_form")
    assert "times_asked" not in outcome.slots


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(-30, "utter_loan_up_to_date", id="up to date"),
        pytest.param(-7, "utter_loan_due_soon", id="due soon"),
        pytest.param(0, "utter_loan_overdue", id="overdue"),
    ],
)
def test_status_by_state(verified, clock, service, days, expected):
    clock.move(timedelta(days=days))
    service.identity.check(verified.contact_id, "3456", attempt_id="proof-then")
    outcome = verified.run(ShowLoanStatus(), "ask_loan_status")
    assert outcome.said == [expected]
    assert outcome.slots == {"loan_id": "L-2026-004821"}


def test_figures_of_an_overdue_loan(verified):
    (message,) = verified.run(ShowLoanStatus(), "ask_loan_status").messages
    assert {name: message[name] for name in ("last4", "merchant", "number", "total")} == {
        "last4": "4821",
        "merchant": "Casa Norte",
        "number": 2,
        "total": 3,
    }
    assert message["amount"] == "$ 100,00"
    assert message["days_late"] == "6 días"
    assert message["late_interest"] == "$ 6,00"
    assert message["bring_up_to_date"] == "$ 106,00"
    assert message["left_to_pay"] == "$ 206,00"
    assert message["overdue_installments"] == "cuota"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        pytest.param(ShowLoanStatus, "utter_loan_paid_in_full", id="status"),
        pytest.param(ShowBalanceBreakdown, "utter_loan_paid_in_full", id="breakdown"),
        pytest.param(ShowInstallments, "utter_installments", id="instalments"),
        pytest.param(ShowPayoffAmount, "utter_payoff_nothing_owed", id="payoff"),
    ],
)
def test_a_paid_loan(service, verified, action, expected):
    lend(service, a_loan(), a_payment(), a_payment(20000, date(2026, 2, 1), payment_id="P-2"))
    assert verified.run(action(), "ask_loan_status").said == [expected]


def test_an_undone_loan(service, verified):
    Loans(service.database).mark_cancelled("L-2026-004821", date(2026, 2, 1))
    assert verified.run(ShowLoanStatus(), "ask_loan_status").said == ["utter_loan_cancelled"]
    payoff = verified.run(ShowPayoffAmount(), "ask_payoff_amount")
    assert payoff.said == ["utter_payoff_nothing_owed"]


def test_nobodys_loans(service, verified):
    service.database["loans"].delete_many({})
    assert verified.run(ShowLoanStatus(), "ask_loan_status").said == ["utter_no_loans"]


@pytest.fixture
def several(service, verified):
    """Two more loans: one of the other shop, one of the same."""
    lend(
        service,
        a_loan(loan_id="L-2026-000002", merchant_id="M-200", purpose="Moto"),
        a_loan(loan_id="L-2026-000003", granted_on=date(2025, 12, 9)),
    )
    return verified


def test_several_loans_are_offered(several):
    outcome = several.run(ShowInstallments(), "ask_installments", text="mis cuotas")
    (message,) = outcome.messages
    assert message["response"] == "utter_choose_loan"
    assert message["count"] == 3
    titles = [button["title"] for button in message["buttons"]]
    assert sorted(titles) == ["Casa Norte ••0003", "Casa Norte ••4821", "Electro Sur"]
    assert message["buttons"][0]["payload"].startswith("/choose_loan{")
    assert outcome.slots == {
        "asked_text": "mis cuotas",
        "choosing_for": "action_show_installments",
    }


@pytest.mark.parametrize(
    ("text", "loan_id"),
    [
        pytest.param("cuánto debo de la moto?", "L-2026-000002", id="purpose"),
        pytest.param("y lo de electro sur", "L-2026-000002", id="shop"),
        pytest.param("el que termina en 4821", "L-2026-004821", id="last digits"),
        pytest.param("cuánto debo en casa norte", None, id="a shop with two"),
    ],
)
def test_words_name_a_loan_or_none(several, text, loan_id):
    outcome = several.run(ShowLoanStatus(), "ask_loan_status", text=text)
    assert outcome.slots.get("loan_id") == loan_id


@pytest.mark.parametrize(
    ("intent", "text", "said"),
    [
        pytest.param("ask_loan_status", "x", ["utter_choose_loan"], id="asked for"),
        pytest.param("nlu_fallback", "x", ["utter_which_loan", "utter_choose_loan"], id="in vain"),
        pytest.param("nlu_fallback", "eh, la moto", ["utter_loan_overdue"], id="named after all"),
    ],
)
def test_the_choice_comes_again_when_the_words_name_none(several, intent, text, said):
    assert several.run(ShowLoanStatus(), intent, text=text).said == said


def test_a_button_names_the_loan(several):
    entities = {"loan_id": "L-2026-000002"}
    outcome = several.run(ShowLoanStatus(), "ask_loan_status", entities=entities)
    assert outcome.messages[0]["merchant"] == "Electro Sur"


@pytest.mark.parametrize(
    ("action", "said"),
    [
        pytest.param(ShowInstallments, "utter_installments", id="may reuse it"),
        pytest.param(ShowLoanStatus, "utter_choose_loan", id="asks which"),
    ],
)
def test_the_loan_talked_about_before(several, action, said):
    outcome = several.run(action(), "ask_loan_status", slots={"loan_id": "L-2026-000002"})
    assert outcome.said == [said]


@pytest.mark.parametrize(
    ("following", "expected"),
    [
        ("show_installments", "action_show_installments"),
        ("request_no_debt_letter", "action_request_no_debt_letter"),
        ("restart", "action_show_loan_status"),
        (None, "action_show_loan_status"),
    ],
)
def test_a_choice_goes_on_with_what_it_was_for(caller, following, expected):
    entities = {"loan_id": "L-1"} | ({"next": following} if following else {})
    assert caller.run(ChooseLoan(), "choose_loan", entities=entities).followed_by == expected


@pytest.mark.parametrize(
    ("text", "said", "asks"),
    [
        pytest.param("pagar todo", ["utter_payoff_amount"], False, id="today"),
        pytest.param("pagar todo mañana", ["utter_payoff_amount"], False, id="tomorrow"),
        pytest.param("pagar todo ayer", ["utter_payoff_date_passed"], True, id="past"),
        pytest.param("todo al 31/02", ["utter_payoff_date_impossible"], True, id="no such day"),
        pytest.param("el 16/03/2027", ["utter_payoff_date_too_far"], True, id="too far"),
        pytest.param("el 15/03 o el 20/03", [], True, id="two days"),
    ],
)
def test_payoff_by_the_words(verified, text, said, asks):
    outcome = verified.run(ShowPayoffAmount(), "ask_payoff_amount", text=text)
    assert outcome.said == said
    assert (outcome.followed_by == "payoff_form") is asks
    assert outcome.slots["payoff_date"] is None


def test_payoff_by_the_answer_to_the_question(verified):
    outcome = verified.run(ShowPayoffAmount(), "inform", entities={"payoff_date": "2026-02-20"})
    assert outcome.messages[0]["on"] == "20/02/2026"
    assert outcome.messages[0]["amount"] == "$ 210,00"


def test_asking_for_the_day_starts_anew(caller):
    outcome = caller.run(StartPayoffDate(), "choose_payoff_date")
    assert outcome.slots == {"payoff_date": None, "times_asked": 0}
    assert outcome.followed_by == "payoff_form"


def test_first_question_for_the_day(caller):
    outcome = caller.run(AskPayoffDate(), "choose_payoff_date", slots={"times_asked": 0})
    assert outcome.said == ["utter_ask_payoff_date"]
    assert outcome.slots == {"times_asked": 1}


@pytest.mark.parametrize(
    ("times", "intent", "text", "expected"),
    [
        pytest.param(1, "nlu_fallback", "xx", "utter_ask_payoff_date_again", id="no day"),
        pytest.param(2, "nlu_fallback", "yy", "utter_ask_payoff_date_example", id="no day again"),
        pytest.param(1, "deny", "31/02", "utter_ask_payoff_date_existing", id="in no calendar"),
        pytest.param(1, "thank", "gracias", "utter_ask_payoff_date_later", id="something else"),
    ],
)
def test_next_question_for_the_day(caller, times, intent, text, expected):
    slots = {"times_asked": times}
    outcome = caller.run(AskPayoffDate(), intent, text=text, slots=slots, active_form="payoff_form")
    assert outcome.said == [expected]

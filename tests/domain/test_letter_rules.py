"""Three instalments of 100.00 due on 10 January, February and March; a cheque clears in 3 days."""

from datetime import date

import pytest

from domain.letter_content import LetterKind
from domain.letter_rules import LetterNotAvailable, Refusal, refuse_unless_available, valid_until
from tests.letter_builders import PAID, TERMS, a_history
from tests.loan_builders import a_payment

BALANCE, NO_DEBT = LetterKind.BALANCE, LetterKind.NO_DEBT


def day(month: int, of_month: int) -> date:
    return date(2026, month, of_month)


def refusal(kind, payments, on, **loan) -> LetterNotAvailable | None:
    history = a_history(payments, **loan)
    try:
        refuse_unless_available(kind, history, history.position(on), TERMS)
    except LetterNotAvailable as error:
        return error
    return None


def paid(*days, method="cash", reversed_on=None):
    """An instalment on each day; the last one by `method`, and reversed if so."""
    *earlier, last = days
    return [
        *(a_payment(10000, each, payment_id=f"P-{n}") for n, each in enumerate(earlier)),
        a_payment(10000, last, reversed_on, payment_id="P-last", method=method),
    ]


IN_TIME = (day(1, 10), day(2, 10), day(3, 10))


@pytest.mark.parametrize(
    ("kind", "payments", "on", "loan", "expected"),
    [
        pytest.param(BALANCE, [], day(1, 5), {}, None, id="balance: nothing paid yet"),
        pytest.param(BALANCE, [], day(4, 5), {}, None, id="balance: all overdue"),
        pytest.param(
            BALANCE, PAID, day(3, 10), {}, Refusal.PAID_IN_FULL, id="balance: nothing is owed"
        ),
        pytest.param(
            BALANCE,
            [],
            day(1, 5),
            {"cancelled_on": day(1, 5)},
            Refusal.CANCELLED,
            id="balance: cancelled today",
        ),
        pytest.param(
            BALANCE,
            [],
            day(1, 4),
            {"cancelled_on": day(1, 5)},
            None,
            id="balance: cancelled from tomorrow on",
        ),
        pytest.param(
            BALANCE,
            [],
            day(1, 5),
            {"open_case": "CASO-000821"},
            Refusal.CANCELLATION_OPEN,
            id="balance: being cancelled",
        ),
        pytest.param(NO_DEBT, [], day(1, 5), {}, Refusal.STILL_OWED, id="owed"),
        pytest.param(NO_DEBT, PAID, day(3, 9), {}, Refusal.STILL_OWED, id="paid tomorrow"),
        pytest.param(NO_DEBT, PAID, day(3, 10), {}, None, id="paid today in cash"),
        pytest.param(
            NO_DEBT,
            PAID,
            day(3, 10),
            {"open_case": "CASO-000821"},
            Refusal.CANCELLATION_OPEN,
            id="paid and being cancelled",
        ),
        pytest.param(
            NO_DEBT, PAID, day(3, 10), {"cancelled_on": day(3, 1)}, Refusal.CANCELLED, id="undone"
        ),
        pytest.param(
            NO_DEBT,
            paid(*IN_TIME, method="Cheque"),
            day(3, 12),
            {},
            Refusal.PAYMENT_UNCLEARED,
            id="cheque not cleared",
        ),
        pytest.param(
            NO_DEBT, paid(*IN_TIME, method="Cheque"), day(3, 13), {}, None, id="cheque cleared"
        ),
        pytest.param(
            NO_DEBT,
            paid(*IN_TIME, reversed_on=day(3, 12)),
            day(3, 12),
            {},
            Refusal.PAYMENT_REVERSED,
            id="reversed, owed again",
        ),
        pytest.param(
            NO_DEBT,
            paid(*IN_TIME, reversed_on=day(3, 12)),
            day(3, 11),
            {},
            Refusal.PAYMENT_REVERSED,
            id="known to be reversed from tomorrow on",
        ),
        pytest.param(
            NO_DEBT,
            [*paid(*IN_TIME, reversed_on=day(3, 12)), a_payment(10500, day(3, 14))],
            day(3, 14),
            {},
            None,
            id="reversed and paid again",
        ),
    ],
)
def test_availability(kind, payments, on, loan, expected):
    refused = refusal(kind, payments, on, **loan)
    assert (refused.refusal if refused else None) is expected


def test_what_is_still_owed_says_how_much_and_from_when():
    refused = refusal(NO_DEBT, paid(day(1, 10)), day(2, 12))
    # two days of 1 % on the second instalment
    assert refused.amount_minor == 20200
    assert refused.available_on == day(3, 10)


def test_after_the_last_due_date_paying_helps_at_once():
    assert refusal(NO_DEBT, paid(day(1, 10)), day(5, 1)).available_on == day(5, 1)


def test_an_uncleared_payment_says_when_it_clears():
    refused = refusal(NO_DEBT, paid(*IN_TIME, method="cheque"), day(3, 10))
    assert (refused.amount_minor, refused.available_on) == (0, day(3, 13))


@pytest.mark.parametrize(
    ("kind", "on", "expected"),
    [
        pytest.param(BALANCE, day(1, 20), day(1, 30), id="ten days, due date later"),
        pytest.param(BALANCE, day(2, 5), day(2, 10), id="next due date is sooner"),
        pytest.param(BALANCE, day(2, 10), day(2, 10), id="due today"),
        pytest.param(BALANCE, day(4, 1), day(4, 11), id="nothing left to fall due"),
        pytest.param(NO_DEBT, day(2, 5), day(3, 7), id="a month, whatever is due"),
    ],
)
def test_valid_until(kind, on, expected):
    assert valid_until(kind, a_history().position(on), TERMS) == expected

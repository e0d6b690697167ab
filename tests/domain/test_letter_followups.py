from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.letter_followups import (
    RevocationReason,
    broken_by,
    next_change_on,
    payment_to_offer_for,
)
from domain.loan_position import LoanHistory
from tests.letter_builders import PAID, TERMS, a_letter, a_no_debt_draft
from tests.loan_builders import DUE_DATES, a_loan, a_payment

DAY = timedelta(days=1)
LAST = DUE_DATES[-1]
FIRST_TWO = PAID[:2]
VALID_ON = date(2026, 2, 6)
REVERSED, CHANGED = RevocationReason.PAYMENT_REVERSED, RevocationReason.FIGURES_CHANGED
BALANCE, NO_DEBT = a_letter(), a_letter(a_no_debt_draft())


def a_history(payments=PAID, **loan):
    return LoanHistory(a_loan(**loan), payments)


def last_paid(**changes):
    """All three paid, the last one as told."""
    return (*FIRST_TWO, a_payment(payment_id="P-3", **({"paid_on": LAST} | changes)))


UNDONE = last_paid(reversed_on=LAST)
PAID_AGAIN = (*UNDONE, a_payment(payment_id="P-4", paid_on=LAST))
RECORDED_AGAIN = (
    *last_paid(reversed_on=LAST, reference="R-3"),
    a_payment(payment_id="P-4", paid_on=LAST, reference="R-3"),
)
FIRST_UNDONE = (a_payment(reversed_on=LAST), *PAID[1:])
FIRST_PAID_AGAIN = (*FIRST_UNDONE, a_payment(payment_id="P-0", paid_on=DUE_DATES[0]))
FIRST_PAID_AGAIN_LATE = (
    *FIRST_UNDONE,
    a_payment(20000, payment_id="P-4", paid_on=LAST + DAY),
)
PAID_TWICE = (*PAID, a_payment(payment_id="P-4", paid_on=LAST))
DOUBLE = (*PAID, a_payment(payment_id="P-4", paid_on=LAST, reversed_on=LAST + DAY))


def written_on(payments):
    """The no-debt letter of a loan with those payments, on the day after the last one."""
    history = a_history(payments)
    return a_letter(a_no_debt_draft(history=history, position=history.position(LAST + DAY)))


def an_older(letter):
    """As it was issued before it was kept which payment settled the loan."""
    content = letter.content.model_copy(update={"settling_payment_id": None})
    return letter.model_copy(update={"content": content})


@pytest.mark.parametrize(
    ("letter", "history", "reason"),
    [
        pytest.param(NO_DEBT, a_history(), None, id="paid"),
        pytest.param(NO_DEBT, a_history(UNDONE), RevocationReason.PAYMENT_REVERSED, id="reversed"),
        pytest.param(
            NO_DEBT,
            a_history(last_paid(reversed_on=LAST + 9 * DAY)),
            RevocationReason.PAYMENT_REVERSED,
            id="will be reversed",
        ),
        pytest.param(
            NO_DEBT,
            a_history(PAID_AGAIN),
            RevocationReason.PAYMENT_REVERSED,
            id="reversed and paid again",
        ),
        pytest.param(
            an_older(written_on(last_paid())),
            a_history(PAID_AGAIN),
            RevocationReason.PAYMENT_REVERSED,
            id="reversed and paid again, an older letter",
        ),
        pytest.param(
            written_on(PAID_AGAIN), a_history(PAID_AGAIN), None, id="issued after it was paid again"
        ),
        pytest.param(
            an_older(written_on(RECORDED_AGAIN)),
            a_history(RECORDED_AGAIN),
            None,
            id="recorded again under its number, an older letter",
        ),
        pytest.param(
            NO_DEBT,
            a_history(FIRST_PAID_AGAIN_LATE),
            RevocationReason.PAYMENT_REVERSED,
            id="another one reversed and paid again later",
        ),
        pytest.param(
            NO_DEBT,
            a_history(FIRST_PAID_AGAIN),
            None,
            id="another one reversed, paid again before the last",
        ),
        pytest.param(
            NO_DEBT,
            a_history(last_paid(paid_on=LAST - 5 * DAY)),
            None,
            id="the day of a payment was corrected",
        ),
        pytest.param(NO_DEBT, a_history(DOUBLE), None, id="only what was paid twice comes back"),
        pytest.param(
            written_on(PAID_TWICE), a_history(DOUBLE), None, id="what was paid too much comes back"
        ),
        pytest.param(
            NO_DEBT,
            a_history(last_paid(amount_minor=9999)),
            RevocationReason.STILL_OWED,
            id="a payment was corrected",
        ),
        pytest.param(NO_DEBT, a_history(last_paid(method="cheque")), None, id="yet to clear"),
        pytest.param(NO_DEBT, a_history(open_case="CASO-1"), None, id="request open"),
        pytest.param(
            NO_DEBT, a_history(cancelled_on=LAST), RevocationReason.CANCELLED, id="undone"
        ),
        pytest.param(NO_DEBT, a_history(cancelled_on=LAST + 2 * DAY), None, id="not undone yet"),
        pytest.param(
            NO_DEBT,
            a_history(UNDONE, borrower_id="B-2"),
            RevocationReason.BORROWER_CHANGED,
            id="another borrower's loan",
        ),
        pytest.param(
            BALANCE,
            a_history(FIRST_TWO, borrower_id="B-2"),
            RevocationReason.BORROWER_CHANGED,
            id="balance, another borrower's loan",
        ),
        pytest.param(BALANCE, a_history(), None, id="balance, paid since"),
        pytest.param(BALANCE, a_history(UNDONE), None, id="balance, reversed since"),
        pytest.param(
            BALANCE, a_history(cancelled_on=LAST), RevocationReason.CANCELLED, id="balance, undone"
        ),
    ],
)
def test_broken_by(letter, history, reason):
    assert broken_by(letter, history, LAST + DAY) is reason


COUNTED = a_letter()
"""Issued while the first of three instalments was paid, valid until the second is due."""
OLDER = COUNTED.model_copy(
    update={"content": COUNTED.content.model_copy(update={"counted_payment_ids": None})}
)
PAID_ONE = PAID[:1]
FIRST_REVERSED = (a_payment(reversed_on=VALID_ON),)
REPLACED = (*FIRST_REVERSED, a_payment(payment_id="P-9"))
MORE_LATER = (*PAID_ONE, a_payment(payment_id="P-9", paid_on=VALID_ON))
MORE_BEFORE = (*PAID_ONE, a_payment(payment_id="P-9", paid_on=DUE_DATES[0]))
NOT_COUNTED_REVERSED = (*PAID_ONE, a_payment(20, VALID_ON, VALID_ON, payment_id="P-9"))


def instalments(**changes):
    """The loan's, the last one changed."""
    *others, last = a_loan().installments
    return [*others, last.model_copy(update=changes)]


@pytest.mark.parametrize(
    ("history", "reason", "reason_if_older"),
    [
        pytest.param(a_history(PAID_ONE), None, None, id="nothing changed"),
        pytest.param(a_history(MORE_LATER), None, None, id="paid since"),
        pytest.param(a_history(MORE_BEFORE), None, None, id="paid before, told since"),
        pytest.param(a_history(PAID), None, None, id="paid in full since"),
        pytest.param(a_history(FIRST_REVERSED), REVERSED, REVERSED, id="reversed"),
        pytest.param(
            a_history([a_payment(reversed_on=VALID_ON + 9 * DAY)]),
            REVERSED,
            REVERSED,
            id="will be reversed",
        ),
        pytest.param(a_history(REPLACED), REVERSED, REVERSED, id="reversed and paid again"),
        pytest.param(a_history(NOT_COUNTED_REVERSED), None, None, id="another one reversed"),
        pytest.param(a_history([a_payment(9999)]), CHANGED, None, id="a payment was corrected"),
        pytest.param(
            a_history(PAID_ONE, installments=instalments(amount_minor=10001)),
            CHANGED,
            None,
            id="an instalment was corrected",
        ),
        pytest.param(
            a_history(PAID_ONE, installments=instalments(due_on=LAST + DAY)),
            None,
            None,
            id="a later due date was moved",
        ),
        pytest.param(
            a_history(PAID_ONE, late_interest_daily_rate=Decimal("0.02")),
            CHANGED,
            None,
            id="another rate",
        ),
        pytest.param(
            a_history(PAID_ONE, installments=a_loan().installments[:1]),
            CHANGED,
            None,
            id="nothing was owed after all",
        ),
        pytest.param(a_history(PAID_ONE, purpose="Lavarropas"), None, None, id="other purpose"),
    ],
)
def test_what_breaks_the_figures_of_a_balance_letter(history, reason, reason_if_older):
    assert broken_by(COUNTED, history, VALID_ON) is reason
    assert broken_by(OLDER, history, VALID_ON) is reason_if_older


def test_figures_that_may_be_presented_no_more_break_no_more():
    assert broken_by(COUNTED, a_history(FIRST_REVERSED), COUNTED.valid_until) is REVERSED
    assert broken_by(COUNTED, a_history(FIRST_REVERSED), COUNTED.valid_until + DAY) is None


CHEQUE = last_paid(method="Cheque")


@pytest.mark.parametrize(
    ("history", "days_later", "payment_id"),
    [
        pytest.param(a_history(), 0, "P-3", id="the day itself"),
        pytest.param(a_history(), 6, "P-3", id="seventh day"),
        pytest.param(a_history(), 7, None, id="eighth day"),
        pytest.param(a_history(FIRST_TWO), 0, None, id="owed"),
        pytest.param(a_history(UNDONE), 0, None, id="reversed"),
        pytest.param(a_history(PAID_AGAIN), 0, "P-4", id="paid again"),
        pytest.param(a_history(DOUBLE), 1, "P-3", id="paid twice, once reversed"),
        pytest.param(a_history(CHEQUE), 2, None, id="yet to clear"),
        pytest.param(a_history(CHEQUE), 3, "P-3", id="cleared"),
        pytest.param(a_history(CHEQUE), 9, "P-3", id="a week after it cleared"),
        pytest.param(a_history(CHEQUE), 10, None, id="longer after it cleared"),
        pytest.param(a_history(cancelled_on=LAST), 0, None, id="undone"),
        pytest.param(a_history(open_case="CASO-1"), 0, None, id="request open"),
    ],
)
def test_what_the_no_debt_letter_is_offered_for(history, days_later, payment_id):
    payment = payment_to_offer_for(history, LAST + days_later * DAY, TERMS)
    assert (payment.payment_id if payment else None) == payment_id


def test_what_is_paid_after_the_loan_was_settled_did_not_settle_it():
    more = a_payment(payment_id="P-9", paid_on=LAST + DAY)
    assert a_history([more, *PAID]).settling_payment(LAST + DAY) == PAID[-1]
    assert a_history(FIRST_TWO).settling_payment(LAST) is None


@pytest.mark.parametrize(
    ("history", "days_later"),
    [
        pytest.param(a_history(), None, id="nothing to come"),
        pytest.param(a_history(CHEQUE), 3, id="a cheque clears"),
        pytest.param(a_history(last_paid(paid_on=LAST + 2 * DAY)), 2, id="paid with a later date"),
        pytest.param(a_history(last_paid(reversed_on=LAST + 5 * DAY)), 5, id="to be reversed"),
        pytest.param(a_history(cancelled_on=LAST + DAY), 1, id="to be undone"),
        pytest.param(a_history(CHEQUE, cancelled_on=date(2026, 3, 12)), 2, id="the first counts"),
    ],
)
def test_next_change_on(history, days_later):
    expected = LAST + days_later * DAY if days_later else None
    assert next_change_on(history, LAST, TERMS) == expected

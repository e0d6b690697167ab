"""Any loan, any payments: what must always hold, and a second way of computing the same."""

from dataclasses import astuple
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st

from domain.loan_position import LoanHistory, LoanState
from tests.loan_builders import a_loan, a_payment, an_installment

GRANTED_ON = date(2025, 12, 10)
DAYS = st.integers(0, 500).map(lambda days: GRANTED_ON + timedelta(days=days))
AMOUNTS = st.one_of(st.integers(1, 40_000), st.integers(1, 10**15))


@st.composite
def loans(draw):
    due_dates = sorted(draw(st.lists(DAYS, min_size=1, max_size=8)))
    parts = st.integers(0, 20_000)
    installments = [
        an_installment(
            number,
            due_on,
            principal_minor=(principal := draw(parts)),
            interest_minor=(interest := draw(parts)),
            amount_minor=principal + interest + draw(st.integers(1, 500)),
        )
        for number, due_on in enumerate(due_dates, start=1)
    ]
    return a_loan(
        granted_on=GRANTED_ON,
        installments=installments,
        principal_minor=1 + sum(each.principal_minor for each in installments),
        late_interest_daily_rate=draw(
            st.decimals(0, "0.05", places=7, allow_nan=False, allow_infinity=False)
        ),
    )


@st.composite
def histories(draw):
    events = draw(st.lists(st.tuples(AMOUNTS, DAYS, st.none() | DAYS), max_size=8))
    payments = [
        a_payment(amount, paid_on, reversed_on and max(paid_on, reversed_on), payment_id=f"P-{n}")
        for n, (amount, paid_on, reversed_on) in enumerate(events)
    ]
    return LoanHistory(draw(loans()), payments)


def half_up(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def unpaid_by_the_book(history: LoanHistory, on: date) -> tuple[list[int], int]:
    """The lender's terms read aloud: unpaid amounts and what is overpaid, with Decimals."""
    loan = history.loan
    unpaid = [each.amount_minor for each in loan.installments]
    overpaid = 0
    for payment in sorted(history.payments, key=lambda each: (each.paid_on, each.payment_id)):
        reversal = payment.reversal
        if payment.paid_on > on or (reversal and reversal.reversed_on <= on):
            continue
        rest, interest = payment.amount_minor, Decimal(0)
        for overdue_pass in (True, False):
            for index, installment in enumerate(loan.installments):
                if (installment.due_on < payment.paid_on) is overdue_pass:
                    part = min(unpaid[index], rest)
                    unpaid[index] -= part
                    rest -= part
                    if overdue_pass:
                        days = (payment.paid_on - installment.due_on).days
                        interest += part * days * loan.late_interest_daily_rate
            if overdue_pass:
                rest -= min(rest, half_up(interest))
        overpaid += rest
    return unpaid, overpaid


@given(histories(), DAYS)
def test_the_ledger_agrees_with_the_terms_read_aloud(history, on):
    with localcontext(prec=60):
        unpaid, overpaid = unpaid_by_the_book(history, on)
        late = sum(
            amount * (on - installment.due_on).days * history.loan.late_interest_daily_rate
            for amount, installment in zip(unpaid, history.loan.installments, strict=True)
            if installment.due_on < on
        )
        late_minor = half_up(Decimal(late))
    position = history.position(on)
    assert [each.unpaid_minor for each in position.installments] == unpaid
    assert position.overpaid_minor == overpaid
    assert position.late_interest_minor == late_minor


@given(histories(), DAYS)
def test_no_cent_appears_or_disappears(history, on):
    position = history.position(on)
    received = sum(each.amount_minor for each in history.payments if each.counts_on(on))
    settled = sum(
        each.installment.amount_minor - each.unpaid_minor for each in position.installments
    )
    ledger = position.ledger
    assert received == settled + ledger.late_interest_paid_minor + ledger.overpaid_minor
    assert position.balance.total_minor == position.left_to_pay_minor
    assert min(astuple(position.balance)) >= 0


@given(histories(), DAYS)
def test_paying_what_brings_it_up_to_date_does_exactly_that(history, on):
    before = history.position(on)
    asked_minor = before.amount_to_bring_up_to_date_minor
    if asked_minor == 0:
        return
    payment = a_payment(asked_minor, on, payment_id="P-last")
    after = LoanHistory(history.loan, [*history.payments, payment]).position(on)
    assert after.amount_to_bring_up_to_date_minor == 0
    assert after.overpaid_minor == before.overpaid_minor
    assert after.left_to_pay_minor == before.left_to_pay_minor - asked_minor


@given(histories(), DAYS, st.integers(0, 400))
def test_paying_the_payoff_amount_on_its_day_closes_the_loan(history, on, days):
    payoff_on = on + timedelta(days=days)
    known = [payment for payment in history.payments if payment.counts_on(on)]
    known = [payment.model_copy(update={"reversal": None}) for payment in known]
    before = LoanHistory(history.loan, known).position(on)
    payoff = before.payoff(payoff_on)
    if payoff.amount_minor == 0:
        assert before.state is LoanState.PAID_IN_FULL
        return
    payment = a_payment(payoff.amount_minor, payoff_on, payment_id="P-last")
    after = LoanHistory(history.loan, [*known, payment]).position(payoff_on)
    assert after.state is LoanState.PAID_IN_FULL
    assert after.paid_off_on == payoff_on
    assert after.overpaid_minor == before.overpaid_minor


@given(histories(), DAYS)
def test_the_increase_per_day_is_what_tomorrow_adds_within_a_cent(history, on):
    today = history.position(on)
    tomorrow = today.payoff(on + timedelta(days=1))
    payoff = today.payoff(on)
    assert abs(tomorrow.amount_minor - payoff.amount_minor - payoff.increase_per_day_minor) <= 1


@given(histories(), DAYS, st.randoms())
def test_the_order_in_which_payments_are_known_does_not_matter(history, on, random):
    shuffled = list(history.payments)
    random.shuffle(shuffled)
    assert LoanHistory(history.loan, shuffled).position(on).ledger == history.position(on).ledger


@given(histories(), DAYS)
def test_a_reversed_payment_is_as_if_never_made(history, on):
    never_made = [each for each in history.payments if not each.reversal or each.counts_on(on)]
    assert LoanHistory(history.loan, never_made).position(on).ledger == history.position(on).ledger

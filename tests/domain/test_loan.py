from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from domain.fields import last4
from tests.loan_builders import DUE_DATES, a_loan, a_payment, an_installment

FIRST, SECOND, THIRD = (an_installment(n, day) for n, day in enumerate(DUE_DATES, start=1))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param({"installments": []}, "at least 1 item", id="no instalments"),
        pytest.param(
            {"installments": [FIRST, SECOND, SECOND]}, "numbered 1 to 3", id="number twice"
        ),
        pytest.param({"installments": [FIRST, THIRD]}, "numbered 1 to 2", id="number missing"),
        pytest.param({"installments": [SECOND, FIRST]}, "in order", id="out of order"),
        pytest.param(
            {"installments": [an_installment(1, DUE_DATES[1]), an_installment(2, DUE_DATES[0])]},
            "due dates must follow",
            id="later one due before",
        ),
        pytest.param(
            {"granted_on": date(2026, 1, 11)}, "before the loan is granted", id="due before granted"
        ),
        pytest.param({"principal_minor": 23999}, "more than the principal", id="repays too much"),
        pytest.param({"principal_minor": 0}, "greater than 0", id="nothing lent"),
        pytest.param({"currency": "XXX"}, "unknown currency", id="currency"),
        pytest.param(
            {"late_interest_daily_rate": Decimal("-0.01")}, "greater than", id="negative rate"
        ),
        pytest.param(
            {"late_interest_daily_rate": Decimal("NaN")}, "finite", id="rate not a number"
        ),
        pytest.param({"late_interest_daily_rate": Decimal(1)}, "less than 1", id="100 % a day"),
        pytest.param({"loan_id": "L 1"}, "not an id", id="blank in the id"),
        pytest.param({"loan_id": ""}, "not an id", id="empty id"),
        pytest.param({"surprise": 1}, "surprise", id="unknown field"),
    ],
)
def test_impossible_terms_are_refused(changes, complaint):
    with pytest.raises(ValidationError, match=complaint):
        a_loan(**changes)


def test_the_schedule_may_repay_less_than_the_principal():
    assert a_loan(principal_minor=30000).principal_minor == 30000


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"amount_minor": 9499}, id="amount below principal plus interest"),
        pytest.param({"amount_minor": 0, "principal_minor": 0, "interest_minor": 0}, id="zero"),
        pytest.param({"interest_minor": -1}, id="negative interest"),
        pytest.param({"number": 0}, id="number zero"),
    ],
)
def test_impossible_instalments_are_refused(changes):
    with pytest.raises(ValidationError):
        an_installment(**changes)


def test_what_exceeds_principal_and_interest_is_charges():
    assert an_installment().charges_minor == 500


@pytest.mark.parametrize(
    ("identifier", "digits"),
    [
        pytest.param("L-2026-004821", "4821", id="loan"),
        pytest.param("28123456", "3456", id="DNI"),
        pytest.param("8-456-7890", "7890", id="cedula"),
        pytest.param("L-20-2-6", "2026", id="digits apart"),
        pytest.param("L-12", "12", id="fewer than four"),
        pytest.param("ABC", "", id="none"),
    ],
)
def test_last4(identifier, digits):
    assert last4(identifier) == digits


@pytest.mark.parametrize(
    ("on", "counts"),
    [
        pytest.param(date(2026, 1, 9), False, id="day before it was paid"),
        pytest.param(date(2026, 1, 10), True, id="day it was paid"),
        pytest.param(date(2026, 1, 14), True, id="day before its reversal"),
        pytest.param(date(2026, 1, 15), False, id="day of its reversal"),
    ],
)
def test_a_reversed_payment_counts_until_its_reversal(on, counts):
    assert a_payment(reversed_on=date(2026, 1, 15)).counts_on(on) is counts

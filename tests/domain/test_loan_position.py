"""Three instalments of 100.00 due on 10 January, February and March; late interest 1 % a day."""

from datetime import date
from decimal import Decimal

import pytest

from domain.loan_position import Balance, InstallmentState, LoanHistory, LoanState, PayoffDatePassed
from tests.loan_builders import a_loan, a_payment, an_installment

CUT_OFF = date(2026, 2, 20)


def day(month: int, of_month: int) -> date:
    return date(2026, month, of_month)


def position(payments, on=CUT_OFF, **changes):
    """`payments` are (amount in minor units, day paid[, day reversed]), ids in order given."""
    history = [a_payment(*each, payment_id=f"P-{n}") for n, each in enumerate(payments)]
    return LoanHistory(a_loan(**changes), history).position(on)


@pytest.mark.parametrize(
    ("on", "payments", "state"),
    [
        pytest.param(day(1, 4), [], LoanState.UP_TO_DATE, id="six days before the first"),
        pytest.param(day(1, 5), [], LoanState.DUE_SOON, id="five days before the first"),
        pytest.param(day(1, 10), [], LoanState.DUE_SOON, id="due date itself is on time"),
        pytest.param(day(1, 11), [], LoanState.OVERDUE, id="day after the due date"),
        pytest.param(day(1, 11), [(9999, day(1, 10))], LoanState.OVERDUE, id="one cent short"),
        pytest.param(day(1, 11), [(10000, day(1, 10))], LoanState.UP_TO_DATE, id="paid in time"),
        pytest.param(day(2, 6), [(10000, day(1, 10))], LoanState.DUE_SOON, id="second due soon"),
        pytest.param(day(1, 9), [(30000, day(1, 9))], LoanState.PAID_IN_FULL, id="all at once"),
        pytest.param(day(1, 8), [(30000, day(1, 9))], LoanState.DUE_SOON, id="day before paying"),
        pytest.param(
            day(1, 19),
            [(30000, day(1, 9), day(1, 20))],
            LoanState.PAID_IN_FULL,
            id="not yet reversed",
        ),
        pytest.param(
            day(1, 20), [(30000, day(1, 9), day(1, 20))], LoanState.OVERDUE, id="reversed"
        ),
        pytest.param(
            day(12, 31),
            [(20000, day(1, 9)), (10000, day(3, 10))],
            LoanState.PAID_IN_FULL,
            id="long ago",
        ),
    ],
)
def test_state(on, payments, state):
    assert position(payments, on).state is state


def test_days_that_count_as_soon_are_a_parameter():
    history = LoanHistory(a_loan())
    assert history.position(day(1, 1), due_soon_days=9).state is LoanState.DUE_SOON
    assert history.position(day(1, 10), due_soon_days=0).state is LoanState.DUE_SOON
    assert history.position(day(1, 9), due_soon_days=0).state is LoanState.UP_TO_DATE


# On 20 February the first instalment is 41 days overdue and the second 10: with nothing paid,
# late interest is 1 % x (100.00 x 41 + 100.00 x 10) = 51.00.
@pytest.mark.parametrize(
    ("payments", "unpaid", "late", "overpaid"),
    [
        pytest.param([], [10000, 10000, 10000], 5100, 0, id="nothing paid"),
        pytest.param([(2500, day(1, 5))], [7500, 10000, 10000], 4075, 0, id="part, early"),
        pytest.param([(2500, day(1, 20))], [7500, 10000, 10000], 4075, 0, id="part, late"),
        pytest.param([(10000, day(1, 10))], [0, 10000, 10000], 1000, 0, id="first in time"),
        # 10 days late: 100.00 settles the instalment, its 10.00 of late interest is not carried on
        pytest.param([(10000, day(1, 20))], [0, 10000, 10000], 1000, 0, id="no interest"),
        pytest.param([(11000, day(1, 20))], [0, 10000, 10000], 1000, 0, id="interest"),
        pytest.param([(11001, day(1, 20))], [0, 9999, 10000], 1000, 0, id="a cent beyond"),
        pytest.param([(10500, day(1, 20))], [0, 10000, 10000], 1000, 0, id="half of the interest"),
        # 100.00 + 100.00 overdue, then 41.00 + 10.00, then the third
        pytest.param([(25100, CUT_OFF)], [0, 0, 10000], 0, 0, id="brought up to date"),
        pytest.param([(25099, CUT_OFF)], [0, 0, 10000], 0, 0, id="a cent of interest forgiven"),
        pytest.param([(26100, CUT_OFF)], [0, 0, 9000], 0, 0, id="up to date and beyond"),
        pytest.param([(35100, CUT_OFF)], [0, 0, 0], 0, 0, id="paid off to the cent"),
        pytest.param([(35101, CUT_OFF)], [0, 0, 0], 0, 1, id="a cent too much"),
        pytest.param([(30000, day(1, 10)), (500, day(1, 11))], [0, 0, 0], 0, 500, id="again"),
        # the part settled on 20 January had run 10 days, the rest 41
        pytest.param(
            [(4000, day(1, 20)), (16000 + 60 * 41 + 1000, CUT_OFF)],
            [0, 0, 10000],
            0,
            0,
            id="two parts",
        ),
        pytest.param([(10000, day(1, 10), day(2, 1))], [10000] * 3, 5100, 0, id="reversed"),
        pytest.param([(10000, day(2, 21))], [10000] * 3, 5100, 0, id="paid after the cut-off"),
    ],
)
def test_payments_settle_the_oldest_first(payments, unpaid, late, overpaid):
    found = position(payments)
    assert [each.unpaid_minor for each in found.installments] == unpaid
    assert found.late_interest_minor == late
    assert found.overpaid_minor == overpaid
    assert found.overdue_minor == unpaid[0] + unpaid[1]
    assert found.amount_to_bring_up_to_date_minor == unpaid[0] + unpaid[1] + late
    assert found.left_to_pay_minor == sum(unpaid) + late


def test_a_reversal_moves_later_payments_to_older_instalments():
    payments = [(10000, day(1, 10), day(2, 15)), (10000, day(2, 10))]
    before, after = position(payments, day(2, 14)), position(payments, day(2, 15))
    assert [each.unpaid_minor for each in before.installments] == [0, 0, 10000]
    # 31 days late by then: the second payment pays the first instalment only
    assert [each.unpaid_minor for each in after.installments] == [0, 10000, 10000]
    assert after.installments[0].paid_on == day(2, 10)


def test_payments_of_one_day_apply_in_order_of_id_whatever_their_order_in_the_list():
    payments = [
        a_payment(10000, day(1, 20), payment_id="P-2"),
        a_payment(1000, day(1, 20), payment_id="P-1"),
    ]
    for order in (payments, payments[::-1]):
        found = LoanHistory(a_loan(), order).position(CUT_OFF)
        # P-1 settles 10.00; P-2 the other 90.00, then late interest on those: 9.00, then 1.00 more
        assert [each.unpaid_minor for each in found.installments] == [0, 9900, 10000]
        assert found.ledger.late_interest_paid_minor == 900


@pytest.mark.parametrize(
    ("rate", "on", "late"),
    [
        pytest.param("0.00005", day(1, 11), 1, id="half a cent goes up"),
        pytest.param("0.00004999999", day(1, 11), 0, id="just below half"),
        pytest.param("0", CUT_OFF, 0, id="no late interest"),
        # 0.5 + 0.5 on the 12th of February: rounded apart they would be 2
        pytest.param("0.0000014", day(2, 12), 0, id="rounded once on the total"),
    ],
)
def test_late_interest_is_rounded_half_up_once(rate, on, late):
    assert position([], on, late_interest_daily_rate=Decimal(rate)).late_interest_minor == late


def test_each_installment_tells_where_it_stands():
    found = position([(12500, day(1, 10))])
    assert [
        (each.state, each.unpaid_minor, each.is_partially_paid, each.days_past_due, each.paid_on)
        for each in found.installments
    ] == [
        (InstallmentState.PAID, 0, False, 0, day(1, 10)),
        (InstallmentState.OVERDUE, 7500, True, 10, None),
        (InstallmentState.NEXT, 10000, False, 0, None),
    ]
    assert found.installments_paid == 1
    assert found.days_past_due == 10
    assert found.next_installment == found.installments[2]


def test_only_the_first_to_come_is_next():
    found = position([], day(1, 10))
    assert [each.state for each in found.installments] == [
        InstallmentState.NEXT,
        InstallmentState.PENDING,
        InstallmentState.PENDING,
    ]


def test_when_the_last_is_overdue_nothing_is_next():
    found = position([], day(3, 11))
    assert found.next_installment is None
    assert found.days_past_due == 60


def test_a_paid_loan_knows_the_day_it_was_closed():
    found = position([(10000, day(1, 5)), (20000, day(2, 7)), (100, day(2, 9))])
    assert found.paid_off_on == day(2, 7)
    assert found.balance == Balance(0, 0, 0, 0)
    assert position([]).paid_off_on is None


@pytest.mark.parametrize(
    ("paid", "balance"),
    [
        pytest.param(0, Balance(24000, 4500, 1500, 5100), id="nothing paid"),
        pytest.param(1000, Balance(24000, 3500, 1500, 4690), id="interest first"),
        pytest.param(1600, Balance(24000, 3000, 1400, 4444), id="then charges"),
        pytest.param(2000, Balance(24000, 3000, 1000, 4280), id="interest and charges covered"),
        pytest.param(2001, Balance(23999, 3000, 1000, 4280), id="then principal"),
        pytest.param(10000, Balance(16000, 3000, 1000, 1000), id="one whole"),
    ],
)
def test_balance_is_split(paid, balance):
    found = position([(paid, day(1, 10))] if paid else [])
    assert found.balance == balance
    assert found.balance.total_minor == found.left_to_pay_minor


def test_a_cancelled_loan_owes_nothing_from_that_day_on():
    payments, cancelled_on = [(10000, day(1, 10))], day(2, 15)
    before = position(payments, day(2, 14), cancelled_on=cancelled_on)
    after = position(payments, cancelled_on, cancelled_on=cancelled_on)
    assert before.state is LoanState.OVERDUE
    assert after.state is LoanState.CANCELLED
    assert [each.state for each in after.installments] == [
        InstallmentState.PAID,
        InstallmentState.CANCELLED,
        InstallmentState.CANCELLED,
    ]
    assert after.left_to_pay_minor == after.amount_to_bring_up_to_date_minor == 0
    assert after.balance.total_minor == after.payoff(day(12, 31)).amount_minor == 0
    assert after.next_installment is None
    assert after.paid_off_on is None


@pytest.mark.parametrize(
    ("payments", "on", "amount", "late", "increase"),
    [
        pytest.param([], CUT_OFF, 35100, 5100, 200, id="today"),
        pytest.param([], day(2, 25), 36100, 6100, 200, id="in five days"),
        pytest.param([], day(3, 10), 38700, 8700, 300, id="day the third falls due"),
        pytest.param([], day(3, 12), 39300, 9300, 300, id="third overdue by then"),
        pytest.param([(20000, day(1, 9))], day(3, 9), 10000, 0, 0, id="nothing late by then"),
        pytest.param([(20000, day(1, 9))], day(3, 10), 10000, 0, 100, id="late from tomorrow"),
        pytest.param([(30000, day(1, 9))], day(3, 12), 0, 0, 0, id="already paid"),
    ],
)
def test_payoff_on_a_day_to_come(payments, on, amount, late, increase):
    payoff = position(payments).payoff(on)
    assert payoff.amount_minor == amount
    assert payoff.late_interest_minor == late
    assert payoff.increase_per_day_minor == increase


def test_payoff_of_a_day_gone_by_is_refused():
    with pytest.raises(PayoffDatePassed):
        position([]).payoff(day(2, 19))


def test_installments_due_on_one_day_are_settled_by_number():
    twice = [an_installment(1), an_installment(2)]
    found = position([(12000, day(1, 10))], installments=twice)
    assert [each.unpaid_minor for each in found.installments] == [0, 8000]

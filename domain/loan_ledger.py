"""How payments settle instalments, and what late interest runs on what stays unpaid."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from domain.loan import Installment, Loan, Payment
from domain.money import round_half_up


@dataclass(slots=True)
class Ledger:
    """What is unpaid of each instalment while payments are applied one by one. Minor units."""

    loan: Loan
    unpaid_minor: dict[int, int] = field(init=False)
    paid_on: dict[int, date] = field(default_factory=dict)
    late_interest_paid_minor: int = 0
    overpaid_minor: int = 0

    def __post_init__(self) -> None:
        self.unpaid_minor = {each.number: each.amount_minor for each in self.loan.installments}

    def apply(self, payment: Payment) -> None:
        """
        Settle with `payment`, in this order, until it is used up; the rest is overpaid.

        1. instalments overdue on the day it was paid, oldest first;
        2. late interest run up to that day on what step 1 settled, rounded half up once;
        3. instalments not yet due, in order.

        Late interest of step 2 that the payment does not reach is not charged later.
        Source: lender's terms.
        """
        rest_minor = payment.amount_minor
        overdue_minor_days = 0
        overdue = overdue_on(self.loan.installments, payment.paid_on)
        for installment in overdue:
            settled_minor = self._settle(installment, rest_minor, payment.paid_on)
            rest_minor -= settled_minor
            overdue_minor_days += settled_minor * (payment.paid_on - installment.due_on).days
        late_minor = late_interest(self.loan, overdue_minor_days)
        collected_minor = min(rest_minor, late_minor)
        self.late_interest_paid_minor += collected_minor
        rest_minor -= collected_minor
        for installment in self.loan.installments[len(overdue) :]:
            rest_minor -= self._settle(installment, rest_minor, payment.paid_on)
        self.overpaid_minor += rest_minor

    def _settle(self, installment: Installment, available_minor: int, on: date) -> int:
        unpaid_minor = self.unpaid_minor[installment.number]
        settled_minor = min(unpaid_minor, available_minor)
        self.unpaid_minor[installment.number] = unpaid_minor - settled_minor
        if 0 < unpaid_minor == settled_minor:
            self.paid_on[installment.number] = on
        return settled_minor

    def overdue_minor(self, on: date) -> int:
        """What should have been paid before the day `on`: the due date itself is on time."""
        return sum(self.unpaid_minor[i.number] for i in overdue_on(self.loan.installments, on))

    def late_interest_minor(self, on: date) -> int:
        """Late interest run to the day `on` on everything overdue, rounded half up once."""
        return late_interest(
            self.loan,
            sum(
                self.unpaid_minor[installment.number] * (on - installment.due_on).days
                for installment in overdue_on(self.loan.installments, on)
            ),
        )


def settle(loan: Loan, payments: Iterable[Payment], on: date) -> Ledger:
    """The ledger at the end of the day `on`."""
    ledger = Ledger(loan)
    for payment in in_order(payments, on):
        ledger.apply(payment)
    return ledger


def in_order(payments: Iterable[Payment], on: date) -> list[Payment]:
    """Those that count on the day `on` as they are applied: in order of day, then of id."""
    counted = (payment for payment in payments if payment.counts_on(on))
    return sorted(counted, key=lambda payment: (payment.paid_on, payment.payment_id))


def overdue_on(installments: tuple[Installment, ...], on: date) -> tuple[Installment, ...]:
    """The leading instalments whose due date is before `on`, settled or not."""
    count = sum(installment.due_on < on for installment in installments)
    return installments[:count]


def late_interest(loan: Loan, overdue_minor_days: int) -> int:
    """
    Simple late interest in minor units, rounded half up once on the total.

    `overdue_minor_days` is the sum, over overdue instalments, of the unpaid amount times the days
    since the due date; each minor unit costs the loan's daily rate a day. Source: lender's terms.
    """
    return round_half_up(Fraction(loan.late_interest_daily_rate) * overdue_minor_days)

"""Where a loan stands on a day: the facts that people, letters and the portal are told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from domain.errors import DomainError
from domain.loan import Installment, Loan, Payment
from domain.loan_ledger import Ledger, in_order, settle
from domain.money import round_half_up

DEFAULT_DUE_SOON_DAYS = 5


class PayoffDatePassed(DomainError):
    """A payoff amount was asked for a day before the position's own."""

    code = "payoff_date_passed"

    def __init__(self, loan_id: str, on: date, as_of: date) -> None:
        super().__init__(f"no payoff of loan {loan_id} on {on}: it is known as of {as_of}")
        self.loan_id, self.on, self.as_of = loan_id, on, as_of


class LoanState(StrEnum):
    UP_TO_DATE = "up_to_date"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    PAID_IN_FULL = "paid_in_full"
    CANCELLED = "cancelled"


class InstallmentState(StrEnum):
    PAID = "paid"
    OVERDUE = "overdue"
    NEXT = "next"
    PENDING = "pending"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class InstallmentPosition:
    """One instalment on the day. A part may be paid in any state but `paid`. Minor units."""

    installment: Installment
    state: InstallmentState
    unpaid_minor: int
    paid_on: date | None
    days_past_due: int

    @property
    def is_partially_paid(self) -> bool:
        return 0 < self.unpaid_minor < self.installment.amount_minor


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left to pay, split. Minor units."""

    principal_minor: int
    interest_minor: int
    charges_minor: int
    late_interest_minor: int

    @property
    def total_minor(self) -> int:
        return (
            self.principal_minor
            + self.interest_minor
            + self.charges_minor
            + self.late_interest_minor
        )


@dataclass(frozen=True, slots=True)
class Payoff:
    """What settles the loan on the day `on`, and what the day after it would add. Minor units."""

    on: date
    amount_minor: int
    late_interest_minor: int
    increase_per_day_minor: int


@dataclass(frozen=True)
class LoanPosition:
    """
    A loan at the end of the local day `as_of`. Amounts are minor units of the loan's currency.

    A cancelled loan owes nothing: its unpaid instalments are not due any more.
    """

    loan: Loan
    as_of: date
    due_soon_days: int
    ledger: Ledger

    @property
    def is_cancelled(self) -> bool:
        return self.loan.cancelled_on is not None and self.loan.cancelled_on <= self.as_of

    @cached_property
    def state(self) -> LoanState:
        """Cancelled before paid, paid before overdue; a day of arrears is the day after due."""
        if self.is_cancelled:
            return LoanState.CANCELLED
        if self.unpaid_minor == 0:
            return LoanState.PAID_IN_FULL
        if self.overdue_minor > 0:
            return LoanState.OVERDUE
        upcoming = self.next_installment
        soonest = self.as_of + timedelta(days=self.due_soon_days)
        is_soon = upcoming is not None and upcoming.installment.due_on <= soonest
        return LoanState.DUE_SOON if is_soon else LoanState.UP_TO_DATE

    @cached_property
    def installments(self) -> tuple[InstallmentPosition, ...]:
        """Every instalment in order; the first unpaid one not yet overdue is `next`."""
        positions: list[InstallmentPosition] = []
        has_next = False
        for installment in self.loan.installments:
            state = self._state_of(installment, has_next)
            has_next = has_next or state is InstallmentState.NEXT
            is_overdue = state is InstallmentState.OVERDUE
            positions.append(
                InstallmentPosition(
                    installment=installment,
                    state=state,
                    unpaid_minor=0
                    if self.is_cancelled
                    else self.ledger.unpaid_minor[installment.number],
                    paid_on=self.ledger.paid_on.get(installment.number),
                    days_past_due=(self.as_of - installment.due_on).days if is_overdue else 0,
                )
            )
        return tuple(positions)

    def _state_of(self, installment: Installment, has_next: bool) -> InstallmentState:
        if self.ledger.unpaid_minor[installment.number] == 0:
            return InstallmentState.PAID
        if self.is_cancelled:
            return InstallmentState.CANCELLED
        if installment.due_on < self.as_of:
            return InstallmentState.OVERDUE
        return InstallmentState.PENDING if has_next else InstallmentState.NEXT

    @property
    def next_installment(self) -> InstallmentPosition | None:
        """The next to fall due, `as_of` included; None when all are paid, overdue or cancelled."""
        nexts = (each for each in self.installments if each.state is InstallmentState.NEXT)
        return next(nexts, None)

    @property
    def installments_paid(self) -> int:
        return sum(each.state is InstallmentState.PAID for each in self.installments)

    @property
    def paid_off_on(self) -> date | None:
        """Day of the payment that closed the loan, if nothing is unpaid."""
        is_paid = self.state is LoanState.PAID_IN_FULL
        return max(self.ledger.paid_on.values()) if is_paid else None

    @property
    def days_past_due(self) -> int:
        """Days since the oldest overdue instalment was due; 0 when none is."""
        return max(each.days_past_due for each in self.installments)

    @property
    def overdue_minor(self) -> int:
        return 0 if self.is_cancelled else self.ledger.overdue_minor(self.as_of)

    @property
    def late_interest_minor(self) -> int:
        """Run on the overdue amount up to the day, rounded half up once."""
        return 0 if self.is_cancelled else self.ledger.late_interest_minor(self.as_of)

    @property
    def amount_to_bring_up_to_date_minor(self) -> int:
        """Paid on the day itself, it leaves nothing overdue and no late interest."""
        return self.overdue_minor + self.late_interest_minor

    @property
    def unpaid_minor(self) -> int:
        """All unpaid instalments, overdue or not, without late interest."""
        return sum(each.unpaid_minor for each in self.installments)

    @property
    def left_to_pay_minor(self) -> int:
        """All unpaid instalments and the late interest run up to the day."""
        return self.unpaid_minor + self.late_interest_minor

    @property
    def overpaid_minor(self) -> int:
        return self.ledger.overpaid_minor

    @cached_property
    def balance(self) -> Balance:
        """
        `left_to_pay_minor` by what it is made of.

        What is paid of an instalment covers its interest first, then its charges, then its
        principal. Source: lender's terms.
        """
        principal_minor = interest_minor = 0
        for each in self.installments:
            principal_minor += min(each.unpaid_minor, each.installment.principal_minor)
            paid_minor = each.installment.amount_minor - each.unpaid_minor
            interest_minor += max(each.installment.interest_minor - paid_minor, 0)
        return Balance(
            principal_minor=principal_minor,
            interest_minor=interest_minor,
            charges_minor=self.unpaid_minor - principal_minor - interest_minor,
            late_interest_minor=self.late_interest_minor,
        )

    def payoff(self, on: date) -> Payoff:
        """
        What settles the loan on the day `on` if nothing is paid until then.

        The increase is what one more day after `on` adds, rounded half up by itself, so it may
        differ by one minor unit from the payoff of that day. PayoffDatePassed before `as_of`.
        """
        if on < self.as_of:
            raise PayoffDatePassed(self.loan.loan_id, on, self.as_of)
        if self.unpaid_minor == 0:
            return Payoff(on, 0, 0, 0)
        late_interest_minor = self.ledger.late_interest_minor(on)
        accruing_minor = self.ledger.overdue_minor(on + timedelta(days=1))
        rate = Fraction(self.loan.late_interest_daily_rate)
        return Payoff(
            on=on,
            amount_minor=self.unpaid_minor + late_interest_minor,
            late_interest_minor=late_interest_minor,
            increase_per_day_minor=round_half_up(rate * accruing_minor),
        )


@dataclass(frozen=True, slots=True)
class LoanHistory:
    """
    A loan and every payment ever recorded for it, reversed ones included.

    `version` grows whenever anything of it changes: what was decided on one version may be
    written only while it is still the current one.
    """

    loan: Loan
    payments: Sequence[Payment] = ()
    version: int = 0

    def position(self, on: date, due_soon_days: int = DEFAULT_DUE_SOON_DAYS) -> LoanPosition:
        """Where the loan stands at the end of the local day `on`, knowing no later event."""
        return LoanPosition(self.loan, on, due_soon_days, settle(self.loan, self.payments, on))

    @property
    def standing(self) -> "LoanHistory":
        """The same without payments that were reversed, or will be by a reversal known already."""
        standing = [each for each in self.payments if each.reversal is None]
        return replace(self, payments=standing)

    def settling_payment(self, on: date) -> Payment | None:
        """The payment after which nothing was unpaid, of those that count on the day `on`."""
        ledger = Ledger(self.loan)
        for payment in in_order(self.payments, on):
            ledger.apply(payment)
            if not any(ledger.unpaid_minor.values()):
                return payment
        return None

"""A loan, its instalments and its payments, as the lender tells them. No arithmetic here."""

from datetime import date
from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from domain.fields import (
    DomainModel,
    Identifier,
    MinorAmount,
    PositiveMinorAmount,
    ShortText,
    last4,
)
from domain.money import Currency


class Installment(DomainModel):
    """One due date of a loan. Amounts are minor units of the loan's currency."""

    number: int = Field(ge=1)
    due_on: date = Field(description="last day on which paying is on time")
    principal_minor: MinorAmount
    interest_minor: MinorAmount
    amount_minor: PositiveMinorAmount = Field(description="principal, interest and other charges")

    @model_validator(mode="after")
    def _amount_covers_its_parts(self) -> Self:
        if self.charges_minor < 0:
            raise ValueError("amount is less than principal plus interest")
        return self

    @property
    def charges_minor(self) -> int:
        """What the amount holds beyond principal and interest: insurance, taxes, fees."""
        return self.amount_minor - self.principal_minor - self.interest_minor


class Loan(DomainModel):
    """
    Terms of one loan. Amounts are minor units of `currency`, dates are local days of the site.

    Instalments stand in order of their number. Together they may repay less than the principal
    (a down payment was made elsewhere, or only part of the schedule is known), never more.
    """

    loan_id: Identifier
    borrower_id: Identifier
    merchant_id: Identifier
    currency: Currency
    principal_minor: PositiveMinorAmount
    granted_on: date
    purpose: ShortText | None = Field(
        default=None, description="what was bought, as the lender says"
    )
    installments: tuple[Installment, ...] = Field(min_length=1, max_length=600)
    late_interest_daily_rate: Decimal = Field(
        ge=0, lt=1, max_digits=12, decimal_places=11, description="fraction per day: 0.001 is 0.1 %"
    )
    cancelled_on: date | None = Field(default=None, description="day from which it is undone")
    open_case: Identifier | None = Field(
        default=None, description="cancellation request that is being decided"
    )

    @model_validator(mode="after")
    def _schedule_is_whole(self) -> Self:
        numbers = [installment.number for installment in self.installments]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError(
                f"instalments must be numbered 1 to {len(numbers)}, each once, in order"
            )
        due_dates = [installment.due_on for installment in self.installments]
        if due_dates != sorted(due_dates):
            raise ValueError("due dates must follow the instalments' numbers")
        if due_dates[0] < self.granted_on:
            raise ValueError("the first instalment is due before the loan is granted")
        repaid_minor = sum(installment.principal_minor for installment in self.installments)
        if repaid_minor > self.principal_minor:
            raise ValueError("the instalments repay more than the principal")
        return self

    @property
    def last4(self) -> str:
        """Last four digits of the id: what a person is shown of it."""
        return last4(self.loan_id)


class PaymentReversal(DomainModel):
    """A payment turned out not to be one: from `reversed_on` on it counts as never made."""

    payment_id: Identifier
    reversed_on: date
    reason: ShortText


class Payment(DomainModel):
    """Money received for a loan, in minor units of the loan's currency."""

    payment_id: Identifier
    loan_id: Identifier
    amount_minor: PositiveMinorAmount
    paid_on: date
    method: ShortText
    reference: ShortText | None = None
    reversal: PaymentReversal | None = None

    @property
    def name(self) -> str:
        """What people call it: the receipt's number, else the lender's own."""
        return self.reference or self.payment_id

    def counts_on(self, on: date) -> bool:
        """Whether it was made by the end of the day `on` and not reversed by then."""
        is_reversed = self.reversal is not None and self.reversal.reversed_on <= on
        return self.paid_on <= on and not is_reversed

"""What the API says of loans, payments and letters: amounts as decimal strings, days as ISO."""

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field, RootModel

from domain.letter import LetterState
from domain.letter_content import LetterKind
from domain.loan_position import InstallmentState, LoanState

Amount = Annotated[
    str,
    Field(
        pattern=r"^[0-9]+(\.[0-9]+)?$",
        description="in the currency's major unit",
        examples=["45300.00"],
    ),
]


class InstallmentAnswer(BaseModel):
    number: int
    due_on: date
    principal: Amount
    interest: Amount
    charges: Amount = Field(description="what the amount holds beyond principal and interest")
    amount: Amount
    state: InstallmentState
    unpaid: Amount
    paid_on: date | None
    days_past_due: int


class BalanceAnswer(BaseModel):
    """What is left to pay, by what it is made of."""

    principal: Amount
    interest: Amount
    charges: Amount
    late_interest: Amount


class NextInstallmentAnswer(BaseModel):
    number: int
    due_on: date
    unpaid: Amount


class PayoffAnswer(BaseModel):
    """What settles the loan on a day, and what one more day would add."""

    on: date
    amount: Amount
    late_interest: Amount
    increase_per_day: Amount


class PositionAnswer(BaseModel):
    """Where the loan stands at the end of the local day `on`."""

    as_of: AwareDatetime
    on: date
    state: LoanState
    days_past_due: int
    installments_paid: int
    left_to_pay: Amount
    balance: BalanceAnswer
    overdue: Amount
    to_bring_up_to_date: Amount
    overpaid: Amount
    next_installment: NextInstallmentAnswer | None = Field(
        description="the next to fall due; null when all are paid, overdue or cancelled"
    )
    payoff: PayoffAnswer | None = Field(description="null when nothing is owed")
    paid_off_on: date | None


class LoanAnswer(BaseModel):
    """A loan's terms, and where it stands now."""

    loan_id: str
    borrower_id: str
    merchant_id: str
    currency: str
    principal: Amount
    granted_on: date
    purpose: str | None
    late_interest_daily_rate: str = Field(description="fraction per day", examples=["0.0015"])
    cancelled_on: date | None
    installments: list[InstallmentAnswer]
    position: PositionAnswer


class LoanPage(BaseModel):
    """Loans of one borrower, oldest first."""

    items: list[LoanAnswer]
    next_cursor: str | None


class ReversalAnswer(BaseModel):
    reversed_on: date
    reason: str


class PaymentAnswer(BaseModel):
    payment_id: str
    loan_id: str
    amount: Amount
    paid_on: date
    method: str
    reference: str | None
    reversal: ReversalAnswer | None


class LetterAnswer(BaseModel):
    """A letter, and whether it still holds."""

    folio: str
    kind: LetterKind
    state: LetterState
    loan_id: str
    borrower_id: str
    addressee: str | None = Field(description="null: to whom it may concern")
    issued_at: AwareDatetime
    valid_until: date
    superseded_by: str | None = Field(description="folio of the newer letter")
    revoked_at: AwareDatetime | None
    revoked_reason: str | None
    pdf_url: str = Field(description="needs no key; works for an hour")
    verify_url: str = Field(description="for whoever is shown the letter")


class RegisterLetterAnswer(LetterAnswer):
    """A letter, and how often those who were shown it asked whether it is authentic."""

    lookups: int
    looked_up_at: AwareDatetime | None = Field(description="the last time; null: never")


class AnyLetterAnswer(RootModel[RegisterLetterAnswer | LetterAnswer]):
    """The first for agents, the second for others."""


class LetterPage(BaseModel):
    """Letters, newest first."""

    items: list[RegisterLetterAnswer]
    next_cursor: str | None


class MerchantLogoAnswer(BaseModel):
    """The logo as it is kept: a PNG of at most 600 by 300 pixels."""

    merchant_id: str
    width: int
    height: int
    size_bytes: int

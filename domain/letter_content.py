"""What stands on each kind of letter, as facts: how they are worded is the country pack's part."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field

from domain.fields import DomainModel, Identifier, MinorAmount, PositiveMinorAmount, ShortText
from domain.merchant import PaymentAccount
from domain.money import Currency


class LetterKind(StrEnum):
    BALANCE = "balance"
    NO_DEBT = "no_debt"


class Issuer(DomainModel):
    """The lender as the law wants it named; what the site does not tell is left out."""

    legal_name: ShortText
    trade_name: ShortText
    tax_id: ShortText | None = None
    address: ShortText | None = None
    city: ShortText | None = None
    contact: ShortText | None = None
    signatory_name: ShortText | None = None
    signatory_position: ShortText | None = None


class Holder(DomainModel):
    """The borrower as on the document of identity."""

    name: ShortText
    document_type: ShortText
    document_number: ShortText


class Operation(DomainModel):
    """The loan that the letter is about, and no other."""

    loan_id: Identifier
    merchant_name: ShortText
    purpose: ShortText | None
    granted_on: date
    principal_minor: PositiveMinorAmount
    currency: Currency
    installments: int = Field(ge=1)


class LetterContent(DomainModel):
    """What every letter says. Amounts are minor units of the operation's currency."""

    folio: str
    code: str = Field(description="verification code, ungrouped")
    verify_url: str
    country: str
    time_zone: str
    issued_at: AwareDatetime = Field(description="also the cut-off: no later event is known")
    valid_until: date
    issuer: Issuer
    addressee: ShortText | None = Field(description="None: to whom it may concern")
    holder: Holder
    operation: Operation

    @property
    def issued_on(self) -> date:
        """The local day of issue."""
        return self.issued_local.date()

    @property
    def issued_local(self) -> datetime:
        return self.issued_at.astimezone(ZoneInfo(self.time_zone))


class BalanceFigures(DomainModel):
    """What is owed on a day, and what settles it until another."""

    days_past_due: int = Field(ge=0)
    installments_paid: int = Field(ge=0)
    installments_overdue: int = Field(ge=0)
    installments_to_come: int = Field(ge=0)
    next_due_on: date | None
    next_amount_minor: MinorAmount
    principal_minor: MinorAmount
    interest_minor: MinorAmount
    charges_minor: MinorAmount
    late_interest_minor: MinorAmount
    total_minor: PositiveMinorAmount
    payoff_minor: PositiveMinorAmount
    payoff_until: date = Field(description="last day on which `payoff_minor` settles the loan")
    increase_per_day_minor: MinorAmount


class BalanceLetterContent(BalanceFigures, LetterContent):
    """A loan that is still being paid: what is owed at the cut-off, and what settles it."""

    kind: Literal[LetterKind.BALANCE] = LetterKind.BALANCE
    payment_accounts: tuple[PaymentAccount, ...] = Field(description="the lender's own")
    counted_payment_ids: tuple[Identifier, ...] | None = Field(
        None, description="payments behind the figures; None on letters issued before it was kept"
    )

    @property
    def figures(self) -> BalanceFigures:
        """All that follows from the loan and the payments counted."""
        return BalanceFigures(**{name: getattr(self, name) for name in BalanceFigures.model_fields})


class NoDebtLetterContent(LetterContent):
    """A loan paid in full: nothing is owed for it any more."""

    kind: Literal[LetterKind.NO_DEBT] = LetterKind.NO_DEBT
    paid_off_on: date
    last_payment_reference: ShortText | None = Field(description="of the payment that settled it")
    settling_payment_id: Identifier | None = Field(
        None, description="that payment; None on letters issued before it was kept"
    )


AnyLetterContent = Annotated[
    BalanceLetterContent | NoDebtLetterContent, Field(discriminator="kind")
]

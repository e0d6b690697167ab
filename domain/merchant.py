"""The business that sells on credit and collects, and the people who sell for it."""

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.fields import DomainModel, Identifier, ShortText
from domain.phone import Phone

AccountKind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,19}$")]
"""What the country calls it: `cbu`, `cvu` and `alias` in Argentina, `bank` or `yappy` in Panama."""


class PaymentAccount(DomainModel):
    """Where a borrower can pay the merchant."""

    kind: AccountKind
    number: ShortText
    holder: ShortText
    bank: ShortText | None = None


class MerchantFacts(DomainModel):
    """What the lender's own system tells of a merchant."""

    merchant_id: Identifier
    name: ShortText
    tax_id: ShortText | None = None
    owner_name: ShortText | None = None
    owner_phone: Phone | None = None
    payment_accounts: tuple[PaymentAccount, ...] = ()


class Merchant(MerchantFacts):
    logo_file_id: str | None = Field(None, description="picture for its letters")


class Salesperson(DomainModel):
    """Sells for one merchant. The same phone may also be a borrower's or an owner's."""

    salesperson_id: Identifier
    merchant_id: Identifier
    name: ShortText
    phone: Phone | None = None

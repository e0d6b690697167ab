"""One operation of a merchant's day."""

from enum import StrEnum

from pydantic import AwareDatetime

from domain.fields import DomainModel, Identifier, PositiveMinorAmount, ShortText
from domain.money import Currency


class TransactionKind(StrEnum):
    SALE = "sale"
    COLLECTION = "collection"


class Transaction(DomainModel):
    """A sale or a collection, in minor units of `currency`. Sales and collections never add up."""

    transaction_id: Identifier
    merchant_id: Identifier
    salesperson_id: Identifier
    kind: TransactionKind
    amount_minor: PositiveMinorAmount
    currency: Currency
    description: ShortText | None = None
    payment_method: ShortText
    loan_id: Identifier | None = None
    occurred_at: AwareDatetime
    voided: bool = False

"""Portfolio records as other systems write them: JSON with amounts as decimal strings."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)

from domain.borrower import Borrower
from domain.fields import DomainModel, Identifier, ShortText
from domain.loan import Loan, Payment, PaymentReversal
from domain.merchant import MerchantFacts, Salesperson
from domain.money import AmountText, Currency, InvalidAmount, parse_amount
from domain.transaction import Transaction, TransactionKind
from storage.record_errors import Complaint, RecordError, record_error

_Model = TypeVar("_Model", bound=BaseModel)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_RATE = re.compile(r"0(\.[0-9]{1,11})?", re.ASCII)
_YEARS = range(1900, 2200)


def _day(value: object) -> object:
    # pydantic alone would also take a count of seconds written as a string
    if not isinstance(value, str):
        return value
    if not _DAY.fullmatch(value):
        raise ValueError('must be a date like "2026-09-10"')
    return _in_our_time(date.fromisoformat(value))


def _instant(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:  # whose own message repeats the value
        raise ValueError('must be an instant like "2026-11-22T10:15:00-03:00"') from None
    return _in_our_time(instant)


def _in_our_time(day: date) -> date:
    if day.year not in _YEARS:
        raise ValueError(f"must be between the years {_YEARS.start} and {_YEARS.stop - 1}")
    return day


def _rate(text: str) -> Decimal:
    if not _RATE.fullmatch(text):
        raise ValueError('must be a fraction per day below 1, like "0.0015"')
    return Decimal(text)


Day = Annotated[date, BeforeValidator(_day)]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant)]
DailyRate = Annotated[
    str,
    AfterValidator(_rate),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_RATE.pattern}$",
            "description": "fraction per day",
            "examples": ["0.0015"],
        }
    ),
]


class MerchantRecord(MerchantFacts):
    type: Literal["merchant"]


class SalespersonRecord(Salesperson):
    type: Literal["salesperson"]


class BorrowerRecord(Borrower):
    type: Literal["borrower"]
    birth_date: Day | None = None


class PaymentReversalRecord(PaymentReversal):
    type: Literal["payment_reversal"]
    reversed_on: Day


class InstallmentRecord(DomainModel):
    number: int
    due_on: Day
    principal: AmountText
    interest: AmountText
    amount: AmountText


class LoanRecord(DomainModel):
    type: Literal["loan"]
    loan_id: Identifier
    borrower_id: Identifier
    merchant_id: Identifier
    currency: Currency
    principal: AmountText
    granted_on: Day
    purpose: ShortText | None = None
    installments: list[InstallmentRecord] = Field(max_length=600)
    late_interest_daily_rate: DailyRate


class PaymentRecord(DomainModel):
    type: Literal["payment"]
    payment_id: Identifier
    loan_id: Identifier
    amount: AmountText
    paid_on: Day
    method: ShortText
    reference: ShortText | None = None


class TransactionRecord(DomainModel):
    type: Literal["transaction"]
    transaction_id: Identifier
    merchant_id: Identifier
    salesperson_id: Identifier
    kind: TransactionKind
    amount: AmountText
    currency: Currency
    description: ShortText | None = None
    payment_method: ShortText
    loan_id: Identifier | None = None
    occurred_at: Instant
    voided: bool = False


Record = (
    MerchantRecord
    | SalespersonRecord
    | BorrowerRecord
    | LoanRecord
    | PaymentRecord
    | PaymentReversalRecord
    | TransactionRecord
)

_RECORDS: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="type")])


def read_record(line: bytes) -> Record:
    """The record on one line of JSON; RecordError says in one line what is wrong with it."""
    try:
        return _RECORDS.validate_json(line, strict=True)
    except ValidationError as error:
        raise record_error(error, tag_depth=1) from None


def to_loan(record: LoanRecord) -> Loan:
    """RecordError when an amount cannot be read or the schedule is impossible."""
    installments = [
        {"number": each.number, "due_on": each.due_on}
        | {
            f"{name}_minor": _minor(f"installments.{index}.{name}", text, record.currency)
            for name, text in (
                ("principal", each.principal),
                ("interest", each.interest),
                ("amount", each.amount),
            )
        }
        for index, each in enumerate(record.installments)
    ]
    fields = _fields(record, without={"type", "principal", "installments"})
    principal_minor = _minor("principal", record.principal, record.currency)
    return _built(Loan, fields, installments=installments, principal_minor=principal_minor)


def to_payment(record: PaymentRecord, currency: str) -> Payment:
    """`currency` is the loan's. RecordError when the amount cannot be read."""
    fields = _fields(record, without={"type", "amount"})
    return _built(Payment, fields, amount_minor=_minor("amount", record.amount, currency))


def to_transaction(record: TransactionRecord) -> Transaction:
    """RecordError when the amount cannot be read."""
    fields = _fields(record, without={"type", "amount"})
    amount_minor = _minor("amount", record.amount, record.currency)
    return _built(Transaction, fields, amount_minor=amount_minor)


def plain(model: type[_Model], record: BaseModel) -> _Model:
    """The `model` that `record` is, without its `type`."""
    return _built(model, _fields(record, without={"type"}))


def _fields(record: BaseModel, *, without: set[str]) -> dict[str, Any]:
    return {name: value for name, value in record if name not in without}


def _built(model: type[_Model], fields: dict[str, Any], **more: Any) -> _Model:
    try:
        return model.model_validate(fields | more)
    except ValidationError as error:
        raise record_error(error) from None


def _minor(field: str, text: str, currency: str) -> int:
    try:
        return parse_amount(text, currency)
    except InvalidAmount as error:
        raise RecordError(Complaint(field, str(error))) from None

"""Amounts of money: integer minor units of an ISO 4217 currency. No symbols or words here."""

import re
from fractions import Fraction
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from domain.errors import DomainError

MINOR_DIGITS = {"ARS": 2, "PAB": 2, "USD": 2}
"""Digits after the decimal point of each currency that a site may use (ISO 4217)."""

# 13 whole digits keep every amount, and any sum of amounts, far inside MongoDB's 64-bit integers
_AMOUNT = re.compile(r"([0-9]{1,13})(?:\.([0-9]+))?", re.ASCII)


class InvalidAmount(DomainError, ValueError):
    """The text is not an exact amount of the currency."""

    code = "invalid_amount"


def known_currency(currency: str) -> str:
    """`currency` itself; ValueError when there is no row for it in MINOR_DIGITS."""
    if currency not in MINOR_DIGITS:
        raise ValueError(f"unknown currency, known are {', '.join(sorted(MINOR_DIGITS))}")
    return currency


Currency = Annotated[
    str,
    AfterValidator(known_currency),
    WithJsonSchema({"type": "string", "enum": sorted(MINOR_DIGITS), "description": "ISO 4217"}),
]

AmountText = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_AMOUNT.pattern.replace('?:', '')}$",
            "description": "in the currency's major unit, exact",
            "examples": ["45300.00"],
        }
    ),
]
"""What `parse_amount` reads, once the currency is known."""


def parse_amount(text: str, currency: str) -> int:
    """
    Minor units of a decimal string in major units: "45300.00" ARS is 4530000.

    Exact, never rounded: InvalidAmount when it has more decimals than `currency`, a sign, a
    thousands separator, or more than 13 whole digits.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise InvalidAmount('not an amount: write it like "45300.00"')
    whole, decimals = match.group(1), match.group(2) or ""
    digits = MINOR_DIGITS[currency]
    if len(decimals) > digits:
        raise InvalidAmount(f"{currency} has {digits} decimals, not {len(decimals)}")
    return int(whole + decimals.ljust(digits, "0"))


def format_amount(amount_minor: int, currency: str) -> str:
    """Decimal string in major units, the inverse of `parse_amount`: 4530000 ARS is "45300.00"."""
    digits = MINOR_DIGITS[currency]
    whole, decimals = divmod(amount_minor, 10**digits)
    return f"{whole}.{decimals:0{digits}d}" if digits else str(whole)


def round_half_up(amount: Fraction) -> int:
    """Nearest integer, a half goes up: the one rounding rule, applied once to an exact result."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)

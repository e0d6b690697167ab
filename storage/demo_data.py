"""A small portfolio with people in every state, told by one data file a country in `demo/`."""

import io
import json
import tomllib
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from domain.fields import last4
from storage.loans import Loans
from storage.mongo import MongoDatabase
from storage.portfolio_import import ImportResult, import_portfolio

Record = dict[str, Any]

PAID_DAYS_BEFORE_DUE = 2


@dataclass(frozen=True)
class DemoPerson:
    """Someone to be in a chat; `document_last4` is None for who has no loan."""

    name: str
    phone: str
    document_last4: str | None
    about: str
    note: str


def demo_countries() -> list[str]:
    """Codes of the countries that have a data file."""
    names = (file.name for file in files("storage").joinpath("demo").iterdir())
    return sorted(name.removesuffix(".toml").upper() for name in names)


def demo_people(country: str) -> tuple[DemoPerson, ...]:
    """Whom one can be: `about` in English for developers, `note` in Spanish says what to try."""
    pack = _pack(country)
    by_id = {
        each[id_field]: each
        for kind, id_field in (
            ("borrowers", "borrower_id"),
            ("salespeople", "salesperson_id"),
            ("merchants", "merchant_id"),
        )
        for each in pack[kind]
    }
    return tuple(_person(each, by_id) for each in pack["people"])


def _person(row: Record, by_id: dict[str, Record]) -> DemoPerson:
    ids = (row[name] for name in ("borrower_id", "salesperson_id", "merchant_id") if name in row)
    known = by_id.get(next(ids, ""), row)
    document = known.get("document_number")
    return DemoPerson(
        name=known["owner_name"] if "merchant_id" in row else known["name"],
        phone=known["owner_phone"] if "merchant_id" in row else known["phone"],
        document_last4=last4(document) if document else None,
        about=row["about"],
        note=row["note"],
    )


def load_demo_data(database: MongoDatabase, country: str, today: date) -> ImportResult:
    """
    Make or move the demo portfolio so that it shows its states on the local day `today`.

    Doing it again on a day changes nothing; on another day loans move, and that day gets its
    transactions beside the earlier ones.
    """
    lines = "\n".join(json.dumps(record) for record in build(country, today))
    result = import_portfolio(database, io.BytesIO(lines.encode()), _refuse)
    for loan in _pack(country)["loans"]:
        if "cancelled_days_ago" in loan:
            cancelled_on = today - timedelta(days=loan["cancelled_days_ago"])
            Loans(database).mark_cancelled(loan["loan_id"], cancelled_on)
    return result


def _refuse(line: int, complaint: str) -> None:
    raise ValueError(f"demo record {line}: {complaint}")


def build(country: str, today: date) -> Iterator[Record]:
    """Import records, each after those it refers to, with days relative to `today`."""
    pack = _pack(country)
    for kind, name in (
        ("merchant", "merchants"),
        ("salesperson", "salespeople"),
        ("borrower", "borrowers"),
    ):
        yield from ({"type": kind} | each for each in pack[name])
    for loan in pack["loans"]:
        due_dates = _due_dates(loan, today)
        yield _loan(pack, loan, due_dates)
        yield from _payments_in_time(loan, due_dates)
        yield from chain.from_iterable(
            _payment(loan, each, today) for each in loan.get("further_payments", [])
        )
    for day in pack["transactions"]:
        yield from _transactions(pack, day, today)


def _due_dates(loan: Record, today: date) -> list[date]:
    anchored = today + timedelta(days=loan["anchor_in_days"])
    return [
        _add_months(anchored, number - loan["anchor"])
        for number in range(1, loan["installments"] + 1)
    ]


def _loan(pack: Record, loan: Record, due_dates: list[date]) -> Record:
    told = ("loan_id", "borrower_id", "merchant_id", "purpose", "principal")
    return {
        "type": "loan",
        **{name: loan[name] for name in told},
        "currency": pack["currency"],
        "late_interest_daily_rate": pack["late_interest_daily_rate"],
        "granted_on": _add_months(due_dates[0], -1).isoformat(),
        "installments": [
            {"number": number, "due_on": due_on.isoformat(), **loan["installment"]}
            for number, due_on in enumerate(due_dates, start=1)
        ],
    }


def _payments_in_time(loan: Record, due_dates: list[date]) -> Iterator[Record]:
    for number, due_on in enumerate(due_dates[: loan["paid"]], start=1):
        yield {
            "type": "payment",
            "payment_id": f"P-{loan['loan_id']}-{number}",
            "loan_id": loan["loan_id"],
            "amount": loan["installment"]["amount"],
            "paid_on": (due_on - timedelta(days=PAID_DAYS_BEFORE_DUE)).isoformat(),
            "method": "cash",
            "reference": f"R-{last4(loan['loan_id'])}-{number}",
        }


def _payment(loan: Record, told: Record, today: date) -> Iterator[Record]:
    paid_on = today - timedelta(days=told["days_ago"])
    yield {
        "type": "payment",
        **{name: told[name] for name in ("payment_id", "amount", "method", "reference")},
        "loan_id": loan["loan_id"],
        "paid_on": paid_on.isoformat(),
    }
    if "reversed_days_ago" in told:
        yield {
            "type": "payment_reversal",
            "payment_id": told["payment_id"],
            "reversed_on": (today - timedelta(days=told["reversed_days_ago"])).isoformat(),
            "reason": told["reversal_reason"],
        }


def _transactions(pack: Record, day: Record, today: date) -> Iterator[Record]:
    on = today - timedelta(days=day["days_ago"])
    for number, operation in enumerate(day["operations"], start=1):
        local_time = time.fromisoformat(operation["time"])
        occurred_at = datetime.combine(on, local_time, ZoneInfo(pack["time_zone"]))
        yield {
            "type": "transaction",
            "transaction_id": f"T-{day['salesperson_id']}-{on:%Y%m%d}-{number}",
            "merchant_id": day["merchant_id"],
            "salesperson_id": day["salesperson_id"],
            "currency": pack["currency"],
            "occurred_at": occurred_at.isoformat(),
            **{name: value for name, value in operation.items() if name != "time"},
        }


def _add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day."""
    year, month_index = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month_index + 1, min(day.day, monthrange(year, month_index + 1)[1]))


@cache
def _pack(country: str) -> Record:
    text = files("storage").joinpath("demo", f"{country.lower()}.toml").read_text("utf-8")
    return tomllib.loads(text)

"""How a country writes money, dates and times, and what it shows of a secret. Pure functions."""

import re
import unicodedata
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from domain.country.pack import CountryPack
from domain.fields import last4
from domain.money import format_amount

_PROVINCE = re.compile(r"([A-Za-z0-9]{1,2})-")
_THOUSANDS = re.compile(r"(?<=[0-9])(?=(?:[0-9]{3})+$)")


def format_money(amount_minor: int, currency: str, pack: CountryPack) -> str:
    """An amount as the country writes it: 4530000 ARS is "$ 45.300,00" in Argentina."""
    whole, _, decimals = format_amount(abs(amount_minor), currency).partition(".")
    grouped = _THOUSANDS.sub(pack.money.thousands, whole)
    number = f"{grouped}{pack.money.decimal}{decimals}" if decimals else grouped
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{pack.money.symbols.get(currency, currency)} {number}"


def format_date(day: date, pack: CountryPack) -> str:
    return pack.times.date.format(day=day.day, month=day.month, year=day.year)


def format_long_date(day: date, pack: CountryPack) -> str:
    """A date in words, as speech has it: weekday, day and month."""
    weekday = pack.calendar.weekdays[day.weekday()]
    month = pack.calendar.months[day.month - 1]
    return pack.calendar.long_date.format(weekday=weekday, day=day.day, month=month, year=day.year)


def format_time(moment: time, pack: CountryPack) -> str:
    if pack.times.half_days is None:
        return f"{moment:%H:%M}"
    return f"{moment.hour % 12 or 12}:{moment:%M} {pack.times.half_days[moment.hour // 12]}"


def format_instant(instant: datetime, zone: ZoneInfo, pack: CountryPack) -> str:
    """Local date and time of `instant` in `zone`."""
    local = instant.astimezone(zone)
    return pack.times.instant.format(
        date=format_date(local.date(), pack), time=format_time(local.time(), pack)
    )


def mask_document(number: str, pack: CountryPack) -> str:
    """What may be shown of an identity document, the same length for every number."""
    province = _PROVINCE.match(number)
    first = province[1] if province else "•"
    return pack.document.mask.format(first=first, last3=last4(number)[-3:])


def format_document(kind: str, number: str, pack: CountryPack) -> str:
    """An identity document in full: "DNI 28.123.456". Only for whom its holder hands it to."""
    if kind == pack.document.name and number.isdecimal():
        number = _THOUSANDS.sub(pack.document.thousands, number)
    return f"{kind} {number}"


def mask_name(name: str) -> str:
    """Initials and lengths of the parts of a name: "Ramona Díaz" is "R••••• D•••"."""
    return " ".join(map(_mask_part, unicodedata.normalize("NFC", name).split()))


def _mask_part(part: str) -> str:
    letters = "".join(each for each in part if not unicodedata.combining(each))
    return letters[0] + "•" * (len(letters) - 1) if len(letters) > 1 else "•"


def mask_phone(phone: str) -> str:
    return f"•••{last4(phone)}"


def mask_account(number: str) -> str:
    """What may be shown of an account; of an alias, which has no digits, its last 4 letters."""
    return f"•••• {last4(number) or number[-4:]}"


def mask_loan(loan_id: str) -> str:
    return f"••{last4(loan_id)}"

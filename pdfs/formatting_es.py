"""Amounts and dates in Spanish words, as contracts and certificates write them."""

import re
from datetime import date

from num2words import num2words

from domain.country import CountryPack
from domain.money import MINOR_DIGITS

_WHOLE_MILLIONS = 1_000_000


def cardinal_before_noun(number: int) -> str:
    """A number as it stands before a masculine noun: 21000 is "veintiún mil", 1 is "un"."""
    words = num2words(number, lang="es")
    return re.sub(r"\buno\b", "un", words.replace("veintiuno", "veintiún"))


def amount_in_words(amount_minor: int, currency: str, pack: CountryPack) -> str:
    """2100050 ARS is "veintiún mil pesos con 50/100"; a whole million takes a "de"."""
    whole, cents = divmod(amount_minor, 10 ** MINOR_DIGITS[currency])
    rules = pack.letters
    words = rules.currencies[currency]
    is_whole_millions = whole > 0 and whole % _WHOLE_MILLIONS == 0
    sentence = rules.texts["amount_of_units" if is_whole_millions else "amount_in_words"]
    return sentence.format(
        number=cardinal_before_noun(whole),
        unit=words.unit if whole == 1 else words.units,
        cents=cents,
    )


def date_in_words(day: date, pack: CountryPack) -> str:
    """The day as letters are dated: "5 de febrero de 2026"."""
    return pack.letters.texts["date_in_words"].format(
        day=day.day, month=pack.calendar.months[day.month - 1], year=day.year
    )


def month_in_words(day: date, pack: CountryPack) -> str:
    """The month that the day is in: "febrero de 2026"."""
    return pack.letters.texts["month_in_words"].format(
        month=pack.calendar.months[day.month - 1], year=day.year
    )


def day_in_words(day: date, pack: CountryPack) -> str:
    """As a certificate ends: "a los cinco días del mes de febrero de dos mil veintiséis"."""
    key = "first_day_in_words" if day.day == 1 else "day_in_words"
    return pack.letters.texts[key].format(
        days=cardinal_before_noun(day.day),
        month=pack.calendar.months[day.month - 1],
        year=num2words(day.year, lang="es"),
    )

"""Dates as people say them in Spanish. Day comes before month; the year may be left out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

from bot.dialogue import date_rules_es as rules
from bot.dialogue.date_rules_es import Seen
from bot.dialogue.date_words_es import canonical_words
from bot.dialogue.standpoint import NoSuchDayError, Prefer
from domain.country import CountryPack
from domain.text import fold

Rule = Callable[[re.Match[str], Seen], list[date]]


@dataclass(frozen=True, slots=True)
class AmbiguousDate:
    """The words fit several days; ask among these, in the order of the words."""

    candidates: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class ImpossibleDate:
    """The words name a day that no calendar has, such as 31/2."""


def read_date(
    text: str, today: date, pack: CountryPack, prefer: Prefer = "future"
) -> date | AmbiguousDate | ImpossibleDate | None:
    """
    The day named anywhere in `text`, seen from `today`; None when there is none.

    A date without its year or month is the nearest one in the preferred direction, today
    included. A stretch of days (a week, a month) gives its telling days to choose from.
    """
    weekdays = [fold(name) for name in pack.calendar.weekdays]
    months = [fold(name) for name in pack.calendar.months]
    seen = Seen(today, prefer, weekdays, months)
    words = canonical_words(text, pack.calendar)
    found: list[tuple[int, date]] = []
    is_impossible = False
    for pattern, rule in _patterns("|".join(weekdays), "|".join(months)):
        for match in list(pattern.finditer(words)):
            try:
                found += [(match.start(), day) for day in rule(match, seen)]
            except (NoSuchDayError, OverflowError):
                is_impossible = True
            # what was read once is not read again by a looser rule
            words = words[: match.start()] + "#" * len(match[0]) + words[match.end() :]
    days = tuple(dict.fromkeys(day for _, day in sorted(found, key=lambda each: each[0])))
    if len(days) > 1:
        return AmbiguousDate(days)
    if days:
        return days[0]
    return ImpossibleDate() if is_impossible else None


@cache
def _patterns(weekdays: str, months: str) -> list[tuple[re.Pattern[str], Rule]]:
    """What is looked for in canonical words, the longer ways of naming a day first."""
    which_month = "este mes|mes proximo|proximo mes|mes pasado|pasado mes"
    on = rf"(?:(?:el )?(?P<weekday>{weekdays}) (?:, )?)?(?:el )?(?:dia )?"
    on_the = rf"(?:(?:el )?(?P<weekday>{weekdays}) (?:, )?(?:el )?(?:dia )?|(?:el |dia )+)"
    not_counted = r"(?<!cuota )(?<!cuotas )(?<!letra )(?<!letras )"
    counted = "cuota|letra|credito|prestamo|compra|por|de|peso|mil|hora|opcion|x|:"
    day, of = r"(?P<day>[0-9]{1,2})", "de(?: el| la)?"
    month, year = "(?P<month>[0-9]{1,2})", "(?P<year>[0-9]{2}|(?:19|20|21)[0-9]{2})"
    table: list[tuple[str, Rule]] = [
        (rf"{on}(?P<year>(?:19|20|21)[0-9]{{2}})[/.-]{month}[/.-]{day}", rules.full_date),
        (rf"{on}{day}[/.-]{month}[/.-]{year}", rules.full_date),
        (rf"^{day} {month} {year}$", rules.full_date),
        (
            (
                rf"{on}{day}(?: {of})? (?P<name>{months})"
                rf"(?:(?P<next_year> {of} (?:ano proximo|proximo ano))|(?: {of})?(?: ano)? {year})?"
            ),
            rules.day_of_named_month,
        ),
        (rf"(?P<name>{months}) {day}", rules.day_of_named_month),
        (rf"{on}{day} {of} (?:cada )?(?P<month>{which_month}|mes)", rules.day_of_month),
        (rf"{not_counted}{on}{day}[/-]{month}", rules.day_and_month),
        (rf"^(?:el )?{day}[. ]{month}$", rules.day_and_month),
        (r"(?:este |proximo )?fin de(?: la)? semana(?: proximo| pasado)?", rules.weekend),
        (rf"fin {of} (?:este )?(?:proximo )?ano(?: proximo)?", rules.end_of_year),
        (
            (
                r"(?P<part>fin|ultimo dia|ultimo|principio|primer dia|1|mediados) "
                rf"{of} (?P<month>{which_month}|mes|{months})"
            ),
            rules.part_of_month,
        ),
        (r"(?:de )?hoy en (?P<days>8|15)(?: dia)?", rules.today_in),
        (
            (
                r"(?:(?P<ahead>en|dentro de|de aca a|de aqui a) |(?P<ago>hace) )?"
                r"(?P<amount>[0-9]{1,3}) (?P<unit>dia|semana|quincena|mes|ano|hora)s?"
                r"(?P<back> atras)?"
            ),
            rules.some_time_away,
        ),
        (
            (
                rf"(?:(?:este|proximo|pasado|ultimo) )?(?P<weekday>{weekdays})(?! [0-9])"
                rf"(?: {of} (?:este semana|semana proximo|proximo semana|semana pasado)"
                r"| proximo| pasado(?! manana))?"
            ),
            rules.weekday,
        ),
        (r"este semana|semana proximo|proximo semana|semana pasado|pasado semana", rules.week),
        (which_month, rules.month),
        (r"quincena", rules.pay_day),
        (r"(?P<word>pasado manana|manana|hoy|anteayer|ayer)", rules.near_day),
        (r"^(?:para )?(?P<word>ya|ahora|pasado)$", rules.near_day),
        (rf"{on_the}{day}(?! (?:[0-9]|(?:{counted})s?(?!\S)))", rules.day_alone),
        (r"^(?:para )?(?P<day>0?[1-9]|[12][0-9]|3[01])$", rules.day_alone),
    ]
    return [(re.compile(rf"(?<!\S)(?:{pattern})(?!\S)"), rule) for pattern, rule in table]

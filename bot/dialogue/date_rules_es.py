"""The days that each way of naming them in Spanish means."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.dialogue.standpoint import Standpoint, existing_day
from domain.days import add_months, month_end, week_start, weekday_after, weekday_before

MIDDLE_OF_MONTH = 15
DAYS_OF_UNIT = {"dia": 1.0, "semana": 7, "quincena": 15, "hora": 1 / 24}
NEAR_DAYS = {
    "pasado manana": 2,
    "manana": 1,
    "hoy": 0,
    "ayer": -1,
    "anteayer": -2,
    "pasado": 2,
    "ahora": 0,
    "ya": 0,
}


@dataclass(frozen=True, slots=True)
class Seen(Standpoint):
    """A standpoint with the names of days and months in canonical words."""

    weekdays: list[str]
    months: list[str]


# --- named by numbers --------------------------------------------------------------------


def full_date(found: re.Match[str], seen: Seen) -> list[date]:
    day, month, year = (int(found[part]) for part in ("day", "month", "year"))
    return _agreeing(found, existing_day(seen.full_year(year), month, day), seen)


def day_and_month(found: re.Match[str], seen: Seen) -> list[date]:
    return _agreeing(found, seen.nearest_yearly(int(found["day"]), int(found["month"])), seen)


def day_of_named_month(found: re.Match[str], seen: Seen) -> list[date]:
    parts = found.groupdict()
    day, month = int(parts["day"]), seen.months.index(parts["name"]) + 1
    if parts.get("next_year"):
        return _agreeing(found, existing_day(seen.today.year + 1, month, day), seen)
    if parts.get("year"):
        return _agreeing(found, existing_day(seen.full_year(int(parts["year"])), month, day), seen)
    return _agreeing(found, seen.nearest_yearly(day, month), seen)


def day_of_month(found: re.Match[str], seen: Seen) -> list[date]:
    day = int(found["day"])
    if found["month"] == "mes":
        return _agreeing(found, seen.nearest_monthly(day), seen)
    month = _month_meant(found["month"], seen)
    return _agreeing(found, existing_day(month.year, month.month, day), seen)


def day_alone(found: re.Match[str], seen: Seen) -> list[date]:
    return _agreeing(found, seen.nearest_monthly(int(found["day"])), seen)


# --- named by words ----------------------------------------------------------------------


def near_day(found: re.Match[str], seen: Seen) -> list[date]:
    return [seen.days_away(NEAR_DAYS[found["word"]])]


def weekday(found: re.Match[str], seen: Seen) -> list[date]:
    """On a Friday "el viernes" may be today or in a week: both are given."""
    day = seen.weekdays.index(found["weekday"])
    words = found[0]
    if "semana" in words:
        return [week_start(seen.today) + timedelta(weeks=_direction(words), days=day)]
    if "proximo" in words:
        return [weekday_after(seen.today, day)]
    if "pasado" in words or "ultimo" in words:
        return [weekday_before(seen.today, day)]
    nearest = seen.nearest_weekday(day)
    if seen.today.weekday() != day:
        return [nearest]
    return [seen.today] if "este" in words else [seen.today, nearest]


def part_of_month(found: re.Match[str], seen: Seen) -> list[date]:
    name, part = found["month"], found["part"]
    if name in seen.months:
        month = seen.months.index(name) + 1
        years = (seen.today.year, seen.today.year + seen.step)
        days = [_in_month(date(year, month, 1), part) for year in years]
    else:
        first = _month_meant(name, seen)
        days = [_in_month(first, part)]
        if name == "mes":
            days.append(_in_month(add_months(first, seen.step), part))
    return seen.ahead(days)[:1]


def end_of_year(found: re.Match[str], seen: Seen) -> list[date]:
    return [date(seen.today.year + ("proximo" in found[0]), 12, 31)]


def some_time_away(found: re.Match[str], seen: Seen) -> list[date]:
    """A span like "en 15 días" or "hace una semana"; a bare "15 días" only as the whole answer."""
    is_past = bool(found["ago"] or found["back"])
    if not (is_past or found["ahead"] or found[0] == found.string):
        return []
    step = -1 if is_past else 1 if found["ahead"] else seen.step
    amount, unit = step * int(found["amount"]), found["unit"]
    if unit in ("mes", "ano"):
        return [add_months(seen.today, amount * (12 if unit == "ano" else 1))]
    return [seen.days_away(round(amount * DAYS_OF_UNIT[unit]))]


def today_in(found: re.Match[str], seen: Seen) -> list[date]:
    """A week is "de hoy en ocho", two are "en quince": today is counted."""
    return [seen.days_away(int(found["days"]) // 7 * 7)]


# --- a stretch of days: the telling ones -------------------------------------------------


def weekend(found: re.Match[str], seen: Seen) -> list[date]:
    saturday = week_start(seen.today) + timedelta(days=5)
    if "pasado" in found[0]:
        saturday -= timedelta(weeks=1)
    return seen.ahead([saturday, saturday + timedelta(days=1)])


def week(found: re.Match[str], seen: Seen) -> list[date]:
    monday = week_start(seen.today) + timedelta(weeks=_direction(found[0]))
    return seen.ahead([monday + timedelta(days=days) for days in (0, 2, 4)])


def month(found: re.Match[str], seen: Seen) -> list[date]:
    first = _month_meant(found[0], seen)
    return seen.ahead([first, first.replace(day=MIDDLE_OF_MONTH), month_end(first)])


def pay_day(_: re.Match[str], seen: Seen) -> list[date]:
    """The next middle or end of a month."""
    middle = seen.today.replace(day=MIDDLE_OF_MONTH)
    return [middle if seen.today <= middle else month_end(seen.today)]


# --- helpers -----------------------------------------------------------------------------


def _month_meant(words: str, seen: Seen) -> date:
    """First day of "this", "next" or "last" month."""
    return seen.first_of_month(_direction(words))


def _direction(words: str) -> int:
    return 1 if "proximo" in words else -1 if "pasado" in words else 0


def _in_month(first: date, part: str) -> date:
    if part.startswith(("fin", "ultimo")):
        return month_end(first)
    return first.replace(day=MIDDLE_OF_MONTH) if part == "mediados" else first


def _agreeing(found: re.Match[str], day: date, seen: Seen) -> list[date]:
    """`day`, and beside it the weekday that was named with it when that is another day."""
    name = found.groupdict().get("weekday")
    if name is None or seen.weekdays.index(name) == day.weekday():
        return [day]
    return [day, seen.nearest_weekday(seen.weekdays.index(name))]

"""Arithmetic of calendar days."""

from calendar import monthrange
from datetime import date, timedelta

DAYS_OF_WEEK = 7


def month_end(day: date) -> date:
    """Last day of the month that `day` is in."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the end of a shorter month."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month0 + 1, 1)
    return first.replace(day=min(day.day, month_end(first).day))


def week_start(day: date) -> date:
    """Monday of the week that `day` is in."""
    return day - timedelta(days=day.weekday())


def weekday_after(day: date, weekday: int) -> date:
    """First such weekday (Monday is 0) later than `day`."""
    return day + timedelta(days=(weekday - day.weekday() - 1) % DAYS_OF_WEEK + 1)


def weekday_before(day: date, weekday: int) -> date:
    """Last such weekday (Monday is 0) earlier than `day`."""
    return day - timedelta(days=(day.weekday() - weekday - 1) % DAYS_OF_WEEK + 1)

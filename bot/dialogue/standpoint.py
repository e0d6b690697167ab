"""Where a speaker stands in time, and which day an incomplete date is from there."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from domain.days import add_months, month_end, weekday_after, weekday_before

Prefer = Literal["future", "past"]

YEARS_AHEAD = 20
"""A year of two digits further ahead than this belongs to the last century."""


class NoSuchDayError(Exception):
    """What was read is a date by its form and none by the calendar."""


@dataclass(frozen=True, slots=True)
class Standpoint:
    """The day of speaking, and the direction in which an incomplete date points."""

    today: date
    prefer: Prefer

    @property
    def step(self) -> int:
        return 1 if self.prefer == "future" else -1

    def is_ahead(self, day: date) -> bool:
        """Whether `day` lies in the preferred direction; today always does."""
        return (day - self.today).days * self.step >= 0

    def ahead(self, days: list[date]) -> list[date]:
        """Those of `days` in the preferred direction, or all when none is."""
        return [day for day in days if self.is_ahead(day)] or days

    def first_of_month(self, months: int) -> date:
        """First day of the month so many months from this one."""
        return add_months(self.today.replace(day=1), months)

    def days_away(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def full_year(self, year: int) -> int:
        if year > 99:
            return year
        near = self.today.year // 100 * 100 + year
        return near if near <= self.today.year + YEARS_AHEAD else near - 100

    def nearest_yearly(self, day: int, month: int) -> date:
        """The next such day of a year: this year's or the one after in that direction."""
        for year in (self.today.year, self.today.year + self.step):
            try:
                found = date(year, month, day)
            except ValueError:
                continue
            if self.is_ahead(found):
                return found
        raise NoSuchDayError

    def nearest_monthly(self, day: int) -> date:
        """The next such day of a month; months that are too short are passed over."""
        for months in range(3):
            first = self.first_of_month(months * self.step)
            if 1 <= day <= month_end(first).day and self.is_ahead(first.replace(day=day)):
                return first.replace(day=day)
        raise NoSuchDayError

    def nearest_weekday(self, weekday: int) -> date:
        """The next such weekday other than today."""
        return (weekday_after if self.step > 0 else weekday_before)(self.today, weekday)


def existing_day(year: int, month: int, day: int) -> date:
    """That day; NoSuchDayError when no calendar has it."""
    try:
        return date(year, month, day)
    except ValueError:
        raise NoSuchDayError from None

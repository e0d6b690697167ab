"""When people attend: several blocks a day, none on a closed day."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator

from domain.fields import DomainModel

_BLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")
LOOK_AHEAD_DAYS = 366


class Block(NamedTuple):
    """A stretch of a day, in minutes after midnight, the end not included."""

    opens: int
    closes: int


def parse_block(text: object) -> Block:
    """The block that "09:00-13:30" tells, "24:00" at the latest; ValueError if it tells none."""
    if isinstance(text, Block):
        return text
    match = _BLOCK.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError('not a block of hours: write it like "09:00-13:30"')
    first_hour, first_minute, last_hour, last_minute = match.groups()
    closes = 24 * 60 if last_hour is None else int(last_hour) * 60 + int(last_minute)
    block = Block(int(first_hour) * 60 + int(first_minute), closes)
    if block.closes <= block.opens:
        raise ValueError(f"{text} ends before it starts")
    return block


def _in_order(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    if any(after.opens < before.closes for before, after in pairwise(blocks)):
        raise ValueError("blocks of a day must follow each other without overlap")
    return blocks


Day = Annotated[
    tuple[Annotated[Block, BeforeValidator(parse_block)], ...], AfterValidator(_in_order)
]


class WeeklyHours(DomainModel):
    """The blocks of each weekday; a day left out is closed."""

    monday: Day = ()
    tuesday: Day = ()
    wednesday: Day = ()
    thursday: Day = ()
    friday: Day = ()
    saturday: Day = ()
    sunday: Day = ()

    def blocks_on(self, day: date) -> tuple[Block, ...]:
        week = (
            self.monday,
            self.tuesday,
            self.wednesday,
            self.thursday,
            self.friday,
            self.saturday,
            self.sunday,
        )
        return week[day.weekday()]


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Weekly hours in a time zone, with the days on which they do not hold."""

    weekly: WeeklyHours
    zone: ZoneInfo
    closed_on: frozenset[date]

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(each.opens <= minute < each.closes for each in self.blocks_on(local.date()))

    def next_opening(self, at: datetime) -> datetime | None:
        """First instant after `at` at which a block opens (aware, local); None within a year."""
        today = at.astimezone(self.zone).date()
        for days in range(LOOK_AHEAD_DAYS):
            day = today + timedelta(days=days)
            for block in self.blocks_on(day):
                opens_at = datetime.combine(day, time(*divmod(block.opens, 60)), self.zone)
                if opens_at > at:
                    return opens_at
        return None

    def blocks_on(self, day: date) -> tuple[Block, ...]:
        return () if day in self.closed_on else self.weekly.blocks_on(day)

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from domain.opening_hours import OpeningHours, WeeklyHours

ZONE = ZoneInfo("America/Argentina/Buenos_Aires")
HOURS = OpeningHours(
    WeeklyHours(monday=("09:00-13:00", "14:00-18:00"), friday=("20:00-24:00",)),
    ZONE,
    frozenset({date(2026, 11, 23)}),
)


def local(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        pytest.param(local(16, 8, 59), False, id="just before"),
        pytest.param(local(16, 9), True, id="as it opens"),
        pytest.param(local(16, 12, 59), True, id="end of the first block"),
        pytest.param(local(16, 13), False, id="lunch"),
        pytest.param(local(16, 14), True, id="second block"),
        pytest.param(local(16, 18), False, id="closed"),
        pytest.param(local(17, 10), False, id="a day without blocks"),
        pytest.param(local(23, 10), False, id="a closed Monday"),
        pytest.param(local(20, 23, 59), True, id="up to midnight"),
        pytest.param(local(21, 0), False, id="midnight"),
        pytest.param(datetime(2026, 11, 16, 12, 30, tzinfo=UTC), True, id="given in UTC"),
    ],
)
def test_is_open(at, is_open):
    assert HOURS.is_open(at) is is_open


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        pytest.param(local(16, 8), local(16, 9), id="later today"),
        pytest.param(local(16, 9), local(16, 14), id="open now: the next block"),
        pytest.param(local(16, 18), local(20, 20), id="another day"),
        pytest.param(local(20, 21), local(27, 20), id="over a closed Monday"),
    ],
)
def test_next_opening(at, opening):
    assert HOURS.next_opening(at) == opening


def test_never_open_has_no_next_opening():
    assert OpeningHours(WeeklyHours(), ZONE, frozenset()).next_opening(local(16, 8)) is None


@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param(("9-13",), id="not hours and minutes"),
        pytest.param(("09:00-25:00",), id="no such hour"),
        pytest.param(("13:00-09:00",), id="ends before it starts"),
        pytest.param(("09:00-09:00",), id="empty"),
        pytest.param(("09:00-13:00", "12:00-18:00"), id="overlap"),
        pytest.param(("14:00-18:00", "09:00-13:00"), id="out of order"),
        pytest.param((9,), id="a number"),
        pytest.param("09:00-13:00", id="no list"),
    ],
)
def test_bad_blocks_are_refused(blocks):
    with pytest.raises(ValidationError):
        WeeklyHours(monday=blocks)

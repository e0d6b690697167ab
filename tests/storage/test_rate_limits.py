from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from storage.rate_limits import RateLimits, Tries

MINUTE = timedelta(minutes=1)
# nothing of it expires while a test runs
AT = datetime(2150, 1, 1, 12, 0, 30, tzinfo=UTC)
END = datetime(2150, 1, 1, 12, 1, tzinfo=UTC)


@pytest.fixture
def limits(indexed):
    return RateLimits(indexed)


def test_tries_are_counted_within_a_window_and_anew_in_the_next(limits):
    assert limits.count("a", MINUTE, now=AT) == Tries(1, END)
    assert limits.count("a", MINUTE, now=END - timedelta(milliseconds=1)) == Tries(2, END)
    assert limits.count("a", MINUTE, now=END) == Tries(1, END + MINUTE)


def test_keys_are_counted_apart(limits):
    limits.count("a", MINUTE, now=AT)
    assert limits.count("b", MINUTE, now=AT).count == 1


def test_none_is_lost_with_many_at_once(limits):
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: limits.count("a", MINUTE, now=AT).count, range(40)))
    assert sorted(counts) == list(range(1, 41))


def test_windows_of_two_lengths_do_not_share_a_counter(limits):
    both_end = datetime(2150, 1, 1, 13, tzinfo=UTC)
    now = both_end - timedelta(seconds=1)
    assert limits.count("a", MINUTE, now=now) == Tries(1, both_end)
    assert limits.count("a", timedelta(hours=1), now=now) == Tries(1, both_end)

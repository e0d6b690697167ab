"""Work at its time, in order for each key, whatever happens to one task."""

from queue import Queue
from threading import Event

import pytest

from webhooks.simulator.timed_queue import TimedQueue

PATIENCE_SECONDS = 5


@pytest.fixture
def queue():
    queue = TimedQueue("test", threads=2)
    yield queue
    queue.close()


def two_threads_apart():
    """Two keys that never meet the same thread of a pool of two."""
    first = "a"
    return first, next(key for key in "bcdefghijklm" if (hash(key) - hash(first)) % 2)


def test_tasks_of_a_key_run_in_order(queue):
    done = Queue()
    for number in range(20):
        queue.add("one", lambda number=number: done.put(number))
    assert [done.get(timeout=PATIENCE_SECONDS) for _ in range(20)] == list(range(20))


def test_a_delay_puts_a_task_behind_those_due_sooner(queue):
    done = Queue()
    queue.add("one", lambda: done.put("late"), delay_seconds=0.1)
    queue.add("one", lambda: done.put("soon"))
    assert [done.get(timeout=PATIENCE_SECONDS) for _ in range(2)] == ["soon", "late"]


def test_a_slow_key_does_not_hold_up_another(queue):
    slow, other = two_threads_apart()
    held, done = Event(), Event()
    queue.add(slow, lambda: held.wait(PATIENCE_SECONDS))
    queue.add(other, done.set)
    assert done.wait(PATIENCE_SECONDS)
    held.set()


def test_a_broken_task_does_not_silence_the_next(queue):
    done = Event()
    queue.add("one", lambda: 1 / 0)
    queue.add("one", done.set)
    assert done.wait(PATIENCE_SECONDS)


def test_what_waits_is_dropped_when_the_queue_closes(queue):
    done = Event()
    queue.add("one", done.set, delay_seconds=0.05)
    queue.close()
    assert not done.wait(0.2)

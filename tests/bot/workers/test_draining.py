from threading import Event, Lock
from time import sleep

import pytest

from bot.workers import draining
from bot.workers.draining import Drain
from tests.processes import eventually


class Work:
    """Pieces by key, each to be done once; notes what ran at the same time."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)
        self.done, self.tries, self.searches = [], 0, 0
        self.running, self.overlaps, self.most = set(), 0, 0
        self.gets_on = True
        self.gate = Event()
        self.gate.set()
        self._lock = Lock()

    def find_ready(self, busy, limit):
        self.searches += 1
        with self._lock:
            free = {key: (key, number) for key, number in self.pieces if key not in busy}
        return list(free.items())[:limit]

    def work(self, piece):
        key, _ = piece
        with self._lock:
            self.tries += 1
            self.overlaps += key in self.running
            self.running.add(key)
            self.most = max(self.most, len(self.running))
        self.gate.wait(5)
        with self._lock:
            self.running.discard(key)
            if self.gets_on:
                self.pieces.remove(piece)
                self.done.append(piece)
        return self.gets_on


@pytest.fixture
def start():
    drains = []

    def start(work, threads=3, find_ready=None):
        drain = Drain(
            "test", threads=threads, find_ready=find_ready or work.find_ready, work=work.work
        )
        drain.start()
        drains.append(drain)
        return drain

    yield start
    for drain in drains:
        drain.stop()


def test_everything_is_done_once_and_never_two_pieces_of_a_key_at_once(start):
    work = Work(*[(f"c{number % 4}", number) for number in range(40)])
    start(work)
    assert eventually(lambda: len(work.done) == 40)
    assert work.overlaps == 0
    assert work.tries == 40


def test_no_more_threads_are_used_than_given(start):
    work = Work(*[(f"c{number}", number) for number in range(10)])
    work.gate.clear()
    drain = start(work, threads=3)
    assert eventually(lambda: len(work.running) == 3)
    drain.offer("c99", ("c99", 99))
    sleep(0.1)
    assert work.most == 3
    work.gate.set()
    assert eventually(lambda: len(work.done) == 10)


def test_what_cannot_get_on_is_not_tried_in_a_loop(start, monkeypatch):
    monkeypatch.setattr(draining, "POLL_SECONDS", 0.1)
    work = Work(("c1", 1))
    work.gets_on = False
    start(work)
    sleep(0.55)
    assert 3 <= work.tries <= 7
    assert work.searches <= 15


def test_one_that_cannot_get_on_holds_nobody_up(start):
    work = Work(("c1", 1), ("c2", 2))
    original = work.work
    work.work = lambda piece: piece[0] != "c1" and original(piece)
    start(work, threads=1)
    assert eventually(lambda: work.done == [("c2", 2)])


def test_an_offered_piece_begins_at_once(start, monkeypatch):
    monkeypatch.setattr(draining, "POLL_SECONDS", 60)
    work = Work()
    drain = start(work)
    work.pieces.append(("c1", 1))
    drain.offer("c1", ("c1", 1))
    assert eventually(lambda: work.done == [("c1", 1)], 1)


def test_a_piece_that_breaks_stops_nobody(start):
    work = Work(("c1", 1), ("c2", 2))
    original = work.work
    work.work = lambda piece: 1 / 0 if piece[0] == "c1" else original(piece)
    start(work)
    assert eventually(lambda: work.done == [("c2", 2)])


def test_a_search_that_breaks_is_tried_again(start, monkeypatch):
    monkeypatch.setattr(draining, "PAUSE_AFTER_ERROR_SECONDS", 0.01)
    work = Work(("c1", 1))
    troubles = [ValueError("an entry that nobody can read"), ConnectionError("away")]

    def find_ready(busy, limit):
        if troubles:
            raise troubles.pop()
        return work.find_ready(busy, limit)

    start(work, find_ready=find_ready)
    assert eventually(lambda: work.done == [("c1", 1)])


def test_stopping_finishes_what_was_begun_and_takes_nothing_new():
    work = Work(("c1", 1), ("c2", 2))
    work.gate.clear()
    drain = Drain("test", threads=1, find_ready=work.find_ready, work=work.work)
    drain.start()
    assert eventually(lambda: len(work.running) == 1)
    drain._stop.set()
    work.gate.set()
    drain.stop()
    assert len(work.done) == 1

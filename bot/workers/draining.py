"""The shared motor of the workers: wake up, see what is ready, hand it to threads, stop cleanly."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

from bot.logs import get_logger

POLL_SECONDS = 0.25
PAUSE_AFTER_ERROR_SECONDS = 1.0

log = get_logger()


class Drain:
    """
    Hands ready work to a pool of threads, at most one piece per key at a time.

    `find_ready(busy, limit)` lists (key, piece) pairs that may start now; `work(piece)` does one
    and says whether it got on. A key that did not get on rests for a moment: another process is
    at it, or it waits for something. Whoever puts work in wakes the drain or offers it the piece
    itself; a slow poll finds what nobody told about.
    """

    def __init__(
        self,
        name: str,
        *,
        threads: int,
        find_ready: Callable[[set[str], int], Iterable[tuple[str, Any]]],
        work: Callable[[Any], bool],
    ) -> None:
        self._name = name
        self._threads = threads
        self._find_ready = find_ready
        self._work = work
        self._busy: set[str] = set()
        self._resting: dict[str, float] = {}
        self._has_looked_past = False
        self._lock = Lock()
        self._wake = Event()
        self._stop = Event()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._dispatching = Thread(target=self._dispatch, name=f"{name}-dispatch")

    def start(self) -> None:
        """Begin, in threads of its own."""
        self._dispatching.start()

    def stop(self) -> None:
        """Take nothing new, finish what was begun."""
        self._stop.set()
        self._wake.set()
        self._dispatching.join()
        self._pool.shutdown(wait=True)

    def wake(self) -> None:
        """Look for work now."""
        self._wake.set()

    def offer(self, key: str, piece: Any) -> None:
        """Begin this piece now if there is a thread for it; else it is found like any other."""
        with self._lock:
            is_free = key not in self._busy and len(self._busy) < self._threads
            if not is_free or self._stop.is_set():
                self._has_looked_past = True
                return
            self._busy.add(key)
        self._pool.submit(self._do, key, piece)

    def _dispatch(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()
            try:
                self._hand_out()
            except Exception:
                # whatever it was, this thread is the only one that ever looks for work
                log.exception("cannot_find_work", name=self._name)
                self._stop.wait(PAUSE_AFTER_ERROR_SECONDS)

    def _hand_out(self) -> None:
        with self._lock:
            now = monotonic()
            self._resting = {key: until for key, until in self._resting.items() if until > now}
            occupied = self._busy | self._resting.keys()
            free = self._threads - len(self._busy)
            self._has_looked_past = bool(occupied)
        if free <= 0 or self._stop.is_set():
            return
        found = list(self._find_ready(occupied, free))
        with self._lock:
            self._has_looked_past |= len(found) >= free
            found = [(key, piece) for key, piece in found if key not in self._busy]
            self._busy.update(key for key, _ in found)
        for key, piece in found:
            self._pool.submit(self._do, key, piece)

    def _do(self, key: str, piece: Any) -> None:
        got_on = False
        try:
            got_on = self._work(piece)
        except Exception:
            # one piece must never stop the others; it comes back when its lease runs out
            log.exception("work_failed", name=self._name)
        finally:
            with self._lock:
                self._busy.discard(key)
                if not got_on:
                    self._resting[key] = monotonic() + POLL_SECONDS
                if self._has_looked_past:
                    # more of this key, or of a key that found no thread, may be waiting
                    self._wake.set()

"""The shared motor of the workers: wake up, see what is ready, hand it to threads, stop cleanly."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

from bot.logs import get_logger
from storage.errors import StorageError

POLL_SECONDS = 0.25
WATCH_MILLISECONDS = 1000
PAUSE_AFTER_ERROR_SECONDS = 1.0

log = get_logger()


class Drain:
    """
    Hands ready work to a pool of threads, at most one piece per key at a time.

    `find_ready(busy, limit)` lists (key, piece) pairs that may start now; `work(piece)` does one
    and says whether it got on. A key that did not get on rests for a moment: another process is
    at it, or it waits for something. A change stream wakes the drain at once; a slow poll covers a
    stream that is away.
    """

    def __init__(
        self,
        name: str,
        *,
        threads: int,
        find_ready: Callable[[set[str], int], Iterable[tuple[str, Any]]],
        work: Callable[[Any], bool],
        watch: Callable[[int], Any],
    ) -> None:
        self._name = name
        self._threads = threads
        self._find_ready = find_ready
        self._work = work
        self._watch = watch
        self._busy: set[str] = set()
        self._resting: dict[str, float] = {}
        self._lock = Lock()
        self._wake = Event()
        self._stop = Event()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._dispatching = Thread(target=self._dispatch, name=f"{name}-dispatch")
        self._listening = Thread(target=self._listen, name=f"{name}-listen", daemon=True)

    def start(self) -> None:
        """Begin, in threads of its own."""
        self._dispatching.start()
        self._listening.start()

    def stop(self) -> None:
        """Take nothing new, finish what was begun."""
        self._stop.set()
        self._wake.set()
        self._dispatching.join()
        self._pool.shutdown(wait=True)
        self._listening.join()

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
        if free <= 0 or self._stop.is_set():
            return
        for key, piece in self._find_ready(occupied, free):
            with self._lock:
                self._busy.add(key)
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
            self._wake.set()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                with self._watch(WATCH_MILLISECONDS) as stream:
                    while not self._stop.is_set():
                        if stream.try_next() is not None:
                            self._wake.set()
            except StorageError:
                # the poll goes on meanwhile; a server without change streams ends here too
                self._stop.wait(PAUSE_AFTER_ERROR_SECONDS)

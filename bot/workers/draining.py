"""The shared motor of the workers: wake up, see what is ready, hand it to threads, stop cleanly."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock, Thread
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

    `find_ready(busy, limit)` lists (key, piece) pairs that may start now; `work(piece)` does one.
    A change stream wakes it at once; a slow poll covers a stream that is away.
    """

    def __init__(
        self,
        name: str,
        *,
        threads: int,
        find_ready: Callable[[set[str], int], Iterable[tuple[str, Any]]],
        work: Callable[[Any], None],
        watch: Callable[[int], Any],
    ) -> None:
        self._name = name
        self._threads = threads
        self._find_ready = find_ready
        self._work = work
        self._watch = watch
        self._busy: set[str] = set()
        self._lock = Lock()
        self._wake = Event()
        self._stop = Event()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    def start(self) -> None:
        """Begin, in threads of its own."""
        self._loops = [
            Thread(target=self._dispatch, name=f"{self._name}-dispatch"),
            Thread(target=self._listen, name=f"{self._name}-listen", daemon=True),
        ]
        for loop in self._loops:
            loop.start()

    def stop(self) -> None:
        """Take nothing new, finish what was begun."""
        self._stop.set()
        self._wake.set()
        self._loops[0].join()
        self._pool.shutdown(wait=True)

    def wake(self) -> None:
        """Look for work now."""
        self._wake.set()

    def _dispatch(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()
            try:
                self._hand_out()
            except StorageError:
                log.warning("store_unavailable", name=self._name, exc_info=True)
                self._stop.wait(PAUSE_AFTER_ERROR_SECONDS)

    def _hand_out(self) -> None:
        with self._lock:
            busy = set(self._busy)
        free = self._threads - len(busy)
        if free <= 0:
            return
        for key, piece in self._find_ready(busy, free):
            with self._lock:
                self._busy.add(key)
            self._pool.submit(self._do, key, piece)

    def _do(self, key: str, piece: Any) -> None:
        try:
            self._work(piece)
        except Exception:
            # one piece must never stop the others; it comes back when its lease runs out
            log.exception("work_failed", name=self._name)
        finally:
            with self._lock:
                self._busy.discard(key)
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

"""Something small that a worker process does again and again beside its queues."""

from collections.abc import Callable
from threading import Event, Thread

from bot.logs import get_logger

EVERY_SECONDS = 2.0

log = get_logger()


class Chore:
    """Runs `work` every two seconds in a thread of its own; a failure is logged, not fatal."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self._name = name
        self._work = work
        self._stop = Event()
        self._thread = Thread(target=self._loop, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _loop(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            try:
                self._work()
            except Exception:
                # away stores and providers come back; the next round tries again
                log.exception("chore_failed", name=self._name)

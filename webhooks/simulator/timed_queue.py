"""A small pool of threads that does work at its time, in order for each key."""

import heapq
from collections.abc import Callable
from itertools import count
from threading import Condition, Thread
from time import monotonic

import structlog

log = structlog.get_logger()


class TimedQueue:
    """
    Runs tasks after a delay. Tasks of one key run one at a time, those due first first.

    A key always meets the same thread, so a slow one delays only the keys that share it.
    """

    def __init__(self, name: str, threads: int = 4) -> None:
        self._lines = [_Line(f"{name}-{number}") for number in range(threads)]

    def add(self, key: str, task: Callable[[], None], delay_seconds: float = 0.0) -> None:
        """Run `task` once, `delay_seconds` from now at the earliest."""
        self._lines[hash(key) % len(self._lines)].add(task, monotonic() + delay_seconds)

    def close(self) -> None:
        """Drop what waits and let the threads end."""
        for line in self._lines:
            line.close()


class _Line:
    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._changed = Condition()
        self._thread: Thread | None = None
        self._is_closed = False

    def add(self, task: Callable[[], None], due: float) -> None:
        with self._changed:
            heapq.heappush(self._tasks, (due, next(self._numbers), task))
            # started on first use: a process that only imports the simulator has no threads
            if self._thread is None and not self._is_closed:
                self._thread = Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._tasks.clear()
            self._changed.notify()

    def _run(self) -> None:
        while (task := self._next()) is not None:
            try:
                task()
            except Exception:
                # one broken task must not silence everyone who shares this thread
                log.exception("simulator_task_failed")

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while not self._is_closed:
                wait = self._tasks[0][0] - monotonic() if self._tasks else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._tasks)[2]
                self._changed.wait(wait)
            return None

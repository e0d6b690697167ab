"""What a person sees on the terminal while something takes its time."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

SAY_AGAIN_SECONDS = 10.0


class Console:
    """Lines, and below them one that tells what is being waited for and how long already.

    On a terminal that line is redrawn; elsewhere it is written when it changes, or now and then.
    """

    def __init__(self) -> None:
        self._redraws = sys.stdout.isatty()
        self._started = time.monotonic()
        self._names: list[str] = []
        self._said_at = 0.0

    @property
    def seconds(self) -> float:
        """How long this has been going on."""
        return time.monotonic() - self._started

    def say(self, line: str) -> None:
        """Something happened."""
        self._clear()
        print(line, flush=True)

    def waiting_for(self, names: Sequence[str]) -> None:
        """These are not ready yet; called again and again, with none in the end."""
        now = time.monotonic()
        changed = list(names) != self._names
        self._names = list(names)
        text = f"waiting for {', '.join(names)} ({self.seconds:.0f} s)"
        if self._redraws:
            self._clear()
            print(text if names else "", end="", flush=True)
        elif names and (changed or now - self._said_at > SAY_AGAIN_SECONDS):
            self._said_at = now
            print(text, flush=True)

    def _clear(self) -> None:
        if self._redraws:
            print("\r\x1b[2K", end="")


@contextmanager
def being_patient(console: Console, name: str) -> Iterator[None]:
    """While the block runs, a thread tells that `name` is being waited for."""
    done = Event()

    def tell() -> None:
        while not done.wait(0.5):
            console.waiting_for([name])

    teller = Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
        console.waiting_for([])

"""Prints and signs letters in processes of their own, which load what they need and die with us."""

import multiprocessing
import os
import resource
from collections.abc import Callable
from concurrent.futures import CancelledError, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Self

from pebble import ProcessExpired, ProcessPool

from domain.letter_content import AnyLetterContent
from pdfs.errors import PressError, kind_and_place

LETTER_SECONDS = 20.0
LETTERS_A_PROCESS = 300
MEMORY_BYTES = 512_000_000
NICENESS = 10
LOOK_SECONDS = 1.0

Sign = Callable[[bytes, AnyLetterContent], bytes]
"""Makes the printed document a signed one. Travels to the processes: it must be picklable."""


class Press:
    """
    A few processes that print letters. They start when first needed, or by `warm` ahead of that.

    Each is nice to others, bounded in memory and time, and replaced after some hundred letters or
    when it dies. `initializer` runs first in each of them.
    """

    def __init__(
        self,
        sign: Sign,
        *,
        logo: bytes | None = None,
        workers: int = 1,
        initializer: Callable[[], None] | None = None,
        letter_seconds: float = LETTER_SECONDS,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self._letter_seconds = letter_seconds
        self._new_pool = partial(
            ProcessPool,
            max_workers=workers,
            max_tasks=LETTERS_A_PROCESS,
            initializer=_set_up,
            initargs=(sign, logo, initializer, memory_bytes),
            # a fork of a process with threads may stop for ever
            context=multiprocessing.get_context("spawn"),
        )
        self._lock = Lock()
        self._pool = self._new_pool()
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def warm(self) -> None:
        """Start in the background; the first letter does not wait for what is loaded by then."""
        self._running_pool().schedule(os.getpid)

    def print_letter(
        self, content: AnyLetterContent, *, merchant_logo: bytes | None = None
    ) -> bytes:
        """The signed document. PressError when it was not made: too slow, too big, no process."""
        try:
            return self._print(content, merchant_logo)
        except _PressStopped:
            # between two letters: this one had no part in it
            return self._print(content, merchant_logo)

    def close(self) -> None:
        """End the processes, unfinished letters too."""
        with self._lock:
            self._is_closed = True
            _end(self._pool)

    def _running_pool(self) -> ProcessPool:
        with self._lock:
            if self._is_closed:
                raise PressError("the press is closed")
            if not self._pool.active:
                # pebble gives up for good when a process dies between two letters
                _end(self._pool)
                self._pool = self._new_pool()
            return self._pool

    def _print(self, content: AnyLetterContent, merchant_logo: bytes | None) -> bytes:
        pool = self._running_pool()
        try:
            future = pool.schedule(_print, [content, merchant_logo], timeout=self._letter_seconds)
        except RuntimeError as error:
            raise _PressStopped from error
        while not wait([future], timeout=LOOK_SECONDS).done:
            if not pool.active:
                raise _PressStopped  # handed to processes that were ending: nobody will answer
        try:
            return future.result()
        except FutureTimeoutError:
            raise PressError(f"not printed within {self._letter_seconds:g} seconds") from None
        except ProcessExpired as error:
            raise PressError(f"the process ended with code {error.exitcode}") from None
        except MemoryError:
            raise PressError("more memory needed than a letter may take") from None
        except (BrokenProcessPool, CancelledError) as error:
            raise _PressStopped from error


class _PressStopped(PressError):
    def __init__(self) -> None:
        super().__init__("the press has stopped")


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


_sign: Sign
_logo: bytes | None


def _set_up(
    sign: Sign, logo: bytes | None, initializer: Callable[[], None] | None, memory_bytes: int
) -> None:
    """Make this process a printer: everything loaded, and letters printed for practice."""
    global _sign, _logo
    if initializer is not None:
        initializer()
    _yield_to_others()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    _sign, _logo = sign, logo
    from pdfs.samples import all_samples  # noqa: PLC0415 - loaded in the child alone

    for content in all_samples():
        # what keeps these from being printed is told with the first letter
        with suppress(PressError):
            _print(content)


def _yield_to_others() -> None:
    """Be nice in the eyes of a kernel that shares out the processor by sessions first, too."""
    os.nice(NICENESS)
    with suppress(OSError):
        # else this process would use up the share of the one whose session it is in
        os.setsid()
        Path("/proc/self/autogroup").write_text(str(NICENESS))


def _print(content: AnyLetterContent, merchant_logo: bytes | None = None) -> bytes:
    from pdfs.letters import render_letter  # noqa: PLC0415

    try:
        return _sign(render_letter(content, logo=_logo, merchant_logo=merchant_logo), content)
    except (PressError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - many a library's errors cannot be pickled
        raise PressError(kind_and_place(error)) from None

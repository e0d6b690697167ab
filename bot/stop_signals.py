"""Being told to stop, and waking up when a child process ends, without a race between the two."""

import os
import select
import signal
from types import FrameType, TracebackType
from typing import Self

STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class StopSignals:
    """While the block runs, stop signals are counted instead of ending the process."""

    def __init__(self) -> None:
        self.count = 0

    @property
    def stop_requested(self) -> bool:
        return self.count > 0

    def __enter__(self) -> Self:
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)
        self._old_wake = signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        self._old_handlers = {
            number: signal.signal(number, self._notice) for number in (*STOPPING, signal.SIGCHLD)
        }
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        signal.set_wakeup_fd(self._old_wake)
        for number, handler in self._old_handlers.items():
            signal.signal(number, handler)
        os.close(self._woken)
        os.close(self._wake)

    def wait(self, seconds: float) -> None:
        """Return after `seconds`, or sooner when a signal came."""
        if select.select([self._woken], [], [], seconds)[0]:
            os.read(self._woken, 512)

    def _notice(self, number: int, _frame: FrameType | None) -> None:
        if number in STOPPING:
            self.count += 1

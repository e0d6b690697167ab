"""What time it is. The only module that asks the machine."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

READ_EVERY_SECONDS = 0.2


class Clock:
    """
    Business time and machine time, both aware UTC.

    Business time may be shifted by whole seconds in `offset_file`, which may change while we run.
    Queues, leases and back-offs use machine time, which nobody can shift.
    """

    def __init__(self, offset_file: Path | None = None) -> None:
        self._offset_file = offset_file
        self._offset = timedelta()
        self._read_at = -READ_EVERY_SECONDS

    def now(self) -> datetime:
        """The instant that rules and people see."""
        return self.machine_now() + self._current_offset()

    def machine_now(self) -> datetime:
        """The machine's own instant, for leases and retries."""
        return datetime.now(UTC)

    def _current_offset(self) -> timedelta:
        if self._offset_file is None:
            return self._offset
        if monotonic() - self._read_at >= READ_EVERY_SECONDS:
            self._read_at = monotonic()
            self._offset = self._read_offset(self._offset_file)
        return self._offset

    def _read_offset(self, offset_file: Path) -> timedelta:
        try:
            return timedelta(seconds=int(offset_file.read_text().strip() or 0))
        except FileNotFoundError:
            return timedelta()
        except (ValueError, OverflowError, OSError):
            # half-written or mistyped: the last good value stands until the file makes sense
            return self._offset


class FixedClock(Clock):
    """A clock that stands still until it is moved; for tests and previews."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self._now = now

    def now(self) -> datetime:
        return self._now

    def machine_now(self) -> datetime:
        return self._now

    def move(self, delta: timedelta) -> None:
        self._now += delta

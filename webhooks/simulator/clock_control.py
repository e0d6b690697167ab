"""Moves the business clock of every process by the file that they all read."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

OFFSET_FILE = "clock_offset"


class ClockControl:
    """Writes whole seconds into `clock_offset` of the data directory."""

    def __init__(self, data_dir: Path, clock: Callable[[], datetime]) -> None:
        self._file = data_dir / OFFSET_FILE
        self._clock = clock

    def offset(self) -> int:
        """Seconds by which business time is ahead of the machine; 0 if the file is no number."""
        try:
            return int(self._file.read_text().strip() or 0)
        except (OSError, ValueError):
            return 0

    def add(self, seconds: int) -> None:
        self._write(self.offset() + seconds)

    def go_to(self, instant: datetime) -> None:
        """Let it be `instant` now."""
        self.add(round((instant - self._clock()).total_seconds()))

    def reset(self) -> None:
        self._write(0)

    def _write(self, seconds: int) -> None:
        # whole or not at all: other processes read at any moment
        draft = self._file.with_suffix(".new")
        draft.write_text(f"{seconds}\n")
        draft.replace(self._file)

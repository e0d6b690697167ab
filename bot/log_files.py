"""Log files of child processes: appended to by the child itself, rotated from outside."""

import os
import shutil
from pathlib import Path
from typing import IO

ROTATE_AT_BYTES = 20_000_000


class LogFile:
    """One log with one older generation beside it (`web.log`, `web.log.1`)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def open(self) -> IO[bytes]:
        """For a child to write to: in append mode, so that `rotate` may cut it off meanwhile."""
        return self.path.open("ab")

    def rotate(self) -> None:
        """Keep the old lines aside once there are many. A line written meanwhile may be lost."""
        if self.path.exists() and self.path.stat().st_size > ROTATE_AT_BYTES:
            shutil.copyfile(self.path, self.path.with_suffix(".log.1"))
            os.truncate(self.path, 0)

    def last_line(self) -> str:
        """The last line that says something; empty if none does."""
        with self.path.open("rb") as log:
            log.seek(max(0, self.path.stat().st_size - 4000))
            lines = log.read().decode(errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

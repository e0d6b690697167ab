"""Every call between the service and the fake Infobip, in both directions, for tests and people."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from threading import Lock
from typing import Any

MAX_CALLS = 2000


class Direction(StrEnum):
    TO_INFOBIP = "to_infobip"
    TO_SERVICE = "to_service"


@dataclass(frozen=True)
class Call:
    """One HTTP call; `status` None when no answer came. Credentials are never kept."""

    number: int
    at: datetime
    direction: Direction
    method: str
    path: str
    body: Any
    status: int | None
    answer: Any
    milliseconds: float


class WireLog:
    """The last calls, oldest first. Thread-safe."""

    def __init__(self, limit: int = MAX_CALLS) -> None:
        self._calls: deque[Call] = deque(maxlen=limit)
        self._count = 0
        self._lock = Lock()

    def add(self, **fields: Any) -> None:
        with self._lock:
            self._count += 1
            self._calls.append(Call(number=self._count, **fields))

    def after(self, number: int = 0) -> list[Call]:
        """Calls later than call `number`."""
        with self._lock:
            return [call for call in self._calls if call.number > number]

"""Keeps the leases of running turns alive, and shows "typing" when a turn takes long."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Lock, Thread
from time import monotonic

from bot.clock import Clock
from bot.logs import get_logger
from storage.conversations import Conversations, Lease
from storage.errors import StorageError

LEASE = timedelta(seconds=15)
RENEW_AFTER_SECONDS = LEASE.total_seconds() / 3
TYPING_AFTER_SECONDS = 1.5
TICK_SECONDS = 0.5

log = get_logger()


@dataclass
class _Running:
    lease: Lease
    address: str
    started: float
    renewed: float
    is_typing: bool = False


class LeaseKeeper:
    """Renews each held lease well before it ends; a crash simply stops renewing."""

    def __init__(
        self, conversations: Conversations, clock: Clock, show_typing: Callable[[str], object]
    ) -> None:
        self._conversations = conversations
        self._clock = clock
        self._show_typing = show_typing
        self._running: dict[str, _Running] = {}
        self._lock = Lock()
        self._stop = Event()
        self._thread = Thread(target=self._loop, name="lease-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def hold(self, lease: Lease, address: str) -> None:
        """Keep this lease until `let_go`."""
        now = monotonic()
        with self._lock:
            self._running[lease.conversation.conversation_id] = _Running(lease, address, now, now)

    def let_go(self, lease: Lease) -> None:
        with self._lock:
            self._running.pop(lease.conversation.conversation_id, None)

    def _loop(self) -> None:
        while not self._stop.wait(TICK_SECONDS):
            with self._lock:
                running = list(self._running.values())
            for turn in running:
                self._look_after(turn)

    def _look_after(self, turn: _Running) -> None:
        now = monotonic()
        if not turn.is_typing and now - turn.started >= TYPING_AFTER_SECONDS:
            turn.is_typing = True
            self._show_typing(turn.address)
        if now - turn.renewed >= RENEW_AFTER_SECONDS:
            turn.renewed = now
            try:
                held = self._conversations.renew(
                    turn.lease, until=self._clock.machine_now() + LEASE
                )
            except StorageError:
                return
            if not held:
                log.warning("lease_lost", conversation_id=turn.lease.conversation.conversation_id)
                self.let_go(turn.lease)

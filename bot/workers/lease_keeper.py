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
    """
    Renews each held lease well before it ends; a crash simply stops renewing.

    Typing has a thread of its own: a provider that hangs must not cost anybody a lease.
    """

    def __init__(
        self, conversations: Conversations, clock: Clock, show_typing: Callable[[str], object]
    ) -> None:
        self._conversations = conversations
        self._clock = clock
        self._show_typing = show_typing
        self._running: dict[str, _Running] = {}
        self._lock = Lock()
        self._stop = Event()
        self._threads = [
            Thread(target=self._loop, args=(self._renew,), name="lease-keeper", daemon=True),
            Thread(target=self._loop, args=(self._type,), name="typing", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def hold(self, lease: Lease, address: str) -> None:
        """Keep this lease until `let_go`."""
        now = monotonic()
        with self._lock:
            self._running[lease.conversation.conversation_id] = _Running(lease, address, now, now)

    def let_go(self, lease: Lease) -> None:
        """Stop keeping this lease; a later one of the same conversation stays."""
        conversation_id = lease.conversation.conversation_id
        with self._lock:
            running = self._running.get(conversation_id)
            if running is not None and running.lease.fence == lease.fence:
                del self._running[conversation_id]

    def _loop(self, look_after: Callable[[_Running], None]) -> None:
        while not self._stop.wait(TICK_SECONDS):
            with self._lock:
                running = list(self._running.values())
            for turn in running:
                look_after(turn)

    def _type(self, turn: _Running) -> None:
        takes_long = monotonic() - turn.started >= TYPING_AFTER_SECONDS
        if takes_long and not turn.is_typing and self._is_running(turn):
            turn.is_typing = True
            self._show_typing(turn.address)

    def _renew(self, turn: _Running) -> None:
        now = monotonic()
        if now - turn.renewed < RENEW_AFTER_SECONDS or not self._is_running(turn):
            return
        try:
            held = self._conversations.renew(turn.lease, until=self._clock.machine_now() + LEASE)
        except StorageError:
            return
        turn.renewed = now
        if not held and self._is_running(turn):
            log.warning("lease_lost", conversation_id=turn.lease.conversation.conversation_id)
            self.let_go(turn.lease)

    def _is_running(self, turn: _Running) -> bool:
        with self._lock:
            return self._running.get(turn.lease.conversation.conversation_id) is turn

"""Drains the inbox: one conversation at a time under a lease, its messages in order."""

from datetime import timedelta
from time import perf_counter

import structlog

from bot.clock import Clock
from bot.dialogue.rasa_client import RasaRefusedError, RasaUnavailableError
from bot.dialogue.turn import TurnTaker
from bot.logs import get_logger
from bot.metrics import TURN_SECONDS, TURNS
from bot.services.fallback_notices import FallbackNotices
from bot.workers.lease_keeper import LEASE, LeaseKeeper
from domain.contact import Contact
from storage.contacts import Contacts
from storage.conversations import Conversations, Lease, LeaseLostError
from storage.inbox import Inbox, InboxEntry, ReadyAddress
from storage.turns import FinishedTurn, Turns

MAX_ATTEMPTS = 5
RETRY_AFTER = timedelta(seconds=2)
MAX_RETRY_AFTER = timedelta(minutes=1)

log = get_logger()


class InboxWorker:
    """Does one conversation's waiting messages: lease, read, ask Rasa, commit."""

    def __init__(
        self,
        worker: str,
        *,
        inbox: Inbox,
        contacts: Contacts,
        conversations: Conversations,
        turns: Turns,
        turn_taker: TurnTaker,
        notices: FallbackNotices,
        keeper: LeaseKeeper,
        clock: Clock,
    ) -> None:
        self._worker = worker
        self._inbox = inbox
        self._contacts = contacts
        self._conversations = conversations
        self._turns = turns
        self._turn_taker = turn_taker
        self._notices = notices
        self._keeper = keeper
        self._clock = clock

    def find_ready(self, busy: set[str], limit: int) -> list[tuple[str, ReadyAddress]]:
        """Addresses with something to answer now."""
        ready = self._inbox.list_ready(now=self._clock.machine_now(), limit=limit, busy=busy)
        return [(piece.address, piece) for piece in ready]

    def work(self, ready: ReadyAddress) -> None:
        """Answer what waits at one address, unless another worker is at it."""
        message = ready.message
        contact = self._contacts.resolve(message.aliases, message.contact_name)
        lease = self._conversations.claim(
            contact.contact_id,
            message.business_number,
            worker=self._worker,
            now=self._clock.machine_now(),
            lease=LEASE,
            arrived_at=ready.arrived_at,
        )
        if lease is None:
            return
        conversation_id = lease.conversation.conversation_id
        with structlog.contextvars.bound_contextvars(conversation_id=conversation_id):
            self._keeper.hold(lease, contact.send_to)
            try:
                self._work_under(lease, contact)
            finally:
                self._keeper.let_go(lease)

    def _work_under(self, lease: Lease, contact: Contact) -> None:
        started = perf_counter()
        batch = self._take_batch(lease, contact)
        if not batch:
            self._conversations.release(lease, forgive_attempt=True)
            return
        contact = self._check_identity_hash(contact, batch)
        try:
            finished = self._finish(lease, contact, batch)
            self._turns.commit(lease, contact, batch, finished, now=self._clock.machine_now())
        except LeaseLostError:
            log.warning("turn_fenced_off", worker=self._worker, fence=lease.fence)
            return
        except RasaUnavailableError as error:
            self._try_later(lease, batch, str(error))
            return
        TURNS.labels(outcome="given_up" if finished.given_up else "answered").inc()
        TURN_SECONDS.labels(step="whole").observe(perf_counter() - started)

    def _take_batch(self, lease: Lease, contact: Contact) -> list[InboxEntry]:
        """
        The entries to answer together.

        After an attempt that did not finish, exactly what it had taken: its replay by message id
        must meet the same messages, or one of them would be read twice or never.
        """
        if lease.batch:
            return self._inbox.get_many(lease.batch)
        business_number = lease.conversation.business_number
        addresses = [f"{business_number}|{alias}" for alias in contact.aliases]
        waiting = self._inbox.list_waiting(addresses)
        if lease.attempts > 1:
            return waiting[:1]
        if len(waiting) > 1:
            self._conversations.remember_batch(lease, [entry.entry_id for entry in waiting])
        return waiting

    def _finish(self, lease: Lease, contact: Contact, batch: list[InboxEntry]) -> FinishedTurn:
        if lease.attempts > MAX_ATTEMPTS:
            log.error("turn_given_up", attempts=lease.attempts, external_id=batch[0].entry_id)
            return self._notices.give_up(lease.conversation, batch, "too_many_attempts")
        try:
            return self._turn_taker.take(lease.conversation, contact, batch)
        except RasaRefusedError as error:
            log.exception("turn_refused", reason=str(error))
            return self._notices.give_up(lease.conversation, batch, str(error))

    def _try_later(self, lease: Lease, batch: list[InboxEntry], reason: str) -> None:
        """Rasa is away: that is not the message's fault, so the attempt does not count."""
        now = self._clock.machine_now()
        waited = self._clock.now() - batch[0].arrived_at
        delay = min(max(RETRY_AFTER, waited / 4), MAX_RETRY_AFTER)
        log.warning("turn_postponed", reason=reason, seconds=delay.total_seconds())
        self._notices.say_please_wait(lease.conversation.conversation_id, batch[0], waited)
        self._inbox.delay([entry.entry_id for entry in batch], now + delay)
        self._conversations.release(lease, forgive_attempt=True)
        TURNS.labels(outcome="postponed").inc()

    def _check_identity_hash(self, contact: Contact, batch: list[InboxEntry]) -> Contact:
        """WhatsApp says the person behind the number changed: what was proven ends."""
        hashes = [entry.message.identity_hash for entry in batch if entry.message.identity_hash]
        if not hashes or hashes[-1] == contact.identity_hash:
            return contact
        self._contacts.note_identity_hash(contact.contact_id, hashes[-1])
        return self._contacts.get(contact.contact_id)

"""Drains the inbox: one conversation at a time under a lease, its messages in order."""

from collections.abc import Callable
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
from storage.errors import StorageError
from storage.inbox import Inbox, InboxEntry
from storage.turns import FinishedTurn, Turns

MAX_ATTEMPTS = 5
RETRY_AFTER = timedelta(seconds=2)
MAX_RETRY_AFTER = timedelta(seconds=30)
WAIT_FOR_DIALOGUE = timedelta(hours=1)

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
        on_enqueued: Callable[[str], None],
    ) -> None:
        """`on_enqueued` is told the conversation whose answer now waits in the outbox."""
        self._worker = worker
        self._inbox = inbox
        self._contacts = contacts
        self._conversations = conversations
        self._turns = turns
        self._turn_taker = turn_taker
        self._notices = notices
        self._keeper = keeper
        self._clock = clock
        self._on_enqueued = on_enqueued

    def find_ready(self, busy: set[str], limit: int) -> list[tuple[str, InboxEntry]]:
        """Addresses with something to answer now."""
        ready = self._inbox.list_ready(now=self._clock.machine_now(), limit=limit, busy=busy)
        return [(entry.address, entry) for entry in ready]

    def work(self, ready: InboxEntry) -> bool:
        """Answer what waits at one address; False if another worker is at it or it must wait."""
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
            return False
        conversation_id = lease.conversation.conversation_id
        with structlog.contextvars.bound_contextvars(conversation_id=conversation_id):
            self._keeper.hold(lease, contact.send_to)
            try:
                return self._work_under(lease, contact)
            except LeaseLostError:
                log.warning("turn_fenced_off", worker=self._worker, fence=lease.fence)
                return False
            finally:
                self._keeper.let_go(lease)

    def _work_under(self, lease: Lease, contact: Contact) -> bool:
        started = perf_counter()
        batch = self._take_batch(lease, contact)
        if not batch:
            self._conversations.release(lease)
            return False
        try:
            contact = self._check_identity_hash(contact, batch)
            finished = self._finish(lease, contact, batch)
            self._turns.commit(lease, contact, batch, finished, now=self._clock.machine_now())
        except (LeaseLostError, StorageError):
            # nobody could note a retry now: it is somebody else's, or its lease runs out by itself
            raise
        except RasaUnavailableError as error:
            waited = self._clock.machine_now() - batch[0].stored_at
            log.warning("turn_postponed", reason=str(error), attempts=lease.attempts)
            self._try_later(lease, contact, batch, waited / 4, counts=False)
            return False
        except Exception:
            log.exception("turn_failed", attempts=lease.attempts)
            self._try_later(lease, contact, batch, RETRY_AFTER * 2 ** (lease.attempts - 1))
            return False
        if finished.replies:
            self._on_enqueued(lease.conversation.conversation_id)
        TURNS.labels(outcome="given_up" if finished.given_up else "answered").inc()
        TURN_SECONDS.labels(step="whole").observe(perf_counter() - started)
        return True

    def _take_batch(self, lease: Lease, contact: Contact) -> list[InboxEntry]:
        """
        The entries to answer together.

        After an attempt that did not finish, exactly what it had taken: its replay by message id
        must meet the same messages, or one of them would be read twice or never.
        """
        batch = self._inbox.get_waiting(lease.batch) if lease.batch else []
        if batch:
            return batch
        waiting = self._inbox.list_waiting(self._addresses(lease, contact))
        if lease.attempts > 1:
            # the attempt that ended without a trace had one message: more would be remembered
            waiting = waiting[:1]
        waiting = waiting[: self._turn_taker.most_at_once(waiting)]
        if len(waiting) > 1 or lease.attempts > 1:
            self._conversations.remember_batch(lease, [entry.entry_id for entry in waiting])
        return waiting

    def _finish(self, lease: Lease, contact: Contact, batch: list[InboxEntry]) -> FinishedTurn:
        if lease.attempts > MAX_ATTEMPTS:
            return self._give_up(lease, batch, "too_many_attempts")
        try:
            return self._turn_taker.take(lease.conversation, contact, batch)
        except RasaRefusedError as error:
            return self._give_up(lease, batch, str(error))
        except RasaUnavailableError:
            if self._clock.machine_now() - batch[0].stored_at < WAIT_FOR_DIALOGUE:
                raise
            return self._give_up(lease, batch, "dialogue_away")

    def _give_up(self, lease: Lease, batch: list[InboxEntry], reason: str) -> FinishedTurn:
        log.error("turn_given_up", reason=reason, external_id=batch[0].entry_id, count=len(batch))
        return self._notices.give_up(lease.conversation, batch, reason)

    def _try_later(
        self,
        lease: Lease,
        contact: Contact,
        batch: list[InboxEntry],
        delay: timedelta,
        *,
        counts: bool = True,
    ) -> None:
        """The same messages again after a while, before anything else of this conversation."""
        now = self._clock.machine_now()
        until = now + min(max(RETRY_AFTER, delay), MAX_RETRY_AFTER)
        conversation_id = lease.conversation.conversation_id
        self._notices.say_please_wait(conversation_id, batch[0], now - batch[0].stored_at)
        self._inbox.delay(self._addresses(lease, contact), until)
        entry_ids = [entry.entry_id for entry in batch]
        self._conversations.postpone(lease, entry_ids, until=until, counts=counts)
        TURNS.labels(outcome="postponed").inc()

    def _addresses(self, lease: Lease, contact: Contact) -> list[str]:
        return [f"{lease.conversation.business_number}|{alias}" for alias in contact.aliases]

    def _check_identity_hash(self, contact: Contact, batch: list[InboxEntry]) -> Contact:
        """WhatsApp says the person behind the number changed: what was proven ends."""
        hashes = [entry.message.identity_hash for entry in batch if entry.message.identity_hash]
        if not hashes or hashes[-1] == contact.identity_hash:
            return contact
        self._contacts.note_identity_hash(contact.contact_id, hashes[-1])
        return self._contacts.get(contact.contact_id)

"""Drains the outbox: the only place from where anything is sent."""

from collections.abc import Callable
from datetime import timedelta
from random import uniform
from time import perf_counter

from bot.clock import Clock
from bot.infobip.client import InfobipClient
from bot.infobip.errors import SendRefused, SendUnavailable, SendUnknown, Unauthorized
from bot.logs import get_logger
from bot.metrics import SEND_SECONDS, SENDS
from bot.services.enqueuing import Enqueuing
from bot.services.fallback_notices import FallbackNotices
from bot.services.outgoing_files import FileState, OutgoingFiles
from domain.conversation import SendDecision, may_send, window_is_open
from domain.delivery import DeliveryStatus
from domain.message import FileReference, OutboundMessage, file_of
from storage.contacts import Contacts
from storage.conversations import Conversations
from storage.outbox import Outbox, OutboxEntry
from storage.outbox_files import OutboxFiles
from storage.outbox_upkeep import OutboxUpkeep

LEASE = timedelta(seconds=30)
MAX_ATTEMPTS = 6
FIRST_BACKOFF = timedelta(seconds=1)
MAX_BACKOFF = timedelta(minutes=5)
WAIT_FOR_REPORT = timedelta(seconds=30)
UNAUTHORIZED_PAUSE = timedelta(seconds=30)
LOOK_FOR_FILE_AFTER = timedelta(seconds=2)
PROOF_IS_FRESH_FOR = timedelta(seconds=30)

log = get_logger()


class OutboxWorker:
    """Sends each conversation's messages in order, each under its own id, once."""

    def __init__(
        self,
        worker: str,
        *,
        outbox: Outbox,
        outbox_files: OutboxFiles,
        upkeep: OutboxUpkeep,
        conversations: Conversations,
        contacts: Contacts,
        enqueuing: Enqueuing,
        files: OutgoingFiles,
        notices: FallbackNotices,
        client: InfobipClient,
        clock: Clock,
        on_unproven: Callable[[OutboxEntry], object] | None = None,
    ) -> None:
        """`on_unproven` says something else in the place of what was meant for somebody else."""
        self._worker = worker
        self._outbox = outbox
        self._outbox_files = outbox_files
        self._conversations = conversations
        self._contacts = contacts
        self._upkeep = upkeep
        self._enqueuing = enqueuing
        self._files = files
        self._notices = notices
        self._client = client
        self._clock = clock
        self._on_unproven = on_unproven
        self._paused_until = clock.machine_now()

    def find_ready(self, busy: set[str], limit: int) -> list[tuple[str, str]]:
        """Conversations with something to send now; none while the key is being refused."""
        if self._is_paused():
            return []
        ready = self._outbox.list_ready(now=self._clock.machine_now(), limit=limit, busy=busy)
        return [(conversation_id, conversation_id) for conversation_id in ready]

    def work(self, conversation_id: str) -> bool:
        """Send what is ready in one conversation, in order; False if nothing could be sent."""
        settled = 0
        while not self._is_paused():
            entry = self._outbox.claim(
                conversation_id, worker=self._worker, now=self._clock.machine_now(), lease=LEASE
            )
            if entry is None or not self._send(entry):
                break
            settled += 1
            if not entry.is_followed:
                # whatever was put in later has woken the drain by itself
                break
        return settled > 0

    def look_after(self) -> None:
        """Take over from senders that died; try again, or give up, what no report decided."""
        now = self._clock.machine_now()
        freed = self._upkeep.free_expired(now)
        if freed:
            log.warning("sends_left_unfinished", count=freed)
        for entry in self._upkeep.list_overdue_unknown(now):
            if entry.attempts < MAX_ATTEMPTS:
                self._upkeep.retry_unknown(entry.message_id, now=now)
            else:
                self._give_up(entry, DeliveryStatus.EXPIRED, "never_reported")

    def _is_paused(self) -> bool:
        return self._clock.machine_now() < self._paused_until

    def _send(self, entry: OutboxEntry) -> bool:
        """One attempt; True if the next message of the conversation may follow now."""
        conversation = self._conversations.get(entry.conversation_id)
        decision = may_send(
            entry.content,
            entry.author,
            conversation.handled_by,
            window_open=window_is_open(conversation.last_inbound_at, self._clock.now()),
        )
        if decision is SendDecision.WITHHOLD:
            return self._settle(entry, DeliveryStatus.WITHHELD, reason="not_the_owner")
        if self._is_for_somebody_else(entry, conversation.contact_id):
            if self._on_unproven is not None and entry.purpose is not None:
                self._on_unproven(entry)
            return self._settle(entry, DeliveryStatus.WITHHELD, reason="no_longer_proven")
        if decision is SendDecision.NEEDS_TEMPLATE:
            # the person's answer to the template opens the window, and lets the message go
            self._enqueuing.send_template_for(entry)
            return self._settle(entry, DeliveryStatus.WAITING_WINDOW, reason="window_closed")
        file = file_of(entry.content)
        return self._attempt(entry) if file is None else self._send_file(entry, file)

    def _send_file(self, entry: OutboxEntry, file: FileReference) -> bool:
        state = self._files.state(file.file_id)
        if state is FileState.STORED:
            return self._attempt(entry, self._files.link(file))
        if state is FileState.MISSING:
            self._notices.say_no_document(entry)
            return self._give_up(entry, DeliveryStatus.FAILED, "no_document")
        return self._await_file(entry, file.file_id)

    def _await_file(self, entry: OutboxEntry, file_id: str) -> bool:
        """Whoever stores the file lets the message go; True if that may have been missed."""
        now = self._clock.machine_now()
        self._outbox_files.put_back(entry, file_id, retry_at=now + LOOK_FOR_FILE_AFTER)
        log.debug("message_awaits_file", message_id=entry.message_id)
        if self._files.state(file_id) is FileState.COMING:
            return False
        self._outbox_files.release(file_id, now=now)
        return True

    def _is_for_somebody_else(self, entry: OutboxEntry, contact_id: str) -> bool:
        """Whether what waited long may hold data of whom the contact is not proven to be now."""
        waited = self._clock.machine_now() - entry.enqueued_at
        if entry.for_borrower is None or waited < PROOF_IS_FRESH_FOR:
            return False
        identity = self._contacts.get(contact_id).identity
        return identity.verified_borrower(self._clock.now()) != entry.for_borrower

    def _attempt(self, entry: OutboxEntry, file_url: str | None = None) -> bool:
        message = OutboundMessage(
            message_id=entry.message_id,
            business_number=entry.business_number,
            to=entry.to,
            content=entry.content,
            file_url=file_url,
        )
        started = perf_counter()
        try:
            self._client.send(message)
        except SendUnavailable as error:
            return self._try_later(entry, error.code, error.retry_after)
        except SendUnknown as error:
            return self._settle(
                entry, DeliveryStatus.UNKNOWN, reason=error.code, retry_in=WAIT_FOR_REPORT
            )
        except Unauthorized as error:
            log.critical("infobip_refuses_our_key", error_code=error.code)
            self._paused_until = self._clock.machine_now() + UNAUTHORIZED_PAUSE
            return self._settle(
                entry,
                DeliveryStatus.PENDING,
                reason=error.code,
                retry_in=UNAUTHORIZED_PAUSE,
                counts=False,
            )
        except SendRefused as error:
            if error.permanent:
                return self._give_up(entry, DeliveryStatus.FAILED, error.code)
            return self._try_later(entry, error.code)
        finally:
            SEND_SECONDS.observe(perf_counter() - started)
        return self._settle(entry, DeliveryStatus.SENT)

    def _try_later(
        self, entry: OutboxEntry, reason: str, retry_after: timedelta | None = None
    ) -> bool:
        if entry.attempts >= MAX_ATTEMPTS:
            return self._give_up(entry, DeliveryStatus.FAILED, reason)
        backoff = min(FIRST_BACKOFF * 2**entry.attempts, MAX_BACKOFF)
        jittered = backoff * uniform(0.5, 1.0)  # noqa: S311 - nothing secret about it
        delay = max(jittered, retry_after or timedelta())
        return self._settle(entry, DeliveryStatus.PENDING, reason=reason, retry_in=delay)

    def _give_up(self, entry: OutboxEntry, status: DeliveryStatus, reason: str) -> bool:
        is_given_up = self._upkeep.give_up(
            entry, status, reason=reason, now=self._clock.machine_now(), at=self._clock.now()
        )
        if is_given_up:
            log.error("send_given_up", message_id=entry.message_id, reason=reason)
            SENDS.labels(outcome=status.value).inc()
        return True

    def _settle(
        self,
        entry: OutboxEntry,
        status: DeliveryStatus,
        *,
        reason: str | None = None,
        retry_in: timedelta | None = None,
        counts: bool = True,
    ) -> bool:
        """End the attempt; True if the next message of the conversation may follow now."""
        now = self._clock.machine_now()
        is_ours = self._outbox.settle(
            entry,
            status,
            now=now,
            retry_at=now + retry_in if retry_in is not None else None,
            reason=reason,
            counts=counts,
        )
        log.info(
            "message_settled" if is_ours else "message_settled_by_others",
            message_id=entry.message_id,
            conversation_id=entry.conversation_id,
            state=status.value,
            reason=reason,
            attempt=entry.attempts,
            kind=entry.content.kind,
        )
        outcome = "retry" if status is DeliveryStatus.PENDING else status.value
        SENDS.labels(outcome=outcome).inc()
        return retry_in is None or not is_ours

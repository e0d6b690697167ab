"""Drains the outbox: the only place from where anything is sent."""

from datetime import timedelta
from random import uniform
from time import perf_counter

from bot.clock import Clock
from bot.infobip.client import InfobipClient
from bot.infobip.error_codes import ErrorAdvice
from bot.infobip.errors import SendRefused, SendUnavailable, SendUnknown, Unauthorized
from bot.logs import get_logger
from bot.metrics import SEND_SECONDS, SENDS
from bot.services.enqueuing import Enqueuing
from domain.conversation import Conversation, SendDecision, may_send, window_is_open
from domain.delivery import DeliveryStatus
from domain.message import OutboundContent, OutboundMessage
from storage.conversations import Conversations
from storage.dead_letters import DeadLetters
from storage.outbox import Outbox, OutboxEntry

LEASE = timedelta(seconds=30)
MAX_ATTEMPTS = 6
FIRST_BACKOFF = timedelta(seconds=1)
MAX_BACKOFF = timedelta(minutes=5)
WAIT_FOR_REPORT = timedelta(seconds=60)
UNAUTHORIZED_PAUSE = timedelta(seconds=30)

log = get_logger()


class OutboxWorker:
    """Sends each conversation's messages in order, each under its own id, once."""

    def __init__(
        self,
        worker: str,
        *,
        outbox: Outbox,
        conversations: Conversations,
        dead_letters: DeadLetters,
        enqueuing: Enqueuing,
        client: InfobipClient,
        clock: Clock,
    ) -> None:
        self._worker = worker
        self._outbox = outbox
        self._conversations = conversations
        self._dead_letters = dead_letters
        self._enqueuing = enqueuing
        self._client = client
        self._clock = clock
        self._paused_until = clock.machine_now()

    def find_ready(self, busy: set[str], limit: int) -> list[tuple[str, OutboxEntry]]:
        """Conversations with something to send now; none while the key is being refused."""
        now = self._clock.machine_now()
        if now < self._paused_until:
            return []
        ready = self._outbox.list_ready(now=now, limit=limit, busy=busy)
        return [(entry.conversation_id, entry) for entry in ready]

    def work(self, ready: OutboxEntry) -> None:
        """Send what is ready in one conversation, in order, until something must wait."""
        while True:
            entry = self._outbox.claim(
                ready.conversation_id,
                worker=self._worker,
                now=self._clock.machine_now(),
                lease=LEASE,
            )
            if entry is None or not self._send(entry):
                return

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
        content = entry.content
        if decision is SendDecision.NEEDS_TEMPLATE:
            template = self._enqueuing.template_for(entry.purpose)
            if template is None:
                return self._settle(entry, DeliveryStatus.WAITING_WINDOW, reason="window_closed")
            content = template
        return self._attempt(entry, content, conversation)

    def _attempt(
        self, entry: OutboxEntry, content: OutboundContent, conversation: Conversation
    ) -> bool:
        message = OutboundMessage(
            message_id=entry.message_id,
            business_number=entry.business_number,
            to=entry.to,
            content=content,
            reply_to=entry.reply_to,
        )
        started = perf_counter()
        try:
            self._client.send(message)
        except SendUnavailable as error:
            return self._try_later(entry, error.code, error.retry_after)
        except SendUnknown as error:
            # the next one may go: this one has most probably arrived, and a report will tell
            return self._settle(
                entry, DeliveryStatus.UNKNOWN, reason=error.code, retry_in=WAIT_FOR_REPORT
            )
        except Unauthorized as error:
            log.critical("infobip_refuses_our_key", error_code=error.code)
            self._paused_until = self._clock.machine_now() + UNAUTHORIZED_PAUSE
            return self._try_later(entry, error.code, UNAUTHORIZED_PAUSE, counts=False)
        except SendRefused as error:
            return self._refused(entry, error, conversation)
        finally:
            SEND_SECONDS.observe(perf_counter() - started)
        return self._settle(entry, DeliveryStatus.SENT, sent_as=content)

    def _refused(self, entry: OutboxEntry, error: SendRefused, conversation: Conversation) -> bool:
        if error.advice is ErrorAdvice.CLOSE_WINDOW:
            self._conversations.close_window(conversation.conversation_id)
            return self._settle(entry, DeliveryStatus.WAITING_WINDOW, reason=error.code)
        if not error.permanent:
            return self._try_later(entry, error.code, None)
        return self._give_up(entry, error.code)

    def _try_later(
        self,
        entry: OutboxEntry,
        reason: str,
        retry_after: timedelta | None,
        *,
        counts: bool = True,
    ) -> bool:
        if counts and entry.attempts >= MAX_ATTEMPTS:
            return self._give_up(entry, reason)
        backoff = min(FIRST_BACKOFF * 2 ** min(entry.attempts, 12), MAX_BACKOFF)
        jittered = backoff * uniform(0.5, 1.0)  # noqa: S311 - nothing secret about it
        delay = max(jittered, retry_after or timedelta())
        self._settle(entry, DeliveryStatus.PENDING, reason=reason, retry_in=delay)
        return False

    def _give_up(self, entry: OutboxEntry, reason: str) -> bool:
        self._dead_letters.add(
            source="outbound",
            reason=reason,
            body=entry.content.model_dump(mode="json"),
            dedupe_key=f"outbound:{entry.message_id}",
            at=self._clock.now(),
            conversation_id=entry.conversation_id,
        )
        log.error("send_given_up", message_id=entry.message_id, reason=reason)
        return self._settle(entry, DeliveryStatus.FAILED, reason=reason)

    def _settle(
        self,
        entry: OutboxEntry,
        status: DeliveryStatus,
        *,
        reason: str | None = None,
        retry_in: timedelta | None = None,
        sent_as: OutboundContent | None = None,
    ) -> bool:
        now = self._clock.machine_now()
        self._outbox.settle(
            entry,
            status,
            now=now,
            retry_at=now + retry_in if retry_in is not None else None,
            reason=reason,
            content=sent_as if sent_as is not entry.content else None,
        )
        SENDS.labels(
            outcome=status.value if status is not DeliveryStatus.PENDING else "retry"
        ).inc()
        log.info(
            "message_settled",
            message_id=entry.message_id,
            conversation_id=entry.conversation_id,
            state=status.value,
            reason=reason,
            attempt=entry.attempts,
            kind=entry.content.kind,
        )
        return True

    def retry_overdue_unknown(self) -> None:
        """Sends whose report never came are tried again under the same id, then given up."""
        now = self._clock.machine_now()
        for entry in self._outbox.list_overdue_unknown(now):
            if entry.attempts >= MAX_ATTEMPTS:
                self._outbox.give_up_unknown(entry.message_id, now=now)
                log.error("send_never_reported", message_id=entry.message_id)
            else:
                self._outbox.retry_unknown(entry.message_id, now=now)

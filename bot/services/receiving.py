"""Takes in what the provider posts: stored first, worked on later."""

import json
from collections.abc import Sequence
from hashlib import sha256
from time import monotonic

from bot.clock import Clock
from bot.doorbell import Doorbell
from bot.logs import get_logger
from bot.services.delivery_reports import DeliveryReports
from domain.burst import BurstWords, hold_for
from domain.message import InboundMessage
from domain.rejected import RejectedResult
from domain.report import Report
from storage.dead_letters import DeadLetters
from storage.errors import StorageError
from storage.inbox import Inbox
from storage.mongo import deadline

MAX_KEPT_BYTES = 4 * 1024 * 1024
MAX_WAITING = 100_000
COUNT_EVERY_SECONDS = 1.0
ANSWER_WITHIN_SECONDS = 4.0

log = get_logger()


class NotStoredError(Exception):
    """Nothing was acknowledged: the store is away or full, and the provider should try again."""


class Receiving:
    """What the webhooks call. Promise: what is accepted here is in MongoDB."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        dead_letters: DeadLetters,
        reports: DeliveryReports,
        clock: Clock,
        burst_words: BurstWords,
        doorbell: Doorbell,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        self._inbox = inbox
        self._dead_letters = dead_letters
        self._reports = reports
        self._clock = clock
        self._burst_words = burst_words
        self._doorbell = doorbell
        self._max_waiting = max_waiting
        self._is_full = False
        self._counted_at = -COUNT_EVERY_SECONDS

    def accept_inbound(self, items: Sequence[InboundMessage | RejectedResult]) -> int:
        """Store every message once; return how many were new. NotStoredError: send them again."""
        messages = [item for item in items if isinstance(item, InboundMessage)]
        try:
            with deadline(ANSWER_WITHIN_SECONDS):
                self._refuse_if_full()
                self._keep_rejected("inbound", items)
                new = self._inbox.add_many(
                    [(each, hold_for(each.content, self._burst_words)) for each in messages],
                    arrived_at=self._clock.now(),
                    now=self._clock.machine_now(),
                )
        except StorageError as error:
            raise NotStoredError from error
        if new:
            self._doorbell.ring("inbox")
        log.info(
            "inbound_stored",
            received=len(items),
            new=new,
            rejected=len(items) - len(messages),
            external_id=messages[0].external_id if len(messages) == 1 else None,
        )
        return new

    def accept_reports(self, items: Sequence[Report | RejectedResult]) -> int:
        """Apply every report; return how many changed something. NotStoredError: again."""
        try:
            with deadline(ANSWER_WITHIN_SECONDS):
                self._keep_rejected("report", items)
                return sum(
                    self._applies(item) for item in items if not isinstance(item, RejectedResult)
                )
        except StorageError as error:
            raise NotStoredError from error

    def keep_unreadable(self, source: str, body: bytes, reason: str) -> None:
        """Keep a whole body that nobody could read. NotStoredError: send it again."""
        try:
            with deadline(ANSWER_WITHIN_SECONDS):
                self._dead_letters.add(
                    source=source,
                    reason=reason,
                    body=_text_or_bytes(body[:MAX_KEPT_BYTES]),
                    dedupe_key=f"{source}:{sha256(body).hexdigest()}",
                    at=self._clock.now(),
                )
        except StorageError as error:
            raise NotStoredError from error

    def _applies(self, report: Report) -> bool:
        """Whether the report changed something; one that cannot be applied is kept instead."""
        try:
            return self._reports.apply(report)
        except StorageError:
            raise
        except Exception:
            log.exception("report_not_applied", kind=report.kind)
        body = report.model_dump(mode="json")
        content = json.dumps(body, sort_keys=True).encode()
        self._dead_letters.add(
            source="report",
            reason="not_applied",
            body=body,
            dedupe_key=f"report:{sha256(content).hexdigest()}",
            at=self._clock.now(),
        )
        return False

    def _refuse_if_full(self) -> None:
        """Back-pressure: what nobody works off is better kept by the provider than piled up."""
        if monotonic() - self._counted_at >= COUNT_EVERY_SECONDS:
            self._counted_at = monotonic()
            self._is_full = self._inbox.is_deeper_than(self._max_waiting)
        if self._is_full:
            log.error("inbox_full", count=self._max_waiting)
            raise NotStoredError

    def _keep_rejected(
        self, source: str, items: Sequence[InboundMessage | Report | RejectedResult]
    ) -> None:
        rejected = [item for item in items if isinstance(item, RejectedResult)]
        for item in rejected:
            log.warning("result_rejected", kind=source, reason=item.reason)
        self._dead_letters.add_rejected(source, rejected, at=self._clock.now())


def _text_or_bytes(body: bytes) -> str | bytes:
    """What is no text stays as it is: escaped, it could outgrow what MongoDB takes."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body

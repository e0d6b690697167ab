"""Fetches the files that people sent, away from any turn, and keeps them."""

from datetime import timedelta

from bot.clock import Clock
from bot.infobip.errors import MediaError, MediaGone, MediaNotAllowed, MediaTooLarge
from bot.infobip.media import InboundMedia
from bot.logs import get_logger
from storage.attachments import Attachment, Attachments

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 6
FIRST_RETRY = timedelta(seconds=10)
MAX_AT_ONCE = 10

log = get_logger()


class AttachmentWorker:
    """Takes wanted files one by one; each ends as stored, gone or refused."""

    def __init__(self, attachments: Attachments, media: InboundMedia, clock: Clock) -> None:
        self._attachments = attachments
        self._media = media
        self._clock = clock

    def fetch_waiting(self) -> None:
        """Fetch what is wanted now, a few at a time."""
        for _ in range(MAX_AT_ONCE):
            wanted = self._attachments.claim_next(now=self._clock.machine_now(), lease=LEASE)
            if wanted is None:
                return
            self._fetch(wanted)

    def _fetch(self, wanted: Attachment) -> None:
        try:
            file = self._media.fetch(wanted.url)
        except MediaGone:
            self._end(wanted, "gone", "gone")
        except (MediaNotAllowed, MediaTooLarge) as error:
            self._end(wanted, "refused", type(error).__name__)
        except MediaError as error:
            self._try_later(wanted, type(error).__name__)
        else:
            self._attachments.store(wanted, file.content, file.mime_type)
            log.info(
                "attachment_stored",
                message_id=wanted.attachment_id,
                size_bytes=len(file.content),
                kind=wanted.media_kind.value,
            )

    def _try_later(self, wanted: Attachment, reason: str) -> None:
        if wanted.attempts >= MAX_ATTEMPTS:
            self._end(wanted, "gone", reason)
            return
        delay = FIRST_RETRY * 2**wanted.attempts
        self._attachments.retry_at(wanted.attachment_id, self._clock.machine_now() + delay)

    def _end(self, wanted: Attachment, state: str, reason: str) -> None:
        log.warning(
            "attachment_not_stored", message_id=wanted.attachment_id, state=state, reason=reason
        )
        self._attachments.settle(wanted.attachment_id, state, reason=reason)

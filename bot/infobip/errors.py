"""What can go wrong with Infobip: a closed list. No message holds content, numbers or keys."""

from datetime import timedelta

from bot.infobip.error_codes import ErrorAdvice


class BadPayload(Exception):
    """A webhook body that cannot be Infobip's: not JSON, or without its envelope."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SendError(Exception):
    """A message did not verifiably go out. `code` is for logs and the desk."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SendUnavailable(SendError):
    """Infobip did not take it: try again, not before `retry_after` if that is given."""

    def __init__(self, code: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(code)
        self.retry_after = retry_after


class SendUnknown(SendError):
    """The request went out and no answer came back: it may be sent. Wait for a report."""


class Unauthorized(SendError):
    """The key or its scopes are wrong: stop sending everything and call an operator."""


class SendRefused(SendError):
    """Infobip refuses this message. `permanent`: the same message would be refused again."""

    def __init__(
        self, code: str, *, permanent: bool = True, advice: ErrorAdvice = ErrorAdvice.ALERT
    ) -> None:
        super().__init__(code)
        self.permanent = permanent
        self.advice = advice


class InvalidMessage(SendRefused):
    """Refused here, before any call: the message breaks a rule of the channel."""


class MessageTooLarge(InvalidMessage):
    """Refused here, before any call: a part is longer than the channel takes."""


class MediaError(Exception):
    """A file of a contact could not be fetched."""


class MediaNotAllowed(MediaError):
    """The address is not one of Infobip's media addresses: never fetched."""


class MediaGone(MediaError):
    """Infobip no longer has the file: it keeps one for seven days."""


class MediaTooLarge(MediaError):
    """The file is larger than we take."""


class MediaUnavailable(MediaError):
    """Infobip did not hand the file over now: try again later."""

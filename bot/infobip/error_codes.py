"""Infobip's error codes as data: what each means and what the service should do about it."""

from dataclasses import dataclass
from enum import StrEnum

DUPLICATE_MESSAGE_ID_STATUS = 23
DUPLICATE_MESSAGE_ID_ERROR = 7280
# reported failed, perhaps wrongly: only the same message id keeps a retry from doubling it
MAY_HAVE_ARRIVED = frozenset({7050, 7051})


class ErrorAdvice(StrEnum):
    """
    close_window: only templates until the contact writes. stop_contact: nothing more to this
    number. retry_later: same message id, after a while. alert: an operator must look.
    opt_out: no marketing for this contact. confirm_identity: ask who it is before personal data.
    none: the message is lost and nothing follows from it.
    """

    CLOSE_WINDOW = "close_window"
    STOP_CONTACT = "stop_contact"
    RETRY_LATER = "retry_later"
    ALERT = "alert"
    OPT_OUT = "opt_out"
    CONFIRM_IDENTITY = "confirm_identity"
    NONE = "none"


@dataclass(frozen=True)
class ErrorCode:
    """One row of the vendor's table. `permanent`: the same message would fail again."""

    meaning: str
    advice: ErrorAdvice
    permanent: bool = True


REPORT_ERRORS: dict[int, ErrorCode] = {
    7001: ErrorCode("unknown application", ErrorAdvice.ALERT),
    7002: ErrorCode("the number is not on WhatsApp", ErrorAdvice.STOP_CONTACT),
    7003: ErrorCode("the user blocked us", ErrorAdvice.STOP_CONTACT),
    7004: ErrorCode("authentication failed", ErrorAdvice.ALERT),
    7005: ErrorCode("account not valid", ErrorAdvice.ALERT),
    7006: ErrorCode("bad request", ErrorAdvice.ALERT),
    7008: ErrorCode("template arguments do not fit", ErrorAdvice.ALERT),
    7009: ErrorCode("template not valid", ErrorAdvice.ALERT),
    7010: ErrorCode("outside the 24-hour messaging window", ErrorAdvice.CLOSE_WINDOW),
    7011: ErrorCode("channel configuration", ErrorAdvice.ALERT, permanent=False),
    7012: ErrorCode("channel configuration", ErrorAdvice.ALERT, permanent=False),
    7013: ErrorCode("media could not be fetched", ErrorAdvice.RETRY_LATER, permanent=False),
    7014: ErrorCode("media could not be uploaded", ErrorAdvice.RETRY_LATER, permanent=False),
    7015: ErrorCode("media metadata not valid", ErrorAdvice.ALERT),
    7016: ErrorCode("sender limited for spam", ErrorAdvice.ALERT),
    7017: ErrorCode("too many requests", ErrorAdvice.RETRY_LATER, permanent=False),
    7022: ErrorCode("media type not supported", ErrorAdvice.ALERT),
    7025: ErrorCode("the user's WhatsApp is too old", ErrorAdvice.NONE),
    7027: ErrorCode("content blocked", ErrorAdvice.NONE),
    7029: ErrorCode("the user's identity changed", ErrorAdvice.CONFIRM_IDENTITY),
    7030: ErrorCode("the user blocked this template", ErrorAdvice.NONE),
    7031: ErrorCode("flow not valid", ErrorAdvice.ALERT),
    7032: ErrorCode("the user's marketing cap is reached", ErrorAdvice.NONE),
    7033: ErrorCode("the user opted out of marketing", ErrorAdvice.OPT_OUT),
    7034: ErrorCode("sender not registered", ErrorAdvice.ALERT),
    7036: ErrorCode("template not synchronised", ErrorAdvice.RETRY_LATER, permanent=False),
    7037: ErrorCode("template not synchronised", ErrorAdvice.RETRY_LATER, permanent=False),
    7050: ErrorCode("provider internal error", ErrorAdvice.RETRY_LATER, permanent=False),
    7051: ErrorCode("provider timed out", ErrorAdvice.RETRY_LATER, permanent=False),
    7052: ErrorCode("provider error", ErrorAdvice.NONE),
    7080: ErrorCode("system error", ErrorAdvice.NONE),
    7081: ErrorCode("system error", ErrorAdvice.NONE),
    7082: ErrorCode("system error", ErrorAdvice.NONE),
    7083: ErrorCode("system error", ErrorAdvice.NONE),
    7084: ErrorCode("system error", ErrorAdvice.NONE),
    DUPLICATE_MESSAGE_ID_ERROR: ErrorCode("this message id was sent before", ErrorAdvice.NONE),
}

SEND_REJECTIONS: dict[int, ErrorCode] = {
    12: ErrorCode("not enough credits", ErrorAdvice.ALERT, permanent=False),
    17: ErrorCode("prepaid package expired", ErrorAdvice.ALERT, permanent=False),
    20: ErrorCode("flooding filter", ErrorAdvice.RETRY_LATER, permanent=False),
    21: ErrorCode("system error", ErrorAdvice.RETRY_LATER, permanent=False),
}

# may have been delivered all the same: only a retry under the same message id does no harm
MAY_HAVE_ARRIVED = frozenset({7050, 7051})


def report_advice(error_code: int | None, *, is_permanent: bool) -> ErrorAdvice:
    """What to do about a failed message; a code that is not in the table goes by permanence."""
    if error_code is None:
        # refused by the platform itself: credits, sender, route
        return ErrorAdvice.ALERT
    if error_code in REPORT_ERRORS:
        return REPORT_ERRORS[error_code].advice
    return ErrorAdvice.NONE if is_permanent else ErrorAdvice.RETRY_LATER


def send_rejection(status_id: int | None) -> ErrorCode:
    """What a send response's REJECTED status means; ids not in the table are final."""
    rejected = ErrorCode("rejected", ErrorAdvice.ALERT)
    return rejected if status_id is None else SEND_REJECTIONS.get(status_id, rejected)

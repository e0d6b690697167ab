"""What Infobip answers to a request of ours: acceptance, refusal, and its two error shapes."""

import re
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from pydantic import Field, ValidationError

from bot.clock import Clock
from bot.infobip.error_codes import DUPLICATE_MESSAGE_ID_STATUS, send_rejection
from bot.infobip.errors import (
    BadPayload,
    SendRefused,
    SendUnavailable,
    SendUnknown,
    Unauthorized,
)
from bot.infobip.payload import Lenient, Received, read_json

GROUPS_IN_ORDER = {0, 1, 3}
UNAUTHORIZED = {401, 403}
WORTH_A_RETRY = {408, 425, 429}
MAX_RETRY_AFTER = timedelta(minutes=5)
CODE = re.compile(r"[\w.\[\]-]{1,80}", re.ASCII)
MAX_CODES = 5


@dataclass(frozen=True)
class SendResult:
    """Infobip took the message; reports tell the rest. `is_duplicate`: it had taken it before."""

    message_id: str
    is_duplicate: bool = False


class _Status(Received):
    group_id: int = Field(alias="groupId")
    id: Lenient[int] = None
    name: Lenient[str] = None


class _Sent(Received):
    status: _Status


class _SentTemplates(Received):
    messages: list[_Sent] = Field(min_length=1)


def read_acceptance(body: bytes, message_id: str) -> SendResult:
    """What a 2xx says of the message; SendRefused, or SendUnknown if it says nothing readable."""
    try:
        status = _read_status(read_json(body))
    except (BadPayload, ValidationError):
        raise SendUnknown("unreadable_response") from None
    if status.group_id in GROUPS_IN_ORDER:
        return SendResult(message_id)
    if status.id == DUPLICATE_MESSAGE_ID_STATUS:
        return SendResult(message_id, is_duplicate=True)
    rejection = send_rejection(status.id)
    raise SendRefused(
        _safe_code(status.name) or f"status_{status.id}",
        permanent=rejection.permanent,
        advice=rejection.advice,
    )


def raise_failure(http_status: int, body: bytes, retry_after: str | None) -> NoReturn:
    """The error that an answer other than 2xx means."""
    code = ":".join([f"http_{http_status}", *_error_codes(body)])
    if http_status in UNAUTHORIZED:
        raise Unauthorized(code)
    # a redirect is never followed with the key: the address is wrong, the message is not
    if http_status < 400 or http_status in WORTH_A_RETRY or http_status >= 500:
        raise SendUnavailable(code, retry_after=read_retry_after(retry_after))
    raise SendRefused(code)


def read_retry_after(value: str | None) -> timedelta | None:
    """Seconds or an HTTP date, never below zero, capped; None if absent or unreadable."""
    if value is None:
        return None
    try:
        wait = timedelta(seconds=min(float(value), MAX_RETRY_AFTER.total_seconds()))
    except (ValueError, OverflowError):
        try:
            wait = parsedate_to_datetime(value) - Clock().machine_now()
        except (ValueError, TypeError, OverflowError):
            return None
    return max(timedelta(), min(wait, MAX_RETRY_AFTER))


def _read_status(payload: Any) -> _Status:
    if isinstance(payload, dict) and "messages" in payload:
        return _SentTemplates.model_validate(payload).messages[0].status
    return _Sent.model_validate(payload).status


def _error_codes(body: bytes) -> list[str]:
    """The vendor's codes and the names of wrong fields; never its texts, which echo content."""
    try:
        payload = read_json(body)
    except BadPayload:
        return []
    if not isinstance(payload, dict):
        return []
    exception = _object(_object(payload.get("requestError")).get("serviceException"))
    violations = payload.get("violations")
    names = [
        exception.get("messageId"),
        payload.get("errorCode"),
        *_object(exception.get("validationErrors")),
        *(_object(one).get("property") for one in violations or [] if isinstance(violations, list)),
    ]
    return [code for code in map(_safe_code, names) if code][:MAX_CODES]


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _safe_code(value: Any) -> str | None:
    return value if isinstance(value, str) and CODE.fullmatch(value) else None

"""Reading a webhook body: JSON that cannot hurt MongoDB, entry by entry. No field names here."""

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    WrapValidator,
)

from bot.infobip.errors import BadPayload
from domain.rejected import RejectedResult

MAX_INTEGER_DIGITS = 18  # always fits MongoDB's 64 bits
MAX_ID_LENGTH = 1000
ESCAPED_UNSTORABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
REPLACEMENT = "\ufffd"
PHONE = re.compile(r"\d{6,15}")
PHONE_PUNCTUATION = str.maketrans("", "", "+ -().")

T = TypeVar("T")
Item = TypeVar("Item")

NotEmpty = Annotated[str, StringConstraints(min_length=1)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID_LENGTH)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=150)]


class Received(BaseModel):
    """Base of everything received: unknown fields are ignored, numbers serve as strings."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, coerce_numbers_to_str=True, populate_by_name=True
    )


def _none_if_unreadable(value: Any, validate: Callable[[Any], Any]) -> Any:
    try:
        return validate(value)
    except ValidationError:
        return None


# An optional field: a value that makes no sense counts as absent, and costs nothing else.
Lenient = Annotated[T | None, WrapValidator(_none_if_unreadable)]


def read_json(body: bytes) -> Any:
    """The body's JSON, every value of it storable; BadPayload if it is not JSON in UTF-8."""
    try:
        text = body.decode("utf-8-sig")
        tree = json.loads(
            text, parse_int=_storable_integer, parse_float=_storable_float, parse_constant=str
        )
        # UTF-8 cannot carry them, so only an escape can; most bodies are spared the walk
        return _storable(tree) if ESCAPED_UNSTORABLE.search(text) else tree
    except UnicodeDecodeError:
        raise BadPayload("not UTF-8") from None
    except RecursionError:
        raise BadPayload("nested too deeply") from None
    except ValueError:
        raise BadPayload("not JSON") from None


def read_each(entries: list[Any], read: Callable[[Any], Item]) -> list[Item | RejectedResult]:
    """Each entry by itself, same order: what `read` refuses becomes a RejectedResult."""
    items: list[Item | RejectedResult] = []
    for index, entry in enumerate(entries):
        try:
            items.append(read(entry))
        except ValidationError as error:
            items.append(_reject(index, entry, explain(error)))
        except UnreadableEntry as error:
            items.append(_reject(index, entry, error.reason))
    return items


class UnreadableEntry(Exception):
    """An entry that is well-formed but means nothing here."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def as_text(value: Any) -> str:
    """JSON text in ASCII of a received value."""
    try:
        return json.dumps(value)
    except RecursionError:
        raise BadPayload("nested too deeply") from None


def read_instant(value: Any) -> datetime | None:
    """ISO 8601 (UTC if it names no offset) or Unix time; None if it is neither."""
    if isinstance(value, bool):
        return None
    try:
        instant = _INSTANT.validate_python(value)
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValidationError, OverflowError):
        return None


def read_phone(value: str | None) -> str | None:
    """E.164 digits without '+'; None if it cannot be a phone number."""
    digits = (value or "").translate(PHONE_PUNCTUATION)
    return digits if PHONE.fullmatch(digits) and digits.isascii() else None


def is_deeper_than(value: Any, levels: int) -> bool:
    """Whether lists and objects nest more than `levels` deep."""
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return any(is_deeper_than(one, levels - 1) for one in inner)


def explain(error: ValidationError) -> str:
    """The fields that are wrong and how; never their values, which may be personal."""
    return "; ".join(
        f"{'.'.join(map(str, item['loc'])) or 'entry'}: {item['type']}"
        for item in error.errors(include_url=False, include_context=False, include_input=False)[:5]
    )


_INSTANT = TypeAdapter(datetime)


def _reject(index: int, entry: Any, reason: str) -> RejectedResult:
    external_id = entry.get("messageId") if isinstance(entry, dict) else None
    readable = isinstance(external_id, str) and 0 < len(external_id) <= MAX_ID_LENGTH
    return RejectedResult(
        index=index,
        reason=reason,
        raw=as_text(entry),
        external_id=external_id if readable else None,
    )


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return UNSTORABLE.sub(REPLACEMENT, value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value


def _storable_integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= MAX_INTEGER_DIGITS else digits


def _storable_float(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits

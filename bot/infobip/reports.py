"""Infobip's later news to the domain's: delivery, seen, identity, preference, template events."""

from collections.abc import Callable
from typing import Any

from pydantic import Field

from bot.infobip.error_codes import DUPLICATE_MESSAGE_ID_ERROR, DUPLICATE_MESSAGE_ID_STATUS
from bot.infobip.errors import BadPayload
from bot.infobip.payload import (
    Address,
    Id,
    Lenient,
    NotEmpty,
    Received,
    UnreadableEntry,
    read_each,
    read_instant,
    read_json,
    read_phone,
)
from domain.rejected import RejectedResult
from domain.report import (
    DeliveryOutcome,
    DeliveryReport,
    IdentityChanged,
    MarketingPreference,
    Report,
    SeenReport,
    TemplateUpdate,
)

OUTCOMES = {
    0: DeliveryOutcome.PENDING,
    1: DeliveryOutcome.PENDING,
    2: DeliveryOutcome.UNDELIVERABLE,
    3: DeliveryOutcome.DELIVERED,
    4: DeliveryOutcome.EXPIRED,
    5: DeliveryOutcome.REJECTED,
}
FAILURES = {DeliveryOutcome.UNDELIVERABLE, DeliveryOutcome.EXPIRED, DeliveryOutcome.REJECTED}
NO_ERROR = 0
WANTS_MARKETING = {"stop": False, "resume": True}


class _Status(Received):
    group_id: int = Field(alias="groupId")
    id: Lenient[int] = None
    name: Lenient[str] = None


class _Error(Received):
    id: int
    name: Lenient[str] = None
    permanent: Lenient[bool] = None


class _Delivery(Received):
    message_id: Id = Field(alias="messageId")
    status: _Status
    error: Lenient[_Error] = None
    done_at: Any = Field(default=None, alias="doneAt")


class _Seen(Received):
    message_id: Id = Field(alias="messageId")
    seen_at: Any = Field(alias="seenAt")


class _IdentityContent(Received):
    user_number: Lenient[str] = Field(default=None, alias="userNumber")
    user_id: Lenient[Address] = Field(default=None, alias="userId")
    hash: NotEmpty


class _IdentityChange(Received):
    content: _IdentityContent


class _PreferenceContent(Received):
    contact_address: Address = Field(alias="from")
    status: str = Field(alias="notificationMessagesStatus")


class _Preference(Received):
    content: _PreferenceContent


class _Template(Received):
    name: NotEmpty = Field(alias="messageTemplateName")
    language: Lenient[str] = Field(default=None, alias="messageTemplateLanguage")
    change: dict[str, Any]


def parse_reports(body: bytes) -> list[Report | RejectedResult]:
    """
    One item per report, same order; kinds may be mixed. Events come alone, without `results`.

    BadPayload: neither a `results` list nor an event.
    """
    payload = read_json(body)
    results = payload.get("results") if isinstance(payload, dict) else None
    if isinstance(results, list):
        return read_each(results, _read_report)
    if isinstance(payload, dict) and ("content" in payload or "change" in payload):
        return read_each([payload], _read_report)
    raise BadPayload("neither a results list nor an event")


def _read_report(entry: Any) -> Report:
    if not isinstance(entry, dict):
        raise UnreadableEntry("entry: not an object")
    return _reader_for(entry)(entry)


def _reader_for(entry: dict[str, Any]) -> Callable[[dict[str, Any]], Report]:
    """Reports do not name their kind: what they carry tells it."""
    content = entry.get("content")
    if entry.get("seenAt") is not None:
        return _read_seen
    if "status" in entry:
        return _read_delivery
    if isinstance(content, dict) and content.get("type") == "user_identity_changed":
        return _read_identity_change
    if isinstance(content, dict) and "notificationMessagesStatus" in content:
        return _read_preference
    if "change" in entry:
        return _read_template
    raise UnreadableEntry("entry: no known kind of report")


def _read_delivery(entry: dict[str, Any]) -> DeliveryReport:
    delivery = _Delivery.model_validate(entry)
    if delivery.status.group_id not in OUTCOMES:
        raise UnreadableEntry("status.groupId: unknown")
    outcome = OUTCOMES[delivery.status.group_id]
    error = delivery.error if delivery.error and delivery.error.id != NO_ERROR else None
    # a refusal of the platform says why in the status alone
    status_name = delivery.status.name if outcome in FAILURES else None
    return DeliveryReport(
        message_id=delivery.message_id,
        outcome=outcome,
        error_code=error.id if error else None,
        error_name=error.name if error else status_name,
        is_permanent=bool(error and error.permanent),
        is_duplicate_id=delivery.status.id == DUPLICATE_MESSAGE_ID_STATUS
        or bool(error and error.id == DUPLICATE_MESSAGE_ID_ERROR),
        done_at=read_instant(delivery.done_at),
    )


def _read_seen(entry: dict[str, Any]) -> SeenReport:
    seen = _Seen.model_validate(entry)
    return SeenReport(message_id=seen.message_id, seen_at=read_instant(seen.seen_at))


def _read_identity_change(entry: dict[str, Any]) -> IdentityChanged:
    content = _IdentityChange.model_validate(entry).content
    phone = read_phone(content.user_number)
    if phone is None and content.user_id is None:
        raise UnreadableEntry("content: names no contact")
    return IdentityChanged(phone=phone, user_id=content.user_id, identity_hash=content.hash)


def _read_preference(entry: dict[str, Any]) -> MarketingPreference:
    content = _Preference.model_validate(entry).content
    if content.status not in WANTS_MARKETING:
        raise UnreadableEntry("content.notificationMessagesStatus: unknown")
    phone = read_phone(content.contact_address)
    return MarketingPreference(
        phone=phone,
        user_id=None if phone else content.contact_address,
        wants_marketing=WANTS_MARKETING[content.status],
    )


def _read_template(entry: dict[str, Any]) -> TemplateUpdate:
    template = _Template.model_validate(entry)
    change = " ".join(
        f"{name}={value}" for name, value in template.change.items() if isinstance(value, str | int)
    )
    return TemplateUpdate(template_name=template.name, language=template.language, change=change)

"""Inbound messages, Infobip's format MO_OTT_CONTACT, to the domain's. Kinds: inbound_content."""

from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from bot.infobip.errors import BadPayload
from bot.infobip.inbound_content import Context, read_content
from bot.infobip.payload import (
    Address,
    Id,
    Lenient,
    NotEmpty,
    Received,
    read_each,
    read_instant,
    read_json,
    read_phone,
)
from bot.logs import get_logger
from domain.message import InboundMessage
from domain.rejected import RejectedResult

CLOCK_TOLERANCE = timedelta(minutes=5)

log = get_logger()


class _Contact(Received):
    name: Lenient[str] = None
    phone_number: Lenient[str] = Field(default=None, alias="phoneNumber")
    user_id: Lenient[Address] = Field(default=None, alias="userId")


class _Identity(Received):
    hash: Lenient[NotEmpty] = None


class _Message(Received):
    type: NotEmpty
    context: Lenient[Context] = None


class _Result(Received):
    """One entry of `results`; the vendor requires more fields than it always sends."""

    message_id: Id = Field(alias="messageId")
    contact_address: Address = Field(alias="from")
    business_number: Address = Field(alias="to")
    integration_type: Literal["WHATSAPP"] | None = Field(default=None, alias="integrationType")
    received_at: Any = Field(default=None, alias="receivedAt")
    message: _Message
    contact: Lenient[_Contact] = None
    paired_message_id: Lenient[Id] = Field(default=None, alias="pairedMessageId")
    identity: Lenient[_Identity] = None


def parse_messages(body: bytes, arrived_at: datetime) -> list[InboundMessage | RejectedResult]:
    """
    One item per entry of `results`, same order. BadPayload: there is no `results` list.

    `arrived_at` stands in for a `receivedAt` that is missing, unreadable or in the future.
    """
    envelope = read_json(body)
    results = envelope.get("results") if isinstance(envelope, dict) else None
    if not isinstance(results, list):
        raise BadPayload("no results list")
    return read_each(results, lambda entry: _read_result(entry, arrived_at))


def _read_result(entry: Any, arrived_at: datetime) -> InboundMessage:
    result = _Result.model_validate(entry)
    contact = result.contact or _Contact()
    phone_of_sender = read_phone(result.contact_address)
    context = result.message.context
    return InboundMessage(
        external_id=result.message_id,
        business_number=read_phone(result.business_number) or result.business_number,
        phone=read_phone(contact.phone_number) or phone_of_sender,
        # whoever hides the number writes from a business-scoped user id
        user_id=contact.user_id or (None if phone_of_sender else result.contact_address),
        contact_name=(contact.name or "").strip() or None,
        received_at=_received_at(result, arrived_at),
        content=read_content(result.message.type, entry["message"]),
        quoted_id=context.id if context else None,
        paired_message_id=result.paired_message_id,
        identity_hash=result.identity.hash if result.identity else None,
    )


def _received_at(result: _Result, arrived_at: datetime) -> datetime:
    received_at = read_instant(result.received_at)
    if received_at is None or received_at > arrived_at + CLOCK_TOLERANCE:
        log.warning("received_at_replaced", external_id=result.message_id)
        return arrived_at
    return received_at

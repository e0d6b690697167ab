"""Bodies that Infobip posts to the service: messages (`MO_OTT_CONTACT`), reports, identity news."""

import base64
import secrets
from datetime import datetime
from typing import Any

from webhooks.simulator.faults import ReportedFailure
from webhooks.simulator.store import Person

Json = dict[str, Any]

DELIVERED = {
    "groupId": 3,
    "groupName": "DELIVERED",
    "id": 5,
    "name": "DELIVERED_TO_HANDSET",
    "description": "Message delivered to handset",
}
UNDELIVERABLE = {
    "groupId": 2,
    "groupName": "UNDELIVERABLE",
    "id": 9,
    "name": "UNDELIVERABLE_NOT_DELIVERED",
    "description": "Message sent not delivered",
}
NO_ERROR = {
    "groupId": 0,
    "groupName": "OK",
    "id": 0,
    "name": "NO_ERROR",
    "description": "No Error",
    "permanent": False,
}


def instant(at: datetime) -> str:
    """Infobip's spelling of a moment: milliseconds, offset without a colon."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}" + at.strftime("%z")


def new_inbound_id() -> str:
    """A fresh id as WhatsApp makes them, with characters that a path must escape."""
    return "wamid." + base64.b64encode(b"fiado" + secrets.token_bytes(20)).decode()


def contact(person: Person) -> Json:
    fields = {"name": person.name, "userId": person.user_id}
    if person.phone and person.shows_phone:
        fields["phoneNumber"] = person.phone
    return fields


def inbound_result(
    person: Person,
    sender: str,
    message: Json,
    *,
    message_id: str,
    at: datetime,
    paired_id: str | None = None,
) -> Json:
    """One item of `results` of an inbound webhook."""
    result: Json = {
        "from": person.address,
        "to": sender,
        "integrationType": "WHATSAPP",
        "receivedAt": instant(at),
        "messageId": message_id,
        "message": message,
        "contact": contact(person),
        "price": {"pricePerMessage": 0, "currency": "ARS"},
    }
    if paired_id is not None:
        result["pairedMessageId"] = paired_id
    if person.identity_changed_at is not None:
        result["identity"] = identity(person)
    return result


def inbound_body(results: list[Json]) -> Json:
    return {"results": results, "messageCount": len(results), "pendingMessageCount": 0}


def delivery_report(
    person: Person,
    message_id: str,
    *,
    sent_at: datetime,
    done_at: datetime,
    failure: ReportedFailure | None = None,
) -> Json:
    """The final news of one message: delivered, or undeliverable because of `failure`."""
    error = NO_ERROR if failure is None else _error(failure)
    result = {
        "bulkId": "",
        "price": {"pricePerMessage": 0.0, "currency": "USD"},
        "status": DELIVERED if failure is None else UNDELIVERABLE,
        "error": error,
        "messageId": message_id,
        "doneAt": instant(done_at),
        "messageCount": 1,
        "sentAt": instant(sent_at),
        "to": person.address,
        "contact": contact(person),
    }
    return {"results": [result]}


def seen_report(
    person: Person, sender: str, message_id: str, *, sent_at: datetime, seen_at: datetime
) -> Json:
    result = {
        "messageId": message_id,
        "from": person.address,
        "to": sender,
        "sentAt": instant(sent_at),
        "seenAt": instant(seen_at),
        "contact": contact(person),
    }
    return {"results": [result]}


def identity(person: Person) -> Json:
    changed_at = person.identity_changed_at
    return {
        "acknowledged": person.identity_acknowledged,
        "hash": person.identity_hash,
        "createdAt": instant(changed_at) if changed_at else None,
    }


def identity_changed(person: Person, sender: str, at: datetime) -> Json:
    content = {
        "description": "Security code changed.",
        "hash": person.identity_hash,
        "type": "user_identity_changed",
        "userId": person.user_id,
    }
    if person.phone and person.shows_phone:
        content["userNumber"] = person.phone
    return {"from": sender, "content": content, "createdAt": instant(at)}


def _error(failure: ReportedFailure) -> Json:
    return {
        "groupId": 1,
        "groupName": "HANDSET_ERRORS",
        "id": failure.code,
        "name": failure.name,
        "description": failure.description,
        "permanent": failure.is_permanent,
    }

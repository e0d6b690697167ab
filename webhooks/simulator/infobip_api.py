"""Infobip's HTTP door: authentication, faults, and the endpoints that the service may call."""

import hmac
import time
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from webhooks.simulator.engine import Simulator, current_simulator
from webhooks.simulator.faults import Fault
from webhooks.simulator.infobip_errors import break_connection, error_response
from webhooks.simulator.limits.checks import (
    CONTENTS,
    Violations,
    events_violations,
    identity_violations,
    media_deletion_violations,
    message_violations,
    template_violations,
)
from webhooks.simulator.store import Person, UnknownAddressError
from webhooks.simulator.wire import identity
from webhooks.simulator.wire_log import Direction

FAULT_STATUS = {
    Fault.RATE_LIMITED: 429,
    Fault.SERVER_ERROR: 500,
    Fault.REFUSED: 400,
    Fault.UNAUTHORIZED: 401,
}
TYPING_SECONDS = 25
MAX_LOGGED_BYTES = 64 * 1024
TYPING_STATUS = {
    "groupId": 1,
    "groupName": "PENDING",
    "id": 26,
    "name": "PENDING_ACCEPTED",
    "description": "Message sent to next instance",
}

blueprint = Blueprint("infobip", __name__)


@blueprint.before_request
def authenticate() -> ResponseReturnValue | None:
    """Every call carries `Authorization: App <key>`, as Infobip demands."""
    g.started = time.monotonic()
    expected = f"App {current_simulator().config.api_key}".encode()
    given = request.headers.get("Authorization", "").encode()
    return None if hmac.compare_digest(expected, given) else error_response(401)


@blueprint.after_request
def record(response: Response) -> Response:
    """Keep the call for the log, then lose the answer on the way if that was asked for."""
    simulator = current_simulator()
    simulator.log.add(
        at=simulator.config.clock(),
        direction=Direction.TO_INFOBIP,
        method=request.method,
        path="/whatsapp/" + request.path.partition("/whatsapp/")[2],
        body=_body() if (request.content_length or 0) <= MAX_LOGGED_BYTES else None,
        status=None if g.get("is_dropped") else response.status_code,
        answer=response.get_json(silent=True),
        milliseconds=(time.monotonic() - g.started) * 1000,
    )
    return break_connection(response) if g.get("is_dropped") else response


@blueprint.post("/whatsapp/1/message/<path:kind>")
def send_message(kind: str) -> ResponseReturnValue:
    """Take one message, or a list of template messages."""
    simulator = current_simulator()
    if kind != "template" and kind not in CONTENTS:
        return error_response(404)
    if (trouble := _armed_trouble(simulator)) is not None:
        return trouble
    body = _body()
    is_template = kind == "template"
    found = template_violations(body) if is_template else message_violations(kind, body)
    if found:
        return error_response(400, found)
    messages = body["messages"] if is_template else [body]
    if bad := _unknown_addresses([message["to"] for message in messages]):
        return error_response(400, {"to": [f"unknown address {address}" for address in bad]})
    answers = [simulator.outgoing.take(kind, message) for message in messages]
    g.is_dropped = simulator.faults.take(Fault.DROPPED)
    if not is_template:
        return jsonify(answers[0])
    bulk = {"bulkId": body.get("bulkId") or str(uuid4())} if len(answers) > 1 else {}
    return jsonify({"messages": answers} | bulk)


@blueprint.post("/whatsapp/1/events")
def receive_events() -> ResponseReturnValue:
    """A typing indicator: dots on the phone, and what the person wrote counts as read."""
    simulator = current_simulator()
    body = _body()
    found = events_violations(body)
    addresses = [] if found else [event["destinations"][0]["to"] for event in body["events"]]
    if bad := _unknown_addresses(addresses):
        found = {"events": [f"unknown address {address}" for address in bad]}
    if found:
        return error_response(400, found)
    for address in addresses:
        person = simulator.store.person(address)
        person.typing_until = time.monotonic() + TYPING_SECONDS
        simulator.store.mark_read(person)
    answers = [
        {"messageId": str(uuid4()), "status": TYPING_STATUS, "destination": address}
        for address in addresses
    ]
    return jsonify({"bulkId": str(uuid4()), "messages": answers})


@blueprint.post("/whatsapp/1/senders/<sender>/message/<path:message_id>/read")
def mark_as_read(sender: str, message_id: str) -> ResponseReturnValue:
    simulator = current_simulator()
    message = simulator.store.find_message(message_id)
    if sender != simulator.config.sender or message is None or not message.is_from_person:
        return jsonify({"error": "Message not found"}), 400
    simulator.store.mark_read(simulator.store.person(message.person_key), until=message)
    return "", 204


@blueprint.get("/whatsapp/1/senders/<sender>/media/<media_id>")
def media(sender: str, media_id: str) -> ResponseReturnValue:
    """A person's file, for as long as it is kept."""
    simulator = current_simulator()
    if sender != simulator.config.sender or simulator.faults.take(Fault.EXPIRED_MEDIA):
        return error_response(404)
    file = simulator.store.find_file(media_id)
    if file is None:
        return error_response(404)
    return Response(file.data, content_type=file.content_type)


@blueprint.delete("/whatsapp/1/senders/<sender>/media")
def delete_media(sender: str) -> ResponseReturnValue:
    simulator = current_simulator()
    body = _body()
    if found := media_deletion_violations(body):
        return error_response(400, found)
    media_id = urlsplit(body["url"]).path.rsplit("/", 1)[-1]
    is_ours = sender == simulator.config.sender and simulator.store.delete_file(media_id)
    return ("", 204) if is_ours else error_response(404)


@blueprint.get("/whatsapp/1/<sender>/contacts/<address>/identity")
def read_identity(sender: str, address: str) -> ResponseReturnValue:
    person = _person_with_identity(sender, address)
    return error_response(404) if person is None else jsonify(identity(person))


@blueprint.put("/whatsapp/1/<sender>/contacts/<address>/identity")
def confirm_identity(sender: str, address: str) -> ResponseReturnValue:
    """The business accepts the identity that it was told of; another hash is a conflict."""
    person = _person_with_identity(sender, address)
    body = _body()
    if found := identity_violations(body):
        return error_response(400, found)
    if person is None:
        return error_response(404)
    if body["hash"] != person.identity_hash:
        return error_response(409)
    person.identity_acknowledged = True
    return "", 204


def _body() -> Any:
    return request.get_json(silent=True)


def _armed_trouble(simulator: Simulator) -> ResponseReturnValue | None:
    if simulator.faults.take(Fault.SLOW):
        time.sleep(simulator.config.pace.slow_seconds)
    fault = simulator.faults.take_first(*FAULT_STATUS)
    if fault is None:
        return None
    found: Violations = {"content": ["refused on request"]} if fault is Fault.REFUSED else {}
    return error_response(FAULT_STATUS[fault], found)


def _unknown_addresses(addresses: list[str]) -> list[str]:
    unknown = []
    for address in addresses:
        try:
            current_simulator().store.person(address)
        except UnknownAddressError:
            unknown.append(address)
    return unknown


def _person_with_identity(sender: str, address: str) -> Person | None:
    simulator = current_simulator()
    if sender != simulator.config.sender or _unknown_addresses([address]):
        return None
    person = simulator.store.person(address)
    return person if person.identity_changed_at is not None else None

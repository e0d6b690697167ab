"""The fate of what the service sends: taken, checked as WhatsApp would, delivered, reported."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from webhooks.simulator.config import SimulatorConfig
from webhooks.simulator.deliveries import REPORTS_PATH, Deliveries
from webhooks.simulator.faults import (
    ARMED_FAILURES,
    BLOCKED_USER,
    NO_SESSION,
    UNKNOWN_SENDER,
    UNKNOWN_TEMPLATE,
    WRONG_TEMPLATE_ARGUMENTS,
    Fault,
    FaultPlan,
    ReportedFailure,
)
from webhooks.simulator.media import MediaNotUsableError, fetch_media, file_reference
from webhooks.simulator.store import ChatMessage, ChatState, Person, Store
from webhooks.simulator.timed_queue import TimedQueue
from webhooks.simulator.wire import delivery_report, seen_report

Json = dict[str, Any]

PENDING = {
    "groupId": 1,
    "groupName": "PENDING",
    "id": 7,
    "name": "PENDING_ENROUTE",
    "description": "Message sent to next instance",
}
DUPLICATE_ID = {
    "groupId": 5,
    "groupName": "REJECTED",
    "id": 23,
    "name": "REJECTED_DUPLICATE_MESSAGE_ID",
    "description": "Duplicate message ID",
}
NOT_ENOUGH_CREDITS = {
    "groupId": 5,
    "groupName": "REJECTED",
    "id": 12,
    "name": "REJECTED_NOT_ENOUGH_CREDITS",
    "description": "Not enough credits",
    "action": "Top up your account.",
}


class Outgoing:
    """Takes well-formed messages; every verdict of WhatsApp comes later, by report."""

    def __init__(
        self, config: SimulatorConfig, store: Store, faults: FaultPlan, deliveries: Deliveries
    ) -> None:
        self._config = config
        self._store = store
        self._faults = faults
        self._deliveries = deliveries
        self._network = TimedQueue("simulator-network")

    def take(self, kind: str, message: Json) -> Json:
        """Infobip's answer to one message: PENDING, or REJECTED inside a 200."""
        message_id = message.get("messageId") or str(uuid4())
        answer = {"to": message["to"], "messageCount": 1, "messageId": message_id}
        if self._faults.take(Fault.REJECTED_IN_BODY):
            return answer | {"status": NOT_ENOUGH_CREDITS}
        if not self._store.claim_message_id(message_id):
            return answer | {"status": DUPLICATE_ID}
        person = self._store.person(message["to"])
        bubble = ChatMessage(
            message_id=message_id,
            person_key=person.key,
            is_from_person=False,
            kind=kind,
            content=message["content"],
            at=self._config.clock(),
            state=ChatState.ACCEPTED,
            quoted_id=(message.get("context") or {}).get("replyToMessageId"),
        )
        self._network.add(
            person.key,
            lambda: self._settle(person, bubble, message["from"]),
            self._config.pace.delivery_seconds,
        )
        return answer | {"status": PENDING}

    def close(self) -> None:
        self._network.close()

    def _settle(self, person: Person, bubble: ChatMessage, sender: str) -> None:
        failure = self._failure(person, bubble, sender)
        try:
            if failure is None:
                bubble.file_id = self._fetch_file(bubble)
        except MediaNotUsableError as error:
            failure = error.failure
        person.typing_until = 0.0
        if failure is not None:
            bubble.state = ChatState.FAILED
            bubble.error = f"{failure.code} {failure.name}"
        self._store.add_message(person, bubble)
        self._report(person, bubble, failure)

    def _failure(self, person: Person, bubble: ChatMessage, sender: str) -> ReportedFailure | None:
        armed = self._faults.take_first(*ARMED_FAILURES)
        if armed is not None:
            return ARMED_FAILURES[armed]
        if sender != self._config.sender:
            return UNKNOWN_SENDER
        if person.has_blocked_us:
            return BLOCKED_USER
        if bubble.kind == "template":
            return self._template_failure(bubble.content)
        return None if person.window_is_open(bubble.at) else NO_SESSION

    def _template_failure(self, content: Json) -> ReportedFailure | None:
        placeholders = content["templateData"]["body"]["placeholders"]
        # WhatsApp's own rule for parameters, checked only when the message is rendered
        if any(re.search(r"[\n\t]| {5,}", text) for text in placeholders):
            return WRONG_TEMPLATE_ARGUMENTS
        if self._config.templates is None:
            return None
        template = self._config.templates.get(content["templateName"])
        if template is None or template.language != content["language"]:
            return UNKNOWN_TEMPLATE
        wanted = len(set(re.findall(r"\{\{\d+\}\}", template.body)))
        return None if wanted == len(placeholders) else WRONG_TEMPLATE_ARGUMENTS

    def _fetch_file(self, bubble: ChatMessage) -> str | None:
        reference = file_reference(bubble.kind, bubble.content)
        if reference is None:
            return None
        kind, url, name = reference
        return self._store.add_file(fetch_media(kind, url, name))

    def _report(self, person: Person, bubble: ChatMessage, failure: ReportedFailure | None) -> None:
        if self._faults.take(Fault.LOST_REPORT):
            return
        pace = self._config.pace
        late = pace.late_seconds if self._faults.take(Fault.LATE_REPORT) else 0.0
        times = 2 if self._faults.take(Fault.DUPLICATE_REPORT) else 1
        is_seen = failure is None and person.reads_messages
        swaps = is_seen and self._faults.take(Fault.SEEN_BEFORE_DELIVERED)
        delivered_in, seen_in = late, late + pace.seen_seconds
        if swaps:
            delivered_in, seen_in = seen_in, delivered_in
        now = self._config.clock()
        delivered = delivery_report(
            person, bubble.message_id, sent_at=bubble.at, done_at=now, failure=failure
        )
        seen = seen_report(
            person, self._config.sender, bubble.message_id, sent_at=bubble.at, seen_at=now
        )
        for _ in range(times):
            state = ChatState.FAILED if failure else ChatState.DELIVERED
            self._post(person, delivered, delivered_in, self._mark(bubble, state))
            if is_seen:
                self._post(person, seen, seen_in, self._mark(bubble, ChatState.SEEN))

    def _post(
        self, person: Person, body: Json, delay: float, on_end: Callable[[bool], None]
    ) -> None:
        self._deliveries.post(
            REPORTS_PATH, body, key=person.key, delay_seconds=delay, on_end=on_end
        )

    def _mark(self, bubble: ChatMessage, state: ChatState) -> Callable[[bool], None]:
        def mark(is_accepted: bool) -> None:
            if is_accepted and bubble.state is not ChatState.SEEN:
                self._store.touch(bubble, state=state)

        return mark

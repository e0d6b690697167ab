"""What a person does on the phone, as Infobip tells the service."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from webhooks.simulator.config import SimulatorConfig
from webhooks.simulator.deliveries import INBOUND_PATH, REPORTS_PATH, Deliveries
from webhooks.simulator.faults import Fault, FaultPlan
from webhooks.simulator.store import WINDOW, ChatMessage, ChatState, Person, Store
from webhooks.simulator.taps import find_tap
from webhooks.simulator.wire import (
    identity_changed,
    inbound_body,
    inbound_result,
    instant,
    new_inbound_id,
)

Json = dict[str, Any]


class Incoming:
    """Turns a person's acts into webhook calls; nothing reaches the service by another way."""

    def __init__(
        self, config: SimulatorConfig, store: Store, faults: FaultPlan, deliveries: Deliveries
    ) -> None:
        self._config = config
        self._store = store
        self._faults = faults
        self._deliveries = deliveries

    def speak(
        self,
        person: Person,
        message: Json,
        *,
        quoted_id: str | None = None,
        file_id: str | None = None,
        answers_us: bool = False,
    ) -> ChatMessage:
        """Send `message` (as in `results[].message`) and show it; `answers_us`: a tap on ours."""
        if "url" in message and self._faults.take(Fault.INFECTED_MEDIA):
            message = {"type": "INFECTED_CONTENT"}
        if quoted_id is not None:
            message = message | {"context": self._context(person, quoted_id)}
        bubble = self._bubble(person, message, new_inbound_id(), quoted_id, file_id)
        result = inbound_result(
            person,
            self._config.sender,
            message,
            message_id=bubble.message_id,
            at=bubble.at,
            paired_id=quoted_id if answers_us else None,
        )
        delay = self._config.pace.disorder_seconds if self._faults.take(Fault.DISORDER) else 0.0
        copies = 2 if self._faults.take(Fault.DUPLICATE_INBOUND) else 1
        for _ in range(copies):
            self._post(person, inbound_body([result]), delay, self._mark(bubble))
        return bubble

    def tap(self, person: Person, wanted: str, message_id: str | None = None) -> ChatMessage:
        """Tap the title or id `wanted` of one message or the newest that has it; or LookupError."""
        for bubble in reversed(self._store.news(person, after=0)[1]):
            if bubble.is_from_person or message_id not in (None, bubble.message_id):
                continue
            template = (self._config.templates or {}).get(bubble.content.get("templateName", ""))
            labels = template.buttons if template else ()
            message = find_tap(bubble.kind, bubble.content, wanted, labels)
            if message is not None:
                return self.speak(person, message, quoted_id=bubble.message_id, answers_us=True)
        raise LookupError(wanted)

    def replay(self, person: Person, body: Json) -> None:
        """Post a recorded inbound body as if `person` had just sent it; what is odd stays odd."""
        fresh_ids: dict[str, str] = {}
        results = []
        for recorded in body.get("results", []):
            result = recorded
            if isinstance(recorded, dict) and {"from", "messageId"} <= recorded.keys():
                # one new id for each old one: a body that repeats an id still does
                new_id = fresh_ids.setdefault(recorded["messageId"], new_inbound_id())
                result = self._readdressed(person, recorded, new_id)
                self._show(person, result)
            results.append(result)
        self._post(person, body | {"results": results})

    def change_identity(self, person: Person) -> None:
        """The person registers WhatsApp anew; the service is told by an identity event."""
        now = self._config.clock()
        person.identity_hash = secrets.token_urlsafe(12)
        person.identity_changed_at = now
        person.identity_acknowledged = False
        body = identity_changed(person, self._config.sender, now)
        self._deliveries.post(REPORTS_PATH, body, key=person.key)

    def expire_window(self, person: Person) -> None:
        """Let WhatsApp believe that the person last wrote a day ago."""
        person.last_inbound_at = self._config.clock() - WINDOW - timedelta(seconds=1)

    def _bubble(
        self,
        person: Person,
        message: Json,
        message_id: str,
        quoted_id: str | None = None,
        file_id: str | None = None,
    ) -> ChatMessage:
        now = self._config.clock()
        person.last_inbound_at = now
        bubble = ChatMessage(
            message_id=message_id,
            person_key=person.key,
            is_from_person=True,
            kind=message["type"],
            content=message,
            at=now,
            state=ChatState.SENDING,
            quoted_id=quoted_id,
            file_id=file_id,
        )
        if bubble.kind == "REACTION":
            self._react(message)
        else:
            self._store.add_message(person, bubble)
        return bubble

    def _react(self, message: Json) -> None:
        target = self._store.find_message(message.get("context", {}).get("id", ""))
        if target is not None:
            self._store.touch(target, reaction=message.get("emoji"))

    def _context(self, person: Person, quoted_id: str) -> Json:
        quoted = self._store.find_message(quoted_id)
        is_own = quoted is not None and quoted.is_from_person
        return {"from": person.address if is_own else self._config.sender, "id": quoted_id}

    def _readdressed(self, person: Person, result: Json, message_id: str) -> Json:
        base = inbound_result(
            person, self._config.sender, {}, message_id=message_id, at=self._config.clock()
        )
        kept: Json = {name: base[name] for name in ("from", "to", "messageId") if name in result}
        if "contact" in result:
            kept["contact"] = base["contact"]
        return result | kept | {"receivedAt": instant(self._config.clock())}

    def _show(self, person: Person, result: Json) -> None:
        message = result.get("message")
        if isinstance(message, dict) and isinstance(message.get("type"), str):
            bubble = self._bubble(person, message, result["messageId"])
            self._store.touch(bubble, state=ChatState.DELIVERED)

    def _post(
        self,
        person: Person,
        body: Json,
        delay: float = 0.0,
        on_end: Callable[[bool], None] | None = None,
    ) -> None:
        self._deliveries.post(
            INBOUND_PATH, body, key=person.key, delay_seconds=delay, on_end=on_end
        )

    def _mark(self, bubble: ChatMessage) -> Callable[[bool], None]:
        def mark(is_accepted: bool) -> None:
            if bubble.state is not ChatState.READ:
                state = ChatState.DELIVERED if is_accepted else ChatState.FAILED
                self._store.touch(bubble, state=state)

        return mark

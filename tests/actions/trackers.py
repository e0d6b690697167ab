"""What Rasa sends with an action call, and what an action answered."""

import asyncio
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

DOMAIN = Path(__file__).parents[2] / "bot" / "rasa_project" / "domain"
PLACEHOLDER = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")


@dataclass(frozen=True)
class Outcome:
    """Events and messages of one action call."""

    events: list[dict[str, Any]]
    messages: list[dict[str, Any]]

    @property
    def said(self) -> list[str]:
        return [message["response"] for message in self.messages]

    @property
    def slots(self) -> dict[str, Any]:
        return {each["name"]: each["value"] for each in self.events if each["event"] == "slot"}

    @property
    def followed_by(self) -> str | None:
        names = [each["name"] for each in self.events if each["event"] == "followup"]
        return names[0] if names else None

    @property
    def leaves_form(self) -> bool:
        return {"event": "active_loop", "timestamp": None, "name": None} in self.events


@dataclass(frozen=True)
class Caller:
    """A contact in whose turns actions run."""

    contact_id: str
    conversation_id: str

    def run(
        self,
        action: Action,
        intent: str = "nlu_fallback",
        *,
        text: str | None = None,
        entities: dict[str, Any] | None = None,
        slots: dict[str, Any] | None = None,
        active_form: str | None = None,
        before: tuple[dict[str, Any], ...] = (),
        **metadata: Any,
    ) -> Outcome:
        """Call `action` as Rasa would; a response that lacks one of its facts fails the test."""
        message = user_event(intent, text, entities or {})
        about = {"message_id": "in-1", "contact_id": self.contact_id, "has_file": False}
        state = {
            "sender_id": f"{self.conversation_id}.1",
            "slots": slots or {},
            "latest_message": message["parse_data"]
            | {"metadata": about | {"conversation_id": self.conversation_id} | metadata},
            "events": [*before, message],
            "paused": False,
            "followup_action": None,
            "active_loop": {"name": active_form} if active_form else {},
            "latest_action_name": "action_listen",
        }
        dispatcher = CollectingDispatcher()
        events = asyncio.run(action.run(dispatcher, Tracker.from_dict(state), {}))
        for message in dispatcher.messages:
            check_filled(message, set(slots or {}))
        return Outcome([dict(event) for event in events], dispatcher.messages)


def user_event(
    intent: str, text: str | None = None, entities: dict[str, Any] | None = None
) -> dict[str, Any]:
    found = [{"entity": name, "value": value} for name, value in (entities or {}).items()]
    parsed = {"text": text, "intent": {"name": intent, "confidence": 1.0}, "entities": found}
    return {"event": "user", "text": text, "parse_data": parsed}


def bot_event(response: str) -> dict[str, Any]:
    return {"event": "bot", "text": "...", "metadata": {"utter_action": response}}


@cache
def responses() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for file in DOMAIN.glob("*.yml"):
        found |= yaml.safe_load(file.read_text()).get("responses", {})
    return found


def check_filled(message: dict[str, Any], slots: set[str]) -> None:
    """Rasa leaves a placeholder without a value in the text, or fails the whole turn."""
    for variation in responses()[message["response"]]:
        wanted = set(PLACEHOLDER.findall(str(variation)))
        assert wanted <= set(message) | slots, message["response"]

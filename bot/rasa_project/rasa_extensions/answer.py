"""Reads a turn's answer off its tracker: the same words the first time and at every repeat."""

from typing import Any

from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

PARTS = ("text", "buttons", "custom", "image")


def has_message(tracker: DialogueStateTracker, message_id: str) -> bool:
    """Whether the tracker's kept turns include this message."""
    return any(_is_message(event, message_id) for event in tracker.events)


def responses_to(tracker: DialogueStateTracker, message_id: str) -> list[dict[str, Any]]:
    """What the bot said between this message and the next one, in order."""
    responses: list[dict[str, Any]] = []
    is_inside = False
    for event in tracker.events:
        if isinstance(event, UserUttered):
            is_inside = _is_message(event, message_id)
        elif is_inside and isinstance(event, BotUttered):
            responses.append(_response(event))
    return responses


def _is_message(event: Event, message_id: str) -> bool:
    return isinstance(event, UserUttered) and event.message_id == message_id


def _response(event: BotUttered) -> dict[str, Any]:
    message = event.message()
    parts = {part: message[part] for part in PARTS if message.get(part)}
    name = event.metadata.get("utter_action")
    return {**parts, "response": name} if name else parts

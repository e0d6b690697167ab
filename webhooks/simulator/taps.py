"""What can be tapped in a message of ours, and what Infobip posts when it is."""

from itertools import zip_longest
from typing import Any

Json = dict[str, Any]


def find_tap(kind: str, content: Json, wanted: str, labels: tuple[str, ...]) -> Json | None:
    """
    The inbound message of tapping what has the title or id `wanted`; None if nothing has it.

    `labels` are the titles of a template's quick replies, which only the approved template knows.
    """
    for message in _taps(kind, content, labels):
        title, reply_id = (
            (message["text"], message["payload"])
            if message["type"] == "BUTTON"
            else (message["title"], message["id"])
        )
        if wanted in (title, reply_id):
            return message
    return None


def _taps(kind: str, content: Json, labels: tuple[str, ...]) -> list[Json]:
    if kind == "interactive/buttons":
        return [
            {"type": "INTERACTIVE_BUTTON_REPLY", "id": button["id"], "title": button["title"]}
            for button in content["action"]["buttons"]
        ]
    if kind == "interactive/list":
        return [
            {"type": "INTERACTIVE_LIST_REPLY"} | row
            for section in content["action"]["sections"]
            for row in section["rows"]
        ]
    if kind == "template":
        buttons = content["templateData"].get("buttons", [])
        payloads = [button["parameter"] for button in buttons if button["type"] == "QUICK_REPLY"]
        # a button that was sent nothing to bring back brings back its own title
        return [
            {"type": "BUTTON", "text": title or payload, "payload": payload or title}
            for title, payload in zip_longest(labels, payloads)
        ]
    return []

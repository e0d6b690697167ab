"""What the page's script is given, as JSON."""

from time import monotonic
from typing import Any

from webhooks.simulator.engine import Simulator
from webhooks.simulator.store import ChatMessage, Person
from webhooks.simulator.wire_log import Call

Json = dict[str, Any]


def person_choices(simulator: Simulator) -> list[Json]:
    """The demo people, then whoever else has a chat."""
    choices = {
        person.phone: {"key": person.phone, "name": person.name, "note": person.note}
        for person in simulator.demo_people()
    }
    for known in simulator.store.people():
        choices.setdefault(known.key, {"key": known.key, "name": known.name, "note": ""})
    return list(choices.values())


def chat_news(simulator: Simulator, person: Person, after: int) -> Json:
    now = simulator.config.clock()
    version, messages = simulator.store.news(person, after)
    return {
        "epoch": simulator.store.epoch,
        "version": version,
        "clock": clock_state(simulator),
        "messages": [chat_message(simulator, message) for message in messages],
        "person": {
            "key": person.key,
            "name": person.name,
            "address": person.address,
            "shows_phone": person.shows_phone,
            "reads_messages": person.reads_messages,
            "has_blocked_us": person.has_blocked_us,
            "window_is_open": person.window_is_open(now),
        },
        "is_typing": person.typing_until > monotonic(),
        "faults": simulator.faults.remaining(),
    }


def clock_state(simulator: Simulator) -> Json:
    control = simulator.clock_control
    return {
        "now": simulator.config.clock().isoformat(),
        "offset_seconds": control.offset() if control else 0,
        "is_movable": control is not None,
    }


def chat_message(simulator: Simulator, message: ChatMessage) -> Json:
    shown: Json = {
        "id": message.message_id,
        "from_person": message.is_from_person,
        "kind": message.kind,
        "content": message.content,
        "at": message.at.isoformat(),
        "state": message.state,
        "quoted_id": message.quoted_id,
        "error": message.error,
        "reaction": message.reaction,
    }
    file = simulator.store.find_file(message.file_id) if message.file_id else None
    if file is not None:
        shown["file"] = {
            "id": message.file_id,
            "name": file.name,
            "content_type": file.content_type,
            "size_bytes": len(file.data),
        }
    template = (simulator.config.templates or {}).get(message.content.get("templateName", ""))
    if template is not None:
        shown["template"] = {
            "body": template.body,
            "header": template.header,
            "footer": template.footer,
            "buttons": template.buttons,
        }
    return shown


def call_entry(call: Call) -> Json:
    return {
        "number": call.number,
        "at": call.at.isoformat(),
        "direction": call.direction,
        "method": call.method,
        "path": call.path,
        "status": call.status,
        "milliseconds": round(call.milliseconds, 1),
        "body": call.body,
        "answer": call.answer,
    }

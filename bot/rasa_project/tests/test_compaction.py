"""A dialogue that is cut to its last turns goes on exactly as one that remembers everything."""

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import processes
import pytest
from conftest import Mongo
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from rasa_extensions.answer import responses_to
from rasa_extensions.channel import SilentOutput
from rasa_extensions.compaction import TURNS_KEPT, compact
from rasa_extensions.tracker_store import BoundedTrackerStore

Said = tuple[str, dict[str, Any]]
TEXTS = ["hola", "cuanto debo", "cobran comision", "quiero pedir", "no", "zzzz", "x", "calle 1234"]
TAPS: list[Said] = [
    ("greet", {}),
    ("ask_status", {}),
    ("ask_fees", {}),
    ("start_order", {}),
    ("start_order", {}),
    ("start_order", {"size": "M"}),
    ("choose", {"size": "XL"}),
    ("choose", {}),
    ("deny", {}),
    ("not_built", {}),
    ("nlu_fallback", {}),
]


def message(person: str, number: int, said: Said) -> UserMessage:
    text, entities = said
    parse_data = None
    if text in {name for name, _ in TAPS}:
        found = [{"entity": name, "value": value} for name, value in entities.items()]
        parse_data = {"intent": {"name": text, "confidence": 1.0}, "entities": found, "text": None}
    return UserMessage(
        None if parse_data else text,
        SilentOutput(),
        person,
        parse_data=parse_data,
        message_id=str(number),
        metadata={"person": "P"},
    )


async def state_after(agent: Agent, person: str, number: int, said: Said) -> dict[str, Any]:
    await agent.handle_message(message(person, number, said))
    tracker = await agent.tracker_store.retrieve(person)
    assert tracker is not None
    loop = tracker.active_loop
    slots = tracker.current_slot_values()
    return {
        "said": said,
        "responses": responses_to(tracker, str(number)),
        "slots": slots,
        "loop": loop and (loop.name, loop.rejected, loop.is_interrupted),
        "trigger": loop and loop.trigger_message and loop.trigger_message["intent"]["name"],
        "paused": tracker.is_paused(),
        "followup": tracker.followup_action,
    }


@pytest.fixture(scope="module")
def agents(model: Path, mongo: Mongo, action_server: str) -> list[Agent]:
    """One that remembers everything, one that cuts."""
    return [
        Agent.load(model, tracker_store=store, action_endpoint=EndpointConfig(action_server))
        for store in (
            InMemoryTrackerStore(Domain.empty()),
            BoundedTrackerStore(None, mongo.uri, "compaction"),
        )
    ]


@pytest.mark.parametrize("seed", range(4))
def test_a_cut_dialogue_equals_a_whole_one(seed: int, agents: list[Agent]) -> None:
    chance = random.Random(seed)
    script = [
        chance.choice(TAPS) if chance.random() < 0.6 else (chance.choice(TEXTS), {})
        for _ in range(64)
    ]

    async def play() -> None:
        person = f"person-{seed}"
        for number, said in enumerate(script):
            expected, actual = [await state_after(agent, person, number, said) for agent in agents]
            assert actual == expected, script[: number + 1]
        whole, cut = [await agent.tracker_store.retrieve(person) for agent in agents]
        assert len(cut.events) < 60 < len(whole.events)

    asyncio.run(play())


DOMAIN = Domain.load(str(processes.TINY_BOT / "domain.yml"))


def turn(text: str, *events: Any) -> list[Any]:
    user = UserUttered(text, {"name": "greet"}, message_id=text)
    return [user, *events, ActionExecuted("action_listen")]


def cut(events: list[Any]) -> DialogueStateTracker:
    """The tracker as it is read back after being stored."""
    before = DialogueStateTracker.from_events("person", events, DOMAIN.slots)
    stored = json.loads(json.dumps([each.as_dict() for each in compact(before, DOMAIN.slots)]))
    return DialogueStateTracker.from_dict("person", stored, DOMAIN.slots)


FORM = [ActionExecuted("order_form"), ActiveLoop("order_form"), SlotSet("requested_slot", "size")]
BEGINNINGS = {
    "slot": [SlotSet("is_known", True)],
    "slot_set_back_to_none": [SlotSet("turns_counted", None)],
    "form": FORM,
    "rejected_form": [*FORM, ActionExecutionRejected("order_form"), ActionExecuted("utter_fees")],
    "ended_form": [*FORM, ActiveLoop(None), SlotSet("requested_slot", None)],
    "paused": [ConversationPaused()],
}


@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=BEGINNINGS)
def test_the_state_outlives_the_events_that_made_it(beginning: list[Any]) -> None:
    events = [ActionExecuted("action_listen"), *turn("start", *beginning)]
    for number in range(TURNS_KEPT + 3):
        events += turn(str(number), BotUttered(str(number)))
        whole = DialogueStateTracker.from_events("person", events, DOMAIN.slots)
        short = cut(events)
        events = list(short.events)
        assert short.current_slot_values() == whole.current_slot_values()
        assert short.active_loop == whole.active_loop
        assert short.is_paused() == whole.is_paused()
        assert short.latest_message == whole.latest_message
        assert short.latest_action == whole.latest_action
    assert "start" not in [event.text for event in events if isinstance(event, BotUttered)]


def test_the_last_turns_are_kept_whole_and_the_one_before_as_state() -> None:
    events: list[Any] = []
    for number in range(50):
        events += turn(str(number), SlotSet("size", number), BotUttered(str(number)))
    short = cut(events)
    users = [event for event in short.events if isinstance(event, UserUttered)]
    answers = [event.text for event in short.events if isinstance(event, BotUttered)]
    assert [user.text for user in users] == ["46", "47", "48", "49"]
    assert [user.message_id for user in users] == [None, "47", "48", "49"]
    assert answers == ["47", "48", "49"]


def test_a_form_that_asks_for_ever_does_not_grow() -> None:
    events = turn("start", *FORM)
    lengths = []
    for number in range(40):
        again = [ActionExecuted("order_form"), SlotSet("size", None), BotUttered("Which?")]
        events = list(cut(events + turn(str(number), *again)).events)
        lengths.append(len(events))
    assert lengths[10] == lengths[39]

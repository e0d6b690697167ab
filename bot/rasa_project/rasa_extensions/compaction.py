"""Shortens a dialogue to its last turns, led by few events that rebuild the state before them.

The state is kept as events because Rasa rebuilds trackers from their events all the time
(`tracker.copy()`, forms, rules): whatever is not an event is lost on the way.
"""

from copy import copy

from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

TURNS_KEPT = 3


def compact(tracker: DialogueStateTracker, slots: list[Slot]) -> list[Event]:
    """The events to store: a summary, the last turn still in force before the kept ones, these.

    The kept turns may all be reverted ones (messages not understood); Rasa then goes on from the
    turn before them, which must therefore be whole.
    """
    events = list(tracker.events)
    turns = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(turns) <= TURNS_KEPT:
        return events
    cut = turns[-TURNS_KEPT]
    in_force = _replayed(events[:cut], tracker, slots).applied_events()
    turn_start = max(
        (index for index, event in enumerate(in_force) if isinstance(event, UserUttered)),
        default=len(in_force),
    )
    summary = _summary(_replayed(in_force[:turn_start], tracker, slots))
    for event in summary:
        event.timestamp = events[cut].timestamp
    return summary + _thinned(in_force[turn_start:]) + events[cut:]


def _replayed(
    events: list[Event], tracker: DialogueStateTracker, slots: list[Slot]
) -> DialogueStateTracker:
    return DialogueStateTracker.from_events(tracker.sender_id, events, slots)


def _thinned(turn: list[Event]) -> list[Event]:
    """The turn without answers and, between two actions, with each slot's last value only.

    A form that asks again and again is one ever longer turn to Rasa. Having no answer to repeat,
    the message loses its id.
    """
    thinned: list[Event] = []
    later_slots: set[str] = set()
    for event in reversed(turn):
        if isinstance(event, ActionExecuted):
            later_slots.clear()
        elif isinstance(event, SlotSet):
            if event.key in later_slots:
                continue
            later_slots.add(event.key)
        elif isinstance(event, BotUttered):
            continue
        thinned.append(_without_id(event) if isinstance(event, UserUttered) else event)
    return thinned[::-1]


def _without_id(user: UserUttered) -> UserUttered:
    nameless = copy(user)
    nameless.message_id = None
    return nameless


def _summary(before: DialogueStateTracker) -> list[Event]:
    """The state at a turn's start; ends as every turn does, with the bot listening."""
    last_action: ActionExecuted | None = before.get_last_event_for(
        ActionExecuted, action_names_to_exclude=[ACTION_LISTEN_NAME]
    )
    summary: list[Event] = [
        SlotSet(name, slot.value)
        for name, slot in before.slots.items()
        if slot.has_been_set and name != REQUESTED_SLOT
    ]
    summary += _loop_events(before)
    if last_action and last_action.action_name != before.active_loop_name:
        summary.append(ActionExecuted(last_action.action_name, action_text=last_action.action_text))
    summary.append(ActionExecuted(ACTION_LISTEN_NAME))
    if before.is_paused():
        summary.append(ConversationPaused())
    return summary


def _loop_events(before: DialogueStateTracker) -> list[Event]:
    """A running form as Rasa wrote it down: its trigger, its first run, what it asks for.

    Without the first run `applied_events` could not fold the later ones, and rules that
    follow the form would see another history.
    """
    requested_slot = before.slots.get(REQUESTED_SLOT)
    requested: list[Event] = []
    if requested_slot is not None and requested_slot.has_been_set:
        requested.append(SlotSet(REQUESTED_SLOT, requested_slot.value))
    loop = before.active_loop
    if loop is None or loop.name is None:
        return requested
    trigger = loop.trigger_message or {}
    events: list[Event] = []
    if trigger.get("text") or (trigger.get("intent") or {}).get("name"):
        events += [
            ActionExecuted(ACTION_LISTEN_NAME),
            UserUttered(
                trigger.get("text"), trigger.get("intent"), trigger.get("entities"), trigger
            ),
        ]
    events += [ActionExecuted(loop.name), ActiveLoop(loop.name), *requested]
    if loop.rejected:
        events.append(ActionExecutionRejected(loop.name))
    return events

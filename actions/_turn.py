"""What every action needs of a turn: who is writing, what they said, and the services."""

from asyncio import get_running_loop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, TypeVar

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.bootstrap import Services, services

Events = list[dict[str, Any]]
Result = TypeVar("Result")

# asyncio's own pool has six threads on two cores, and a worker eight turns under way; while MongoDB
# hangs, an attempt that Rasa gave up after 8 s may hold its thread for 20: three threads a turn
THREADS = 32
_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="action")

IDENTITY_FORM = "identity_form"
LOST_INTENTS = frozenset({"nlu_fallback", "inform", "affirm", "deny", "out_of_scope"})
"""What leaves an open question without an answer and asks for nothing else."""


@dataclass(frozen=True)
class TurnContext:
    """The turn as the worker described it, with the words that asked for something."""

    message_id: str
    contact_id: str
    conversation_id: str
    borrower_id: str | None
    """The borrower they had proved to be when the turn began."""
    is_first_contact: bool
    intent: str
    words: str
    entities: dict[str, Any]
    active_form: str | None
    lapsed_letter: str | None
    """The letter that the last question was about, if its session ran out before the answer."""
    has_file: bool
    """A photo or document came with it; such a file is known by the message's id."""

    @property
    def is_lost(self) -> bool:
        """Whether it neither asks for something nor answers what was asked."""
        return self.intent in LOST_INTENTS and not self.entities

    @property
    def tells_identity(self) -> bool:
        """Whether it answers the question who is writing."""
        return "identity_digits" in self.entities

    @classmethod
    def of(cls, tracker: Tracker) -> "TurnContext":
        """The current turn; after a question of ours, with the words from before it."""
        message = tracker.latest_message
        metadata = message.get("metadata") or {}
        entities = {each["entity"]: each["value"] for each in message.get("entities") or []}
        intent = (message.get("intent") or {}).get("name") or ""
        is_answer = "identity_digits" in entities or intent == "choose_loan"
        return cls(
            message_id=metadata["message_id"],
            contact_id=metadata["contact_id"],
            conversation_id=metadata["conversation_id"],
            borrower_id=metadata.get("borrower_id"),
            is_first_contact=bool(metadata.get("is_first_contact")),
            intent=intent,
            words=(tracker.get_slot("asked_text") if is_answer else message.get("text")) or "",
            entities=entities,
            active_form=tracker.active_loop.get("name"),
            lapsed_letter=metadata.get("lapsed_letter"),
            has_file=bool(metadata.get("has_file")),
        )


async def in_thread(work: Callable[[Services], Result]) -> Result:
    """Run blocking work with the process's services off the action server's loop."""
    # what the turn's log lines are bound to goes along
    context = copy_context()
    return await get_running_loop().run_in_executor(
        _pool, lambda: context.run(lambda: work(services()))
    )


async def verified_borrower(turn: TurnContext) -> str | None:
    """The borrower the contact is proven to be, or None."""
    if turn.borrower_id is not None and not turn.tells_identity:
        return turn.borrower_id
    return await in_thread(lambda s: s.identity.verified_borrower(turn.contact_id))


def ask_identity(action_name: str, turn: TurnContext) -> Events:
    """Ask who it is, then go on with `action_name` as if it had just been asked for."""
    # somebody who was asked already is asked in other words
    is_new = turn.active_form != IDENTITY_FORM
    return [
        *([SlotSet("times_asked", 0)] if is_new else []),
        SlotSet("after_identity", action_name),
        SlotSet("asked_text", turn.words),
        SlotSet("loan_id", turn.entities.get("loan_id")),
        SlotSet("identity_digits", None),
        FollowupAction(IDENTITY_FORM),
    ]


def leave_form() -> Events:
    """End whatever is being asked; nothing was done yet, so nothing has to be undone."""
    return [
        ActiveLoop(None),
        SlotSet("requested_slot", None),
        SlotSet("identity_digits", None),
        SlotSet("payoff_date", None),
        SlotSet("after_identity", None),
        SlotSet("asked_text", None),
        SlotSet("awaits_receipt", False),
        SlotSet("letter_kind", None),
        SlotSet("letter_loan_id", None),
        SlotSet("letter_addressee", None),
    ]


def last_response(tracker: Tracker) -> str | None:
    """Name of what was said last."""
    said = (event for event in reversed(tracker.events) if event.get("event") == "bot")
    last: dict[str, Any] = next(said, {})
    return (last.get("metadata") or {}).get("utter_action")


def said_this_turn(tracker: Tracker) -> set[str]:
    """Names of what was said since the person wrote."""
    names: set[str] = set()
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            break
        if event.get("event") == "bot":
            names.add((event.get("metadata") or {}).get("utter_action") or "")
    return names


def say(dispatcher: CollectingDispatcher, response: str, **facts: Any) -> None:
    """Say a response of the dialogue files, filled with `facts`."""
    dispatcher.utter_message(response=response, **facts)


def button(title: str, intent: str, **entities: str) -> dict[str, Any]:
    """A button whose title is data (a shop's name, a date); fixed ones are in the dialogue."""
    values = ", ".join(f'"{name}": "{value}"' for name, value in entities.items())
    return {"title": title, "payload": f"/{intent}{{{values}}}" if values else f"/{intent}"}

"""How a form's question is worded when it has to be asked again, and when it has to wait."""

from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions._loans import CHOICES
from actions._turn import Events, TurnContext, said_this_turn, say

OTHER_QUESTIONS = CHOICES | {
    "utter_ambiguous_cancel",
    "utter_cancellation_by_agent",
    "utter_devices_by_agent",
    "utter_is_it_a_receipt",
    "utter_merchant_profile_by_agent",
    "utter_no_letter_yet",
    "utter_work_day_by_agent",
}
"""Responses that ask something by themselves, with buttons for the answer."""


@dataclass(frozen=True)
class Question:
    """One question in several words, each the name of a response."""

    first: str
    again: tuple[str, str]
    """After an answer that was none: how to write it; never the same twice running."""
    later: str
    """After something else was asked for and answered."""

    def ask(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        *,
        instead: str | None = None,
        **facts: Any,
    ) -> Events:
        """
        Say it in the words that its place in the chat calls for, or say `instead`.

        After another question nothing is said: this one comes again once that is answered.
        """
        if is_asked_otherwise(tracker):
            return []
        turn = TurnContext.of(tracker)
        times = int(tracker.get_slot("times_asked") or 0)
        say(dispatcher, instead or self._wording(turn, times), **facts)
        return [SlotSet("times_asked", times + 1)]

    def _wording(self, turn: TurnContext, times: int) -> str:
        if times == 0:
            return self.first
        return self.again[(times - 1) % 2] if turn.is_lost else self.later


def is_asked_otherwise(tracker: Tracker) -> bool:
    """Whether another question was put since the person wrote: people answer one at a time."""
    return bool(OTHER_QUESTIONS & said_this_turn(tracker))

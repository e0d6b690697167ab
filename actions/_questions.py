"""How a form's question is worded when it has to be asked again."""

from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions._turn import Events, TurnContext, say


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
        """Say it in the words that its place in the chat calls for, or say `instead`."""
        turn = TurnContext.of(tracker)
        times = int(tracker.get_slot("times_asked") or 0)
        say(dispatcher, instead or self._wording(turn, times), **facts)
        return [SlotSet("times_asked", times + 1)]

    def _wording(self, turn: TurnContext, times: int) -> str:
        if times == 0:
            return self.first
        return self.again[(times - 1) % 2] if turn.is_lost else self.later

"""What is known of the turn under way, for parts that Rasa calls with no argument of ours."""

from contextvars import ContextVar
from dataclasses import dataclass

from rasa.shared.core.trackers import DialogueStateTracker


@dataclass
class Turn:
    """One inbound message on its way through Rasa; `saved` is the tracker once it is durable."""

    message_id: str
    saved: DialogueStateTracker | None = None


current_turn: ContextVar[Turn | None] = ContextVar("current_turn", default=None)


class AlreadyAnswered(Exception):
    """The stored tracker holds this turn's message already: answer from it, do nothing again."""

    def __init__(self, tracker: DialogueStateTracker) -> None:
        super().__init__("message was answered before")
        self.tracker = tracker


class TrackerStoreUnavailable(Exception):
    """The dialogue could not be read or saved durably; trying the turn again may help."""


class TrackerConflict(Exception):
    """Another process saved this dialogue in the meantime; trying the turn again helps."""


class TurnUnfinished(Exception):
    """Rasa gave up predicting before it listened again; the turn must not be saved."""


class ActionFailed(BaseException):
    """An action of the turn failed, so the turn must not count.

    Not an `Exception`: `MessageProcessor._run_action` and `ActionExtractSlots` catch those and
    go on as if the action had run and returned nothing.
    """

    def __init__(self, action_name: str) -> None:
        super().__init__(f"action {action_name} failed")
        self.action_name = action_name

"""Greeting, menu, leaving, repeating, and the ladder for what was not understood."""

from enum import Enum, auto

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions._letters import end_lapsed
from actions._loans import CHOICES
from actions._menu import roles_with_active_first, show_menu
from actions._turn import (
    LOST_INTENTS,
    Events,
    TurnContext,
    ask_identity,
    in_thread,
    last_response,
    leave_form,
    say,
)
from actions.payments import receive_file
from bot.bootstrap import Services
from domain.contact import Role

LADDER_STEPS = 4
MENU_STEP = 2
COURTESY = {"affirm", "deny"}


class Greet(Action):
    """Say hello, then what can be done here; the introduction of a first contact has the hello."""

    def name(self) -> str:
        return "action_greet"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        if turn.has_file:
            return await receive_file(dispatcher, tracker, turn)
        if not turn.is_first_contact:
            say(dispatcher, "utter_greet")
        if turn.active_form is None:
            await show_menu(dispatcher, turn)
        return []


class Thank(Action):
    """Answer thanks; beside a photo they ask for nothing."""

    def name(self) -> str:
        return "action_thank"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        if turn.has_file:
            return await receive_file(dispatcher, tracker, turn)
        say(dispatcher, "utter_thanks")
        return []


class Goodbye(Action):
    """Say goodbye; whatever was being asked need not be answered any more."""

    def name(self) -> str:
        return "action_goodbye"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        say(dispatcher, "utter_goodbye")
        return leave_form()


class ShowMenu(Action):
    """The menu of the contact's role, leaving whatever was being asked."""

    def name(self) -> str:
        return "action_show_menu"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        await show_menu(dispatcher, TurnContext.of(tracker))
        return leave_form()


class ExitTask(Action):
    """Leave what was being asked; nothing was changed."""

    def name(self) -> str:
        return "action_exit_task"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        is_asking = tracker.active_loop.get("name") is not None
        say(dispatcher, "utter_exit_task" if is_asking else "utter_nothing_to_exit")
        return leave_form()


class Repeat(Action):
    """The last answer again; a borrower's own data only while they are still verified."""

    def name(self) -> str:
        return "action_repeat"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        if turn.active_form is not None and not turn.tells_identity:
            # the open question asks itself again
            return []
        last = await in_thread(lambda s: _last_answer(s, turn))
        if last is LastAnswer.OTHERS and not turn.tells_identity:
            return ask_identity(self.name(), turn)
        say(dispatcher, "utter_repeat" if last is LastAnswer.THEIRS else "utter_nothing_to_repeat")
        return []


class NotUnderstood(Action):
    """
    One step further up the ladder: other words, the menu, a person; never the same twice running.

    Inside a form the form's own next question says what is needed.
    """

    def name(self) -> str:
        return "action_not_understood"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        if turn.has_file and not turn.entities:
            return await receive_file(dispatcher, tracker, turn)
        if turn.active_form is not None:
            return []
        if turn.lapsed_letter is not None:
            return end_lapsed(dispatcher, turn)
        if turn.intent in COURTESY:
            await _acknowledge(dispatcher, tracker, turn)
            return []
        times = int(tracker.get_slot("times_not_understood") or 0)
        step = times % LADDER_STEPS + 1 if _was_lost_before(tracker) else 1
        climbed: Events = [SlotSet("times_not_understood", step)]
        if step == 1 and last_response(tracker) in CHOICES:
            # the words may name a loan all the same
            return [*climbed, FollowupAction(tracker.get_slot("choosing_for"))]
        if step == 1:
            await _ask_for_other_words(dispatcher, turn)
        else:
            say(dispatcher, f"utter_not_understood_{step}")
        if step == MENU_STEP:
            await show_menu(dispatcher, turn)
        return climbed


class LastAnswer(Enum):
    """To whom the last answer may be shown again."""

    THEIRS = auto()
    OTHERS = auto()
    NONE = auto()


def _last_answer(services: Services, turn: TurnContext) -> LastAnswer:
    conversation = services.conversations.get(turn.conversation_id)
    if not conversation.last_answer:
        return LastAnswer.NONE
    identity = services.contacts.get(turn.contact_id).identity
    may_repeat = conversation.may_repeat(identity, services.clock.now())
    return LastAnswer.THEIRS if may_repeat else LastAnswer.OTHERS


async def _ask_for_other_words(dispatcher: CollectingDispatcher, turn: TurnContext) -> None:
    roles = await in_thread(lambda s: roles_with_active_first(s, turn.contact_id))
    if turn.intent == "out_of_scope":
        say(dispatcher, "utter_out_of_scope")
    elif roles[0] is Role.BORROWER:
        say(dispatcher, "utter_not_understood_1")
    else:
        say(dispatcher, "utter_not_understood_at_work")


async def _acknowledge(
    dispatcher: CollectingDispatcher, tracker: Tracker, turn: TurnContext
) -> None:
    """An "ok" or "no" to nothing: nothing was confirmed; said again, the menu."""
    if last_response(tracker) == "utter_nothing_pending":
        await show_menu(dispatcher, turn)
    else:
        say(dispatcher, "utter_nothing_pending")


def _was_lost_before(tracker: Tracker) -> bool:
    """Whether the message before this one got no answer of its own either."""
    messages = [event for event in tracker.events if event.get("event") == "user"]
    if len(messages) < 2:
        return False
    intent = messages[-2].get("parse_data", {}).get("intent", {}).get("name")
    return intent in LOST_INTENTS - COURTESY

"""The identity question: asked, checked, and then on with what was wanted."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions._questions import Question
from actions._turn import Events, TurnContext, in_thread, say
from bot.bootstrap import Services
from bot.services.identity import Verdict
from domain.country import format_time

QUESTION = Question(
    first="utter_ask_identity",
    again=("utter_ask_identity_again", "utter_ask_identity_why"),
    later="utter_ask_identity_later",
)


class AskIdentityDigits(Action):
    """Ask for the last four digits, in other words each time it has to be asked again."""

    def name(self) -> str:
        return "action_ask_identity_digits"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        if TurnContext.of(tracker).tells_identity:
            # the verdict on the digits that were wrong asked for others
            return []
        return QUESTION.ask(dispatcher, tracker)


class ValidateIdentityForm(Action):
    """Checks the digits; the form ends when they are right or no more tries are left."""

    def name(self) -> str:
        return "validate_identity_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        digits = turn.entities.get("identity_digits")
        if digits is None:
            locked_until = await in_thread(lambda s: s.identity.locked_until(turn.contact_id))
            # nothing is asked while tries are locked
            return [SlotSet("requested_slot", None)] if locked_until else []
        check = await in_thread(
            lambda s: s.identity.check(turn.contact_id, digits, attempt_id=turn.message_id)
        )
        if check.verdict is Verdict.WRONG:
            say(dispatcher, "utter_identity_wrong", attempts_left=check.attempts_left)
            return [SlotSet("identity_digits", None)]
        return [SlotSet("identity_digits", check.verdict.value)]


class AfterIdentity(Action):
    """Go on with what was asked for, or say why that cannot be."""

    def name(self) -> str:
        return "action_after_identity"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        verdict = tracker.get_slot("identity_digits")
        ended: Events = [SlotSet("identity_digits", None)]
        if verdict == Verdict.VERIFIED:
            return [*ended, FollowupAction(tracker.get_slot("after_identity"))]
        if verdict == Verdict.SHARED:
            say(dispatcher, "utter_identity_shared")
            return ended
        until = await in_thread(lambda s: _lock_ends(s, turn.contact_id))
        was_just_locked = verdict == Verdict.LOCKED
        say(
            dispatcher,
            "utter_identity_locked" if was_just_locked else "utter_identity_still_locked",
            until=until,
        )
        return ended


def _lock_ends(services: Services, contact_id: str) -> str:
    locked_until = services.identity.locked_until(contact_id) or services.clock.now()
    return format_time(locked_until.astimezone(services.site.zone).time(), services.site.pack)

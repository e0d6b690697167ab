"""Greeting, menu, leaving, repeating, and the ladder for what was not understood."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions._turn import Events, TurnContext, ask_identity, in_thread, leave_form, say
from bot.bootstrap import Services
from domain.contact import Role

NOT_UNDERSTOOD = "nlu_fallback"
STEPS = 4
MENU_STEP = 2
MENUS = {
    Role.BORROWER: "utter_menu_borrower",
    Role.SALESPERSON: "utter_menu_salesperson",
    Role.OWNER: "utter_menu_owner",
}


class Greet(Action):
    """Say hello; to somebody new also who we are, then what can be done here."""

    def name(self) -> str:
        return "action_greet"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        say(dispatcher, "utter_greet")
        if tracker.active_loop.get("name"):
            return []
        if turn.is_first_contact:
            await introduce(dispatcher)
        await show_menu(dispatcher, turn)
        return []


class ShowMenu(Action):
    """The menu of the contact's role, leaving whatever was being asked."""

    def name(self) -> str:
        return "action_show_menu"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        if turn.is_first_contact:
            await introduce(dispatcher)
        await show_menu(dispatcher, turn)
        return leave_form()


class ExitTask(Action):
    """Leave what was being asked; nothing was changed."""

    def name(self) -> str:
        return "action_exit_task"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        say(dispatcher, "utter_exit_task")
        return leave_form()


class Repeat(Action):
    """The last answer again; a borrower's own data only while they are still verified."""

    def name(self) -> str:
        return "action_repeat"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        if turn.is_first_contact:
            say(dispatcher, "utter_nothing_to_repeat")
        elif turn.can_repeat:
            say(dispatcher, "utter_repeat")
        else:
            return ask_identity("action_show_menu", turn)
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
        if tracker.active_loop.get("name"):
            return []
        turn = TurnContext.of(tracker)
        times = int(tracker.get_slot("times_not_understood") or 0)
        step = times % STEPS + 1 if _was_not_understood_before(tracker) else 1
        say(dispatcher, f"utter_not_understood_{step}")
        if step == MENU_STEP:
            await show_menu(dispatcher, turn)
        return [SlotSet("times_not_understood", step)]


async def introduce(dispatcher: CollectingDispatcher) -> None:
    """Who we are and how data are cared for; said once to each contact."""
    site = await in_thread(lambda s: s.site)
    say(
        dispatcher,
        "utter_introduction",
        brand=site.brand_name,
        privacy_url=str(site.privacy_notice_url),
    )


async def show_menu(dispatcher: CollectingDispatcher, turn: TurnContext) -> None:
    """The menu of the role the contact acts in."""
    role = await in_thread(lambda s: active_role(s, turn.contact_id))
    say(dispatcher, MENUS[role])


def active_role(services: Services, contact_id: str) -> Role:
    """The role chosen last, if it still holds; else the first one; a stranger's is borrower."""
    contact = services.contacts.get(contact_id)
    roles = services.people.roles_of(contact)
    if contact.active_role in roles:
        return contact.active_role
    return roles[0] if roles else Role.BORROWER


def _was_not_understood_before(tracker: Tracker) -> bool:
    """Whether the message before this one was not understood either."""
    messages = [event for event in tracker.events if event.get("event") == "user"]
    if len(messages) < 2:
        return False
    intent = messages[-2].get("parse_data", {}).get("intent", {}).get("name")
    return bool(intent == NOT_UNDERSTOOD)

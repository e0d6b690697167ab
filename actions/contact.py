"""What the contact says about being contacted, and as whom: wrong number, opt-out, profile."""

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions._menu import show_menu
from actions._turn import Events, TurnContext, button, in_thread, leave_form, say
from bot.bootstrap import Services
from domain.contact import Role


class NotMe(Action):
    """Stop writing to this number; nothing personal was or will be shown."""

    def name(self) -> str:
        return "action_not_me"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        await in_thread(lambda s: s.preferences.stop_contact(turn.contact_id, turn.message_id))
        say(dispatcher, "utter_not_me")
        return leave_form()


class WelcomeBack(Action):
    """Write again to somebody who had said that they are somebody else."""

    def name(self) -> str:
        return "action_welcome_back"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        say(dispatcher, "utter_welcome_back")
        await show_menu(dispatcher, TurnContext.of(tracker))
        return leave_form()


class OptOut(Action):
    """No more promotions; what the person asks for is answered all the same."""

    def name(self) -> str:
        return "action_opt_out"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        await in_thread(lambda s: s.preferences.stop_marketing(turn.contact_id))
        say(dispatcher, "utter_opt_out")
        return []


class SwitchProfile(Action):
    """Ask as whom to go on, when the number has several roles."""

    def name(self) -> str:
        return "action_switch_profile"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        roles, titles = await in_thread(lambda s: _roles(s, turn.contact_id))
        if len(roles) < 2:
            say(dispatcher, "utter_single_profile")
            await show_menu(dispatcher, turn)
            return leave_form()
        buttons = [button(titles[role], "choose_profile", role=role.value) for role in roles]
        say(dispatcher, "utter_choose_profile", buttons=buttons)
        return leave_form()


class ChooseProfile(Action):
    """Go on in the chosen role, if the contact has it."""

    def name(self) -> str:
        return "action_choose_profile"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        role = Role(turn.entities["role"])
        await in_thread(lambda s: s.preferences.choose_role(turn.contact_id, role))
        await show_menu(dispatcher, turn)
        return []


def _roles(services: Services, contact_id: str) -> tuple[list[Role], dict[str, str]]:
    roles = services.people.roles_of(services.contacts.get(contact_id))
    return roles, services.site.pack.words.roles

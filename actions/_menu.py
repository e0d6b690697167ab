"""The menu of each role."""

from rasa_sdk.executor import CollectingDispatcher

from actions._turn import TurnContext, button, in_thread, say
from bot.bootstrap import Services
from domain.contact import Role

MENUS = {
    Role.BORROWER: "utter_menu_borrower",
    Role.SALESPERSON: "utter_menu_salesperson",
    Role.OWNER: "utter_menu_owner",
}


async def show_menu(dispatcher: CollectingDispatcher, turn: TurnContext) -> None:
    """The menu of the role the contact acts in, with a way to the others if there are any."""
    roles = await in_thread(lambda s: roles_with_active_first(s, turn.contact_id))
    words = await in_thread(lambda s: s.site.pack.words)
    switch = [button(words.switch_profile, "switch_profile")] if len(roles) > 1 else []
    say(dispatcher, MENUS[roles[0]], buttons=switch)


def roles_with_active_first(services: Services, contact_id: str) -> list[Role]:
    """The role chosen last, if it still holds, before the others; a stranger's is borrower."""
    contact = services.contacts.get(contact_id)
    roles = services.people.roles_of(contact)
    return sorted(roles, key=lambda role: role is not contact.active_role) or [Role.BORROWER]

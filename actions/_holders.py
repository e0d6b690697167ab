"""A phone that several people use: what a button names may be another's than who was proven."""

from rasa_sdk.executor import CollectingDispatcher

from actions._turn import Events, TurnContext, ask_identity, in_thread, say
from bot.bootstrap import Services


async def ask_holder(
    action_name: str, dispatcher: CollectingDispatcher, turn: TurnContext, borrower_id: str | None
) -> Events | None:
    """
    The events of asking who it is, if what was named is of another borrower of this phone.

    None if it is nobody's here, or if who it is was told just now.
    """
    if turn.tells_identity or not await in_thread(lambda s: _borrows_here(s, turn, borrower_id)):
        return None
    say(dispatcher, "utter_other_holder")
    return ask_identity(action_name, turn)


def _borrows_here(services: Services, turn: TurnContext, borrower_id: str | None) -> bool:
    contact = services.contacts.get(turn.contact_id)
    return any(each.borrower_id == borrower_id for each in services.people.borrowers_at(contact))

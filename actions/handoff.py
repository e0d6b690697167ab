"""Reaching a person: asked for, or because something went wrong."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions._turn import Events, TurnContext, in_thread, leave_form, say
from bot.bootstrap import Services
from bot.services.handoffs import Handoff
from domain.country import format_long_date, format_time
from domain.ticket import TicketReason


class TalkToAgent(Action):
    """Put the conversation before a person, and say when they will be there."""

    def name(self) -> str:
        return "action_talk_to_agent"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        handoff, facts = await open_ticket(turn, TicketReason.ASKED_FOR_AGENT)
        later = handoff.opens_at is not None
        say(
            dispatcher,
            "utter_agent_will_answer_later" if later else "utter_agent_will_answer",
            **facts,
        )
        return leave_form()


class Complain(Action):
    """Note a complaint under a number, before a person, ahead of the rest."""

    def name(self) -> str:
        return "action_complain"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        turn = TurnContext.of(tracker)
        _, facts = await open_ticket(turn, TicketReason.COMPLAINT, is_urgent=True)
        say(dispatcher, "utter_complaint_registered", **facts)
        return leave_form()


async def open_ticket(
    turn: TurnContext,
    reason: TicketReason,
    *,
    is_urgent: bool = False,
    attachment_id: str | None = None,
) -> tuple[Handoff, dict[str, Any]]:
    """The ticket for this turn and the facts that its message needs."""

    def work(services: Services) -> tuple[Handoff, dict[str, Any]]:
        handoff = services.handoffs.open(
            reason,
            conversation_id=turn.conversation_id,
            contact_id=turn.contact_id,
            cause_id=turn.message_id,
            is_urgent=is_urgent,
            attachment_id=attachment_id,
        )
        facts = {"ticket": handoff.ticket.number}
        if handoff.opens_at is not None:
            local = handoff.opens_at.astimezone(services.site.zone)
            facts["opens_on"] = format_long_date(local.date(), services.site.pack)
            facts["opens_at"] = format_time(local.time(), services.site.pack)
        return handoff, facts

    return await in_thread(work)

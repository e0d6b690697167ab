"""Reaching a person, and complaints."""

from datetime import timedelta

from actions.handoff import Complain, TalkToAgent
from domain.ticket import TicketReason


def test_a_person_is_asked_for(service, clock, caller):
    clock.move(timedelta(days=2))  # after carnival
    outcome = caller.run(TalkToAgent(), "talk_to_agent", active_form="identity_form")
    (ticket,) = service.tickets.list_open()
    assert outcome.said == ["utter_agent_will_answer"]
    assert outcome.messages[0]["ticket"] == ticket.number
    assert outcome.leaves_form
    assert ticket.reason is TicketReason.ASKED_FOR_AGENT
    assert not ticket.is_urgent


def test_out_of_hours_the_next_opening_is_told(clock, caller):
    clock.move(timedelta(hours=12))
    (message,) = caller.run(TalkToAgent(), "talk_to_agent").messages
    assert message["response"] == "utter_agent_will_answer_later"
    assert message["opens_at"] == "09:00"


def test_a_complaint_is_urgent(service, caller):
    outcome = caller.run(Complain(), "complain")
    (ticket,) = service.tickets.list_open()
    assert outcome.said == ["utter_complaint_registered"]
    assert ticket.reason is TicketReason.COMPLAINT
    assert ticket.is_urgent


def test_asking_twice_is_one_ticket(service, caller):
    numbers = {
        caller.run(TalkToAgent(), "talk_to_agent", message_id=f"in-{n}").messages[0]["ticket"]
        for n in range(2)
    }
    assert len(numbers) == 1

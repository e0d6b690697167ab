from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.ticket import TicketReason
from storage.tickets import NewTicket, Tickets
from tests.message_builders import NOON


@pytest.fixture
def tickets(indexed):
    return Tickets(indexed)


def a_ticket(**changes):
    fields = {
        "cause_id": "in-1",
        "conversation_id": "c1-549",
        "contact_id": "c1",
        "reason": TicketReason.ASKED_FOR_AGENT,
    }
    return NewTicket(**(fields | changes))


def test_numbers_have_no_gaps_with_many_at_once(tickets):
    new = [a_ticket(conversation_id=f"c{number}-549") for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda each: tickets.open_once(each, now=NOON), new))
    numbers = sorted(ticket.number for ticket in opened)
    assert numbers == [f"T-{number:06d}" for number in range(1, 25)]


def test_one_conversation_has_one_open_ticket_per_reason(tickets, indexed):
    with ThreadPoolExecutor(8) as pool:
        new = [a_ticket(cause_id=f"in-{number}") for number in range(16)]
        opened = list(pool.map(lambda each: tickets.open_once(each, now=NOON), new))
    assert len({ticket.number for ticket in opened}) == 1
    [stored] = indexed["tickets"].find()
    assert sorted(stored["cause_ids"]) == sorted(f"in-{number}" for number in range(16))
    following = tickets.open_once(a_ticket(reason=TicketReason.COMPLAINT), now=NOON)
    assert following.number == "T-000002"


def test_a_replayed_message_gets_its_number_again(tickets):
    first = tickets.open_once(a_ticket(), now=NOON)
    assert tickets.open_once(a_ticket(), now=NOON) == first
    assert tickets.count_open() == 1


def test_further_attachments_and_urgency_are_added(tickets):
    tickets.open_once(a_ticket(attachment_id="in-1"), now=NOON)
    again = tickets.open_once(
        a_ticket(cause_id="in-2", attachment_id="in-2", is_urgent=True), now=NOON
    )
    assert again.attachment_ids == ["in-1", "in-2"]
    assert again.is_urgent


def test_a_new_matter_after_the_last_was_ended(tickets, indexed):
    first = tickets.open_once(a_ticket(), now=NOON)
    indexed["tickets"].update_one({"number": first.number}, {"$set": {"state": "resolved"}})
    second = tickets.open_once(a_ticket(cause_id="in-2"), now=NOON)
    assert second.number == "T-000002"
    assert [ticket.number for ticket in tickets.list_open()] == ["T-000002"]

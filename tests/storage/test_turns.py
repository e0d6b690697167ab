from datetime import timedelta

import pytest
from pymongo.errors import OperationFailure

from domain.contact import Contact
from domain.conversation import Author
from domain.message import MediaKind, OutboundText
from storage.attachments import NewAttachment
from storage.conversations import Conversations, LeaseLostError
from storage.errors import AlreadyStoredError
from storage.inbox import Inbox, address_of
from storage.outbox import Outbox
from storage.turns import FinishedTurn, Turns
from tests.message_builders import (
    BUSINESS_NUMBER,
    CONVERSATION,
    NOON,
    PHONE,
    a_lease,
    an_inbound,
    an_outbound,
    an_outcome,
)

LEASE = timedelta(seconds=15)
CONTACT = Contact(contact_id="c1", aliases=[f"phone:{PHONE}"])
TOUCHED = ["conversations", "inbox", "outbox", "attachments", "dead_letters"]


class World:
    """One leased conversation with two waiting messages."""

    def __init__(self, database):
        self.database = database
        self.inbox, self.outbox = Inbox(database), Outbox(database)
        self.conversations, self.turns = Conversations(database), Turns(database)
        messages = [an_inbound("uno"), an_inbound("dos")]
        self.inbox.add_many([(each, timedelta()) for each in messages], arrived_at=NOON, now=NOON)
        self.lease = a_lease(self.conversations)
        self.batch = self.inbox.list_waiting([address_of(messages[0])])

    def commit(self, turn, lease=None):
        self.turns.commit(lease or self.lease, CONTACT, self.batch, turn, now=NOON)

    def contents(self):
        return {name: list(self.database[name].find()) for name in TOUCHED}


@pytest.fixture
def world(indexed):
    return World(indexed)


def a_turn(**changes):
    fields = {
        "outcome": an_outcome(),
        "replies": [an_outbound("1"), an_outbound("2")],
        "attachments": [
            NewAttachment(
                attachment_id="in-9", contact_id="c1", media_kind=MediaKind.IMAGE, url="https://x"
            )
        ],
    }
    return FinishedTurn(**(fields | changes))


def test_a_turn_leaves_everything_together(world):
    world.commit(a_turn())
    assert world.inbox.depth() == 0
    assert world.conversations.get(CONVERSATION).turns == 1
    stored = world.contents()
    assert [entry["seq"] for entry in stored["outbox"]] == [1, 2]
    assert {entry["to"] for entry in stored["outbox"]} == {PHONE}
    assert {entry["business_number"] for entry in stored["outbox"]} == {BUSINESS_NUMBER}
    assert [entry["state"] for entry in stored["attachments"]] == ["wanted"]
    assert stored["dead_letters"] == []


@pytest.mark.parametrize("place", ["conversations", "inbox", "outbox", "attachments"])
def test_a_failure_in_the_middle_leaves_nothing(world, place):
    """The server itself refuses the write of one collection, as a full disk would."""
    before = world.contents()
    world.database.command("collMod", place, validator={"impossible": True})
    try:
        with pytest.raises(OperationFailure):
            world.commit(a_turn())
    finally:
        world.database.command("collMod", place, validator={})
    assert world.contents() == before
    world.commit(a_turn())
    assert world.inbox.depth() == 0


def test_a_zombie_leaves_nothing(world):
    current = a_lease(world.conversations, worker="w2", now=NOON + LEASE)
    before = world.contents()
    with pytest.raises(LeaseLostError):
        world.commit(a_turn())
    assert world.contents() == before
    world.commit(a_turn(), current)


def test_a_turn_is_committed_once(world):
    turn = a_turn()
    world.commit(turn)
    before = world.contents()
    with pytest.raises(AlreadyStoredError):
        world.commit(turn)
    assert world.contents() == before


def test_given_up_messages_are_kept_one_by_one(world):
    sorry = an_outbound("Perdón", author=Author.NOTICE)
    world.commit(a_turn(replies=[sorry], given_up="too_many_attempts"))
    stored = world.contents()
    assert {entry["state"] for entry in stored["inbox"]} == {"dead"}
    assert [letter["body"]["content"]["text"] for letter in stored["dead_letters"]] == [
        "uno",
        "dos",
    ]
    assert {letter["reason"] for letter in stored["dead_letters"]} == {"too_many_attempts"}
    assert stored["outbox"][0]["content"] == OutboundText(text="Perdón").model_dump()


def test_a_turn_releases_what_waited_for_the_contact_to_write(world):
    world.outbox.add_many(
        [an_outbound("parked")],
        conversation_id=CONVERSATION,
        business_number=BUSINESS_NUMBER,
        to=PHONE,
        first_seq=world.conversations.reserve_places(CONVERSATION, 1),
        now=NOON,
    )
    world.database["outbox"].update_one({}, {"$set": {"status": "waiting_window"}})
    world.commit(a_turn())
    pending = world.database["outbox"].find({"status": "pending"}, sort=[("seq", 1)])
    assert [entry["content"]["text"] for entry in pending] == ["parked", "1", "2"]

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from storage.inbox import Inbox, address_of
from tests.message_builders import BUSINESS_NUMBER, NOON, PHONE, an_inbound

SECOND = timedelta(seconds=1)
NO_HOLD = timedelta()
OTHER_PHONE = "5491155550102"


@pytest.fixture
def inbox(indexed):
    return Inbox(indexed)


def add(inbox, *messages, hold=NO_HOLD, now=NOON):
    return inbox.add_many([(message, hold) for message in messages], arrived_at=now, now=now)


def waiting_ids(inbox, *messages):
    addresses = sorted({address_of(message) for message in messages})
    return [entry.entry_id for entry in inbox.list_waiting(addresses)]


def ready_addresses(inbox, *, now=NOON, limit=8, busy=frozenset()):
    return [each.address for each in inbox.list_ready(now=now, limit=limit, busy=set(busy))]


def test_each_message_is_stored_once_whatever_its_batch(inbox):
    one, two, three = an_inbound("uno"), an_inbound("dos"), an_inbound("tres")
    assert add(inbox) == 0
    assert add(inbox, one, two, one) == 2
    assert add(inbox, two, three) == 1
    assert add(inbox, one, two, three) == 0
    assert inbox.depth() == 3


def test_a_repeated_id_changes_nothing(inbox):
    first = an_inbound("uno")
    add(inbox, first)
    add(inbox, first.model_copy(update={"content": an_inbound("otro").content}))
    [entry] = inbox.list_waiting([address_of(first)])
    assert entry.message == first


def test_of_many_webhooks_at_once_each_message_is_new_in_one(inbox):
    messages = [an_inbound(str(number)) for number in range(25)]
    with ThreadPoolExecutor(8) as pool:
        new = list(pool.map(lambda _: add(inbox, *messages), range(8)))
    assert sum(new) == inbox.depth() == 25


def test_messages_wait_in_the_channels_order_not_in_that_of_arrival(inbox):
    late = an_inbound("2", received_at=NOON + SECOND)
    early = an_inbound("1", received_at=NOON)
    same_instant = [an_inbound(external_id=f"z-{number}") for number in (3, 1, 2)]
    add(inbox, late)
    add(inbox, early, *same_instant)
    assert waiting_ids(inbox, early) == [
        early.external_id,
        "z-3",
        "z-1",
        "z-2",
        late.external_id,
    ]


def test_a_held_message_is_ready_when_its_hold_is_over(inbox):
    greeting = an_inbound("hola")
    add(inbox, greeting, hold=1.5 * SECOND)
    assert ready_addresses(inbox, now=NOON + SECOND) == []
    assert ready_addresses(inbox, now=NOON + 1.5 * SECOND) == [address_of(greeting)]


def test_a_held_message_goes_along_with_one_that_is_ready(inbox):
    greeting, question = an_inbound("hola"), an_inbound("cuánto debo")
    add(inbox, greeting, hold=1.5 * SECOND)
    add(inbox, question)
    assert ready_addresses(inbox) == [address_of(question)]
    assert waiting_ids(inbox, question) == [greeting.external_id, question.external_id]


def test_who_waits_longest_is_first_and_the_busy_are_left_out(inbox):
    second, first = an_inbound(phone=OTHER_PHONE), an_inbound(phone=PHONE)
    add(inbox, second, now=NOON)
    add(inbox, first, now=NOON - SECOND)
    assert ready_addresses(inbox) == [address_of(first), address_of(second)]
    assert ready_addresses(inbox, limit=1) == [address_of(first)]
    assert ready_addresses(inbox, busy={address_of(first)}) == [address_of(second)]


def test_somebody_who_floods_does_not_hide_the_others_once_busy(inbox):
    flood = [an_inbound(str(number)) for number in range(100)]
    patient = an_inbound(phone=OTHER_PHONE)
    add(inbox, *flood, now=NOON - SECOND)
    add(inbox, patient)
    assert ready_addresses(inbox, busy={address_of(flood[0])}) == [address_of(patient)]


def test_delayed_addresses_wait_with_all_they_have(inbox):
    one, two, other = an_inbound("1"), an_inbound("2"), an_inbound(phone=OTHER_PHONE)
    add(inbox, one, two, other)
    inbox.delay([address_of(one)], NOON + 2 * SECOND)
    assert ready_addresses(inbox) == [address_of(other)]
    assert inbox.oldest_ready_at() == NOON
    assert set(ready_addresses(inbox, now=NOON + 2 * SECOND)) == {
        address_of(one),
        address_of(other),
    }


def test_finished_messages_wait_no_more(inbox, indexed):
    one, two = an_inbound("1"), an_inbound("2")
    add(inbox, one, two)
    with indexed.client.start_session() as session:
        inbox.finish([one.external_id], "c1", state="done", session=session)
    assert waiting_ids(inbox, one) == [two.external_id]
    assert inbox.depth() == 1
    assert [each.entry_id for each in inbox.get_waiting([one.external_id, two.external_id])] == [
        two.external_id
    ]


def test_a_batch_comes_back_in_the_order_it_was_taken_in(inbox):
    one, two = an_inbound("1"), an_inbound("2")
    add(inbox, one, two)
    wanted = [two.external_id, "gone", one.external_id]
    found = [entry.entry_id for entry in inbox.get_waiting(wanted)]
    assert found == [two.external_id, one.external_id]


@pytest.mark.parametrize(
    ("waiting", "is_deeper"),
    [
        pytest.param(0, False, id="empty"),
        pytest.param(3, False, id="at the bound"),
        pytest.param(4, True, id="over the bound"),
    ],
)
def test_depth_against_a_bound(inbox, waiting, is_deeper):
    add(inbox, *[an_inbound() for _ in range(waiting)])
    assert inbox.is_deeper_than(3) is is_deeper


def test_a_message_that_nobody_can_read_stops_nobody_and_is_kept(inbox, indexed):
    broken, healthy = an_inbound("roto"), an_inbound("sano")
    add(inbox, broken, healthy)
    indexed["inbox"].update_one(
        {"_id": broken.external_id}, {"$set": {"message.content": {"kind": "from the future"}}}
    )
    assert ready_addresses(inbox) == [address_of(healthy)]
    assert waiting_ids(inbox, healthy) == [healthy.external_id]
    [letter] = indexed["dead_letters"].find()
    assert letter["reason"] == "unreadable"
    assert letter["body"]["content"] == {"kind": "from the future"}


def test_the_conversation_is_known_once_a_turn_took_the_message(inbox, indexed):
    message = an_inbound()
    add(inbox, message)
    conversation_id = f"c1-{BUSINESS_NUMBER}"
    with indexed.client.start_session() as session:
        inbox.finish([message.external_id], conversation_id, state="dead", session=session)
    stored = indexed["inbox"].find_one({"_id": message.external_id})
    assert (stored["state"], stored["conversation_id"]) == ("dead", conversation_id)

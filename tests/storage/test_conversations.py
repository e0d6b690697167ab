from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from domain.conversation import DialogueSession, Handler, Offer, OfferedOption, Reply
from domain.message import OutboundText
from storage.conversations import Conversations, LeaseLostError
from tests.message_builders import BUSINESS_NUMBER, CONVERSATION, NOON, a_lease, an_outcome

SECOND = timedelta(seconds=1)
LEASE = 15 * SECOND
SAID = [
    Reply(content=OutboundText(text="Buenas"), purpose="letter_ready", subject="AR-LS-2026-000001")
]


@pytest.fixture
def conversations(indexed):
    return Conversations(indexed)


def finish(conversations, lease, outcome=None, *, messages=0, database):
    with database.client.start_session() as session, session.start_transaction():
        return conversations.finish_turn(
            lease, outcome or an_outcome(), messages=messages, session=session
        )


def test_a_new_conversation_belongs_to_the_bot_and_its_window_is_open(conversations):
    lease = a_lease(conversations)
    assert lease.conversation.conversation_id == CONVERSATION
    assert lease.conversation.business_number == BUSINESS_NUMBER
    assert lease.conversation.handled_by is Handler.BOT
    assert lease.conversation.last_inbound_at == NOON
    assert (lease.attempts, lease.batch) == (1, None)


def test_one_of_many_gets_the_lease(conversations):
    with ThreadPoolExecutor(8) as pool:
        leases = list(
            pool.map(lambda number: a_lease(conversations, worker=f"w{number}"), range(24))
        )
    assert len([lease for lease in leases if lease]) == 1


def test_conversations_are_leased_independently(conversations):
    assert a_lease(conversations, contact_id="c1")
    assert a_lease(conversations, contact_id="c2")


@pytest.mark.parametrize(
    ("later", "is_free"),
    [
        pytest.param(LEASE - SECOND / 1000, False, id="held to the last moment"),
        pytest.param(LEASE, True, id="run out"),
    ],
)
def test_a_lease_ends(conversations, later, is_free):
    first = a_lease(conversations)
    second = a_lease(conversations, worker="w2", now=NOON + later)
    assert (second is not None) is is_free
    assert conversations.renew(first, until=NOON + 2 * LEASE) is not is_free


def test_a_renewed_lease_is_held_on(conversations):
    first = a_lease(conversations)
    assert conversations.renew(first, until=NOON + 2 * LEASE)
    assert a_lease(conversations, worker="w2", now=NOON + LEASE) is None


@pytest.mark.parametrize("worker", ["w1", "w2"], ids=["same worker", "another worker"])
def test_a_zombie_is_fenced_off(conversations, indexed, worker):
    zombie = a_lease(conversations)
    current = a_lease(conversations, worker=worker, now=NOON + LEASE)
    with pytest.raises(LeaseLostError):
        finish(conversations, zombie, database=indexed)
    with pytest.raises(LeaseLostError):
        conversations.remember_batch(zombie, ["in-1"])
    assert not conversations.renew(zombie, until=NOON + 9 * LEASE)
    conversations.release(zombie)
    conversations.postpone(zombie, ["in-1"], until=NOON + 9 * LEASE, counts=True)
    assert conversations.renew(current, until=NOON + 2 * LEASE)
    finish(conversations, current, database=indexed)
    assert conversations.get(CONVERSATION).turns == 1


def test_attempts_count_until_a_turn_is_finished(conversations, indexed):
    a_lease(conversations)
    second = a_lease(conversations, now=NOON + LEASE)
    assert second.attempts == 2
    finish(conversations, second, database=indexed)
    assert a_lease(conversations, now=NOON + LEASE).attempts == 1


def test_a_lease_given_back_unused_counts_as_no_attempt(conversations):
    conversations.release(a_lease(conversations))
    assert a_lease(conversations).attempts == 1


@pytest.mark.parametrize(
    ("counts", "attempts"), [pytest.param(True, 2, id="counts"), pytest.param(False, 1, id="not")]
)
def test_a_postponed_turn_waits_and_takes_the_same_entries(conversations, counts, attempts):
    conversations.postpone(
        a_lease(conversations), ["in-1", "in-2"], until=NOON + SECOND, counts=counts
    )
    assert a_lease(conversations, worker="w2") is None
    again = a_lease(conversations, worker="w2", now=NOON + SECOND)
    assert (again.attempts, again.batch) == (attempts, ["in-1", "in-2"])


def test_the_batch_of_an_attempt_that_died_is_remembered(conversations, indexed):
    conversations.remember_batch(a_lease(conversations), ["in-1", "in-2"])
    again = a_lease(conversations, now=NOON + LEASE)
    assert again.batch == ["in-1", "in-2"]
    finish(conversations, again, database=indexed)
    assert a_lease(conversations, now=NOON + LEASE).batch is None


def test_what_a_turn_leaves(conversations, indexed):
    option = OfferedOption(title="Ver", intent="ask_loan_status", entities={"loan_id": "L-1"})
    outcome = an_outcome(
        offer=Offer(nonce="n1", options=[option]),
        active_form="identity_form",
        last_answer=SAID,
        last_answer_for="B-1",
        arrived_at=NOON + SECOND,
    )
    finish(conversations, a_lease(conversations), outcome, database=indexed)
    conversation = conversations.get(CONVERSATION)
    assert conversation.session == DialogueSession(number=1, last_turn_at=NOON)
    assert conversation.offer == outcome.offer
    assert conversation.active_form == "identity_form"
    assert conversation.last_answer == SAID
    assert conversation.last_answer_for == "B-1"
    assert conversation.last_inbound_at == NOON + SECOND


def test_a_turn_without_words_leaves_the_last_ones_to_repeat(conversations, indexed):
    said = an_outcome(last_answer=SAID, last_answer_for="B-1")
    finish(conversations, a_lease(conversations), said, database=indexed)
    finish(conversations, a_lease(conversations), an_outcome(), database=indexed)
    conversation = conversations.get(CONVERSATION)
    assert conversation.last_answer == SAID
    assert conversation.last_answer_for == "B-1"


def test_an_owner_that_changes_during_a_turn_stays(conversations, indexed):
    lease = a_lease(conversations)
    indexed["conversations"].update_one({"_id": CONVERSATION}, {"$set": {"handled_by": "agent"}})
    finish(conversations, lease, an_outcome(), database=indexed)
    assert conversations.get(CONVERSATION).handled_by is Handler.AGENT


def test_a_turn_may_change_the_owner(conversations, indexed):
    finish(
        conversations,
        a_lease(conversations),
        an_outcome(handled_by=Handler.NOBODY),
        database=indexed,
    )
    assert conversations.get(CONVERSATION).handled_by is Handler.NOBODY


@pytest.mark.parametrize(
    ("offered", "nonce", "titles"),
    [
        pytest.param([], "new", ["Ver"], id="nothing was offered"),
        pytest.param(["Sí", "No"], "old", ["Sí", "No", "Ver"], id="a question stays open"),
    ],
)
def test_an_offer_outside_a_turn_comes_after_what_is_offered(
    conversations, indexed, offered, nonce, titles
):
    old = Offer(nonce="old", options=[OfferedOption(title=title, intent="x") for title in offered])
    outcome = an_outcome(offer=old if offered else None)
    finish(conversations, a_lease(conversations), outcome, database=indexed)
    new = OfferedOption(title="Ver", intent="see_letter_notice", entities={"folio": "AR-1"})
    conversations.add_to_offer(CONVERSATION, Offer(nonce="new", options=[new]))
    offer = conversations.get(CONVERSATION).offer
    assert offer.nonce == nonce
    assert [option.title for option in offer.options] == titles
    assert offer.options[-1] == new


def test_an_older_message_does_not_shorten_the_window(conversations, indexed):
    lease = a_lease(conversations, arrived_at=NOON + SECOND)
    finish(conversations, lease, an_outcome(arrived_at=NOON), database=indexed)
    assert conversations.get(CONVERSATION).last_inbound_at == NOON + SECOND


def test_a_closed_window_opens_when_they_write(conversations):
    conversations.release(a_lease(conversations))
    conversations.close_window(CONVERSATION)
    assert conversations.get(CONVERSATION).last_inbound_at is None
    assert a_lease(conversations).conversation.last_inbound_at == NOON


def test_places_are_reserved_without_overlap(conversations, indexed):
    lease = a_lease(conversations)
    assert conversations.reserve_places(CONVERSATION, 2) == 1
    assert finish(conversations, lease, messages=3, database=indexed) == 3
    with ThreadPoolExecutor(8) as pool:
        first = list(pool.map(lambda _: conversations.reserve_places(CONVERSATION, 2), range(16)))
    assert sorted(first) == list(range(6, 38, 2))


def test_what_does_not_exist_has_no_places(conversations):
    with pytest.raises(KeyError):
        conversations.reserve_places("nobody", 1)
    with pytest.raises(KeyError):
        conversations.get("nobody")

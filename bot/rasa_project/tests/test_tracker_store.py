"""The tracker store against a real MongoDB: durable or loud."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import processes
import pymongo
import pytest
from conftest import Mongo
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa_extensions.tracker_store import COLLECTION, BoundedTrackerStore
from rasa_extensions.turn import (
    AlreadyAnswered,
    TrackerConflict,
    TrackerStoreUnavailable,
    Turn,
    TurnUnfinished,
    current_turn,
)

DOMAIN = Domain.load(str(processes.TINY_BOT / "domain.yml"))


@pytest.fixture
def store(mongo: Mongo) -> BoundedTrackerStore:
    return BoundedTrackerStore(DOMAIN, mongo.uri, "store_tests")


@pytest.fixture
def documents(mongo: Mongo) -> Iterator[Any]:
    with pymongo.MongoClient(mongo.uri) as client:
        yield client["store_tests"][COLLECTION]


def fresh(store: BoundedTrackerStore) -> DialogueStateTracker:
    return asyncio.run(store.get_or_create_tracker(uuid4().hex))


def say(tracker: DialogueStateTracker, text: str, message_id: str = "m") -> None:
    tracker.update(UserUttered(text, {"name": "greet"}, message_id=message_id))
    tracker.update(ActionExecuted("action_listen"))


def read(store: BoundedTrackerStore, sender_id: str) -> DialogueStateTracker:
    """As MongoDB has it."""
    store._remembered.clear()
    tracker = asyncio.run(store.retrieve(sender_id))
    assert tracker is not None
    return tracker


def test_what_was_saved_is_read_back(store: BoundedTrackerStore) -> None:
    tracker = fresh(store)
    tracker.update(SlotSet("turns_counted", 2**70))
    say(tracker, "\ud800 \x00 {$a.b}")
    asyncio.run(store.save(tracker))
    again = read(store, tracker.sender_id)
    assert again == tracker
    assert again.get_slot("turns_counted") == 2**70


def test_a_new_dialogue_is_not_saved_before_its_first_turn(store: BoundedTrackerStore) -> None:
    assert asyncio.run(store.retrieve(fresh(store).sender_id)) is None


def test_one_document_for_each_dialogue(store: BoundedTrackerStore, documents: Any) -> None:
    tracker = fresh(store)
    for number in range(10):
        say(tracker, str(number))
        asyncio.run(store.save(tracker))
        tracker = read(store, tracker.sender_id)
    assert documents.count_documents({"_id": tracker.sender_id}) == 1
    assert documents.find_one(tracker.sender_id)["version"] == 10
    assert tracker.sender_id in asyncio.run(store.keys())


def test_of_two_that_save_at_once_one_is_refused(store: BoundedTrackerStore) -> None:
    tracker = fresh(store)
    twin = store.init_tracker(tracker.sender_id)
    for each in (tracker, twin):
        say(each, "first")
    asyncio.run(store.save(tracker))
    with pytest.raises(TrackerConflict):
        asyncio.run(store.save(twin))
    older, newer = read(store, tracker.sender_id), read(store, tracker.sender_id)
    for each in (older, newer):
        say(each, "second")
    asyncio.run(store.save(newer))
    with pytest.raises(TrackerConflict):
        asyncio.run(store.save(older))


def test_what_this_process_saved_last_is_not_read_again(
    store: BoundedTrackerStore, documents: Any
) -> None:
    tracker = fresh(store)
    say(tracker, "hola")
    asyncio.run(store.save(tracker))
    documents.update_one({"_id": tracker.sender_id}, {"$set": {"events": "unread"}})
    remembered = asyncio.run(store.retrieve(tracker.sender_id))
    assert remembered == tracker
    say(remembered, "otra")
    asyncio.run(store.save(remembered))
    assert read(store, tracker.sender_id) == remembered


def test_a_memory_that_another_process_overtook_is_refused_once(
    store: BoundedTrackerStore, mongo: Mongo
) -> None:
    tracker = fresh(store)
    say(tracker, "uno")
    asyncio.run(store.save(tracker))
    other = BoundedTrackerStore(DOMAIN, mongo.uri, "store_tests")
    theirs = read(other, tracker.sender_id)
    say(theirs, "dos")
    asyncio.run(other.save(theirs))
    stale = asyncio.run(store.retrieve(tracker.sender_id))
    say(stale, "tres")
    with pytest.raises(TrackerConflict):
        asyncio.run(store.save(stale))
    assert asyncio.run(store.retrieve(tracker.sender_id)) == theirs


def test_an_unfinished_turn_is_not_saved(store: BoundedTrackerStore) -> None:
    tracker = fresh(store)
    tracker.update(ActionExecuted("utter_greet"))
    with pytest.raises(TurnUnfinished):
        asyncio.run(store.save(tracker))
    assert asyncio.run(store.retrieve(tracker.sender_id)) is None


def test_a_message_that_is_in_the_tail_is_known(store: BoundedTrackerStore) -> None:
    tracker = fresh(store)
    say(tracker, "hola", message_id="known")
    asyncio.run(store.save(tracker))
    token = current_turn.set(Turn("known"))
    try:
        with pytest.raises(AlreadyAnswered):
            asyncio.run(store.retrieve(tracker.sender_id))
        current_turn.set(Turn("unknown"))
        assert asyncio.run(store.retrieve(tracker.sender_id)) == tracker
    finally:
        current_turn.reset(token)


def test_writes_are_journaled_on_a_majority_and_old_dialogues_expire(
    store: BoundedTrackerStore, documents: Any
) -> None:
    tracker = fresh(store)
    say(tracker, "hola")
    asyncio.run(store.save(tracker))
    concern = store._trackers.write_concern.document
    assert (concern["w"], concern["j"]) == ("majority", True)
    (index,) = [each for each in documents.list_indexes() if "expireAfterSeconds" in each]
    assert (dict(index["key"]), index["expireAfterSeconds"]) == ({"updated_at": 1}, 30 * 86_400)
    assert documents.find_one(tracker.sender_id)["updated_at"] is not None


def test_an_absent_mongodb_is_told_within_seconds() -> None:
    absent = f"mongodb://127.0.0.1:{processes.free_port()}/?replicaSet=rs0"
    store = BoundedTrackerStore(DOMAIN, absent, "store_tests")
    started = time.monotonic()
    with pytest.raises(TrackerStoreUnavailable):
        asyncio.run(store.retrieve("person"))
    tracker = store.init_tracker("person")
    say(tracker, "hola")
    with pytest.raises(TrackerStoreUnavailable):
        asyncio.run(store.save(tracker))
    assert time.monotonic() - started < 6


def test_others_go_on_while_mongodb_is_absent() -> None:
    """The wait is on a thread, so the event loop keeps turning."""
    absent = f"mongodb://127.0.0.1:{processes.free_port()}/?replicaSet=rs0"
    store = BoundedTrackerStore(DOMAIN, absent, "store_tests")

    async def longest_pause() -> float:
        reading = asyncio.ensure_future(store.retrieve("person"))
        pauses, last = [], time.monotonic()
        while not reading.done():
            await asyncio.sleep(0.01)
            pauses.append(time.monotonic() - last)
            last = time.monotonic()
        assert isinstance(reading.exception(), TrackerStoreUnavailable)
        return max(pauses)

    assert asyncio.run(longest_pause()) < 0.5


def test_rasa_does_not_hide_our_store_behind_a_memory(store: BoundedTrackerStore) -> None:
    assert Agent(tracker_store=store).tracker_store is store
    other = Agent(tracker_store=InMemoryTrackerStore(DOMAIN)).tracker_store
    assert isinstance(other, FailSafeTrackerStore)

from datetime import timedelta
from threading import Event
from time import sleep

import pytest

from bot.clock import Clock
from bot.workers import lease_keeper
from bot.workers.lease_keeper import LeaseKeeper
from storage.conversations import Conversations
from tests.message_builders import CONVERSATION, a_lease
from tests.processes import eventually

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(lease_keeper, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(lease_keeper, "RENEW_AFTER_SECONDS", 0.03)
    monkeypatch.setattr(lease_keeper, "TYPING_AFTER_SECONDS", 0.05)


class Turn:
    """A running turn whose lease lasts a fifth of a second, if nobody renews it."""

    def __init__(self, database, show_typing):
        self.database, self.conversations = database, Conversations(database)
        self.lease = a_lease(self.conversations, now=Clock().machine_now(), lease=SECOND / 5)
        self.keeper = LeaseKeeper(self.conversations, Clock(), show_typing)
        self.keeper.hold(self.lease, "549")
        self.keeper.start()

    def held_until(self):
        [document] = self.database["conversations"].find()
        return document["lease_until"]

    def is_held(self):
        return self.held_until() > Clock().machine_now() + SECOND


@pytest.fixture
def start_turn(indexed):
    turns = []

    def start(show_typing=lambda _: None):
        turns.append(Turn(indexed, show_typing))
        return turns[-1]

    yield start
    for turn in turns:
        turn.keeper.stop()


def test_a_long_turn_keeps_its_lease(start_turn):
    turn = start_turn()
    assert eventually(turn.is_held)
    assert a_lease(turn.conversations, worker="w2", now=Clock().machine_now()) is None


def test_a_provider_that_hangs_costs_nobody_a_lease(start_turn):
    hangs = Event()
    turn = start_turn(lambda _: hangs.wait(10))
    assert eventually(turn.is_held)
    before = turn.held_until()
    assert eventually(lambda: turn.held_until() > before)
    hangs.set()


def test_typing_is_shown_once(start_turn):
    shown = []
    start_turn(shown.append)
    assert eventually(lambda: shown == ["549"])
    sleep(0.1)
    assert shown == ["549"]


def test_a_finished_turn_is_left_alone(start_turn):
    shown = []
    turn = start_turn(shown.append)
    turn.keeper.let_go(turn.lease)
    before = turn.held_until()
    sleep(0.1)
    assert (shown, turn.held_until()) == ([], before)


def test_a_lost_lease_is_not_taken_back(start_turn):
    turn = start_turn()
    turn.database["conversations"].update_one({"_id": CONVERSATION}, {"$inc": {"lease_fence": 1}})
    before = turn.held_until()
    sleep(0.1)
    assert turn.held_until() == before


def test_letting_go_of_an_old_lease_keeps_the_new_one(start_turn):
    turn = start_turn()
    newer = turn.lease.model_copy(update={"fence": turn.lease.fence + 1})
    turn.database["conversations"].update_one({"_id": CONVERSATION}, {"$inc": {"lease_fence": 1}})
    turn.keeper.hold(newer, "549")
    turn.keeper.let_go(turn.lease)
    assert eventually(turn.is_held)

from datetime import timedelta

import pytest

from bot.workers.inbox_worker import MAX_ATTEMPTS, WAIT_FOR_DIALOGUE
from bot.workers.lease_keeper import LEASE
from bot.workers.run import build_inbox_worker
from storage.turns import Turns
from tests.message_builders import NOON, PHONE

OTHER = "5491155550102"


class KilledError(BaseException):
    """Ends the worker where it stands, as a kill would: no handler of the service sees it."""


def kill_at_commit(monkeypatch, *, before=True):
    """The next commit ends the worker, before or after it is written."""
    commit = Turns.commit

    def killed(self, *args, **kwargs):
        monkeypatch.undo()
        if not before:
            commit(self, *args, **kwargs)
        raise KilledError

    monkeypatch.setattr(Turns, "commit", killed)


def own(world, owner):
    world.database["conversations"].update_one({}, {"$set": {"handled_by": owner}})


def test_a_message_is_answered(world):
    world.converse("cuánto debo")
    assert world.arrived(count=1) == ["re: cuánto debo"]
    assert world.statuses() in (["sent"], ["delivered"], ["seen"])


def test_the_same_webhook_again_is_answered_once(world):
    message_id = world.write("cuánto debo")
    world.answer()
    entry = world.services.inbox.get_waiting([message_id])
    assert entry == []
    world.answer()
    assert world.rasa.said == ["cuánto debo"]


def test_messages_in_one_breath_are_read_together(world):
    world.write("hola")
    world.answer()
    assert world.rasa.said == []
    world.write("cuánto debo")
    world.answer()
    assert world.rasa.said == ["hola\ncuánto debo"]
    assert world.services.inbox.depth() == 0


def test_a_greeting_alone_is_answered_after_its_hold(world):
    world.write("hola")
    world.pass_time(seconds=1.5)
    world.answer()
    assert world.rasa.said == ["hola"]


def test_people_do_not_wait_for_each_other(world):
    world.rasa.poison = "veneno"
    world.write("veneno")
    world.write("cuánto debo", OTHER)
    world.answer()
    world.send()
    assert world.arrived(OTHER, count=1) == ["re: cuánto debo"]


# --- crashes -------------------------------------------------------------------------------


@pytest.mark.parametrize("texts", [["uno"], ["uno", "dos", "tres"]], ids=["one", "a burst"])
def test_a_crash_after_rasas_answer_answers_once(world, monkeypatch, texts):
    for text in texts:
        world.write(text)
    kill_at_commit(monkeypatch)
    with pytest.raises(KilledError):
        world.answer()
    world.write("algo más")
    world.answer()
    assert world.outbox() == []
    world.pass_time(seconds=LEASE.total_seconds())
    world.answer()
    world.send()
    assert world.arrived(count=2) == ["re: " + "\n".join(texts), "re: algo más"]
    assert set(world.rasa.effects.values()) == {1}
    assert sum(world.rasa.replays.values()) == 1


def test_a_crash_after_the_commit_changes_nothing(world, monkeypatch):
    world.write("uno")
    kill_at_commit(monkeypatch, before=False)
    with pytest.raises(KilledError):
        world.answer()
    world.pass_time(seconds=LEASE.total_seconds())
    world.converse("dos")
    assert world.arrived(count=2) == ["re: uno", "re: dos"]
    assert not world.rasa.replays


def test_a_zombie_that_wakes_up_late_is_fenced_off(world, monkeypatch):
    """It wakes after another worker has answered, with its own answer in hand."""
    world.write("uno")
    commit, other = Turns.commit, build_inbox_worker(world.services, "w2", world.keeper)

    def late(self, *args, **kwargs):
        monkeypatch.undo()
        world.pass_time(seconds=LEASE.total_seconds())
        [(_, piece)] = other.find_ready(set(), 8)
        assert other.work(piece)
        commit(self, *args, **kwargs)

    monkeypatch.setattr(Turns, "commit", late)
    [(_, piece)] = world.inbox_worker.find_ready(set(), 8)
    assert not world.inbox_worker.work(piece)
    assert len(world.outbox()) == 1
    assert world.rasa.effects.total() == 1


def test_a_conversation_that_another_worker_has_is_left_alone(world):
    world.write("uno")
    [(_, piece)] = world.inbox_worker.find_ready(set(), 8)
    contact = world.services.contacts.resolve(piece.message.aliases)
    world.services.conversations.claim(
        contact.contact_id,
        piece.message.business_number,
        worker="w2",
        now=NOON,
        lease=LEASE,
        arrived_at=NOON,
    )
    assert not world.inbox_worker.work(piece)
    assert world.rasa.said == []


# --- Rasa away -----------------------------------------------------------------------------


def test_while_rasa_is_away_people_are_told_once_and_answered_in_order_later(world):
    world.rasa.go_away()
    world.write("uno")
    for _ in range(8):
        world.answer()
        world.pass_time(seconds=4)
    world.write("dos")
    world.answer()
    world.send()
    assert world.arrived(count=1) == [world.notices.please_wait]
    world.rasa.come_back()
    world.pass_time(minutes=1)
    world.answer()
    world.send()
    assert world.arrived(count=3) == [world.notices.please_wait, "re: uno", "re: dos"]
    assert world.dead_letters() == []


def test_a_short_absence_passes_without_a_word(world):
    world.rasa.troubles.append(503)
    world.write("uno")
    world.answer()
    world.pass_time(seconds=2)
    world.answer()
    world.send()
    assert world.arrived(count=1) == ["re: uno"]


@pytest.mark.parametrize("trouble", ["lost", "garbage", 503, 500, 401, 429])
def test_what_arrived_meanwhile_is_another_turn(world, trouble):
    """The first message may have taken effect: read again with the second it would do so twice."""
    world.rasa.troubles.append(trouble)
    world.write("uno")
    world.answer()
    world.write("dos")
    world.pass_time(minutes=1)
    world.answer()
    assert world.rasa.said == ["uno", "dos"]
    assert set(world.rasa.effects.values()) == {1}
    assert world.replies()[-2:] == ["re: uno", "re: dos"]


def test_a_dead_rasa_is_not_asked_in_a_loop(world):
    world.rasa.go_away()
    world.write("uno")
    world.answer()
    world.write("dos")
    assert not any(
        world.inbox_worker.work(piece) for _, piece in world.inbox_worker.find_ready(set(), 8)
    )
    [conversation] = world.database["conversations"].find()
    assert conversation["lease_fence"] == 1


def test_an_answer_that_never_comes_is_given_up_in_the_end(world):
    world.rasa.go_away()
    world.write("uno")
    world.answer()
    world.clock.move(WAIT_FOR_DIALOGUE + timedelta(seconds=1))
    world.answer()
    world.send()
    assert world.arrived(count=1) == [world.notices.sorry]
    assert world.dead_letters() == ["dialogue_away"]


# --- poison --------------------------------------------------------------------------------


def test_a_message_that_breaks_rasa_is_given_up_and_the_next_goes_on(world):
    world.rasa.poison = "veneno"
    message_id = world.write("veneno")
    for _ in range(MAX_ATTEMPTS + 1):
        assert world.inbox_state(message_id) == "ready"
        world.answer()
        world.pass_time(seconds=30)
    assert world.inbox_state(message_id) == "dead"
    world.converse("cuánto debo")
    assert world.arrived(count=3)[-2:] == [world.notices.sorry, "re: cuánto debo"]
    assert world.dead_letters() == ["too_many_attempts"]


def test_a_message_that_kills_its_worker_is_given_up(world, monkeypatch):
    message_id = world.write("veneno")
    for _ in range(MAX_ATTEMPTS):
        kill_at_commit(monkeypatch)
        with pytest.raises(KilledError):
            world.answer()
        world.pass_time(seconds=LEASE.total_seconds())
    world.answer()
    assert world.inbox_state(message_id) == "dead"
    assert world.dead_letters() == ["too_many_attempts"]


def test_a_message_that_rasa_refuses_is_given_up_at_once(world):
    world.rasa.troubles.append(422)
    world.converse("uno")
    assert world.arrived(count=1) == [world.notices.sorry]
    assert world.dead_letters() == ["http_422"]


# --- owners --------------------------------------------------------------------------------


@pytest.mark.parametrize("owner", ["agent", "nobody"])
def test_the_bot_keeps_quiet_when_it_is_not_the_owner(world, owner):
    world.converse("uno")
    own(world, owner)
    message_id = world.write("dos")
    world.answer()
    assert world.rasa.said == ["uno"]
    assert world.inbox_state(message_id) == "done"


def test_an_agent_who_takes_over_while_rasa_thinks_stays_the_owner(world):
    world.converse("uno")
    world.write("dos")
    take_turn = world.rasa.take

    def taking_over(body):
        own(world, "agent")
        return take_turn(body)

    world.rasa.take = taking_over
    world.answer()
    world.send()
    [conversation] = world.database["conversations"].find()
    assert conversation["handled_by"] == "agent"
    assert world.outbox()[-1]["status"] == "withheld"
    assert world.arrived(PHONE) == ["re: uno"]


def test_another_person_behind_the_number_is_no_longer_proven(world):
    world.converse("uno")
    [contact] = world.database["contacts"].find()
    world.database["contacts"].update_one(
        {"_id": contact["_id"]},
        {
            "$set": {
                "identity_hash": "before",
                "identity": {"borrower_id": "B-1", "verified_until": NOON + timedelta(hours=1)},
            }
        },
    )
    message_id = world.write("dos")
    world.database["inbox"].update_one(
        {"_id": message_id}, {"$set": {"message.identity_hash": "after"}}
    )
    world.answer()
    identity = world.services.contacts.get(contact["_id"]).identity
    assert identity.verified_borrower(NOON) is None

"""Processes die at the worst moments: nothing acknowledged is lost, nothing takes effect twice."""

import json
import os
import signal
import time
from datetime import timedelta

import pytest

from bot.infobip.inbound import parse_messages
from domain.message import message_key
from storage.attachments import Attachments
from storage.inbox import Inbox
from tests.faults.service import a_result, open_service
from tests.processes import eventually
from webhooks.simulator.faults import Fault

PHONE = "5491155550101"
RECOVERY_SECONDS = 20

WEB = {
    "before parsing": ("bot.infobip.inbound:parse_messages:before", 0),
    "after parsing": ("bot.infobip.inbound:parse_messages:after", 0),
    "in the middle of a batch": ("storage.inbox:Inbox.add_many:halfway", 10),
    "stored, not acknowledged": ("storage.inbox:Inbox.add_many:after", 20),
}
WORKER = {
    "after the claim": "storage.conversations:Conversations.claim:after",
    "after Rasa answered": "bot.dialogue.rasa_client:RasaClient.take_turn:after",
    "before the commit": "storage.turns:Turns.commit:before",
    "after the commit": "storage.turns:Turns.commit:after",
}
SENDER = {
    "after taking the message": "storage.outbox:Outbox.claim:after",
    "before the call": "bot.infobip.client:InfobipClient.send:before",
    "after Infobip accepted": "bot.infobip.client:InfobipClient.send:after",
    "after noting the result": "storage.outbox:Outbox.settle:after",
}


@pytest.fixture
def service(mongo_uri, indexed, tmp_path):
    with open_service(mongo_uri, indexed, tmp_path) as service:
        yield service


def dies(process):
    """Whether it comes to the point where it is killed; any other end is a mistake."""
    return eventually(lambda: process.poll() is not None, 20) and (
        process.returncode == -signal.SIGKILL
    )


@pytest.mark.parametrize("moment", WEB)
def test_a_killed_web_process_acknowledges_nothing_that_is_not_stored(service, moment):
    point, stored = WEB[moment]
    batch = [a_result(f"in-{number}", f"texto {number}", PHONE) for number in range(20)]
    service.start_web(point)
    assert service.post(*batch) is None
    assert len(service.states("inbox", "state")) == stored
    service.stop_all()
    service.start_web()
    assert service.post(*batch) == 200
    assert service.states("inbox", "_id") == sorted(each["messageId"] for each in batch)


@pytest.mark.parametrize("moment", WORKER | SENDER)
def test_a_killed_worker_is_continued_by_the_next(service, moment):
    """Two messages wait; whoever comes after the dead one answers both, in order and once."""
    service.infobip.say(PHONE, "uno")
    now = service.infobip.simulator.config.clock()
    entries = [a_result("in-1", "uno", PHONE, now), a_result("in-2", "dos", PHONE, now)]
    store(service, entries[:1])
    assert dies(service.start("worker", kill_at=(WORKER | SENDER)[moment])), service.log("worker")
    store(service, entries[1:])
    service.start("worker")
    is_heard = eventually(lambda: len(service.heard(PHONE)) >= 2, RECOVERY_SECONDS)
    assert is_heard, service.log("worker")
    assert eventually(lambda: set(service.states("inbox", "state")) == {"done"})
    assert service.heard(PHONE) == ["re: uno", "re: dos"]
    assert dict(service.rasa.effects) == {message_key("in-1"): 1, message_key("in-2"): 1}
    assert service.rasa.overlaps == []


def store(service, results):
    """As the web process would, without waiting for one to start."""
    now = service.infobip.simulator.config.clock()
    messages = parse_messages(json.dumps({"results": results}).encode(), now)
    Inbox(service.database).add_many(
        [(message, timedelta()) for message in messages], arrived_at=now, now=now
    )


def test_a_sender_killed_while_it_waits_to_retry(service):
    service.infobip.arm(Fault.RATE_LIMITED)
    service.infobip.say(PHONE, "uno")
    store(service, [a_result("in-1", "uno", PHONE)])
    point = "storage.outbox:Outbox.settle:after"
    assert dies(service.start("worker", kill_at=point))
    assert service.states("outbox", "status") == ["pending"]
    service.start("worker")
    assert eventually(lambda: service.heard(PHONE) == ["re: uno"], RECOVERY_SECONDS)


def test_a_worker_killed_in_the_middle_of_a_download(service):
    picture = b"\x89PNG\r\n\x1a\n" + bytes(64)
    message_id = service.infobip.send_file(PHONE, "IMAGE", picture, "image/png")
    [bubble] = service.infobip.simulator.store.news(
        service.infobip.simulator.store.person(PHONE), after=0
    )[1]
    entry = a_result(message_id, "", PHONE) | {"message": bubble.content}
    store(service, [entry])
    point = "bot.infobip.media:InboundMedia.fetch:before"
    assert dies(service.start("worker", kill_at=point)), service.log("worker")
    service.start("worker")
    attachments = Attachments(service.database)
    assert eventually(
        lambda: attachments.find(message_key(message_id)).state == "stored", RECOVERY_SECONDS
    )
    assert attachments.read(message_key(message_id)) == picture
    assert service.heard(PHONE) == ["re: /received_image"]


def test_a_worker_that_was_suspended_is_fenced_off(service):
    """It sleeps through its lease in the middle of a turn, and wakes when another has answered."""
    service.infobip.say(PHONE, "uno")
    service.rasa.troubles.append("slow")
    service.rasa.slow_seconds = 1.0
    zombie = service.start("worker")
    store(service, [a_result("in-1", "uno", PHONE)])
    assert service.rasa.on_turn.wait(20), service.log("worker")
    os.kill(zombie.pid, signal.SIGSTOP)
    service.start("worker")
    assert eventually(lambda: service.heard(PHONE) == ["re: uno"], RECOVERY_SECONDS)
    os.kill(zombie.pid, signal.SIGCONT)
    assert eventually(lambda: "turn_fenced_off" in service.log("worker"), 10)
    time.sleep(0.3)
    assert service.heard(PHONE) == ["re: uno"]
    assert service.rasa.effects.total() == 1
    assert service.database["outbox"].count_documents({}) == 1


def test_a_worker_told_to_stop_finishes_what_it_began(service):
    service.infobip.say(PHONE, "uno")
    service.rasa.troubles.append("slow")
    worker = service.start("worker")
    store(service, [a_result("in-1", "uno", PHONE)])
    assert service.rasa.on_turn.wait(20), service.log("worker")
    worker.terminate()
    assert worker.wait(10) == 0
    assert service.states("inbox", "state") == ["done"]


def test_many_conversations_with_many_workers_keep_order_and_once(service):
    phones = [f"54911555{number:05d}" for number in range(40)]
    for phone in phones:
        service.infobip.say(phone, "abre la ventana")
    start = service.infobip.simulator.config.clock()
    for round_ in range(10):
        at = start + timedelta(milliseconds=round_)
        store(service, [a_result(f"{phone}-{round_}", f"m{round_}", phone, at) for phone in phones])
        if round_ == 0:
            workers = [service.start("worker") for _ in range(3)]
    assert eventually(lambda: set(service.states("inbox", "state")) == {"done"}, 40)
    everything = [f"m{number}" for number in range(10)]

    def lines(phone):
        return [line for text in service.heard(phone) for line in text[4:].split("\n")]

    for phone in phones:
        assert eventually(lambda phone=phone: len(lines(phone)) >= 10, 20), phone
        assert lines(phone) == everything
    assert max(service.rasa.effects.values()) == 1
    assert service.rasa.overlaps == []
    assert all(worker.poll() is None for worker in workers)

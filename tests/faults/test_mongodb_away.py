"""MongoDB dies under load and comes back: nothing acknowledged is lost, nothing is done twice."""

import json
import os
import signal
import time

import pytest

from storage.embedded_mongo import embedded_mongo
from storage.mongo import connect
from storage.mongod_guardian import ADDRESS_FILE
from tests.faults.service import a_result, open_service
from tests.processes import eventually

PHONE = "5491155550101"


@pytest.fixture
def mongo_dir(tmp_path):
    return tmp_path / "mongo"


@pytest.fixture
def service(tmp_path, mongo_dir):
    with embedded_mongo(mongo_dir) as uri:
        database = connect(uri, "fiado")
        with open_service(uri, database, tmp_path) as service:
            yield service
        database.client.close()


def mongod_pid(mongo_dir):
    return json.loads((mongo_dir / ADDRESS_FILE).read_text())["pid"]


def post_until_taken(service, result, seconds=30):
    """As Infobip does: the same again until it is acknowledged; the slowest refusal."""
    slowest, deadline = 0.0, time.monotonic() + seconds
    while time.monotonic() < deadline:
        started = time.monotonic()
        status = service.post(result)
        if status == 200:
            return slowest
        assert status == 503, status
        slowest = max(slowest, time.monotonic() - started)
        time.sleep(0.1)
    raise TimeoutError(result["messageId"])


def test_a_killed_mongodb_loses_nothing_that_was_acknowledged(service, mongo_dir):
    service.start_web()
    service.start("worker")
    service.infobip.say(PHONE, "m0")
    assert eventually(lambda: service.heard(PHONE) != [], 20), service.log("worker")
    known = len(service.heard(PHONE))
    texts = [f"m{number}" for number in range(1, 7)]
    for number, text in enumerate(texts):
        if number in {1, 4}:
            os.kill(mongod_pid(mongo_dir), signal.SIGKILL)
        assert post_until_taken(service, a_result(f"in-{number}", text, PHONE)) < 5
    eventually(lambda: lines(service)[known:] == texts, 40)
    assert lines(service)[known:] == texts, service.log("worker")
    assert max(service.rasa.effects.values()) == 1


def lines(service):
    return [line for text in service.heard(PHONE) for line in text[4:].split("\n")]


def test_a_mongodb_that_hangs_is_refused_in_time(service, mongo_dir):
    service.start_web()
    pid = mongod_pid(mongo_dir)
    os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        assert service.post(a_result("in-1", "uno", PHONE)) == 503
        assert time.monotonic() - started < 6
    finally:
        os.kill(pid, signal.SIGCONT)
    assert post_until_taken(service, a_result("in-1", "uno", PHONE)) < 5
    assert service.states("inbox", "_id") == ["in-1"]

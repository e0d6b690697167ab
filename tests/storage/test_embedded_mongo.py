"""The embedded MongoDB: durable, shared, and gone as soon as nobody uses it, however they end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pymongo import MongoClient

from storage.embedded_mongo import EmbeddedMongoError, embedded_mongo, is_guarded
from tests.processes import eventually, is_alive

# what `fiado import` is to the mongod: a process that uses it and may be killed at any time
USER = """
import sys, time
from pathlib import Path
from storage.embedded_mongo import embedded_mongo
with embedded_mongo(Path(sys.argv[1])) as uri:
    print(uri, flush=True)
    time.sleep(60)
"""


BECOMES_ANOTHER_PROGRAM = """
import os, sys
from pathlib import Path
from storage.embedded_mongo import embedded_mongo
with embedded_mongo(Path(sys.argv[1]), keep_over_exec=True) as uri:
    os.execvp("sh", ["sh", "-c", f"echo {uri}; exec sleep 60"])
"""


def insert(uri: str, name: str) -> None:
    with MongoClient(uri, serverSelectionTimeoutMS=10_000) as client:
        client.shop.people.insert_one({"_id": name})


def names(uri: str) -> list[str]:
    with MongoClient(uri, serverSelectionTimeoutMS=10_000) as client:
        return [person["_id"] for person in client.shop.people.find().sort("_id")]


def mongod_pid(data_dir: Path) -> int:
    return json.loads((data_dir / "mongod.json").read_text())["pid"]


def guardian_pid(data_dir: Path) -> int:
    status = Path(f"/proc/{mongod_pid(data_dir)}/status").read_text()
    return int(status.partition("PPid:")[2].split()[0])


def test_what_was_written_is_there_in_the_next_run(tmp_path):
    with embedded_mongo(tmp_path) as first:
        insert(first, "Ramona")
    assert not is_guarded(tmp_path)
    with embedded_mongo(tmp_path) as second:
        assert (second, names(second)) == (first, ["Ramona"])


def test_transactions_work(mongo_client):
    people, moves = mongo_client.trial.people, mongo_client.trial.moves
    with mongo_client.start_session() as session, session.start_transaction():
        people.insert_one({"_id": "Ramona"}, session=session)
        moves.insert_one({"who": "Ramona"}, session=session)
        session.abort_transaction()
    assert people.count_documents({}) == moves.count_documents({}) == 0


def test_users_share_one_mongod_and_the_last_one_stops_it(tmp_path):
    with embedded_mongo(tmp_path) as uri:
        pid = mongod_pid(tmp_path)
        with embedded_mongo(tmp_path) as same:
            assert same == uri
        assert is_alive(pid)
        insert(uri, "Ramona")
    assert not is_alive(pid)


def test_starters_at_the_same_moment_get_the_same_mongod(tmp_path):
    def use(name: str) -> str:
        with embedded_mongo(tmp_path) as uri:
            insert(uri, name)
            time.sleep(0.2)
            return uri

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(use, "abcd"))) == 1
    assert not is_guarded(tmp_path)


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(USER, id="a command"),
        pytest.param(BECOMES_ANOTHER_PROGRAM, id="a command that became another program"),
    ],
)
def test_a_killed_user_leaves_no_mongod_behind(tmp_path, program):
    user = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with user:
        assert user.stdout.readline().startswith("mongodb://127.0.0.1:")
        pid = mongod_pid(tmp_path)
        time.sleep(0.5)
        assert is_alive(pid)
        user.kill()
    assert eventually(lambda: not is_alive(pid))


def test_a_mongod_that_dies_comes_back_under_the_same_address(tmp_path):
    with embedded_mongo(tmp_path) as uri:
        insert(uri, "Ramona")
        os.kill(mongod_pid(tmp_path), signal.SIGKILL)
        assert names(uri) == ["Ramona"]


def test_after_a_killed_guardian_the_next_user_gets_a_working_mongod(tmp_path):
    with embedded_mongo(tmp_path) as uri:
        insert(uri, "Ramona")
        os.kill(guardian_pid(tmp_path), signal.SIGKILL)
    with embedded_mongo(tmp_path) as uri:
        assert names(uri) == ["Ramona"]


def test_another_port_is_taken_when_the_last_one_is_busy(tmp_path):
    with embedded_mongo(tmp_path) as first:
        insert(first, "Ramona")
    port = json.loads((tmp_path / "mongod.json").read_text())["port"]
    with socket.socket() as somebody_else:
        somebody_else.bind(("127.0.0.1", port))
        with embedded_mongo(tmp_path) as second:
            assert second != first
            insert(second, "Tito")
            assert names(second) == ["Ramona", "Tito"]


def test_damaged_data_is_told_with_the_place_of_the_reason(tmp_path):
    (tmp_path / "mongo").mkdir()
    (tmp_path / "mongo" / "storage.bson").write_bytes(b"not BSON")
    with pytest.raises(EmbeddedMongoError, match=r"logs/mongod\.log"), embedded_mongo(tmp_path):
        pass

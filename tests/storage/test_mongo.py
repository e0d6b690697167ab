import socket
import time

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from storage.mongo import connect, ping


def test_writes_wait_for_a_majority_and_its_journal(mongo_uri):
    database = connect(mongo_uri, "fiado")
    ping(database)
    assert database.name == "fiado"
    assert database.write_concern.document == {"w": "majority", "j": True}
    assert database.codec_options.tz_aware
    database.client.close()


def test_a_server_that_is_away_is_reported_within_seconds():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        database = connect(f"mongodb://127.0.0.1:{unused.getsockname()[1]}/?replicaSet=x", "fiado")
        started = time.monotonic()
        with pytest.raises(ServerSelectionTimeoutError):
            ping(database)
        assert time.monotonic() - started < 4
        database.client.close()
